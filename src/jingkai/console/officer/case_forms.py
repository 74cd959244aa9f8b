"""The forms of a case's steps: what each asks for, and what was typed into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict

from jingkai.console.casework.errors import CaseRefused
from jingkai.services.case_machine import STEPS

__all__ = ["read_step", "step_forms", "typed_in"]

_MOST_TEXT, _MOST_LINES = 2000, 50
_FIELDS = ("reason", "defects", "ground", "days", "amount", "step")
Field = dict[str, Any]
Part = Mapping[str, Any]


def read_step(form: QueryDict) -> tuple[str, str, int, dict[str, Any]]:
    """Return the item, the step, the number of the last event that was seen, and what the form says of it.

    Raises
    ------
    CaseRefused
        If a text is too long, or a number is none.
    """
    kind = form.get("kind", "")
    seen = form.get("seen", "")
    told: dict[str, Any] = {"reason": _text(form, "reason")}
    if kind == "notify":
        told["defects"] = _defects(form)
    elif kind == "finish_step":
        told["step"] = form.get("step", "")
    elif kind == "pause":
        told |= {"ground": form.get("ground", ""), "days": _days(form.get("days", ""))}
    elif kind == "grant":
        told["amount"] = form.get("amount", "").strip()
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    return form.get("item", ""), kind, number, told


def typed_in(form: QueryDict) -> dict[str, Any]:
    """Return what was typed into a form, to be shown once more."""
    typed: dict[str, Any] = {n: form.get(n, "") for n in ("item", "kind", *_FIELDS)}
    return typed | {"ticked": form.getlist("ticked")}


def step_forms(
    part: Part,
    right: dict[str, Any] | None,
    papers: list[str],
    typed: Mapping[str, Any],
    lang: str = "zh",
) -> list[dict[str, Any]]:
    """Return the forms of the steps that an account may take of an item now.

    Parameters
    ----------
    part
        The item as `case_line` has it.
    right
        What the rule says, as `right_shown` has it.
    papers
        Titles of the materials that a notice may name.
    typed
        What was typed before a refusal.

    Returns
    -------
    list
        ``kind``, ``title``, ``step``, ``open`` (whether it was being filled in), and ``fields``: ``name``, ``type``,
        ``label``, ``help``, ``value``, ``options``, ``required``.
    """
    zh = lang == "zh"
    forms = []
    for kind in part["can"]:
        steps = [s for s in part["steps"] if s["mine"]] if kind == "finish_step" else [None]
        for step in steps:
            mine = (typed["item"], typed["kind"]) == (part["item"], kind)
            mine = mine and (step is None or typed["step"] == step["id"])
            fields = _FORMS.get(kind, _none)(part, right, papers, zh)
            if mine:
                fields = [_again(f, typed) for f in fields]
            title = STEPS[kind].text(lang) + (
                f"{'：' if zh else ': '}{step['title']}" if step else ""
            )
            title = _paid_title(part, kind, title, zh)
            forms.append(
                {
                    "kind": kind, "title": title, "step": step["id"] if step else "", "open": mine,
                    "fields": fields,
                }
            )  # fmt: skip
    return forms


def _again(field: Field, typed: Mapping[str, Any]) -> Field:
    return field | {"value": typed["ticked" if field["type"] == "ticks" else field["name"]]}


def _paid_title(part: Part, kind: str, title: str, zh: bool) -> str:
    if kind == "deliver" and part["kind"] == "payment" and part["granted"]:
        return "登记拨付" if zh else "Mark as paid"
    return title


def _field(name: str, kind: str, label: str, **more: Any) -> Field:
    plain: Field = {"help": "", "value": "", "options": [], "required": False}
    return plain | {"name": name, "type": kind, "label": label} | more


def _none(_: Part, __: Any, ___: list[str], ____: bool) -> list[Field]:
    return []


def _reason(part: Part, _: Any, __: list[str], zh: bool) -> list[Field]:
    label = "理由和依据（申请人会看到）" if zh else "Reason and basis (the applicant reads it)"
    return [_field("reason", "text", label, required=True)]


def _remark(part: Part, _: Any, __: list[str], zh: bool) -> list[Field]:
    return [_field("reason", "text", "意见（可以不填）" if zh else "Remark (may be left empty)")]


def _notify(part: Part, _: Any, papers: list[str], zh: bool) -> list[Field]:
    help_ = (
        "一次写明全部需要补正的内容，每行一项；只能告知一次"
        if zh
        else "everything that is wrong, one a line; there is no second notice"
    )
    ticks = _field(
        "ticked", "ticks", "需要补正的材料" if zh else "Materials to be corrected",
        options=[{"value": p, "text": p} for p in papers], value=[],
    )  # fmt: skip
    lines = _field("defects", "text", "需要补正的内容" if zh else "What is wrong", help=help_)
    return [ticks, lines] if papers else [lines]


def _pause(part: Part, _: Any, __: list[str], zh: bool) -> list[Field]:
    most = "，不超过 {} 个工作日" if zh else ", at most {} working days"
    options = [
        {
            "value": g["id"],
            "text": f"{g['title']}（{g['basis']}{most.format(g['most']) if g['most'] else ''}）",
        }
        for g in part["grounds"]
    ]
    return [
        _field("ground", "choice", "事由" if zh else "Ground", options=options, required=True),
        _field("days", "number", "所需工作日数" if zh else "Working days it takes", required=True),
    ]


def _grant(part: Part, right: dict[str, Any] | None, _: list[str], zh: bool) -> list[Field]:
    fields = []
    if part["kind"] == "payment":
        said = right["proposed"] if right else ""
        help_ = ("规则算出的金额" if zh else "as the rule has it") if said else ""
        label = "拨付金额（元）" if zh else "Amount (yuan)"
        fields.append(_field("amount", "line", label, value=said, help=help_, required=True))
    label = "理由" if zh else "Reason"
    help_ = "与规则的结论或金额不同时必填" if zh else "needed where it differs from the rule"
    return [*fields, _field("reason", "text", label, help=help_ if right else "")]


def _refuse(part: Part, right: dict[str, Any] | None, _: list[str], zh: bool) -> list[Field]:
    (field,) = _reason(part, right, _, zh)
    return [field | {"value": right["against"] if right else ""}]


def _deliver(part: Part, _: Any, __: list[str], zh: bool) -> list[Field]:
    if part["kind"] == "payment" and part["granted"]:
        label = "国库支付凭证编号" if zh else "Number of the treasury’s voucher"
        return [_field("reason", "line", label, required=True)]
    label = "送达方式" if zh else "How it was handed over"
    return [_field("reason", "line", label, help="可以不填" if zh else "may be left empty")]


_FORMS: dict[str, Callable[[Part, Any, list[str], bool], list[Field]]] = {
    "notify": _notify,
    "decline": _reason,
    "finish_step": _remark,
    "pause": _pause,
    "extend": _reason,
    "grant": _grant,
    "refuse": _refuse,
    "deliver": _deliver,
    "uphold": _reason,
    "revoke": _reason,
}


def _text(form: QueryDict, name: str) -> str:
    text = form.get(name, "").strip().replace("\r\n", "\n")
    if len(text) > _MOST_TEXT:
        raise CaseRefused(f"内容超过{_MOST_TEXT}字", hint="写得短一些")
    return text


def _defects(form: QueryDict) -> tuple[str, ...]:
    lines = [line.strip() for line in _text(form, "defects").splitlines()]
    lines = [f"重新提交或补交：{p}"[:200] for p in form.getlist("ticked")] + [x for x in lines if x]
    if len(lines) > _MOST_LINES:
        raise CaseRefused(f"需要补正的内容超过{_MOST_LINES}项", hint="合并相近的各项")
    return tuple(lines)


def _days(text: str) -> int | None:
    plain = text.strip()
    if plain and not (plain.isascii() and plain.isdigit() and len(plain) < 5):
        raise CaseRefused(f"“{plain}”不是工作日数", hint="填正整数")
    return int(plain) if plain else None

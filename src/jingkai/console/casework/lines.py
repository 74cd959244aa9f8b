"""A case as people read it: where each item stands, what is due, what happened, what was handed in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from jingkai.console.casework.acting import may_act
from jingkai.console.casework.recorded import READY, ReadCase
from jingkai.console.casework.turns import turn
from jingkai.console.errors import ConsoleError
from jingkai.console.fact_values import read_value, value_text
from jingkai.console.models import Account, RecordedEvent
from jingkai.console.roles import Role
from jingkai.rulebook import Rulebook
from jingkai.services.case import CaseState
from jingkai.services.case_clock import CLOCKS, CaseClock, clocks
from jingkai.services.case_machine import STEPS, possible_steps
from jingkai.services.law import licensing_law
from jingkai.vocabulary import Label

__all__ = ["case_line", "part_line", "service_title"]

_STATUS = {
    "draft": Label(zh="未开始", en="not begun"), "ready": Label(zh="待提交材料", en="papers to be handed in"),
    "received": Label(zh="已收件", en="received"),
    "correcting": Label(zh="待补正", en="to be corrected"), "corrected": Label(zh="已补正", en="corrected"),
    "reviewing": Label(zh="审查中", en="under review"), "paused": Label(zh="暂停计时", en="clock stopped"),
    "granted": Label(zh="已准予", en="granted"), "refused": Label(zh="不予", en="refused"),
    "not_accepted": Label(zh="不予受理", en="not accepted"), "delivered": Label(zh="已送达", en="delivered"),
    "closed": Label(zh="已办结", en="closed"), "appealed": Label(zh="复议或诉讼中", en="under appeal"),
    "withdrawn": Label(zh="已撤回", en="withdrawn"),
}  # fmt: skip
#: How a deadline stands, as marks show it.
_MARKS = {"running": "", "soon": "open", "due": "open", "late": "bad", "paused": ""}  # fmt: skip


def service_title(found: ReadCase, lang: str = "zh") -> str:
    """Return what a case is for."""
    if found.case.bundle:
        return found.catalogue.bundles[found.case.service].title.text(lang)
    return next(iter(found.items.values())).title.text(lang)


def case_line(
    found: ReadCase, book: Rulebook, account: Account, day: date, lang: str = "zh"
) -> dict[str, Any]:
    """Return a case in plain values, for pages and for JSON.

    Parameters
    ----------
    account
        Who reads it: the applicant is told offices, not officers; `can` says what it may do now.
    day
        The day that deadlines are told for.

    Returns
    -------
    dict
        ``number``, ``title``, ``parts`` (by item: state, deadlines, open steps, what may be done),
        ``events`` in order, ``files``, ``given``, ``right``, ``length`` (what was seen), ``ended``.
    """
    case = found.case
    return {
        "id": case.pk,
        "number": case.number,
        "service": case.service,
        "bundle": case.bundle,
        "title": service_title(found, lang),
        "enterprise": {"key": case.enterprise, "name": case.name or case.enterprise},
        "zone": case.zone,
        "matter": case.matter,
        "at": timezone.localtime(case.at).strftime("%Y-%m-%d %H:%M"),
        "amount": None if case.amount is None else f"{case.amount:,.2f}",
        "year": case.year,
        "ended": case.ended,
        "length": case.length,
        "parts": [_part(found, n, book, account, day, lang) for n in found.states],
        "events": [_event(found, e, book, account, lang) for e in found.events],
        "files": _files(found, lang),
        "given": _given(found, book, lang),
        "right": case.right,
    }


def part_line(
    found: ReadCase, name: str, book: Rulebook, day: date, lang: str = "zh"
) -> dict[str, Any]:
    """Return an item of a case as a list shows it.

    Returns
    -------
    dict
        ``case``, ``number``, ``item``, ``title``, ``service``, ``enterprise``, ``matter``, ``status``,
        ``status_text``, ``turn`` (whose act it waits for, in words; empty: the applicant's, or nobody's),
        ``due`` (what is due next, as a part's clocks have it; null: nothing), ``amount``, ``at``.
    """
    case, state, item = found.case, found.states[name].on(day), found.items[name]
    never, offices = found.never(name), book.vocabulary.offices
    running = [c for c in clocks(state, day, found.catalogue.warning) if c.now is not None]
    soonest = min(running, key=lambda c: c.end.assumed or date.max, default=None)
    return {
        "case": case.pk,
        "number": case.number,
        "item": name,
        "title": item.title.text(lang),
        "service": service_title(found, lang),
        "enterprise": {"key": case.enterprise, "name": case.name or case.enterprise},
        "matter": case.matter,
        "at": timezone.localtime(case.at).strftime("%Y-%m-%d"),
        "status": _status(found, name, state),
        "status_text": _status_text(found, name, state, lang),
        "turn": [offices[o].label.text(lang) for o in ([] if never else turn(state))],
        "due": None if soonest is None or never else _clock(soonest, lang),
        "amount": None if state.amount is None else f"{state.amount:,.2f}",
    }


def _part(
    found: ReadCase, name: str, book: Rulebook, account: Account, day: date, lang: str
) -> dict[str, Any]:
    state, item = found.states[name].on(day), found.items[name]
    offices = book.vocabulary.offices
    never = found.never(name)
    steps = [s for s in item.steps if s.id in state.open_steps and state.status == "reviewing"]
    return {
        "item": name,
        "title": item.title.text(lang),
        "kind": item.source.kind,
        "status": _status(found, name, state),
        "status_text": _status_text(found, name, state, lang),
        "office": offices[item.source.office].label.text(lang),
        "hands_over": offices[item.hands_over].label.text(lang),
        "waits_for": [found.items[a].title.text(lang) for a in found.waits[name]],
        "clocks": [_clock(c, lang) for c in clocks(state, day, found.catalogue.warning)],
        "defects": list(state.defects) if state.status == "correcting" else [],
        "deemed": state.deemed,
        "steps": [
            {
                "id": s.id,
                "title": s.title.text(lang),
                "office": offices[s.office].label.text(lang),
                "mine": may_act(account, found, name, "finish_step", s.id),
            }
            for s in steps
        ],
        "grounds": [
            {"id": g.id, "title": g.title.text(lang), "basis": g.basis, "most": g.most}
            for g in item.grounds.values()
        ],
        "granted": state.granted,
        "reason": state.reason,
        "amount": None if state.amount is None else f"{state.amount:,.2f}",
        "appeals": _appeals(state, lang),
        "can": [] if never else _can(found, name, state, account),
    }


def _status(found: ReadCase, name: str, state: CaseState) -> str:
    """Return where an item stands: of one not begun also whether it may begin, or never will."""
    if found.never(name):
        return "never"
    return READY if found.ready(name) else state.status


def _status_text(found: ReadCase, name: str, state: CaseState, lang: str) -> str:
    status, kind = _status(found, name, state), found.items[name].source.kind
    if status == "never":
        return (
            "未开始（前一事项未准予）"
            if lang == "zh"
            else "not begun (what it waits for was not granted)"
        )
    if state.status == "closed" and state.granted is not None:
        words = (("已办结，准予", "已办结，不予"), ("closed, granted", "closed, refused"))
        return words[lang != "zh"][not state.granted]
    if state.status == "granted" and kind == "payment":
        return "待拨付" if lang == "zh" else "to be paid"
    return _STATUS[status].text(lang)


def _can(found: ReadCase, name: str, state: CaseState, account: Account) -> list[str]:
    """Return the steps that an account may take of an item now; what they need besides left aside."""
    item = found.items[name]
    here = []
    for kind in possible_steps(state.status):
        if kind in ("deem_accepted", "close", "confirm") or (
            kind == "submit" and not found.ready(name)
        ):
            continue
        steps = state.open_steps if kind == "finish_step" else ("",)
        if not any(may_act(account, found, name, kind, s) for s in steps):
            continue
        impossible = {
            "pause": not item.grounds,
            "extend": item.extension is None or state.extended,
            "withdraw": bool(state.paid),
            "grant": any(s.id not in state.done for s in item.steps),
        }
        if not impossible.get(kind, False):
            here.append(kind)
    return here


def _clock(clock: CaseClock, lang: str) -> dict[str, Any]:
    end, now = clock.end, clock.now
    return {
        "name": clock.name,
        "title": CLOCKS[clock.name].text(lang),
        "term": end.term.text(lang),
        "end": end.assured and end.assured.isoformat(),
        "assumed": end.assumed and end.assumed.isoformat(),
        "kept": clock.kept,
        "state": now.state if now else None,
        "mark": _MARKS.get(now.state, "") if now else ("" if clock.kept is not False else "bad"),
        "left": now.left if now else None,
        "late_by": now.late_by if now else 0,
        "text": _clock_text(clock, lang),
        "note": end.note if now else "",
    }


def _clock_text(clock: CaseClock, lang: str) -> str:
    """Say how a deadline stands: before it, after it, or what came of it."""
    now, zh = clock.now, lang == "zh"
    if now is None:
        words = {True: ("按期", "in time"), False: ("逾期", "late"), None: ("已办", "done")}
        return words[clock.kept][not zh]
    if now.state == "paused":
        return "已停止计时" if zh else "clock stopped"
    if now.state == "late":
        days = now.late_by
        return f"已逾期 {days} 个工作日" if zh else f"late by {days} working days"
    if now.state == "due":
        return "今天到期" if zh else "due today"
    left = f"还剩 {now.left} 个工作日" if zh else f"{now.left} working days left"
    soon = ("，快到期" if zh else ", due soon") if now.state == "soon" else ""
    return left + soon


def _appeals(state: CaseState, lang: str) -> list[dict[str, Any]]:
    """Return until when which way of appeal is open; empty before a decision is known to the applicant."""
    found = []
    for channel, figure in licensing_law().appeals.items():
        limit = state.appeal_limit(channel)
        if limit is not None and state.status in ("delivered", "closed", "not_accepted"):
            until = limit.assured or limit.assumed
            titles = {"review": ("行政复议", "review"), "court": ("行政诉讼", "court")}
            found.append(
                {
                    "channel": channel,
                    "title": titles[channel][lang != "zh"],
                    "until": until and until.isoformat(),
                    "sure": limit.assured is not None,
                    "basis": figure.basis,
                }
            )
    return found


def _event(
    found: ReadCase, row: RecordedEvent, book: Rulebook, account: Account, lang: str
) -> dict[str, Any]:
    item, told = found.items[row.item], row.content
    step, ground = item.step(told.get("step", "")), item.grounds.get(told.get("ground", ""))
    office = book.vocabulary.offices.get(told.get("office", ""))
    # What begins by itself is the applicant's, whoever's grant it followed from.
    inside, own = account.role == Role.OFFICER, told["actor"] == "applicant"
    at = timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M")
    return {
        "number": row.number,
        "on": told["on"],
        "at": at,
        "time": at.removeprefix(told["on"]).strip(),
        "item": row.item,
        "item_title": item.title.text(lang),
        "kind": row.kind,
        "title": _event_title(row.kind, item.source.kind, lang),
        "office": office.label.text(lang) if office else "",
        "actor": told["actor"],
        "by": row.account if inside else told.get("by", "") if own else "",
        "reason": told.get("reason", ""),
        "defects": told.get("defects", []),
        "step": step.title.text(lang) if step else "",
        "ground": ground.title.text(lang) if ground else "",
        "days": told.get("days"),
        "channel": told.get("channel", ""),
        "amount": f"{Decimal(told['amount']):,.2f}" if told.get("amount") else "",
    }


def _event_title(kind: str, item_kind: str, lang: str) -> str:
    if kind == "deliver" and item_kind == "payment":
        return "拨付或送达" if lang == "zh" else "Paid or handed over"
    return STEPS[kind].text(lang)


def _files(found: ReadCase, lang: str) -> list[dict[str, Any]]:
    titles = {m.id: m.title.text(lang) for i in found.items.values() for m in i.materials}
    return [
        {
            "material": f.material,
            "title": titles.get(f.material, f.material),
            "id": f.file and str(f.file.pk),
            "name": f.file.name if f.file else "",
            "size": f.file.size if f.file else 0,
            "commitment": f.file is None,
            "event": f.event,
        }
        for f in found.case.files.select_related("file")
    ]


def _given(found: ReadCase, book: Rulebook, lang: str) -> list[dict[str, Any]]:
    case, entity = found.case, book.vocabulary.entities[found.case.entity]
    lines = []
    for column, typed in case.given.items():
        known = entity.column(column)
        if known is not None:
            fact, year = known
            try:
                value = read_value(typed, fact, book.vocabulary, date.max)
                words = value_text(value, fact, book.vocabulary, lang)
            except ConsoleError:  # the dictionary has changed since
                words = typed
            lines.append(
                {"column": column, "label": fact.label.text(lang), "year": year, "value": words}
            )
    return lines

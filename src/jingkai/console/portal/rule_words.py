"""What stands in a rule, in words: its kind, where it comes from, how well it is known."""

from __future__ import annotations

from datetime import date
from typing import Any

from jingkai.console.opened import opened, rulebook
from jingkai.rulebook import Rule, Rulebook

__all__ = [
    "entity_title",
    "evidence_text",
    "kind_text",
    "layer_text",
    "library_day",
    "rule_line",
    "state_of",
]

_KINDS = {
    "eligibility": ("资格", "eligibility"),
    "grade": ("等级", "grade"),
    "score": ("评分", "score"),
    "amount": ("金额", "amount"),
    "duty": ("义务", "duty"),
    "indicator": ("指标", "indicator"),
    "assessment": ("综合评价", "assessment"),
}
_EVIDENCE = {
    "official_text_or_reprint": ("官方文本或转载", "official text or reprint"),
    "transcription": ("公开抄录", "transcription"),
    "press_or_commentary": ("新闻或解读", "press or commentary"),
    "memory": ("凭记忆，未核实", "from memory, not verified"),
}
_LAYERS = {"package": ("全国", "national"), "rules": ("本工作区", "this workspace")}


def kind_text(kind: str, lang: str) -> str:
    """Return a kind of rule in words."""
    return _KINDS[kind][lang != "zh"]


def evidence_text(evidence: str | None, lang: str) -> str:
    """Return in words how good the evidence of a source is; that none is stated is said."""
    if not evidence:
        return "未注明" if lang == "zh" else "not stated"
    return _EVIDENCE[evidence][lang != "zh"]


def layer_text(layer: str, lang: str) -> str:
    """Return in words whose value or rule it is; a province's layer by its folder's name."""
    return _LAYERS[layer][lang != "zh"] if layer in _LAYERS else layer


def library_day() -> date:
    """Return the day that rules are shown on: the data's, without data today."""
    found = opened()
    return found.day if found else date.today()


def entity_title(book: Rulebook, rule: str, lang: str) -> str:
    """Return what a rule is about: 企业, 项目."""
    return book.vocabulary.entities[book.rules[rule].entity].title.text(lang)


def state_of(rule: Rule, day: date) -> str:
    """Return ``in_force``, ``later`` or ``ended`` for a rule on a day."""
    if rule.in_force(day):
        return "in_force"
    return "later" if day < rule.source.basis.from_ else "ended"


def rule_line(rule: Rule, day: date, lang: str, book: Rulebook | None = None) -> dict[str, Any]:
    """Return what a list shows of a rule."""
    basis = rule.source.basis
    entities = (book or rulebook()).vocabulary.entities
    return {
        "rule": rule.id,
        "title": rule.source.title.text(lang),
        "kind": rule.kind,
        "kind_text": kind_text(rule.kind, lang),
        "entity": entities[rule.entity].title.text(lang),
        "measure": rule.source.measure,
        "document": basis.document,
        "document_title": basis.title,
        "from": basis.from_.isoformat(),
        "to": basis.to.isoformat() if basis.to else None,
        "state": state_of(rule, day),
        "verified": rule.verified,
        "layer": layer_text(rule.layer, lang),
    }

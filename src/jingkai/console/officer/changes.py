"""What accepting a correction would change: the enterprise decided again with the new value, kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jingkai.console.models import Account
from jingkai.console.opened import Opened
from jingkai.console.told import reasons_told
from jingkai.explain.reason import RuleReason
from jingkai.explain.verdict_words import verdict_text

__all__ = ["would_change"]


def would_change(
    account: Account, found: Opened, position: int, changed: Mapping[str, Any], lang: str = "zh"
) -> list[dict[str, Any]]:
    """Return the rules whose result other facts would change, as an account may know them.

    Parameters
    ----------
    position
        The enterprise's row.
    changed
        The new stored values by column.

    Returns
    -------
    list
        ``rule``, ``title``, ``before`` and ``after`` in words (empty where the result rests on facts of
        other offices), ``effect`` (``gains``, ``loses`` or ``other``), and ``conditions``: those whose
        verdict moves, with ``before`` and ``after`` (null: unknown).
    """
    program = found.explainer.program("enterprise")
    before = found.explainer.row("enterprise", position)[1]
    after = found.explainer.again("enterprise", position, changed)[1]
    moved = [
        name
        for name, layout in program.program.layouts.items()
        if any(before.get(c) != after.get(c) for c in layout.results)
    ]
    if not moved:
        return []
    old = reasons_told(account, found, position, lang, moved)
    new = reasons_told(account, found, position, lang, moved, changed)
    return [_line(b, a, lang) for b, a in zip(old, new, strict=True)]


def _line(before: RuleReason, after: RuleReason, lang: str) -> dict[str, Any]:
    return {
        "rule": before.rule,
        "title": before.title,
        "before": _word(before, lang),
        "after": _word(after, lang),
        "hidden": before.hidden or after.hidden,
        "effect": _effect(before, after),
        "conditions": [
            {"title": b.title, "before": b.verdict, "after": a.verdict}
            for b, a in zip(before.conditions, after.conditions, strict=True)
            if b.verdict != a.verdict
        ],
    }


def _word(reason: RuleReason, lang: str) -> str:
    """Return a result in words; of a hidden one no more than the decision."""
    if reason.hidden and reason.kind in ("score", "grade"):
        return ""
    return verdict_text(reason, lang)


def _effect(before: RuleReason, after: RuleReason) -> str:
    if before.kind in ("eligibility", "amount") and before.verdict != after.verdict:
        if after.verdict:
            return "gains"
        if before.verdict:
            return "loses"
    return "other"

"""A correction as people read it: values in words, where it stands, what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from jingkai.console.errors import ConsoleError
from jingkai.console.fact_values import read_value, value_text
from jingkai.console.models import Correction, Job
from jingkai.rulebook import Rulebook
from jingkai.vocabulary import Fact, Vocabulary

__all__ = ["correction_line", "corrections_of"]

_STATES = {
    "submitted": ("待办理", "waits for the office"),
    "accepted": ("已采纳，正在更新", "accepted, being put into the register"),
    "applied": ("已采纳并更新", "accepted and in the register"),
    "refused": ("未采纳", "refused"),
    "withdrawn": ("已撤回", "withdrawn"),
}


def corrections_of(
    rows: Iterable[Correction], book: Rulebook, lang: str = "zh"
) -> list[dict[str, Any]]:
    """Return corrections as a list shows them: what of which fact, where each stands."""
    return [_line(row, book.vocabulary, lang) for row in rows]


def correction_line(row: Correction, book: Rulebook, lang: str = "zh") -> dict[str, Any]:
    """Return a correction whole: with its evidence, its job and the decisions that changed.

    Returns
    -------
    dict
        Beside the line of a list: ``evidence``, ``failed`` (what went wrong with the update, with a
        hint; None: nothing), ``changed`` (rules with verdict ``before`` and ``after``; None until it is
        in the register).
    """
    job = row.job
    done = job is not None and row.state == Correction.State.APPLIED and job.result
    return {
        **_line(row, book.vocabulary, lang),
        "evidence": [
            {"id": str(f.pk), "name": f.name, "kind": f.kind, "size": f.size}
            for f in row.evidence.all()
        ],
        "failed": job.error if job is not None and job.state == Job.State.FAILED else None,
        "changed": [_change(c, book, lang) for c in job.result["changed"]] if done else None,
    }


def _line(row: Correction, vocabulary: Vocabulary, lang: str) -> dict[str, Any]:
    known = vocabulary.entities["enterprise"].column(row.column)
    fact, year = known if known else (None, None)
    office = vocabulary.offices.get(row.office)
    return {
        "id": row.pk,
        "enterprise": row.enterprise,
        "name": row.name,
        "column": row.column,
        "label": fact.label.text(lang) if fact else row.column,
        "year": year,
        "old": _words(row.old, row, fact, vocabulary, lang),
        "new": _words(row.new, row, fact, vocabulary, lang),
        "typed": row.new,
        "unit": row.unit,
        "note": row.note,
        "office": office.label.text(lang) if office else row.office,
        "at": _when(row.at),
        "state": row.state,
        "state_text": _STATES[row.state][lang != "zh"],
        "decided_at": _when(row.decided_at),
        "reason": row.reason,
        "snapshot": row.snapshot,
    }


def _words(text: str, row: Correction, fact: Fact | None, vocabulary: Vocabulary, lang: str) -> str:
    """Return a value in words; as it was typed where the data dictionary has changed since."""
    if fact is None or not text:
        return text or ("未知" if lang == "zh" else "unknown")
    try:
        value = read_value(text, fact, vocabulary, row.at.date())
    except ConsoleError:
        return text
    return value_text(value, fact, vocabulary, lang)


def _change(change: dict[str, Any], book: Rulebook, lang: str) -> dict[str, Any]:
    rule = book.rules.get(change["rule"])
    before = change["before"] or {}
    return {
        "rule": change["rule"],
        "title": rule.source.title.text(lang) if rule else change["rule"],
        "before": before.get(lang, ""),
        "after": change["after"][lang],
    }


def _when(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""

"""Records of penalties as pages show them: what, when, by whom, from when, and what is still to be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from jingkai.console.credit.records import COLUMNS, END_RULE, RULE, can_tell, lacking, records_of
from jingkai.console.entitlements import reason_line
from jingkai.console.fact_values import value_text
from jingkai.console.models import Account
from jingkai.console.opened import Opened
from jingkai.console.told import hidden_from, reasons_told, sensitive_facts
from jingkai.explain.reason import RuleReason

__all__ = ["STATE_WORDS", "explained_records", "facts_shown", "record_line", "records_table"]

#: What a state is called, in Chinese and English, and its mark.
STATE_WORDS = {
    "now": ("可以申请修复", "may be repaired", "good"),
    "soon": ("最短公示期未满", "shortest time not over", ""),
    "todo": ("还有事项未完成", "something is to be done", "bad"),
    "open": ("待核实", "not known yet", "open"),
    "ended": ("公示期满", "ended by itself", ""),
    "barred": ("规定不可修复", "barred from repair", "bad"),
    "repaired": ("已修复", "repaired", "good"),
}


def explained_records(
    account: Account, found: Opened, key: str, lang: str = "zh"
) -> list[dict[str, Any]]:
    """Return an enterprise's records with the rule on repair explained for each, as an account may know it.

    Returns
    -------
    list
        As `record_line` has them, with ``reason`` (see `reason_line`), ``ends`` (the day on which
        publication ends by itself, empty where that is not sure) and ``apply`` (repair may be asked for:
        every condition is met but those that the enterprise meets by what it states when it asks).
        Empty where nothing was loaded.
    """
    if not can_tell(found):
        return []
    hidden = hidden_from(account, found, lang, "penalty")
    rows = records_of(found, key, hidden).with_columns(lacking(found, lang))
    return [
        {**record_line(found, row, hidden, lang), **_explained(account, found, row, lang)}
        for row in rows.iter_rows(named=True)
    ]


def record_line(
    found: Opened, row: Mapping[str, Any], hidden: Mapping[str, str], lang: str = "zh"
) -> dict[str, Any]:
    """Return a record in plain values.

    Parameters
    ----------
    row
        Of `zone_records` or `records_of`, with what is `lacking`.
    hidden
        Columns that the reader may not see, and what stands in their place.

    Returns
    -------
    dict
        ``record`` (its key), its facts in words, ``day`` and ``from`` as dates in ISO form or null,
        ``always``, ``days``, ``state`` with ``state_text`` and ``mark``, and what it fails and what is not
        known of it: ``unmet``, ``unknown`` (titles of conditions, empty for none).
    """
    vocabulary = found.rulebook.vocabulary
    facts = vocabulary.entities["penalty"].facts
    words = {
        c: hidden.get(c) or value_text(row[c], facts[c], vocabulary, lang)
        for c in COLUMNS
        if c != "occurred_on"
    }
    zh, en, mark = STATE_WORDS[row["state"]]
    return {
        "record": row["key"],
        **words,
        "name": row["name"] or row["key"],
        "day": _iso(row["occurred_on"]),
        "from": _iso(row["from"]),
        "always": row["always"],
        "days": row["days"],
        "state": row["state"],
        "state_text": zh if lang == "zh" else en,
        "mark": mark,
        "unmet": row["unmet"],
        "unknown": row["unknown"],
    }


def facts_shown(found: Opened, hidden: Mapping[str, str]) -> list[str]:
    """Return the sensitive facts that records tell of, for the trail: ``penalty.severity``."""
    read = found.rulebook.rules[RULE].reads_facts()
    names = [c for c in dict.fromkeys([*COLUMNS, *read]) if c not in hidden]
    return [f"penalty.{n}" for n in sensitive_facts(found, names, "penalty")]


def _explained(
    account: Account, found: Opened, row: Mapping[str, Any], lang: str
) -> dict[str, Any]:
    rules = [n for n in (RULE, END_RULE) if n in found.run.rules]
    reasons = reasons_told(account, found, row["position"], lang, rules, entity="penalty")
    told = {r.rule: r for r in reasons}
    ends = told.get(END_RULE)
    return {
        "reason": {**reason_line(found, told[RULE], lang), "notes": ""},  # the same for each
        "ends": ends.due if ends is not None and ends.verdict else "",
        "apply": row["state"] in ("now", "todo", "open") and _its_own(found, told[RULE]),
    }


def _its_own(found: Opened, reason: RuleReason) -> bool:
    """Return whether all that is not met rests on facts that the enterprise itself holds."""
    facts = found.rulebook.vocabulary.entities["penalty"].facts
    left = [c for c in reason.conditions if c.verdict is not True]
    read = {f for c in left for a in c.atoms for f in a.facts}
    return (bool(read) or not left) and all(
        f in facts and facts[f].holder == "enterprise" for f in read
    )


def _iso(day: Any) -> str | None:
    return None if day is None else str(day)


def records_table(lines: list[dict[str, Any]]) -> pl.DataFrame:
    """Return an enterprise's records as a file has them."""
    rows = [
        {
            "案号": line["name"], "类别": line["kind"], "处罚机关": line["decided_by"],
            "决定日期": line["day"], "严重程度": line["severity"], "状态": line["state_text"],
            "最短公示期届满": line["from"], "最长公示期届满": line["ends"] or None,
            "未符合": line["unmet"], "未知": line["unknown"],
        }
        for line in lines
    ]  # fmt: skip
    return pl.DataFrame(
        rows, infer_schema_length=None, schema=None if rows else {"案号": pl.String}
    )

"""Records of penalties with how far each is from its repair, decided by the rule over all rows at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl

from jingkai.console.officer.near import hidden_conditions
from jingkai.console.opened import Opened
from jingkai.engine.events import whole_until
from jingkai.engine.granted_from import granted_from, waiting_conditions
from jingkai.rulebook import Rule

__all__ = [
    "COLUMNS",
    "END_RULE",
    "RULE",
    "STATES",
    "can_tell",
    "lacking",
    "list_of_records",
    "records_of",
    "zone_records",
]

#: The rule that says when a record may be repaired, and the one that says when it ends by itself.
RULE, END_RULE = "credit_repair", "penalty_publication_end"
#: States of a record: repairable today, once a day has come, with something still to be done, not known;
#: nothing to be asked for: its publication ended by itself, repair is ruled out, done already.
STATES = ("now", "soon", "todo", "open", "ended", "barred", "repaired")
#: Facts of a record that pages show.
COLUMNS = ("name", "kind", "occurred_on", "decided_by", "severity", "record_published")
#: Conditions that nobody can still meet, with the state of a record that fails one.
_FINAL = {"not_repaired": "repaired", "not_barred": "barred"}
_DATES = {"occurred_on": pl.Date, "record_published": pl.Boolean}


def can_tell(found: Opened) -> bool:
    """Return whether records of penalties were loaded, and the rule on their repair was run."""
    return "penalty" in found.snapshot.entities and RULE in found.run.rules


def list_of_records(found: Opened) -> dict[str, Any]:
    """Return how the list of records stands.

    Returns
    -------
    dict
        ``loaded`` (there is one), ``whole_until`` (day up to which every record is there, null where that
        is not known), ``in_force`` (the rule on repair was run), ``begins`` (its first day where that is
        still to come, else null).
    """
    until = whole_until(found.snapshot, "penalty")
    rule = found.every.rules.get(RULE)
    begins = rule.source.basis.from_ if rule is not None else found.day
    return {
        "loaded": "penalty" in found.snapshot.entities,
        "whole_until": until.isoformat() if until else None,
        "in_force": RULE in found.run.rules,
        "begins": begins.isoformat() if begins > found.day else None,
    }


def records_of(found: Opened, key: str, hidden: Mapping[str, str]) -> pl.DataFrame:
    """Return an enterprise's records, the newest first; columns as `zone_records` has them."""
    mine = _records(found, hidden).filter(pl.col("enterprise") == key)
    return mine.sort("occurred_on", "key", descending=[True, False], nulls_last=True).collect()


def zone_records(found: Opened, zone: str, hidden: Mapping[str, str]) -> pl.DataFrame:
    """Return the records of a zone's enterprises, those that may be repaired first in front.

    Parameters
    ----------
    hidden
        Columns of penalties that the reader may not see. A condition that rests on one is taken to
        hold, and nothing of it is told but what follows from the decision itself.

    Returns
    -------
    A row a record: `position`, `key`, `enterprise`, `firm` (the enterprise's name), the facts of
    `COLUMNS` (null: unknown, or hidden), `from` (first day after the shortest time of publication; null
    where there is none or it is not known), `always` (there is none to wait for), `days` (from the day
    asked about to `from`, negative once it has passed), `state` (one of `STATES`), and a column a
    condition, ``c:ID``, its verdict.
    """

    def find() -> pl.DataFrame:
        have = found.snapshot.columns("enterprise")
        here = (pl.col("zone") == zone) if "zone" in have else pl.lit(False)
        name = pl.col("name") if "name" in have else pl.lit(None, pl.String)
        firms = found.snapshot.scan("enterprise").filter(here)
        firms = firms.select(pl.col("key").alias("enterprise"), name.alias("firm"))
        rows = _records(found, hidden).join(firms, on="enterprise", how="inner")
        order = pl.col("always").fill_null(False)
        return rows.sort(order.not_(), "from", "key", nulls_last=True).collect(engine="streaming")

    return found.kept(("repairs", zone, frozenset(hidden)), find)


def lacking(found: Opened, lang: str = "zh") -> tuple[pl.Expr, pl.Expr]:
    """Return what a record still fails and what is not known of it: titles of conditions in one text.

    Conditions that wait for a day are not among those failed: `from` tells of them.
    """
    rule = found.rulebook.rules[RULE]
    waits, mark = set(waiting_conditions(rule)), "；" if lang == "zh" else "; "

    def those(fits: Callable[[pl.Expr], pl.Expr], leave: set[str]) -> pl.Expr:
        titles = [
            pl.when(fits(pl.col(f"c:{c.id}"))).then(pl.lit(c.label(lang)))
            for c in rule.conditions
            if c.id not in leave
        ]
        return pl.concat_str(titles, separator=mark, ignore_nulls=True)

    unmet, unknown = those(pl.Expr.not_, waits), those(pl.Expr.is_null, set())
    return unmet.alias("unmet"), unknown.alias("unknown")


def _records(found: Opened, hidden: Mapping[str, str]) -> pl.LazyFrame:
    rule = found.rulebook.rules[RULE]
    kept = hidden_conditions(found, rule, hidden)
    frame = granted_from(found.rulebook, found.snapshot, found.run, RULE, kept)
    have = frame.collect_schema().names()
    stored: dict[str, str] = found.run.rules[RULE]["conditions"]
    told = {
        c.id: pl.lit(None, pl.Boolean) if c.id in kept else pl.col(stored[c.id])
        for c in rule.conditions
    }
    if set(waiting_conditions(rule)) & set(kept):
        none = [pl.lit(None, pl.Date).alias("from"), pl.lit(None, pl.Boolean).alias("always")]
        frame = frame.with_columns(none)
    shown = [
        pl.col(c)
        if c in have and c not in hidden
        else pl.lit(None, _DATES.get(c, pl.String)).alias(c)
        for c in COLUMNS
    ]
    owner = pl.col("enterprise") if "enterprise" in have else pl.lit(None, pl.String)
    days = (pl.col("from") - pl.lit(found.day)).dt.total_days().alias("days")
    return frame.select(
        *("position", "key"), owner.alias("enterprise"), *shown, *("from", "always"), days,
        _state(rule, told, _ended(found, hidden), found.day).alias("state"),
        *(e.alias(f"c:{c}") for c, e in told.items()),
    )  # fmt: skip


def _ended(found: Opened, hidden: Mapping[str, str]) -> pl.Expr:
    """Return whether the longest time of publication is surely over."""
    known = END_RULE in found.run.rules
    if not known or any(n in hidden for n in found.rulebook.rules[END_RULE].reads_facts()):
        return pl.lit(False)
    return pl.col(END_RULE) & (pl.col(f"{END_RULE}__due") <= found.day)


def _state(rule: Rule, told: Mapping[str, pl.Expr], over: pl.Expr, day: date) -> pl.Expr:
    tests = [
        *((told[c].not_(), state) for c, state in _FINAL.items() if c in told),
        (over, "ended"),
        (pl.col(rule.id), "now"),
        (pl.col("then").not_(), "todo"),
        (pl.col("then") & (pl.col("from") > day), "soon"),
    ]
    return pl.coalesce(*(pl.when(test).then(pl.lit(s)) for test, s in tests), pl.lit("open"))

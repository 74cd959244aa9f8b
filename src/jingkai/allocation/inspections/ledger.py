"""The ledger of a year's inspections: who was visited how often, by whom, on what ground, to what end.

A count is an interval where it is not known whether a visit was ordered from above, and a lower bound
where the events were not loaded whole: unknown is not no.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from jingkai.allocation.inspections.objects import whole_until
from jingkai.allocation.inspections.plan_file import office_titles
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook
from jingkai.rulebook.parameters import Fixed

__all__ = [
    "COUNT_HEADINGS",
    "Ledger",
    "caps_of_rules",
    "ledger_summary",
    "not_recorded",
    "read_ledger",
    "year_events",
]

#: The headings of the table of counts, as people read them.
COUNT_HEADINGS = {
    "key": "统一社会信用代码", "name": "企业名称", "office": "检查机关", "visits": "检查次数",
    "low": "计入上限至少", "high": "计入上限至多", "cap": "年度上限", "over": "超过上限",
}  # fmt: skip

_TEXTS = ("kind", "ground", "result", "plan_visit", "scan_number", "inspectors")
_TRUTHS = ("planned", "visit_ground", "ordered_from_above")
_RENAMED = {
    "enterprise": "key", "inspecting_office": "office", "occurred_on": "day", "ordered_from_above": "above",
    "name": "record",
}  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """A year's visits.

    Parameters
    ----------
    year
        The calendar year.
    events
        One row a visit of an office: `key`, `name`, `class` (null: open or not in the data), `day`,
        `office`, `kind`, `ground`, `result`, `planned`, `grounded` (whether a ground is stated
        that holds outside the plan), `above` (ordered from above), `plan_visit`, `record` (its number), `scan_number`, `inspectors`; null: not recorded.
    enterprises
        `key`, `name`, `class` of everyone.
    caps
        By office the most visits a year; an office that is not there has no cap set.
    until
        The day up to which every inspection is loaded, None where that is not known.
    """

    year: int
    events: pl.DataFrame
    enterprises: pl.DataFrame
    caps: dict[str, int]
    until: date | None

    def counts(self) -> pl.DataFrame:
        """Count by enterprise and office.

        Returns
        -------
        `key`, `name`, `office`, `visits`, `low` and `high` (bounds of those that count towards the
        cap; a visit whose office was not recorded may have been any one's), `cap`, `over` (so far:
        true, false, or null: cannot be told, or no cap set).
        """
        bounds = self.events.group_by("key", "name", "office").agg(
            pl.len().alias("visits"),
            (~pl.col("above").fill_null(True)).sum().alias("low"),
            (~pl.col("above").fill_null(False)).sum().alias("high"),
        )
        anyones = bounds.filter(pl.col("office").is_null()).select(
            "key", pl.col("high").alias("anyones")
        )
        bounds = (
            bounds.join(anyones, on="key", how="left")
            .with_columns(
                pl.when(pl.col("office").is_null())
                .then("high")
                .otherwise(pl.col("high") + pl.col("anyones").fill_null(0))
                .alias("high")
            )
            .drop("anyones")
        )
        cap = pl.col("office").replace_strict(self.caps, default=None, return_dtype=pl.Int64)
        surely = pl.col("low") > pl.col("cap")
        never = (pl.col("high") <= pl.col("cap")) & pl.lit(self.until is not None)
        return bounds.with_columns(cap.alias("cap")).with_columns(
            pl.when(surely).then(True).when(never).then(False).alias("over")
        ).sort(["high", "key", "office"], descending=[True, False, False])  # fmt: skip


def read_ledger(
    snapshot: Snapshot,
    classes: pl.LazyFrame,
    year: int,
    caps: dict[str, int],
    plan: pl.DataFrame | None = None,
    others: pl.DataFrame | None = None,
    zone: str = "",
) -> Ledger:
    """Read a year's inspections from a snapshot.

    Parameters
    ----------
    classes
        `class` of each enterprise of the snapshot, in its order.
    plan
        The plan's visits: then a visit is planned if its number, or its enterprise, office and day,
        is in them, whatever the record says.
    others
        Visits known from elsewhere, in the columns of `year_events`: those the snapshot does not have yet.
    zone
        Only enterprises of this zone and visits to them.
    """
    had = snapshot.columns("enterprise")
    facts = snapshot.scan("enterprise").select(
        "key",
        *(pl.col(c) if c in had else pl.lit(None, pl.String).alias(c) for c in ("name", "zone")),
    )
    everyone = pl.concat([facts, classes], how="horizontal")
    here = everyone.filter(pl.col("zone") == zone) if zone else everyone
    enterprises = here.drop("zone").collect()
    events = year_events(snapshot, year)
    if others is not None:
        events = pl.concat([events, not_recorded(others, events).select(events.columns)])
    if zone:
        events = events.filter(pl.col("key").is_in(enterprises["key"].implode()))
    if plan is not None:
        events = _held_against(events, plan)
    events = events.join(enterprises, on="key", how="left").with_columns(
        pl.when(pl.col("ground").is_not_null())
        .then(pl.col("ground") != "random")  # a random draw outside the plan is no ground
        .otherwise("visit_ground")
        .alias("grounded")
    )
    return Ledger(
        year, events.sort("day", "key", "office"), enterprises, caps, whole_until(snapshot)
    )


def year_events(snapshot: Snapshot, year: int, key: str = "") -> pl.DataFrame:
    """Read the inspections of a year, of one enterprise if its key is given.

    Returns
    -------
    As `Ledger.events` without `name`, `class` and `grounded`, with `visit_ground`; a column that was never
    loaded is unknown throughout.
    """
    types: dict[str, pl.DataType] = dict.fromkeys(_TEXTS, pl.String())
    types |= dict.fromkeys(_TRUTHS, pl.Boolean())
    types |= {"enterprise": pl.String(), "inspecting_office": pl.String(), "occurred_on": pl.Date()}
    types |= {"name": pl.String()}
    had = snapshot.columns("inspection") if "inspection" in snapshot.entities else []
    source = snapshot.scan("inspection") if had else pl.LazyFrame({"key": []})
    columns = [
        (pl.col(c) if c in had else pl.lit(None, t).alias(c)).cast(t) for c, t in types.items()
    ]
    found = source.select(columns).filter(pl.col("occurred_on").dt.year() == year).rename(_RENAMED)
    return (found.filter(pl.col("key") == key) if key else found).collect()


def not_recorded(others: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return those visits that the records do not have.

    A record is of a visit if it has its number, or no visit's number but its enterprise, office and day;
    one whose office was not recorded is of any office's.

    Parameters
    ----------
    others
        Visits, in the columns of `year_events`, each with its number as `record`.
    """
    known = others.select("key", "record")
    numbered = pl.concat(
        events.select("key", "office", pl.col(c).alias("record")) for c in ("plan_visit", "record")
    )
    strange = events.join(
        known, left_on=["key", "plan_visit"], right_on=["key", "record"], how="anti"
    ).join(known, on=["key", "record"], how="anti")
    for held, by in ((numbered, "record"), (strange, "day")):
        on = ["key", by]
        anyones = held.filter(pl.col("office").is_null()).select(on)
        others = others.join(held.select(*on, "office"), on=[*on, "office"], how="anti").join(
            anyones, on=on, how="anti"
        )
    return others


def _held_against(events: pl.DataFrame, plan: pl.DataFrame) -> pl.DataFrame:
    numbers = plan["visit"].unique()
    days = plan.select("key", "office", "day").unique().with_columns(pl.lit(True).alias("on_day"))
    return (
        events.join(days, on=["key", "office", "day"], how="left")
        .with_columns(
            (
                pl.col("plan_visit").is_in(numbers.implode()).fill_null(False)
                | pl.col("on_day").fill_null(False)
            ).alias("planned")
        )
        .drop("on_day")
    )


def caps_of_rules(rulebook: Rulebook, day: date) -> dict[str, int]:
    """Return the cap that the zone has set for every office in its rules; none where it set none."""
    rule = rulebook.rules.get("inspection_cap_left")
    value = rule.parameters["cap"].at(day) if rule else None
    if not isinstance(value, Fixed) or isinstance(value.value, date):
        return {}
    return dict.fromkeys(office_titles(), int(value.value))


def ledger_summary(ledger: Ledger) -> dict[str, Any]:
    """Sum up a ledger: how often, by whom, on what ground, with what result, by class, over the cap."""
    events, counts = ledger.events, ledger.counts()
    days = events.group_by("key").agg(pl.col("day").n_unique().alias("days"))
    visited = ledger.enterprises.join(days, on="key", how="left").with_columns(
        pl.col("days").fill_null(0)
    )
    return {
        "year": ledger.year,
        "until": ledger.until.isoformat() if ledger.until else None,
        "visits": events.height,
        "entries": events.select("key", "day").n_unique(),
        "enterprises": events["key"].n_unique(),
        "not_in_data": events.filter(~pl.col("key").is_in(ledger.enterprises["key"].implode()))["key"].n_unique(),
        "how_often": dict(visited.group_by("days").len().sort("days").iter_rows()),
        "offices": _by_office(ledger, counts),
        **{by: _tally(events, by) for by in ("kind", "ground", "result")},
        "planned": _tally(events, "planned"),
        "without_ground": _without_ground(events),
        "classes": _by_class(events, visited),
    }  # fmt: skip


def _tally(events: pl.DataFrame, by: str) -> dict[str, int]:
    """Count visits by what was recorded; what was not stands under an empty name."""
    found = events.group_by(pl.col(by).cast(pl.String).fill_null("").alias(by)).len()
    return dict(found.sort("len", by, descending=[True, False]).iter_rows())


def _without_ground(events: pl.DataFrame) -> dict[str, int]:
    """Count visits outside the plan that state no ground, and those of which either is not recorded."""
    unplanned = ~pl.col("planned")
    surely = events.filter(unplanned & ~pl.col("grounded")).height
    maybe = events.filter(
        pl.col("planned").fill_null(False).not_() & pl.col("grounded").fill_null(False).not_()
    ).height
    return {"surely": surely, "not_recorded": maybe - surely}


def _by_office(ledger: Ledger, counts: pl.DataFrame) -> list[dict[str, Any]]:
    events = ledger.events
    visits = events.group_by("office").agg(
        pl.len().alias("visits"),
        pl.col("key").n_unique().alias("enterprises"),
        (~pl.col("planned")).sum().alias("unplanned"),
        pl.col("above").sum().alias("from_above"),
    )
    most = counts.group_by("office").agg(
        pl.col("high").max().alias("most"),
        (pl.col("over").fill_null(False)).sum().alias("over_cap"),
        (pl.col("over").is_null() & (pl.col("high") > pl.col("cap"))).sum().alias("maybe_over"),
    )
    joined = visits.join(most, on="office", nulls_equal=True).sort("visits", descending=True)
    return [{**row, "cap": ledger.caps.get(row["office"])} for row in joined.to_dicts()]


def _by_class(events: pl.DataFrame, visited: pl.DataFrame) -> list[dict[str, Any]]:
    people = visited.group_by("class").agg(
        pl.len().alias("enterprises"), (pl.col("days") > 0).sum().alias("visited")
    )
    inside = events.filter(pl.col("key").is_in(visited["key"].implode()))
    known = pl.col("result").is_not_null()
    found = inside.group_by("class").agg(
        pl.len().alias("visits"),
        known.sum().alias("with_result"),
        (known & (pl.col("result") != "no_problem")).sum().alias("problems"),
    )
    table = people.join(found, on="class", how="left", nulls_equal=True).with_columns(
        pl.col("visits", "with_result", "problems").fill_null(0)
    )
    return table.sort("class", nulls_last=True).to_dicts()

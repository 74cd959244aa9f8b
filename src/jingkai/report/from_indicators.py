"""From the indicators of a year: figures with growth, share, rank, coverage and what was published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.engine.indicators import Level
from jingkai.engine.published import Published
from jingkai.engine.standing import additive, standing
from jingkai.registry.snapshot import Snapshot
from jingkai.report.figures import figure, percent
from jingkai.report.page import Figure, Printed, RegionShares
from jingkai.rulebook import Rulebook
from jingkai.rulebook.results import amount_quantum
from jingkai.workspace import Workspace

__all__ = ["Indicated", "figures_of_nation", "figures_of_zone", "indicated", "region_shares"]

_FIRST = ("statistics", "assessment")
_RELATIONS = {"equals": "{}", "over": "超{}", "at_least": "{}以上"}


@dataclass(frozen=True, slots=True)
class Indicated:
    """A year's indicators: the snapshot they are of, the rules on its day, a table a level."""

    snapshot: Snapshot
    rulebook: Rulebook
    tables: Mapping[Level, pl.DataFrame]

    def whole(self, published: Sequence[Published], year: int) -> bool:
        """Whether all the zones are in the data that were published to be, of the year or of the newest."""
        counts = {p.year: p.value for p in published if p.indicator == "zone_count"}
        counted = self.tables["nation"].filter(pl.col("indicator") == "zone_count")["of"]
        expected = counts.get(year, counts.get(max(counts, default=0), Fraction(0)))
        return (counted.sum() or 0) >= expected


def indicated(
    workspace: Workspace, rulebook: Rulebook, year: int, levels: Sequence[Level]
) -> Indicated:
    """Compute a year's indicators at some levels."""
    snapshot, tables = standing(workspace, rulebook, year, levels)
    return Indicated(snapshot, rulebook.on(snapshot.day_of(year)), tables)


def figures_of_nation(
    found: Indicated, published: Sequence[Published], year: int
) -> tuple[Figure, ...]:
    """Return the nation's figures beside the published ones of the same year.

    They are held against each other only where all the zones are in the data. Indicators of which nothing
    is known are left out.
    """
    printed = {p.indicator: p for p in published if p.year == year}
    whole, rows = found.whole(published, year), found.tables["nation"].iter_rows(named=True)
    figures = (
        _figure(row, found, printed=printed.get(row["indicator"]), whole=whole) for row in rows
    )
    return _ordered((f for f in figures if f.known), found)


def figures_of_zone(found: Indicated, zone: str) -> tuple[Figure, ...]:
    """Return a zone's figures with its share of the nation's and its rank among the zones.

    Indicators of which nothing is known are left out.
    """
    table = found.tables["zone"]
    ranked = table.filter(pl.col("value").is_not_null()).group_by("indicator").len()
    counts = dict(ranked.iter_rows())
    whole = found.tables["nation"].select("indicator", "value").rows()
    nation = {name: value for name, value in whole if value}
    mine = table.filter(pl.col("group") == zone).iter_rows(named=True)
    figures = (
        _figure(row, found, nation.get(row["indicator"]), counts.get(row["indicator"], 0))
        for row in mine
    )
    return _ordered((f for f in figures if f.known and f.indicator != "zone_count"), found)


def _ordered(figures: Iterable[Figure], found: Indicated) -> tuple[Figure, ...]:
    """Put what the ministry's statistics name before what rules of single measures count.

    Of two called the same, the later says that it is the assessment's.
    """

    def place(f: Figure) -> int:
        measure = found.rulebook.rules[f.indicator].source.measure
        return _FIRST.index(measure) if measure in _FIRST else len(_FIRST)

    rows = sorted(figures, key=place)
    first = {f.title: f.indicator for f in reversed(rows)}
    return tuple(
        f if first[f.title] == f.indicator else replace(f, title=f"{f.title}（评价）") for f in rows
    )


def _figure(
    row: Mapping[str, Any],
    found: Indicated,
    nation: int | None = None,
    ranked: int = 0,
    printed: Published | None = None,
    whole: bool = True,
) -> Figure:
    rule = found.rulebook.rules[row["indicator"]]
    value, partial, before = row["value"], row["partial"], row["previous"]
    unit, quantum = str(rule.unit), amount_quantum(rule.unit)
    grown = value is not None and before is not None and before > 0 and bool(unit)
    parted = value is not None and nation is not None and additive(rule)
    return Figure(
        rule.id,
        rule.source.title.zh,
        unit,
        None if value is None else value * quantum,
        None if partial is None else partial * quantum,
        row["known"],
        row["of"],
        growth=Fraction(value, before) - 1 if grown else None,
        share=Fraction(value, nation) if parted else None,
        rank=row["rank"] if ranked > 1 else None,
        ranked=ranked,
        less=rule.source.direction == "less",
        main=rule.source.measure in _FIRST,
        printed=None
        if printed is None
        else _printed(printed, value if whole else None, unit, quantum),
    )


def _printed(printed: Published, value: int | None, unit: str, quantum: Fraction) -> Printed:
    words = figure(printed.value, printed.unit)
    implied = printed.implied_country()
    digits = 1 if printed.share_step is None or printed.share_step < Fraction(1, 100) else 0
    return Printed(
        _RELATIONS[printed.relation].format(words),
        None if value is None else printed.met_by(value * quantum, unit),
        None if printed.share is None else percent(printed.share, digits),
        None if implied is None else implied[1] * printed.within(unit)[0] / printed.value,
        printed.source,
    )


def region_shares(found: Indicated) -> tuple[RegionShares, ...]:
    """Return what each region has of the nation's figures that add up, where all of it is known."""
    codes = found.rulebook.vocabulary.entities["zone"].facts["region"].codes
    names = {c: label.zh for c, label in codes.items()} if isinstance(codes, dict) else {}
    rows: list[RegionShares] = []
    for (name,), table in found.tables["region"].group_by("indicator", maintain_order=True):
        rule = found.rulebook.rules[str(name)]
        values = dict(table.select("group", "value").iter_rows())
        whole = sum(v or 0 for v in values.values())
        if rule.source.measure != _FIRST[0]:
            continue
        if not additive(rule) or None in values.values() or whole == (values.get(None) or 0):
            continue
        order = [*names, None] if values.get(None) else list(names)
        parts = (
            (names.get(c or "", "地区未知"), Fraction(values.get(c) or 0, whole)) for c in order
        )
        rows.append(RegionShares(rule.source.title.zh, tuple(parts)))
    return tuple(rows)

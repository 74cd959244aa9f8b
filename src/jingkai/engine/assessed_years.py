"""Assesses the zones of a snapshot: a year by itself, and the years that a warning looks back over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from jingkai.engine.assessment import Assessment, Zone, assess_values, taking_part
from jingkai.engine.indicators import indicator_table
from jingkai.engine.published import published_figures
from jingkai.engine.store import EngineError
from jingkai.policies import policies_folder
from jingkai.registry.errors import SnapshotNotFound
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rule, Rulebook
from jingkai.workspace import Workspace

__all__ = ["assess_snapshot", "assess_years", "assessment_rule"]


def assessment_rule(rulebook: Rulebook, day: date, name: str | None = None) -> Rule:
    """Return the assessment in force on a day.

    Parameters
    ----------
    name
        Which, where several are.

    Raises
    ------
    EngineError
        If there is none, or several and no name.
    """
    found = [r for r in rulebook.in_force(day, "zone") if r.kind == "assessment"]
    chosen = [r for r in found if name is None or r.id == name]
    if len(chosen) == 1:
        return chosen[0]
    if found:
        names = "、".join(r.id for r in found)
        raise EngineError(f"{day} 有效的综合评价规则有 {names}", hint="用 --rule 说明用哪一条")
    every = [r for r in rulebook.rules.values() if r.kind == "assessment"]
    first = min((r.source.basis.from_ for r in every), default=None)
    since = (
        f"最早的一版 {first} 起施行，可评价 {first.year} 年度起的数据" if first else "没有这类规则"
    )
    raise EngineError(f"{day} 没有有效的综合评价规则", hint=since)


def assess_snapshot(
    rulebook: Rulebook,
    snapshot: Snapshot,
    year: int,
    name: str | None = None,
    expected: int | None = None,
) -> Assessment:
    """Weigh the zones of a snapshot on the data of a year.

    Parameters
    ----------
    rulebook, snapshot
        The rules with their layers, and the facts.
    year
        The year whose data counts.
    name
        Which assessment, where several are in force.
    expected
        How many zones there were in all, where that is known.

    Raises
    ------
    EngineError
        If the snapshot has no zones, or no assessment is in force then.
    """
    day = snapshot.day_of(year)
    book = rulebook.on(day)
    rule = assessment_rule(book, day, name)
    if "zone" not in snapshot.entities:
        raise EngineError(
            "快照里没有经开区的数据，无法评价", hint="先运行 `jingkai load zones 文件`"
        )
    facts = snapshot.scan("zone").collect()
    zones = [
        Zone(row["key"], row.get("name") or row["key"], row.get("province"), row.get("region"))
        for row in facts.iter_rows(named=True)
    ]
    part = taking_part(rule, book, day, facts)
    chosen, apart = (
        [z for z, p in zip(zones, part, strict=True) if p is yes] for yes in (True, False)
    )
    items = {i.indicator: i.id for group in rule.assessed for i in group.items}
    table = indicator_table(book, snapshot, day, ["zone"], list(items))["zone"]
    values: dict[str, dict[str, int | None]] = {name: {} for name in items.values()}
    for indicator, group, value in table.select("indicator", "group", "value").iter_rows():
        values[items[indicator]][group] = value
    return replace(assess_values(rule, book, day, chosen, values, apart), expected=expected)


def assess_years(
    workspace: Workspace,
    rulebook: Rulebook,
    year: int,
    back: int = 2,
    name: str | None = None,
    expected: Mapping[int, int] | None = None,
) -> dict[int, Assessment]:
    """Return the assessment of a year and of some years before, as far as there are data and a rule.

    Parameters
    ----------
    workspace, rulebook
        Whose snapshots are read, by which rules.
    year, back
        The year, and how many before it.
    name
        Which assessment, where several are in force.
    expected
        By year how many zones there were; as published by default.

    Raises
    ------
    EngineError, SnapshotNotFound
        If the year itself cannot be assessed.
    """
    counts = _published_counts(workspace) if expected is None else expected

    def assessed(y: int) -> Assessment:
        number = counts.get(y, counts.get(max(counts, default=0)))
        return assess_snapshot(rulebook, Snapshot.of_year(workspace, y), y, name, number)

    found = {year: assessed(year)}
    for earlier in range(year - 1, year - back - 1, -1):
        try:
            found[earlier] = assessed(earlier)
        except (EngineError, SnapshotNotFound):
            continue
    return found


def _published_counts(workspace: Workspace) -> dict[int, int]:
    """Return how many national zones there were, by the years of which it was published."""
    figures = published_figures([policies_folder(), *workspace.layers])
    return {f.year: int(f.value) for f in figures if f.indicator == "zone_count"}

"""From a decision run: what each measure grants, and which conditions alone refuse, weighted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from jingkai.engine.near import near_counts
from jingkai.engine.store import DecisionRun
from jingkai.registry.snapshot import Snapshot
from jingkai.report.page import MeasureUptake, NearMiss, RuleUptake
from jingkai.rulebook import Rulebook

__all__ = ["Decided", "Progress", "measures_of", "near_of", "uptake_of", "uptake_table"]

Progress = Callable[[str, int, int], None]

#: Kinds that give something, with the suffix of the column that says whether.
_RIGHTS = {"eligibility": "", "amount": "__right"}
#: Measures about the zones themselves.
_NOT_HERE = ("assessment", "statistics")
_ANSWERS = ("granted", "refused", "undetermined")


@dataclass(frozen=True, slots=True)
class Decided:
    """A run with what it was made of, and the zone whose entities count (None: all)."""

    rulebook: Rulebook
    snapshot: Snapshot
    run: DecisionRun
    zone: str | None = None

    @property
    def rights(self) -> list[str]:
        """The rules that grant something, in the order people read them."""
        found = (n for n, d in self.run.rules.items() if d["kind"] in _RIGHTS)
        chosen = [n for n in found if self.run.rules[n]["measure"] not in _NOT_HERE]
        return self.rulebook.in_order(chosen)


def uptake_of(decided: Decided) -> tuple[MeasureUptake, ...]:
    """Return what each measure's rules grant, refuse and leave open, in real entities.

    Measures of which no entity is here are left out.
    """
    return measures_of(decided, uptake_table(decided))


def measures_of(decided: Decided, table: pl.DataFrame) -> tuple[MeasureUptake, ...]:
    """Return what the rows of an `uptake_table` come to by measure and rule."""
    sums = table.group_by("rule").agg(pl.col(*_ANSWERS).sum())
    counts: dict[str, tuple[int, int, int]] = {n: (g, r, u) for n, g, r, u in sums.iter_rows()}
    found: dict[str, list[RuleUptake]] = {}
    for name in decided.rights:
        if sum(counts.get(name, ())):
            described, rule = decided.run.rules[name], decided.rulebook.rules[name]
            title = decided.rulebook.vocabulary.entities[rule.entity].title.zh
            row = RuleUptake(name, rule.source.title.zh, title, *counts[name], rule.verified)
            found.setdefault(described["measure"], []).append(row)
    titles = {m.measure: m.title.zh for m in decided.rulebook.measures.values()}
    return tuple(MeasureUptake(m, titles.get(m, m), tuple(rows)) for m, rows in found.items())


def uptake_table(decided: Decided) -> pl.DataFrame:
    """Return how many entities each rule grants, refuses and leaves open in each zone.

    Each entity's rows are read once, for all rules and zones.

    Returns
    -------
    A row a zone and rule: `zone` (its key; null where rows say none), `rule`, `granted`, `refused`,
    `undetermined` (real entities: rows by their weight).
    """
    rights = decided.rights
    names: dict[str, list[str]] = {}
    for name in rights:
        names.setdefault(decided.run.rules[name]["entity"], []).append(name)
    schema = {"zone": pl.String, "rule": pl.String, **dict.fromkeys(_ANSWERS, pl.Int64)}
    tables = [_counted(decided, entity, rules) for entity, rules in names.items()]
    return pl.concat([pl.DataFrame(schema=schema), *tables])


def _counted(decided: Decided, entity: str, names: Sequence[str]) -> pl.DataFrame:
    """Return an entity's rows of the table of uptake."""
    have = decided.snapshot.columns(entity)
    weight = pl.col("weight").cast(pl.Int64) if "weight" in have else pl.lit(1, pl.Int64)
    none = pl.lit(None, pl.String)
    place = pl.col("key") if entity == "zone" else pl.col("zone") if "zone" in have else none
    about = decided.snapshot.scan(entity).select(_weight=weight, zone=place)
    columns = {n: n + _RIGHTS[decided.run.rules[n]["kind"]] for n in names}
    results = decided.run.scan(entity).select(**{n: pl.col(c) for n, c in columns.items()})
    rows = pl.concat([about, results], how="horizontal")
    if decided.zone is not None:
        rows = rows.filter(pl.col("zone") == decided.zone)
    sums = {}
    for name in names:
        answers = (pl.col(name), pl.col(name).not_(), pl.col(name).is_null())
        for said, answer in zip(_ANSWERS, answers, strict=True):
            sums[f"{name}|{said}"] = pl.when(answer).then(pl.col("_weight")).sum()
    wide = rows.group_by("zone").agg(**sums).sort("zone").collect(engine="streaming")
    return pl.concat(
        wide.select("zone", rule=pl.lit(n), **{s: pl.col(f"{n}|{s}") for s in _ANSWERS})
        for n in names
    )


def near_of(
    decided: Decided,
    uptake: Sequence[MeasureUptake],
    within: Fraction,
    most: int = 10,
    progress: Progress | None = None,
) -> tuple[tuple[NearMiss, ...], tuple[NearMiss, ...]]:
    """Return the conditions with most entities near them, and those of a number that alone refuse most.

    Parameters
    ----------
    decided, uptake
        The run, and what its rules grant; rules that grant to nobody are left out of the second.
    within
        How near is near, as a share of what is needed.
    most
        How many of each at most.
    progress
        Called with stage, done and total.

    Returns
    -------
    Both with the most first; of a rule its first condition by each order.
    """
    granted = {r.rule: r.granted for m in uptake for r in m.rules}
    rows, names = [], [n for n in decided.rights if n in granted]
    for done, name in enumerate(names):
        if progress and done % 10 == 0:
            progress("临界条件", done, len(names))
        rows.append(_conditions(decided, name, granted[name], within))
    near = [max(r, key=lambda m: m.near or 0) for r in rows if r]
    alone = [max(r, key=lambda m: m.alone) for r in rows if r]
    return (
        tuple(sorted((m for m in near if m.near), key=lambda m: -(m.near or 0))[:most]),
        tuple(sorted((m for m in alone if m.alone and m.granted), key=lambda m: -m.alone)[:most]),
    )


def _conditions(decided: Decided, name: str, granted: int, within: Fraction) -> list[NearMiss]:
    """Return a rule's conditions that measure something, counted."""
    rule = decided.rulebook.rules[name]
    if rule.decide is None or not rule.conditions:
        return []
    table = near_counts(decided.rulebook, decided.snapshot, decided.run, name, within, decided.zone)
    entity = decided.rulebook.vocabulary.entities[rule.entity].title.zh
    found = []
    for condition, *counts in table.filter(pl.col("near").is_not_null()).iter_rows():
        c = rule.condition(condition)
        words = name, rule.source.title.zh, c.label(), c.basis, entity
        found.append(NearMiss(*words, granted, *counts))
    return found

"""How an indicator stands: its growth over the year before, its share of the whole, its rank."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import polars as pl

from jingkai.engine.indicators import LEVELS, Level, indicator_table, indicators_in_force
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rule, Rulebook
from jingkai.rulebook.tree import Aggregate, Arithmetic, FactRef, Holds, Node, RuleRef, walk
from jingkai.vocabulary import Vocabulary
from jingkai.workspace import Workspace

__all__ = ["additive", "standing", "values_before"]


def standing(
    workspace: Workspace,
    rulebook: Rulebook,
    year: int,
    levels: Sequence[Level] = LEVELS,
    only: Collection[str] | None = None,
) -> tuple[Snapshot, dict[Level, pl.DataFrame]]:
    """Compute a year's indicators with growth, share and rank.

    Parameters
    ----------
    workspace, rulebook
        Whose snapshots are read, by which rules.
    year
        The year told of.
    levels, only
        As `indicator_table` has them.

    Returns
    -------
    The snapshot used, and by level its table with `previous` (whole quanta of the year before),
    `growth` and `share` (ratios) and `rank` (1 the best by the indicator's direction, ties share
    it) beside; each null where it is not known of the whole. A sum over a year's facts is compared
    within the snapshot, else with the snapshot whose last year is the one before.
    """
    snapshot = Snapshot.of_year(workspace, year)
    day = snapshot.day_of(year)
    book = rulebook.on(day)
    rules = indicators_in_force(book, day, only)
    wanted = tuple(dict.fromkeys((*levels, "nation")))
    tables = indicator_table(book, snapshot, day, wanted, only)
    before = values_before(workspace, rulebook, snapshot, year, wanted, rules)
    nation = tables["nation"].select("indicator", whole="value")
    shared = [r.id for r in rules if additive(r)]
    less = [r.id for r in rules if r.source.direction == "less"]
    plain = [r.id for r in rules if not r.unit.factors]  # a ratio's growth would read as points
    return snapshot, {
        level: _standing(
            tables[level].join(nation, on="indicator", how="left"),
            before[level],
            shared,
            less,
            plain,
        )
        for level in levels
    }


def additive(rule: Rule) -> bool:
    """Whether an indicator of the whole is the sum of its parts: sums and counts, added."""

    def adds(node: Node | None) -> bool:
        if isinstance(node, Aggregate):
            return node.kind != "share"
        return (
            isinstance(node, Arithmetic) and node.op == "+" and adds(node.left) and adds(node.right)
        )

    return adds(rule.value)


def _standing(
    table: pl.DataFrame, before: pl.DataFrame, shared: list[str], less: list[str], plain: list[str]
) -> pl.DataFrame:
    value, previous = pl.col("value"), pl.col("previous")
    turned = pl.when(pl.col("indicator").is_in(less)).then(value).otherwise(-value)
    return table.join(before, on=("indicator", "group"), how="left", nulls_equal=True).select(
        "indicator", "group", "value", "partial", "known", "of", "previous",
        growth=pl.when((previous > 0) & ~pl.col("indicator").is_in(plain)).then(value / previous - 1),
        share=pl.when(pl.col("indicator").is_in(shared) & (pl.col("whole") > 0)).then(value / pl.col("whole")),
        rank=turned.rank("min").over("indicator").cast(pl.Int64),
    )  # fmt: skip


def values_before(
    workspace: Workspace,
    rulebook: Rulebook,
    snapshot: Snapshot,
    year: int,
    levels: Sequence[Level],
    rules: Sequence[Rule],
) -> dict[Level, pl.DataFrame]:
    """Return what indicators were in the year before, where that year is whole.

    Parameters
    ----------
    snapshot
        A later one; sums over a year's facts are read from it.
    year
        The year after the one asked for.
    levels, rules
        Of which levels and indicators.

    Returns
    -------
    By level `indicator`, `group` and `previous` (whole quanta). What is no sum over a year's facts is
    taken from the snapshot whose last year that was, and is left out where there is none.
    """
    yearly = [r.id for r in rules if _of_a_year(r, rulebook.vocabulary)]
    earlier = Snapshot.whose_last_year_is(workspace, year - 1)
    found = [_values(rulebook, snapshot, date(year, 1, 1), levels, yearly)]
    if earlier is not None:
        names = [r.id for r in rules]
        found.append(_values(rulebook, earlier, earlier.as_of, levels, names))
    return {
        level: pl.concat([f[level] for f in found]).unique(("indicator", "group"), keep="first", maintain_order=True)
        for level in levels
    }  # fmt: skip


def _values(
    rulebook: Rulebook, snapshot: Snapshot, day: date, levels: Sequence[Level], only: list[str]
) -> dict[Level, pl.DataFrame]:
    tables = indicator_table(rulebook.on(day), snapshot, day, levels, only)
    return {
        level: table.filter(pl.col("value").is_not_null()).select("indicator", "group", previous="value")
        for level, table in tables.items()
    }  # fmt: skip


def _of_a_year(rule: Rule, vocabulary: Vocabulary) -> bool:
    """Whether an indicator adds up yearly facts alone, so that a snapshot tells of earlier years too."""
    assert rule.value is not None
    for node in walk(rule.value):
        if isinstance(node, RuleRef | Holds) or (
            isinstance(node, Aggregate) and node.kind != "sum"
        ):
            return False
        if isinstance(node, Aggregate):
            facts = vocabulary.entities[node.entity].facts
            for part in walk(node.arg):
                if isinstance(part, FactRef) and not part.of and not facts[part.name].yearly:
                    return False
    return True

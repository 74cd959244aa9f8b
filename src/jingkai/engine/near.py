"""Near misses: every entity that one condition alone refuses, and how far it is off."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from jingkai.engine.joins import facts_and_results
from jingkai.engine.polars_plan import PlanCompiler
from jingkai.engine.store import DecisionRun, EngineError
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rule, Rulebook, lowering_for, tree
from jingkai.rulebook.exact import Exact
from jingkai.rulebook.lower import Lowering
from jingkai.rulebook.plan import col, lit

__all__ = ["NearMisses", "near_counts", "near_misses", "near_table"]


@dataclass(frozen=True, slots=True)
class NearMisses:
    """Who was refused by one condition alone.

    Parameters
    ----------
    rows
        One row an entity: ``position`` (its row in the snapshot), ``key``, ``name``, ``zone``,
        ``condition`` (id), ``value`` and ``needed`` (in the comparison's unit), ``gap`` (what is
        lacking, never negative) and ``share`` (gap over needed); null where the condition is no single
        comparison of numbers. Nearest first.
    conditions
        One row a condition: ``condition``, ``refused`` (entities it refuses), ``alone`` (those that it
        alone refuses), ``near`` (those of them in ``rows``). The one that binds most often first.
    """

    rows: pl.DataFrame
    conditions: pl.DataFrame


def near_misses(
    rulebook: Rulebook,
    snapshot: Snapshot,
    run: DecisionRun,
    rule: str,
    within: Fraction | None = None,
    zone: str | None = None,
    given: Collection[str] = (),
) -> NearMisses:
    """Return the entities that one condition of a rule alone refuses.

    Parameters
    ----------
    rulebook, snapshot, run
        What was decided with what.
    rule
        A rule with conditions that was run.
    within
        Only those whose gap is at most this share of what is needed (in double precision, to nine
        decimals); conditions that measure nothing are left out then.
    zone
        The key of the zone whose entities are looked at; all by default.
    given
        Conditions that are taken to hold, whatever was found: those of which a reader may know nothing.
        Nobody is told to miss one of them, and whom they refuse as well is listed all the same.

    Raises
    ------
    EngineError
        If the rule was not run or has no conditions.
    """
    return _Finding(rulebook, snapshot, run, rule, zone, given).near(within)


def near_counts(
    rulebook: Rulebook,
    snapshot: Snapshot,
    run: DecisionRun,
    rule: str,
    within: Fraction,
    zone: str | None = None,
) -> pl.DataFrame:
    """Count whom each condition of a rule refuses, without a row an entity.

    Parameters
    ----------
    rulebook, snapshot, run, rule, within
        As `near_misses` has them.
    zone
        The key of the zone whose entities count; all by default.

    Returns
    -------
    A row a condition: `condition`, `refused`, `alone` and `near`, all weighted; `near` is null where
    the condition is no single comparison of numbers.

    Raises
    ------
    EngineError
        If the rule was not run or has no conditions.
    """
    return _Finding(rulebook, snapshot, run, rule, zone).counts(within)


def near_table(
    rulebook: Rulebook,
    snapshot: Snapshot,
    run: DecisionRun,
    entity: str,
    within: Fraction,
    zone: str,
    given: Mapping[str, Collection[str]],
) -> pl.DataFrame:
    """Count the near misses of a zone for every rule of an entity, in one pass over its rows.

    Parameters
    ----------
    rulebook, snapshot, run, within, zone
        As `near_counts` has them.
    entity
        Whose rules.
    given
        By rule the conditions that are taken to hold, as `near_misses` has them.

    Returns
    -------
    A row a rule and condition that measures something: `rule`, `condition`, `alone` (rows that it alone
    refuses) and `near` (those within the share), not weighted; conditions that are near to nobody left out.
    """
    names = [n for n, r in run.rules.items() if r["entity"] == entity]
    names = [n for n in names if rulebook.rules[n].decide is not None]
    findings = [_Finding(rulebook, snapshot, run, n, zone, given.get(n, ())) for n in names]
    sums = {(f.rule.id, c, n): e for f in findings for c, n, e in f.measured(within)}
    if not sums:
        return pl.DataFrame(schema=_COUNTED)
    found = findings[0].frame.select(e.sum().alias("|".join(place)) for place, e in sums.items())
    row = found.collect(engine="streaming").row(0, named=True)
    rows = [
        {"rule": r, "condition": c, **{n: row[f"{r}|{c}|{n}"] for n in ("alone", "near")}}
        for r, c, n in sums
        if n == "near"
    ]
    return pl.DataFrame(rows, schema=_COUNTED).filter(pl.col("near") > 0)


_TABLE = {"condition": pl.String, "refused": pl.Int64, "alone": pl.Int64, "near": pl.Int64}
_COUNTED = {"rule": pl.String, "condition": pl.String, "alone": pl.Int64, "near": pl.Int64}


def _with_conditions(rulebook: Rulebook, run: DecisionRun, rule: str) -> Rule:
    if rule not in run.rules:
        raise EngineError(f"规则 {rule} 不在这次认定中", hint="见 `jingkai rules list`")
    if rulebook.rules[rule].decide is None:
        raise EngineError(f"规则 {rule} 没有条件，谈不上临界", hint="用于资格、义务和金额类规则")
    return rulebook.rules[rule]


class _Finding:
    def __init__(
        self,
        rulebook: Rulebook,
        snapshot: Snapshot,
        run: DecisionRun,
        name: str,
        zone: str | None = None,
        given: Collection[str] = (),
    ) -> None:
        self.given = frozenset(given)
        self.rule = rule = _with_conditions(rulebook, run, name)
        stored = run.scan(rule.entity)
        frame, columns = facts_and_results(snapshot, rulebook, rule.entity, run.as_of, stored)
        self.frame = frame.with_row_index("position")
        self.have = frozenset(columns)
        if zone is not None:
            lies = pl.col("key" if rule.entity == "zone" else "zone") == zone
            here = rule.entity == "zone" or "zone" in self.have
            self.frame = self.frame.filter(lies if here else pl.lit(False))
        self.lowering: Lowering = lowering_for(rulebook, rule, run.as_of, self.have)
        self.lowering.absent = frozenset(self.lowering.rules.keys() - run.rules.keys())
        self.compiler = PlanCompiler()
        self.columns: dict[str, str] = run.rules[rule.id]["conditions"]
        self.told = {c: column for c, column in self.columns.items() if c not in self.given}
        result = f"{rule.id}__right" if rule.kind == "amount" else rule.id
        self.refused = pl.col(result).not_()

    def near(self, within: Fraction | None) -> NearMisses:
        """Return the rows and the table of conditions."""
        if not self.told:
            nobody = self._rows(next(iter(self.columns)), pl.lit(False), within).collect()
            return NearMisses(nobody, pl.DataFrame(schema=_TABLE))
        alone = {c: self._alone(c) for c in self.told}
        counts = self.frame.select(
            *(e.sum().alias(f"alone|{c}") for c, e in alone.items()),
            *(
                (self.refused & pl.col(column).not_()).sum().alias(f"refused|{c}")
                for c, column in self.told.items()
            ),
        )
        parts = [self._rows(c, alone[c], within) for c in self.told]
        tables = pl.collect_all([counts, *parts], engine="streaming")
        rows = pl.concat(tables[1:]).sort("share", "key", nulls_last=True)
        return NearMisses(rows, self._table(tables[0].row(0, named=True), rows))

    def counts(self, within: Fraction) -> pl.DataFrame:
        """Return the weighted table of conditions."""
        weight = pl.col("weight").cast(pl.Int64) if "weight" in self.have else pl.lit(1, pl.Int64)
        sums: list[pl.Expr] = []
        for c, column in self.columns.items():
            alone, test = self._alone(c), self.rule.condition(c).test
            parts = {"refused": self.refused & pl.col(column).not_(), "alone": alone}
            if _measures(test):
                _, needed, gap = self._gap(test)
                parts["near"] = alone & (_share(needed, gap) <= float(within))
            sums += [pl.when(e).then(weight).sum().alias(f"{n}|{c}") for n, e in parts.items()]
        row = self.frame.select(sums).collect(engine="streaming").row(0, named=True)
        names = ("refused", "alone", "near")
        rows = [{"condition": c} | {n: row.get(f"{n}|{c}") for n in names} for c in self.columns]
        return pl.DataFrame(rows, schema={"condition": pl.String} | dict.fromkeys(names, pl.Int64))

    def measured(self, within: Fraction) -> Iterator[tuple[str, str, pl.Expr]]:
        """Yield of each condition that measures something whom it alone refuses, and who is near."""
        for c in self.told:
            test = self.rule.condition(c).test
            if _measures(test):
                alone = self._alone(c)
                _, needed, gap = self._gap(test)
                yield c, "alone", alone
                yield c, "near", alone & (_share(needed, gap) <= float(within))

    def _alone(self, condition: str) -> pl.Expr:
        """Return whether a condition fails and, had it held, would have granted."""
        assert self.rule.decide is not None
        self.lowering.conditions = {
            c: lit(True) if c == condition or c in self.given else col(column, "bool")
            for c, column in self.columns.items()
        }
        granted = self.compiler.expression(self.lowering.test(self.rule.decide))
        failed = pl.col(self.columns[condition]).not_()
        return (self.refused & failed & granted).fill_null(False)

    def _rows(self, condition: str, alone: pl.Expr, within: Fraction | None) -> pl.LazyFrame:
        value, needed, gap = self._gap(self.rule.condition(condition).test)
        rows = self.frame.filter(alone).select(
            "position",
            "key",
            self._text("name"),
            self._text("zone"),
            pl.lit(condition).alias("condition"),
            value.alias("value"),
            needed.alias("needed"),
            gap.alias("gap"),
            _share(needed, gap).alias("share"),
        )
        return rows if within is None else rows.filter(pl.col("share") <= float(within))

    def _text(self, name: str) -> pl.Expr:
        found = pl.col(name) if name in self.have else pl.lit(None, dtype=pl.String)
        return found.alias(name)

    def _gap(self, test: tree.Node) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
        """Return value, what is needed and the gap of a comparison of numbers; nulls of others."""
        if not _measures(test):
            none = pl.lit(None, dtype=pl.Float64)
            return none, none, none
        assert isinstance(test, tree.Compare)
        value, needed, upward = (
            self._side(test.left),
            self._side(test.right),
            test.op in (">", ">="),
        )
        if isinstance(test.left, tree.Parameter):
            value, needed, upward = needed, value, not upward
        gap = needed - value if upward else value - needed
        return value, needed, pl.max_horizontal(gap, 0.0)

    def _side(self, node: tree.Node) -> pl.Expr:
        if isinstance(node, tree.Cagr):
            last, base = (
                self._float(self.lowering._year(node.name, ago)) for ago in (0, node.years)
            )
            return (last / base).pow(1 / node.years) - 1
        if isinstance(node, tree.Events):
            return self._float(self.lowering._event_ends(node)[0])
        if isinstance(node, tree.RuleRef) and self.lowering.rules[node.rule].kind == "score":
            return self._float(self.lowering._score_ends(node)[1])
        return self._float(self.lowering.number(node))

    def _float(self, number: Exact) -> pl.Expr:
        num, den = (
            self.compiler.expression(part.plan).cast(pl.Float64)
            for part in (number.num, number.den)
        )
        return num / den * float(number.scale)

    def _table(self, counts: dict[str, int], rows: pl.DataFrame) -> pl.DataFrame:
        near = dict(rows.group_by("condition").len().iter_rows())
        table = [
            {
                "condition": c,
                "refused": int(counts[f"refused|{c}"] or 0),
                "alone": int(counts[f"alone|{c}"] or 0),
                "near": int(near.get(c, 0)),
            }
            for c in self.told
        ]
        return pl.DataFrame(table).sort("alone", "refused", descending=True, maintain_order=True)


def _measures(test: tree.Node) -> bool:
    """Whether a test is one comparison of numbers, so that there is a distance to it."""
    return isinstance(test, tree.Compare) and test.kind == "number" and test.op not in ("=", "<>")


def _share(needed: pl.Expr, gap: pl.Expr) -> pl.Expr:
    return (gap / pl.when(needed > 0).then(needed)).round(9)

"""Two stored runs: what flipped, and whether facts, rules or the date did it.

Between the first run A and the second B stand two states, and each flip is put down to the steps in
which its decision moved, taken in this order:

    facts of A ─► facts of B        facts of B       facts of B
    rules of A    rules of A   ─►   rules of B       rules of B
    date of A     date of A         date of A   ─►   date of B
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from jingkai.engine.comparison import (
    Comparison,
    stored_comparison,
    told_changes,
    write_flips,
)
from jingkai.engine.flip_table import flip_schema
from jingkai.engine.flips import RulePair, View, causes, compared, pair_of
from jingkai.engine.groups import GROUPS, Groups, groups_of
from jingkai.engine.polars_engine import write_results
from jingkai.engine.reevaluate import Reevaluation, reevaluate
from jingkai.engine.rulebooks import kept_rulebook
from jingkai.engine.run import decide
from jingkai.engine.runs import snapshot_of
from jingkai.engine.store import DecisionRun
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook, RuleLayout
from jingkai.rulebook.change import rule_changes
from jingkai.workspace import Workspace

__all__ = ["compare_runs"]

_Layouts = Mapping[str, RuleLayout]


@dataclass(frozen=True, slots=True)
class _Side:
    """A run with what it was made of."""

    run: DecisionRun
    snapshot: Snapshot
    rulebook: Rulebook

    @property
    def day(self) -> date:
        return self.run.as_of

    def layouts(self, entity: str) -> dict[str, RuleLayout]:
        return _layouts(self.run, entity)


def compare_runs(workspace: Workspace, first: DecisionRun, second: DecisionRun) -> Comparison:
    """Return what flipped between two stored runs and why, or read the stored answer.

    Parameters
    ----------
    workspace
        Where both runs, their facts and their rules lie.
    first, second
        The runs.

    Raises
    ------
    EngineError
        If the rules of one were not kept, or no longer pass the check.
    SnapshotNotFound
        If the facts of one are no longer there.
    """

    def build(folder: Path) -> dict[str, Any]:
        sides = [
            _Side(
                run, snapshot_of(workspace, run), kept_rulebook(workspace, run.manifest["rulebook"])
            )
            for run in (first, second)
        ]
        return _Difference(workspace, sides[0], sides[1]).manifest(folder)

    return stored_comparison(workspace, ("diff", first.id, second.id), build)


def _layouts(run: DecisionRun, entity: str) -> dict[str, RuleLayout]:
    return {
        name: RuleLayout(
            name,
            described["kind"],
            described["conditions"],
            described["applies"],
            tuple(described["results"]),
            Fraction(described["quantum"]) if described["quantum"] else None,
        )
        for name, described in run.rules.items()
        if described["entity"] == entity
    }


class _Difference:
    """The comparison of two runs, one entity after the other."""

    def __init__(self, workspace: Workspace, a: _Side, b: _Side) -> None:
        self.workspace, self.a, self.b = workspace, a, b
        self.same_facts = a.snapshot.id == b.snapshot.id
        self.same_rules = a.run.manifest["rulebook"] == b.run.manifest["rulebook"]
        self.same_day = a.day == b.day
        self.middle = self._middle()

    def _middle(self) -> DecisionRun:
        """Return the run of the new facts by the old rules on the old date."""
        if self.same_facts:
            return self.a.run
        if self.same_rules and self.same_day:
            return self.b.run
        return decide(self.workspace, self.b.snapshot, self.a.rulebook, self.a.day)

    def manifest(self, folder: Path) -> dict[str, Any]:
        """Write the tables and return the manifest."""
        rules: dict[str, Any] = {}
        entities: dict[str, Any] = {}
        ran = [side.run.manifest["entities"] for side in (self.a, self.b)]
        for entity in dict.fromkeys([*ran[0], *ran[1]]):
            if all(entity in side.snapshot.entities for side in (self.a, self.b)):
                rules |= self._flips(entity, folder)
            entities[entity] = self._members(entity, folder)
        days = (self.a.day, self.b.day)
        changes = rule_changes(self.a.rulebook, self.b.rulebook, days)
        return {
            "kind": "diff",
            "runs": [_described(side.run) for side in (self.a, self.b)],
            "as_of": self.b.day.isoformat(),
            "synthetic": self.b.run.manifest["synthetic"],
            "differ": {
                "facts": not self.same_facts,
                "rules": not self.same_rules,
                "date": not self.same_day,
            },
            "changes": told_changes(changes),
            "entities": entities,
            "rules": rules,
        }

    # --- flips

    def _flips(self, entity: str, folder: Path) -> dict[str, dict[str, Any]]:
        layouts = self.a.layouts(entity), self.b.layouts(entity)
        names = list(dict.fromkeys([*layouts[1], *layouts[0]]))
        books = self.a.rulebook.on(self.a.day), self.b.rulebook.on(self.b.day)
        pairs = [pair_of(name, books, layouts, set(names)) for name in names]
        if not pairs:
            return {}
        between = _Between(self, entity)
        steps = {pair.rule: between.steps(pair) for pair in pairs}
        groups = groups_of(self.b.snapshot, self.b.rulebook.vocabulary, entity, self.b.day)
        frame = self._frame(entity, pairs, between, groups)
        return write_flips(
            frame,
            pairs,
            groups,
            self.b.snapshot,
            folder / f"{entity}.arrow",
            books,
            {pair.rule: causes(pair, steps[pair.rule]) for pair in pairs},
        )

    def _frame(
        self, entity: str, pairs: list[RulePair], between: _Between, groups: Groups
    ) -> pl.LazyFrame:
        """Return the rows that both runs have, with the columns of every state."""
        before = _stored(self.a.run, entity, "a", {c for p in pairs for c in p.columns(p.before)})
        after = _stored(self.b.run, entity, "b", {c for p in pairs for c in p.columns(p.after)})
        facts = self.b.snapshot.scan(entity).select(groups.columns)
        parts = [facts, *after, *between.frames(pairs)]
        if self.same_facts:
            return pl.concat([*parts, *before], how="horizontal")
        keyed = pl.concat([self.a.snapshot.scan(entity).select("key"), *before], how="horizontal")
        rows = pl.concat(parts, how="horizontal")
        return rows.join(keyed, on="key", how="inner", maintain_order="left")

    # --- entities that are in one run only

    def _members(self, entity: str, folder: Path) -> dict[str, int]:
        """Add the entities that came and went to the table, and count them."""
        there = [entity in side.snapshot.entities for side in (self.a, self.b)]
        rows = [
            s.snapshot.rows(entity) if t else 0
            for s, t in zip((self.a, self.b), there, strict=True)
        ]
        found = {"rows_before": rows[0], "rows": rows[1], "gone": 0, "new": 0}
        if self.same_facts:
            return found
        parts = {
            word: _only(mine, other, entity, word)
            for word, mine, other in (("gone", self.a, self.b), ("new", self.b, self.a))
            if entity in mine.snapshot.entities
        }
        target = folder / f"{entity}.members.arrow"
        write_results(pl.concat(parts.values()), target)
        for word in parts:
            listed = pl.scan_ipc(target).filter(pl.col("direction") == word)
            found[word] = int(listed.select(pl.len()).collect().item())
        return found


class _Between:
    """The states between two runs: new facts; then new rules too."""

    def __init__(self, difference: _Difference, entity: str) -> None:
        self.whole, self.entity = difference, entity
        self.again: Reevaluation | None = None
        a, b = difference.a, difference.b
        if not difference.same_rules and not difference.same_day:
            self.again = reevaluate(
                difference.middle, b.snapshot, a.rulebook, b.rulebook, a.day, entity
            )

    def steps(self, pair: RulePair) -> list[tuple[str, View, View]]:
        """Return the steps in which a rule's decisions may have moved."""
        whole, steps, here = self.whole, [], pair.before
        for cause, same, there in (
            ("facts", whole.same_facts, self._view("m", pair)),
            ("rules", whole.same_rules, self._view("n", pair)),
            ("date", whole.same_day, pair.after),
        ):
            if not same:
                steps.append((cause, here, there))
                here = there
        if steps:  # the last step ends where the second run is
            steps[-1] = (*steps[-1][:2], pair.after)
        return steps

    def _view(self, prefix: str, pair: RulePair) -> View:
        if prefix == "n":
            found = self.again.after.layouts if self.again else {}
            return View("n", found.get(pair.rule))
        middle = _layouts(self.whole.middle, self.entity).get(pair.rule)
        return View("m", middle if pair.before.layout is not None else None)

    def frames(self, pairs: list[RulePair]) -> list[pl.LazyFrame]:
        """Return the columns of the states between that the steps read, in the rows' order."""
        steps = [(one, two) for pair in pairs for _, one, two in self.steps(pair)]
        wanted = {
            prefix: {c for ends in steps for v in ends if v.prefix == prefix for c in compared(v)}
            for prefix in ("m", "n")
        }
        found = []
        if wanted["m"]:
            found += _stored(self.whole.middle, self.entity, "m", wanted["m"])
        if wanted["n"] and self.again is not None:
            frame = self.again.frame((), wanted["n"], ())
            found.append(
                frame.select(pl.col(f"b:{c}").alias(f"n:{c}") for c in sorted(wanted["n"]))
            )
        return found


def _stored(run: DecisionRun, entity: str, prefix: str, columns: set[str]) -> list[pl.LazyFrame]:
    """Return the columns of a run under a prefix; nothing where none are wanted."""
    named = [pl.col(c).alias(f"{prefix}:{c}") for c in sorted(columns)]
    return [run.scan(entity).select(named)] if named else []


def _only(mine: _Side, other: _Side, entity: str, word: str) -> pl.LazyFrame:
    """Return the entities that only one side has, as rows of the table of flips."""
    groups = groups_of(mine.snapshot, mine.rulebook.vocabulary, entity, mine.day)
    rows = mine.snapshot.scan(entity).select(groups.columns)
    if entity in other.snapshot.entities:
        rows = rows.join(other.snapshot.scan(entity).select("key"), on="key", how="anti")
    ends = ("present", "absent") if word == "gone" else ("absent", "present")
    rows = groups.add(rows, mine.snapshot).select(
        "key",
        "name",
        *GROUPS,
        rule=pl.lit(""),
        direction=pl.lit(word),
        before=pl.lit(ends[0]),
        after=pl.lit(ends[1]),
        reason=pl.lit("主体退出" if word == "gone" else "新增主体"),
        cause=pl.lit("facts"),
        before_number=pl.lit(None),
        after_number=pl.lit(None),
    )
    return rows.cast(pl.Schema(flip_schema()))


def _described(run: DecisionRun) -> dict[str, Any]:
    return {k: run.manifest[k] for k in ("id", "snapshot", "as_of", "rulebook", "created")}

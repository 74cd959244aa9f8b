"""A stored run under other rules or on another date: only what changes is computed again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from jingkai import __version__
from jingkai.engine.joins import facts_frame
from jingkai.engine.polars_engine import program_frame
from jingkai.engine.store import DecisionRun
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Program, Rulebook, compile_program
from jingkai.rulebook.change import changed_program, leaves

__all__ = ["Reevaluation", "reevaluate"]


@dataclass(frozen=True, slots=True)
class Reevaluation:
    """What one entity's rules come to after a change, beside a stored run on the same snapshot.

    Parameters
    ----------
    before, after
        The programs of the stored run and of what is asked for.
    again
        The part of `after` that is computed again.
    stand
        Columns of the run that are read instead.
    """

    entity: str
    run: DecisionRun
    snapshot: Snapshot
    rulebook: Rulebook
    before: Program
    after: Program
    again: Program
    stand: frozenset[str]

    @property
    def affected(self) -> list[str]:
        """The rules whose results may differ, in the order of the rulebook."""
        names = dict.fromkeys([*self.before.layouts, *self.after.layouts])
        return [name for name in names if self._affected(name)]

    def _affected(self, name: str) -> bool:
        old, new = self.before.layouts.get(name), self.after.layouts.get(name)
        if old is None or new is None:
            return True
        return old.kind != new.kind or any(c in self.again.columns for c in new.results)

    def frame(
        self, before: Iterable[str], after: Iterable[str], facts: Iterable[str]
    ) -> pl.LazyFrame:
        """Return one row an entity in the snapshot's order.

        Parameters
        ----------
        before, after
            Results and conditions wanted of the run and of the change; their columns are named
            ``a:`` and ``b:`` with the name.
        facts
            Columns of the snapshot wanted beside them.
        """
        before, after, facts = set(before), set(after), list(facts)
        read, computed = leaves(self.again), self.again.columns.keys()
        plain = ((read | after) & self.stand) - computed
        wanted = [*(facts or ["key"]), *sorted((read | after) - plain - computed - set(facts))]
        both = self._facts(wanted)
        if plain or before:
            stored = self.run.scan(self.entity).select(
                *sorted(plain), *(pl.col(c).alias(f"a:{c}") for c in sorted(before))
            )
            both = pl.concat([both, stored], how="horizontal")
        return program_frame(self.again, both).select(
            *facts,
            *(f"a:{c}" for c in sorted(before)),
            *(pl.col(c).alias(f"b:{c}") for c in sorted(after)),
        )

    def results(self) -> pl.LazyFrame:
        """Return every result after the change, one row an entity in the snapshot's order."""
        names = [*self.after.outputs]
        frame = self.frame((), names, ["key"])
        return frame.select("key", *(pl.col(f"b:{c}").alias(c) for c in names))

    def _facts(self, wanted: list[str]) -> pl.LazyFrame:
        own = self.snapshot.columns(self.entity)
        if set(wanted) <= set(own):  # no other entity's facts: no join
            return self.snapshot.scan(self.entity).select(wanted)
        day = self.after.as_of
        return facts_frame(self.snapshot, self.rulebook, self.entity, day)[0].select(wanted)


def reevaluate(
    run: DecisionRun,
    snapshot: Snapshot,
    before: Rulebook,
    after: Rulebook,
    as_of: date,
    entity: str,
) -> Reevaluation:
    """Return what other rules or another date change in an entity's results.

    Parameters
    ----------
    run, snapshot, before
        A stored run, and the facts and rules it was made with. Of a run that another version of
        jingkai or of the rules made, nothing is taken over.
    after, as_of
        The rules and the date asked about.
    """
    before, after = before.on(run.as_of), after.on(as_of)
    old, new = (
        compile_program(book, entity, day, facts_frame(snapshot, book, entity, day)[1])
        for book, day in ((before, run.as_of), (after, as_of))
    )
    same = run.manifest["jingkai"] == __version__ and run.manifest["rulebook"] == before.hash
    known = old if same else replace(old, columns={}, outputs=(), events=())
    again, stand = changed_program(known, new)
    return Reevaluation(entity, run, snapshot, after, old, new, again, stand)

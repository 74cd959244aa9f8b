"""The workspace as the site reads it: its rules, its newest snapshot, and what was computed of them once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
from django.conf import settings

from jingkai.engine.assessed_years import assess_years
from jingkai.engine.assessment import Assessment
from jingkai.engine.earlier_years import earlier_years
from jingkai.engine.indicators import Level
from jingkai.engine.run import decide
from jingkai.engine.standing import standing
from jingkai.engine.store import DecisionRun, EngineError
from jingkai.explain import Explainer
from jingkai.explain.assessment_marks import assessment_marks
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot
from jingkai.report.from_decisions import Decided, uptake_table
from jingkai.rulebook import Rulebook, stored_rulebook
from jingkai.workspace import Workspace

__all__ = ["Opened", "keep_answering", "opened", "rulebook"]

T = TypeVar("T")
_log = logging.getLogger(__name__)
_BACK = 4
_lock = threading.RLock()
_kept: dict[tuple[str, str], Opened] = {}
#: Guards what is kept and what is on its way; held for moments, never while anything is computed.
_choosing = threading.RLock()
_coming: dict[tuple[str, str], threading.Thread] = {}
#: How many seconds a page waits for a new state before it shows the old one; None: until it is there.
_patience: float | None = None


@dataclass(frozen=True)
class Opened:
    """A snapshot with the rules of its day; everything computed of it is computed once.

    Parameters
    ----------
    workspace, snapshot
        What is read.
    every
        The rules of every day.
    """

    workspace: Workspace
    snapshot: Snapshot
    every: Rulebook
    _found: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def day(self) -> date:
        """The day asked about: the snapshot's."""
        return self.snapshot.as_of

    @property
    def year(self) -> int:
        """The last year that ended before the day."""
        return self.day.year - 1

    @property
    def synthetic(self) -> bool:
        """Whether the data are made up."""
        return bool(self.snapshot.manifest.get("synthetic"))

    @cached_property
    def rulebook(self) -> Rulebook:
        """The rules as they stand on the day."""
        return self.every.on(self.day)

    @cached_property
    def tables(self) -> dict[Level, pl.DataFrame]:
        """The year's indicators by level, with growth, share and rank."""
        return self._once("tables", self._standing)

    def _standing(self) -> dict[Level, pl.DataFrame]:
        return standing(self.workspace, self.every, self.year)[1]

    @cached_property
    def zones(self) -> pl.DataFrame:
        """A row a zone: `key`, `name`, `province`, `region`, `established_on`, null where not known."""
        schema = dict.fromkeys(("key", "name", "province", "region"), pl.String)
        if "zone" not in self.snapshot.entities:
            return pl.DataFrame(schema={**schema, "established_on": pl.Date})
        have = self.snapshot.columns("zone")
        columns = [
            pl.col(n) if n in have else pl.lit(None, t).alias(n)
            for n, t in {**schema, "established_on": pl.Date}.items()
        ]
        return (
            self.snapshot.scan("zone")
            .select(columns)
            .with_columns(name=pl.col("name").fill_null(pl.col("key")))
            .collect()
        )

    @cached_property
    def zone_facts(self) -> pl.DataFrame:
        """Every fact of every zone, as the snapshot has them."""
        return self.snapshot.scan("zone").collect()

    @cached_property
    def sections(self) -> pl.DataFrame:
        """Enterprises by zone and section of industry, weighted: `zone`, `code` (``?`` unknown), `count`."""
        schema = {"zone": pl.String, "code": pl.String, "count": pl.Int64}
        if "enterprise" not in self.snapshot.entities:
            return pl.DataFrame(schema=schema)
        have = self.snapshot.columns("enterprise")
        if not {"zone", "industry_code"} <= set(have):
            return pl.DataFrame(schema=schema)
        weight = pl.col("weight") if "weight" in have else pl.lit(1)
        section = pl.col("industry_code").str.slice(0, 1).fill_null("?")
        rows = self.snapshot.scan("enterprise").group_by("zone", code=section)
        return rows.agg(count=weight.cast(pl.Int64).sum()).collect(engine="streaming")

    @cached_property
    def assessments(self) -> dict[int, Assessment]:
        """The assessments of the year and of years before; empty where none can be made."""
        return self._once("assessments", self._assess)

    def _assess(self) -> dict[int, Assessment]:
        try:
            return assess_years(self.workspace, self.every, self.year, _BACK)
        except EngineError:
            return {}

    @property
    def marks(self) -> list[str]:
        """Why ranks are provisional; shown wherever one stands."""
        newest = self.assessments.get(self.year)
        return list(assessment_marks(newest)) if newest else []

    @cached_property
    def run(self) -> DecisionRun:
        """The snapshot decided on its day: the stored run, or decided now."""
        return self._once(
            "run", lambda: decide(self.workspace, self.snapshot, self.every, self.day)
        )

    @cached_property
    def uptake(self) -> pl.DataFrame:
        """What each rule grants in each zone, as `uptake_table` has it."""
        decided = Decided(self.rulebook, self.snapshot, self.run)
        return self._once("uptake", lambda: uptake_table(decided))

    @cached_property
    def earlier(self) -> dict[int, dict[Level, pl.DataFrame]]:
        """The indicators of the years before by level, as far as snapshots tell of them."""
        return self._once(
            "earlier", lambda: earlier_years(self.workspace, self.every, self.year, _BACK)
        )

    @cached_property
    def explainer(self) -> Explainer:
        """What explains any entity of the run."""
        return Explainer(self.rulebook, self.snapshot, self.run)

    def kept(self, what: Hashable, compute: Callable[[], T]) -> T:
        """Return what was computed before under this name, or compute it now.

        Names are of things there are few of: a list of indicators in a language, a zone.
        """
        if what not in self._found:
            self._found[what] = compute()
        found: T = self._found[what]
        return found

    def has_kept(self, what: Hashable) -> bool:
        """Return whether `kept` has something under a name already."""
        return what in self._found

    def compute(self) -> None:
        """Compute everything that pages show, so that the first visitor does not wait for it."""
        _ = (self.tables, self.zones, self.sections, self.assessments, self.run)
        _ = (self.uptake, self.earlier)

    def _once(self, name: str, compute: Callable[[], Any]) -> Any:
        """Compute one at a time, whoever asks first; the others wait for it."""
        with _lock:
            found = self.__dict__.get(name)
            return compute() if found is None else found


def rulebook() -> Rulebook:
    """Return the package's rules with the workspace's layers, as they were when the site started."""
    return _rulebook(tuple(settings.WORKSPACE.layers))


@cache
def _rulebook(layers: tuple[Path, ...]) -> Rulebook:
    return stored_rulebook([policies_folder(), *layers])


def keep_answering(seconds: float = 2.0) -> None:
    """Have pages show the old state while a new one is computed, instead of waiting for it.

    Parameters
    ----------
    seconds
        How long a page waits for the new one first.
    """
    global _patience
    _patience = seconds


def opened() -> Opened | None:
    """Return the workspace with its newest snapshot; None where nothing was loaded yet.

    A site that keeps answering gets the one before while everything of the newest is computed.
    """
    workspace: Workspace = settings.WORKSPACE
    name = workspace.current_snapshot_id
    if name is None:
        return None
    which = (str(workspace.path), name)
    with _choosing:
        old = next((o for w, o in _kept.items() if w[0] == which[0]), None)
        if which in _kept:
            return _kept[which]
        if old is None or _patience is None:
            _keep(which, Opened(workspace, Snapshot.current(workspace), rulebook()))
            return _kept[which]
        coming = _coming.get(which) or _begin(which, workspace)
    coming.join(_patience)
    return _kept.get(which, old)


def _begin(which: tuple[str, str], workspace: Workspace) -> threading.Thread:
    new = Opened(workspace, Snapshot.current(workspace), rulebook())
    _coming[which] = thread = threading.Thread(target=_arrive, args=(which, new), daemon=True)
    thread.start()
    return thread


def _arrive(which: tuple[str, str], new: Opened) -> None:
    """Compute a new state and show it; where that fails it is shown too, so that pages say why."""
    try:
        new.compute()
    except Exception:
        _log.exception("snapshot %s", which[1])
    with _choosing:
        _coming.pop(which, None)
        if new.workspace.current_snapshot_id == which[1]:
            _keep(which, new)


def _keep(which: tuple[str, str], found: Opened) -> None:
    for other in [w for w in _kept if w[0] == which[0]]:
        del _kept[other]
    _kept[which] = found

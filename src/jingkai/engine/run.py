"""Decides a snapshot: compiles, runs, sums up, stores; the same question is answered once."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from jingkai import __version__
from jingkai.engine.indicators import decide_indicators
from jingkai.engine.joins import facts_columns, facts_frame
from jingkai.engine.polars_engine import PolarsEngine
from jingkai.engine.rulebooks import keep_rulebook
from jingkai.engine.store import DecisionRun
from jingkai.engine.summary import summarise
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Program, Rulebook, compile_program
from jingkai.rulebook.rule import Rule
from jingkai.workspace import Workspace, publish_folder

__all__ = ["ClusterEngine", "Engine", "decide", "decide_there", "run_id"]

Progress = Callable[[str, int, int], None]
_ENGINES = ("polars", "spark")


class Engine(Protocol):
    """What runs a program; Polars here, a cluster elsewhere, with the same answers."""

    name: str

    def decide(self, program: Program, facts: pl.LazyFrame, target: Path) -> None:
        """Write a program's outputs for every row of facts, in order."""


class ClusterEngine(Engine, Protocol):
    """An engine with facts of its own, which can leave results where they were computed."""

    def write(self, program: Program, url: str) -> None:
        """Write a program's outputs for every row as Parquet at a URL."""


@dataclass(frozen=True, slots=True)
class _Question:
    snapshot: Snapshot
    rulebook: Rulebook
    as_of: date
    engine: Engine


def run_id(snapshot: Snapshot, rulebook: Rulebook, as_of: date, engine: str = "polars") -> str:
    """Return the identity of a run: the hash of all that decides its results, and its engine."""
    parts = (snapshot.id, rulebook.hash, as_of.isoformat(), engine, __version__)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def decide(
    workspace: Workspace,
    snapshot: Snapshot,
    rulebook: Rulebook,
    as_of: date,
    *,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> DecisionRun:
    """Decide every rule in force for every entity of a snapshot, or read the stored answer.

    Parameters
    ----------
    workspace
        Where the run is stored.
    snapshot, rulebook, as_of
        Facts, rules with their layers, and the date asked about.
    engine
        What runs it. Default: a stored answer of any engine, since all answer the same, else
        Polars.
    progress
        Called with stage, done and total.

    Returns
    -------
    The stored run.
    """
    rulebook = rulebook.on(as_of)
    for name in (engine.name,) if engine else _ENGINES:
        final = workspace.decisions / run_id(snapshot, rulebook, as_of, name)
        if (final / "manifest.json").exists():
            return DecisionRun(final)
    engine = engine or PolarsEngine()
    identity = run_id(snapshot, rulebook, as_of, engine.name)
    final = workspace.decisions / identity
    with workspace.alone(workspace.decisions, identity):
        if (final / "manifest.json").exists():  # another process has just answered it
            return DecisionRun(final)
        _decide_to(final, workspace, _Question(snapshot, rulebook, as_of, engine), progress)
    return DecisionRun(final)


def _decide_to(
    final: Path, workspace: Workspace, question: _Question, progress: Progress | None
) -> None:
    """Decide into a folder beside, and publish it."""
    tmp = workspace.temporary(workspace.decisions)
    try:
        manifest = _decide_into(question, tmp, progress or (lambda *_: None))
        manifest = {"schema": 1, "id": final.name, **manifest}
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        (tmp / "manifest.json").write_text(text, "utf-8")
        keep_rulebook(workspace, question.rulebook)
        publish_folder(tmp, final)
    except BaseException:
        shutil.rmtree(tmp, ignore_errors=True)
        raise


def decide_there(
    snapshot: Snapshot,
    rulebook: Rulebook,
    as_of: date,
    engine: ClusterEngine,
    url: str,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Decide a snapshot whose facts lie elsewhere, leaving the results at a URL.

    Returns
    -------
    The run's manifest, without summary and indicators: both need the facts here.
    """
    question = _Question(snapshot, rulebook.on(as_of), as_of, engine)
    rules: dict[str, Any] = {}
    entities: dict[str, Any] = {}
    for entity, program in _programs(question, progress or (lambda *_: None)):
        engine.write(program, f"{url}/{entity}.parquet")
        rules |= {n: _described(question.rulebook.rules[n], program) for n in program.layouts}
        entities[entity] = {"rows": snapshot.rows(entity)}
    identity = run_id(snapshot, question.rulebook, as_of, engine.name)
    return {"schema": 1, "id": identity, **_manifest(question, entities, rules)}


def _decide_into(question: _Question, folder: Path, progress: Progress) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    entities: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    for entity, program in _programs(question, progress):
        target = folder / f"{entity}.arrow"
        facts, _ = facts_frame(question.snapshot, question.rulebook, entity, question.as_of)
        question.engine.decide(program, facts, target)
        summary |= summarise(program, question.rulebook, facts, target)
        rules |= {n: _described(question.rulebook.rules[n], program) for n in program.layouts}
        entities[entity] = {"rows": question.snapshot.rows(entity)}
    indicators = decide_indicators(
        question.rulebook,
        question.snapshot,
        lambda entity: pl.scan_ipc(folder / f"{entity}.arrow"),
        question.as_of,
    )
    return _manifest(question, entities, rules) | {"summary": summary, "indicators": indicators}


def _programs(question: _Question, progress: Progress) -> Iterator[tuple[str, Program]]:
    names = [e for e in question.snapshot.entities if e in question.rulebook.vocabulary.entities]
    for done, entity in enumerate(names):
        progress(entity, done, len(names))
        columns = facts_columns(question.snapshot, question.rulebook, entity, question.as_of)
        program = compile_program(question.rulebook, entity, question.as_of, columns)
        if program.layouts:
            yield entity, program
    progress("done", len(names), len(names))


def _manifest(
    question: _Question, entities: dict[str, Any], rules: dict[str, Any]
) -> dict[str, Any]:
    return {
        "snapshot": question.snapshot.id,
        "rulebook": question.rulebook.hash,
        "as_of": question.as_of.isoformat(),
        "engine": question.engine.name,
        "jingkai": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "synthetic": bool(question.snapshot.manifest.get("synthetic")),
        "entities": entities,
        "weighted": [e for e in entities if "weight" in question.snapshot.columns(e)],
        "rules": rules,
        "not_in_force": _not_in_force(question),
    }


def _described(rule: Rule, program: Program) -> dict[str, Any]:
    layout = program.layouts[rule.id]
    return {
        "kind": rule.kind,
        "entity": rule.entity,
        "measure": rule.source.measure,
        "title": rule.source.title.model_dump(),
        "verified": rule.verified,
        "layer": rule.layer,
        "known_until": str(known) if (known := rule.known_until(program.as_of)) else None,
        "unit": str(rule.unit),
        "quantum": str(layout.quantum) if layout.quantum is not None else None,
        "conditions": layout.conditions,
        "applies": layout.applies,
        "results": list(layout.results),
        "grades": list(program.grades.get(rule.id, ())),
    }


def _not_in_force(question: _Question) -> dict[str, list[str | None]]:
    return {
        rule.id: [
            rule.source.basis.from_.isoformat(),
            rule.source.basis.to.isoformat() if rule.source.basis.to else None,
        ]
        for rule in question.rulebook.rules.values()
        if not rule.in_force(question.as_of)
    }

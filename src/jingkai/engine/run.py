"""Decides a snapshot: compiles, runs, sums up, stores; the same question is answered once."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from jingkai import __version__
from jingkai.engine.indicators import decide_indicators
from jingkai.engine.joins import facts_frame
from jingkai.engine.polars_engine import PolarsEngine
from jingkai.engine.rulebooks import keep_rulebook
from jingkai.engine.store import DecisionRun
from jingkai.engine.summary import summarise
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Program, Rulebook, compile_program
from jingkai.rulebook.rule import Rule
from jingkai.workspace import Workspace, publish_folder

__all__ = ["Engine", "decide", "run_id"]

Progress = Callable[[str, int, int], None]


class Engine(Protocol):
    """What runs a program; Polars here, a cluster elsewhere, with the same answers."""

    name: str

    def decide(self, program: Program, facts: pl.LazyFrame, target: Path) -> None:
        """Write a program's outputs for every row of facts, in order."""


@dataclass(frozen=True, slots=True)
class _Question:
    snapshot: Snapshot
    rulebook: Rulebook
    as_of: date
    engine: Engine


def run_id(snapshot: Snapshot, rulebook: Rulebook, as_of: date, engine: Engine) -> str:
    """Return the identity of a run: the hash of all that decides its results."""
    parts = (snapshot.id, rulebook.hash, as_of.isoformat(), engine.name, __version__)
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
        What runs it; Polars by default.
    progress
        Called with stage, done and total.

    Returns
    -------
    The stored run.
    """
    engine, rulebook = engine or PolarsEngine(), rulebook.on(as_of)
    identity = run_id(snapshot, rulebook, as_of, engine)
    final = workspace.decisions / identity
    if (final / "manifest.json").exists():
        return DecisionRun(final)
    tmp = workspace.temporary(workspace.decisions)
    try:
        question = _Question(snapshot, rulebook, as_of, engine)
        manifest = _decide_into(question, tmp, progress or (lambda *_: None))
        manifest = {"schema": 1, "id": identity, **manifest}
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        (tmp / "manifest.json").write_text(text, "utf-8")
        keep_rulebook(workspace, rulebook)
        publish_folder(tmp, final)
    except BaseException:
        shutil.rmtree(tmp, ignore_errors=True)
        raise
    return DecisionRun(final)


def _decide_into(question: _Question, folder: Path, progress: Progress) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    entities: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    names = [e for e in question.snapshot.entities if e in question.rulebook.vocabulary.entities]
    for done, entity in enumerate(names):
        progress(entity, done, len(names))
        program, facts = _compile(question, entity)
        if not program.layouts:
            continue
        question.engine.decide(program, facts, folder / f"{entity}.arrow")
        summary |= summarise(program, question.rulebook, facts, folder / f"{entity}.arrow")
        rules |= {n: _described(question.rulebook.rules[n], program) for n in program.layouts}
        entities[entity] = {"rows": question.snapshot.rows(entity)}
    indicators = decide_indicators(
        question.rulebook,
        question.snapshot,
        lambda entity: pl.scan_ipc(folder / f"{entity}.arrow"),
        question.as_of,
    )
    progress("done", len(names), len(names))
    return {
        "snapshot": question.snapshot.id,
        "rulebook": question.rulebook.hash,
        "as_of": question.as_of.isoformat(),
        "engine": question.engine.name,
        "jingkai": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "synthetic": bool(question.snapshot.manifest.get("synthetic")),
        "entities": entities,
        "rules": rules,
        "not_in_force": _not_in_force(question),
        "summary": summary,
        "indicators": indicators,
    }


def _compile(question: _Question, entity: str) -> tuple[Program, pl.LazyFrame]:
    frame, columns = facts_frame(question.snapshot, question.rulebook, entity, question.as_of)
    program = compile_program(question.rulebook, entity, question.as_of, columns)
    return program, frame


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

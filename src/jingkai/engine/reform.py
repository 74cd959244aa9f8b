"""What a change of rules would flip, before anyone makes it: a reform, or a folder of rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from jingkai.engine.comparison import Comparison, stored_comparison, told_changes, write_flips
from jingkai.engine.flips import pair_of
from jingkai.engine.groups import groups_of
from jingkai.engine.moved_indicators import moved_indicators
from jingkai.engine.moved_ranks import moved_ranks
from jingkai.engine.reevaluate import Reevaluation, reevaluate
from jingkai.engine.run import decide
from jingkai.engine.store import DecisionRun
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook
from jingkai.rulebook.change import rule_changes
from jingkai.workspace import Workspace

__all__ = ["compare_rules"]


def compare_rules(
    workspace: Workspace,
    snapshot: Snapshot,
    before: Rulebook,
    after: Rulebook,
    as_of: date,
    about: dict[str, Any],
) -> Comparison:
    """Return what other rules flip, or read the stored answer.

    The run of the rules as they are is taken from the store (decided now if it is not there); only
    columns downstream of what differs are computed again.

    Parameters
    ----------
    workspace, snapshot, as_of
        Where, about which facts, on which date.
    before, after
        The rules as they are and as they would be.
    about
        What the manifest says of the change; with ``kind``.
    """
    before, after = before.on(as_of), after.on(as_of)
    run = decide(workspace, snapshot, before, as_of)
    identity = (about["kind"], run.id, after.hash, as_of.isoformat())

    def build(folder: Path) -> dict[str, Any]:
        rules: dict[str, Any] = {}
        entities: dict[str, Any] = {}
        found_by: dict[str, Reevaluation] = {}
        for entity in (e for e in snapshot.entities if e in after.vocabulary.entities):
            found = reevaluate(run, snapshot, before, after, as_of, entity)
            if not found.before.layouts and not found.after.layouts:
                continue
            found_by[entity] = found
            entities[entity] = {
                "rows": snapshot.rows(entity),
                "computed": len(found.again.outputs),
                "read": len(found.after.outputs) - len(found.again.outputs),
            }
            if found.affected:
                rules |= _flips(found, (before, after), folder)
        changes = rule_changes(before, after, (as_of, as_of))
        touched = {c.rule for c in changes}
        return {
            **about,
            **_question(run, as_of),
            "changes": told_changes(changes),
            "entities": entities,
            "rules": rules,
            "indicators": moved_indicators(run, (before, after), found_by, as_of),
            "ranks": moved_ranks(snapshot, before, after, as_of.year - 1, touched),
        }

    return stored_comparison(workspace, identity, build)


def _question(run: DecisionRun, as_of: date) -> dict[str, Any]:
    return {
        "run": run.id,
        "snapshot": run.manifest["snapshot"],
        "as_of": as_of.isoformat(),
        "synthetic": run.manifest["synthetic"],
    }


def _flips(
    found: Reevaluation, rulebooks: tuple[Rulebook, Rulebook], folder: Path
) -> dict[str, dict[str, Any]]:
    layouts = found.before.layouts, found.after.layouts
    affected = found.affected
    again = found.again.columns.keys()
    pairs = [pair_of(name, rulebooks, layouts, set(affected), again) for name in affected]
    groups = groups_of(found.snapshot, found.rulebook.vocabulary, found.entity, found.after.as_of)
    before = {c for pair in pairs for c in pair.columns(pair.before)}
    after = {c for pair in pairs for c in pair.columns(pair.after)}
    frame = found.frame(before, after, groups.columns)
    target = folder / f"{found.entity}.arrow"
    return write_flips(frame, pairs, groups, found.snapshot, target, rulebooks)

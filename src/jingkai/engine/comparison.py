"""Comparisons as they lie on disk: what flipped, summed up, and the table of every flip."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from jingkai import __version__
from jingkai.engine.flip_table import FlipRule, flip_rows, flip_schema, summed
from jingkai.engine.flips import RulePair, View, flipped, state
from jingkai.engine.groups import Groups
from jingkai.engine.polars_engine import write_results
from jingkai.engine.table_file import marked, spreadsheet_safe
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook
from jingkai.rulebook.change import RuleChange
from jingkai.workspace import Workspace, publish_folder

__all__ = ["Comparison", "flip_rule", "stored_comparison", "told_changes", "write_flips"]

_WORDS = {
    "granted": "符合",
    "refused": "不符合",
    "undetermined": "待定",
    "not_in_force": "未施行",
    "present": "在册",
    "absent": "不在册",
}


@dataclass(frozen=True)
class Comparison:
    """A stored comparison of two states (see the storage page).

    Parameters
    ----------
    path
        Its folder, with ``manifest.json`` and ``ENTITY.arrow``.
    """

    path: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was compared, what changed, and what flipped by rule."""
        found: dict[str, Any] = json.loads((self.path / "manifest.json").read_text("utf-8"))
        return found

    @property
    def rules(self) -> dict[str, dict[str, Any]]:
        """By rule: kind, unit, flips, directions, amounts, groups, reasons."""
        found: dict[str, dict[str, Any]] = self.manifest["rules"]
        return found

    def flips(self) -> pl.LazyFrame:
        """Return every flip, one row an entity and rule; numbers in stored integers."""
        tables = [pl.scan_ipc(path) for path in sorted(self.path.glob("*.arrow"))]
        return pl.concat(tables) if tables else pl.LazyFrame(schema=flip_schema())

    def write_csv(self, path: Path) -> int:
        """Write every flip as CSV for a spreadsheet; returns how many.

        Columns: ``key name rule title before after unit direction reason`` and, of two runs,
        ``cause``. Amounts and scores are exact decimals in the unit.
        """
        rows = [self._readable(name, rule) for name, rule in self.rules.items() if rule["flips"]]
        rows += [self._readable("", {"title": {"zh": ""}, "unit": "", "quantum": None})]
        table = marked(spreadsheet_safe(pl.concat(rows)), self.manifest["synthetic"])
        table.sink_csv(path, include_bom=True, maintain_order=True)
        return int(self.flips().select(pl.len()).collect().item())

    def _readable(self, name: str, rule: dict[str, Any]) -> pl.LazyFrame:
        quantum = Fraction(rule["quantum"]) if rule["quantum"] else None
        before, after = (
            pl.coalesce(_decimal(pl.col(f"{side}_number"), quantum), _worded(side))
            for side in ("before", "after")
        )
        cause = ["cause"] if self.manifest["kind"] == "diff" else []
        return (
            self.flips()
            .filter(pl.col("rule") == name)
            .select(
                "key",
                "name",
                "rule",
                before.alias("before"),
                after.alias("after"),
                "reason",
                pl.lit(rule["unit"]).alias("unit"),
                pl.lit(rule["title"]["zh"]).alias("title"),
                "direction",
                *cause,
            )
        )


def _worded(side: str) -> pl.Expr:
    return pl.col(side).replace(list(_WORDS), list(_WORDS.values()))


def _decimal(stored: pl.Expr, quantum: Fraction | None) -> pl.Expr:
    """Return stored integers as exact decimals; the quantum is one over a power of ten."""
    if quantum is None:
        return pl.lit(None, dtype=pl.String)
    digits = len(str(quantum.denominator)) - 1
    whole = stored.abs()
    sign = pl.when(stored < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    head = (whole // quantum.denominator).cast(pl.String)
    tail = (whole % quantum.denominator).cast(pl.String).str.zfill(digits)
    text = pl.concat_str(sign, head, pl.lit("."), tail)
    return text.str.strip_chars_end("0").str.strip_chars_end(".") if digits else sign + head


def stored_comparison(
    workspace: Workspace, parts: tuple[str, ...], build: Callable[[Path], dict[str, Any]]
) -> Comparison:
    """Return the comparison of an identity, built and published now if it is not there.

    Parameters
    ----------
    parts
        All that decides the result; with the version of jingkai it is the identity.
    build
        Writes the tables into a folder and returns the manifest.
    """
    text = "\0".join((*parts, __version__))
    identity = hashlib.sha256(text.encode()).hexdigest()[:16]
    final = workspace.comparisons / identity
    if (final / "manifest.json").exists():
        return Comparison(final)
    tmp = workspace.temporary(workspace.comparisons)
    try:
        created = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = {"schema": 1, "id": identity, **build(tmp), "created": created}
        words = json.dumps(manifest, ensure_ascii=False, indent=1)
        (tmp / "manifest.json").write_text(words, "utf-8")
        publish_folder(tmp, final)
    except BaseException:
        shutil.rmtree(tmp, ignore_errors=True)
        raise
    return Comparison(final)


def told_changes(changes: list[RuleChange]) -> list[dict[str, Any]]:
    """Return changes of rules as a manifest has them."""
    return [asdict(change) for change in changes]


def flip_rule(pair: RulePair, rulebooks: tuple[Rulebook, Rulebook]) -> FlipRule:
    """Return how a pair's flips are counted and written."""
    layout = pair.after.layout or pair.before.layout
    rule = rulebooks[1].rules.get(pair.rule) or rulebooks[0].rules[pair.rule]
    assert layout is not None
    quantum = layout.quantum if pair.numeric else None
    return FlipRule(pair.rule, pair.kind, pair.unit, rule.source.title.model_dump(), quantum)


def write_flips(
    frame: pl.LazyFrame,
    pairs: list[RulePair],
    groups: Groups,
    snapshot: Snapshot,
    target: Path,
    rulebooks: tuple[Rulebook, Rulebook],
    causes: dict[str, pl.Expr] | None = None,
) -> dict[str, dict[str, Any]]:
    """Write an entity's flips and return what they come to by rule.

    One pass over all rows keeps those that flipped; everything else reads only these.

    Parameters
    ----------
    frame
        One row an entity: the columns that the groups and pairs need.
    causes
        By rule what moved a decision, where that is asked.
    """
    wide = target.with_name("wide.arrow")
    moved = frame.filter(pl.any_horizontal(flipped(pair) for pair in pairs))
    write_results(moved, wide)
    located = groups.add(pl.scan_ipc(wide), snapshot)
    write_results(
        pl.concat([flip_rows(located, p, (causes or {}).get(p.rule)) for p in pairs]), target
    )
    wide.unlink()
    rules = [flip_rule(pair, rulebooks) for pair in pairs]
    sums = summed(target, rules, rulebooks[1].vocabulary)
    found = {}
    for pair, rule in zip(pairs, rules, strict=True):
        words = {**asdict(rule), "quantum": str(rule.quantum) if rule.quantum else None}
        found[rule.rule] = {**words, "entity": groups.entity, **sums[rule.rule]}
        for side, view, other in (
            ("before", pair.before, pair.after),
            ("after", pair.after, pair.before),
        ):
            if other.layout is None and view.layout is not None:
                found[rule.rule][side] = _states(frame, pair, view)
    return found


def _states(frame: pl.LazyFrame, pair: RulePair, view: View) -> dict[str, int]:
    """Count the results of a rule that is in force on one side only."""
    rows = frame.select(state=state(pair, view)).group_by("state").agg(n=pl.len()).sort("state")
    return {word: int(n) for word, n in rows.collect(engine="streaming").iter_rows()}

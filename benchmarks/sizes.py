"""The whole rulebook over more and more enterprises, beside the same written by hand."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import polars as pl

from benchmarks.agreement import disagreements, pairs, unwritten
from benchmarks.data import AS_OF
from benchmarks.handwritten import facts_by_hand, handwritten
from benchmarks.measure import Peak, interleaved, peak_of, ratio
from jingkai.engine.joins import facts_frame
from jingkai.engine.polars_engine import PolarsEngine, write_results
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Program, Rulebook, compile_program
from jingkai.workspace import Workspace

__all__ = ["Size", "growth_section", "measured", "ratio_section"]


@dataclass(frozen=True)
class Size:
    """What one number of enterprises comes to.

    `engine`, `hand` and `ratio` are medians over interleaved runs; `differ` are columns in which the
    two sides differ, `left_out` rules that are not written by hand; `command` is `jingkai decide`.
    """

    rows: int
    columns: int
    rules: int
    outputs: int
    engine: float
    hand: float
    ratio: float
    runs: int
    differ: dict[str, int]
    left_out: list[str]
    command: Peak


def measured(workspace: Workspace, rulebook: Rulebook, folder: Path, runs: int) -> Size:
    """Measure one workspace: the engine and the hand-written query in turn, then the command."""
    snapshot = Snapshot.current(workspace)
    facts, columns = facts_frame(snapshot, rulebook, "enterprise", AS_OF)
    whole = compile_program(rulebook, "enterprise", AS_OF, columns)
    lacking = unwritten(whole)
    rules = [rule for rule in whole.layouts if rule not in lacking]
    program = compile_program(rulebook, "enterprise", AS_OF, columns, rules)
    names = pairs(program, whole)
    by_hand = facts_by_hand(snapshot)
    times, differ = _in_turn(program, (facts, by_hand), names, folder, runs)
    return Size(
        rows=snapshot.rows("enterprise"),
        columns=len(columns),
        rules=len(program.layouts),
        outputs=len(program.outputs),
        engine=median(times["engine"]),
        hand=median(times["hand"]),
        ratio=ratio(times, "engine", "hand"),
        runs=runs,
        differ=differ,
        left_out=sorted(lacking),
        command=_command(workspace),
    )


def _in_turn(
    program: Program,
    facts: tuple[pl.LazyFrame, pl.LazyFrame],
    names: dict[str, str],
    folder: Path,
    runs: int,
) -> tuple[dict[str, list[float]], dict[str, int]]:
    ours, theirs = folder / "engine.arrow", folder / "handwritten.arrow"
    calls = {
        "engine": lambda: PolarsEngine().decide(program, facts[0], ours),
        "hand": lambda: write_results(handwritten(facts[1], names.values()), theirs),
    }
    times = interleaved(calls, runs)
    differ = disagreements(names, pl.scan_ipc(ours), pl.scan_ipc(theirs))
    ours.unlink()
    theirs.unlink()
    return times, differ


def _command(workspace: Workspace) -> Peak:
    for old in workspace.decisions.iterdir():
        shutil.rmtree(old)
    return peak_of(["jingkai", "decide", "--as-of", AS_OF.isoformat()], workspace.path)


def ratio_section(sizes: list[Size]) -> str:
    """Return the table of the engine beside the hand-written queries."""
    last = sizes[-1]
    rows = "\n".join(
        f"| {s.rows:,} | {s.runs} | {s.engine:.2f} | {s.hand:.2f} | **{s.ratio:.2f}** |"
        for s in sizes
    )
    differ = {name: count for s in sizes for name, count in s.differ.items()}
    left = (
        f" Not yet written by hand and left out: {', '.join(last.left_out)}."
        if last.left_out
        else ""
    )
    return f"""## {last.rules} enterprise rules with the full trace, beside the same written by hand

| enterprises | runs | jingkai's engine, s | by hand in Polars, s | ratio |
| --- | --- | --- | --- | --- |
{rows}

Bar: at most 1.2. Both read the same Arrow file of {last.columns} columns of facts and write the same {last.outputs} columns
(results and bounds, every distinct condition, verdicts on shared facts, counts of events) in the rows' order into one uncompressed
Arrow file, equally exact; columns in which they differ: {len(differ)}{f" {differ}" if differ else ""}.{left}
The queries by hand are in `benchmarks/handwritten/`, a file a measure.
"""


def growth_section(sizes: list[Size]) -> str:
    """Return the table of the whole command over the sizes."""
    rows = "\n".join(
        f"| {s.rows:,} | {s.engine:.2f} | {s.engine / s.rows * 1e6:.2f} | {s.command.seconds:.1f} "
        f"| {s.command.anonymous:,.0f} | {s.command.mapped:,.0f} |"
        for s in sizes
    )
    return f"""## Growth, and memory of `jingkai decide`

| enterprises | engine, s | engine, s a million | the whole command, s | its anonymous memory at most, MB | mapped pages of files at most, MB |
| --- | --- | --- | --- | --- | --- |
{rows}

The command starts, compiles, decides, sums up every rule with the facts that hold it up, and stores. Bars: under 3,000 MB of
anonymous memory for 4,900,000, under 1,500 MB for 1,000,000.
"""

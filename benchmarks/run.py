"""``python -m benchmarks.run``: every bar measured in one run, written to ``RESULTS.md``."""

from __future__ import annotations

import argparse
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

import polars as pl

from benchmarks.agreement import disagreements, pairs
from benchmarks.data import AS_OF, bench_workspace
from benchmarks.handwritten import handwritten
from benchmarks.high_tech import HighTech
from benchmarks.measure import interleaved, peak_of, ratio
from benchmarks.reform import reform_section
from jingkai.engine.joins import facts_frame
from jingkai.engine.polars_engine import PolarsEngine, write_results
from jingkai.engine.run import decide
from jingkai.explain import Explainer
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Program, Rulebook, compile_program, load_rulebook
from jingkai.workspace import Workspace

_RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    """Measure, print and write."""
    asked = argparse.ArgumentParser(description="measure jingkai beside its peers")
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--runs", type=int, default=7)
    asked.add_argument("--out", type=Path, default=_RESULTS)
    given = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="jingkai-bench-"))
    try:
        text = _report(folder, given.rows, given.runs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    given.out.write_text(text, "utf-8")
    sys.stdout.write(text)


def _report(folder: Path, rows: int, runs: int) -> str:
    rulebook = load_rulebook([policies_folder()])
    workspace = bench_workspace(folder / "zone", rows, rulebook)
    snapshot = Snapshot.current(workspace)
    facts, columns = facts_frame(snapshot, rulebook, "enterprise")
    program = compile_program(rulebook, "enterprise", AS_OF, columns)
    parts = [
        _heading(rows, runs, program, len(columns)),
        _whole(folder, program, facts, runs),
        _memory(workspace, program),
        reform_section(folder, workspace, rulebook, runs),
        _high_tech(folder, rulebook, workspace, snapshot, facts, runs),
        _compiling(folder),
        _explaining(workspace, rulebook, snapshot),
    ]
    return "\n".join(parts)


def _heading(rows: int, runs: int, program: Program, columns: int) -> str:
    return f"""# Measured

`make bench` on {date.today()}: {rows:,} synthetic enterprises with {columns} columns of facts, {len(program.layouts)} enterprise
rules in force on {AS_OF}, {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, Polars {pl.__version__}. Medians of
{runs} interleaved runs after a warm-up; a ratio is the median of the ratios of each turn. Tests never assert a time.
"""


def _whole(folder: Path, program: Program, facts: pl.LazyFrame, runs: int) -> str:
    ours, theirs = folder / "engine.arrow", folder / "handwritten.arrow"
    columns = pairs(program)
    calls = {
        "engine": lambda: PolarsEngine().decide(program, facts, ours),
        "hand": lambda: write_results(handwritten(facts, columns.values()), theirs),
    }
    times = interleaved(calls, runs)
    differ = disagreements(columns, pl.scan_ipc(ours), pl.scan_ipc(theirs))
    return f"""## {len(program.layouts)} rules with the full trace, beside the same written by hand

| | seconds | ratio |
| --- | --- | --- |
| jingkai's engine | {median(times["engine"]):.2f} | |
| written by hand in Polars, equally exact, the same {len(program.outputs)} columns | {median(times["hand"]):.2f} | **{ratio(times, "engine", "hand"):.2f}** (bar: at most 1.2) |

Columns that differ between the two: {len(differ)}{f" {differ}" if differ else ""}. Both write one uncompressed Arrow file in the rows' order.
"""


def _memory(workspace: Workspace, program: Program) -> str:
    for old in workspace.decisions.iterdir():
        shutil.rmtree(old)
    command = ["jingkai", "decide", "--as-of", AS_OF.isoformat()]
    peak = peak_of(command, workspace.path)
    return f"""## `jingkai decide`, the whole command

{peak.seconds:.1f} s with start, summary and storing; peak anonymous memory **{peak.anonymous:,.0f} MB** (bar: under 1,500 MB), mapped
pages of files beside it at most {peak.mapped:,.0f} MB.
"""


def _high_tech(
    folder: Path,
    rulebook: Rulebook,
    workspace: Workspace,
    snapshot: Snapshot,
    facts: pl.LazyFrame,
    runs: int,
) -> str:
    run = decide(workspace, snapshot, rulebook, AS_OF)
    peers = HighTech(rulebook, facts, run.scan("enterprise"), folder)
    calls = {
        "jingkai": peers.jingkai,
        "polars": peers.polars,
        "duckdb": peers.duckdb,
        "openfisca": peers.openfisca(),
    }
    times = interleaved(calls, runs)
    name = "high_tech_enterprise"
    ours = pl.read_ipc(peers.jingkai())[name]
    differ = {
        p: int(ours.ne_missing(pl.read_ipc(getattr(peers, p)())[name]).sum())
        for p in ("polars", "duckdb")
    }
    known = ours.is_not_null()
    fisca = pl.Series(calls["openfisca"]())
    wrong = int((fisca != ours).filter(known).sum())
    rows = "\n".join(
        f"| {label} | {median(times[key]):.2f} | {ratio(times, key, 'jingkai'):.1f} | {verdict} |"
        for key, label, verdict in (
            ("jingkai", "jingkai", "exact, three-valued, stored"),
            ("polars", "Polars by hand", f"{differ['polars']:,} differ"),
            ("duckdb", "DuckDB SQL by hand", f"{differ['duckdb']:,} differ"),
            (
                "openfisca",
                "OpenFisca-core (arrays in memory, nothing written)",
                f"no unknown: {int((~known).sum()):,} open ones answered; {wrong:,} of the others differ",
            ),
        )
    )
    return f"""## The high-tech enterprise rule alone, ten conditions, its score given

| | seconds | to jingkai | verdicts beside jingkai's |
| --- | --- | --- | --- |
{rows}
"""


def _compiling(folder: Path) -> str:
    many = folder / "sixty"
    shutil.copytree(policies_folder(), many, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    count = _multiply(many, 60)
    code = (
        "import sys, time; from datetime import date; from pathlib import Path\n"
        "from jingkai.rulebook import compile_program, load_rulebook\n"
        "began = time.perf_counter(); book = load_rulebook([Path(sys.argv[1])])\n"
        "loaded = time.perf_counter()\n"
        "[compile_program(book, e, date(2026, 6, 30), None) for e in ('enterprise', 'investment')]\n"
        "print(len(book.rules), loaded - began, time.perf_counter() - loaded)"
    )
    lines = [_cold(code, path) for path in (policies_folder(), many)]
    body = "\n".join(
        f"| {n} | {load:.2f} | {comp:.2f} | {load + comp:.2f} |" for n, load, comp in lines
    )
    return f"""## Checking and compiling the rulebook, cold

| rules | read and check, s | compile, s | together, s |
| --- | --- | --- | --- |
{body}

The second line is the shipped rules with copies of themselves, {count} in all (bar: under 1 s for 60). A command reads the checked
rulebook back by the hash of its files.
"""


def _multiply(folder: Path, wanted: int) -> int:
    """Copy rules under other names until there are so many."""
    rules = [p for p in sorted(folder.rglob("*.yaml")) if re.match(r"rule:", p.read_text("utf-8"))]
    count = len(rules)
    for copy in range(1, 10):
        for path in rules:
            if count >= wanted:
                return count
            name = f"{path.stem}_copy{copy}"
            text = path.read_text("utf-8").replace(f"rule: {path.stem}", f"rule: {name}", 1)
            path.with_name(f"{name}.yaml").write_text(text, "utf-8")
            measure = path.with_name("measure.yaml")
            listed = measure.read_text("utf-8").replace("rules: [", f"rules: [{name}, ", 1)
            measure.write_text(listed, "utf-8")
            count += 1
    return count


def _cold(code: str, folder: Path) -> tuple[int, float, float]:
    """Return the median of three fresh processes."""
    found = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
        )
        number, load, comp = done.stdout.split()
        found.append((float(load), float(comp)))
    return int(number), median(f[0] for f in found), median(f[1] for f in found)


def _explaining(workspace: Workspace, rulebook: Rulebook, snapshot: Snapshot) -> str:
    run = decide(workspace, snapshot, rulebook, AS_OF)
    explainer = Explainer(rulebook, snapshot, run)
    rows = snapshot.rows("enterprise")
    keys = [f"B{i:017d}" for i in random.Random(7).sample(range(rows), 101)]
    inside = []
    for key in keys:
        began = time.perf_counter()
        entity, match = explainer.find(key)
        explainer.explain(entity, match.position)
        inside.append(time.perf_counter() - began)
    outside = []
    for key in keys[:6]:
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "jingkai", "explain", key],
            cwd=workspace.path,
            capture_output=True,
            check=True,
        )
        outside.append(time.perf_counter() - began)
    return f"""## Explaining one of {rows:,}

| | seconds | bar |
| --- | --- | --- |
| `jingkai explain KEY`, every rule, as a command | {median(outside[1:]):.2f} | under 1.5 |
| in the library once opened, found by key, every rule, median of 100 | {median(inside[1:]):.4f} | under 0.020 |
"""


if __name__ == "__main__":
    main()

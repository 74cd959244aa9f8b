"""``python -m benchmarks.run``: every bar measured in one run, written to ``RESULTS.md``.

0.1, 1, 2.5 and 4.9 million enterprises ─► engine beside hand, `jingkai decide`
                    the last of them    ─► a reform, peers, explanations
                                        └► RESULTS.md

``--peers`` and ``--nation`` measure the peers, or the synthetic nation and the site on it, alone and print their tables.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.commands import explaining_section, rulebook_section
from benchmarks.console import console_section
from benchmarks.data import AS_OF, bench_workspace
from benchmarks.event_logs import event_logs_section
from benchmarks.inspections import inspections_section
from benchmarks.nation import nation_section
from benchmarks.peers import peers_section
from benchmarks.reform import reform_section
from benchmarks.sizes import Size, growth_section, measured, ratio_section
from jingkai.engine.joins import facts_frame
from jingkai.engine.run import decide
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook, load_rulebook
from jingkai.workspace import Workspace

_RESULTS = Path(__file__).parent / "RESULTS.md"
_FEW = 3
_BEGAN = time.perf_counter()


def main() -> None:
    """Measure, print and write."""
    asked = argparse.ArgumentParser(description="measure jingkai beside its peers")
    asked.add_argument("--rows", type=int, default=4_900_000)
    asked.add_argument("--runs", type=int, default=7)
    asked.add_argument("--out", type=Path, default=_RESULTS)
    asked.add_argument("--folder", type=Path, help="where some 30 GB are free")
    asked.add_argument("--peers", action="store_true", help="the peers alone, printed")
    asked.add_argument(
        "--nation", action="store_true", help="the nation and the site on it alone, printed"
    )
    asked.add_argument(
        "--inspections", action="store_true", help="a plan of inspections alone, printed"
    )
    asked.add_argument("--event-logs", action="store_true", help="event logs alone, printed")
    given = asked.parse_args()
    alone = _alone(given)
    folder = Path(tempfile.mkdtemp(prefix="jingkai-bench-", dir=given.folder))
    try:
        text = (alone or _report)(folder, given.rows, given.runs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if alone is None:
        given.out.write_text(text, "utf-8")
    sys.stdout.write(text)


def _report(folder: Path, rows: int, runs: int) -> str:
    load = os.getloadavg()[0]
    rulebook = load_rulebook([policies_folder()])
    nation = _done("nation", lambda: nation_section(folder))
    site = _done("site", lambda: _site(folder))
    sizes, workspace = _sizes(folder, rulebook, rows, runs)
    sections = [
        _heading(rows, runs, load, sizes[-1]),
        ratio_section([s for s in sizes if s.runs == runs]),
        growth_section(sizes),
        _done("reform", lambda: reform_section(folder, workspace, rulebook, _FEW)),
        _done("peers", lambda: _peers(folder, workspace, rulebook, runs)),
        _done("rulebook", lambda: rulebook_section(workspace)),
        _done("explain", lambda: explaining_section(workspace, rulebook)),
        nation,
        site,
        _done("inspections", lambda: inspections_section(folder)),
        _done("event logs", lambda: event_logs_section(folder)),
    ]
    minutes = (time.perf_counter() - _BEGAN) / 60
    return "\n".join([*sections, f"The whole run took {minutes:.0f} minutes.\n"])


def _peers_alone(folder: Path, rows: int, runs: int) -> str:
    load = os.getloadavg()[0]
    rulebook = load_rulebook([policies_folder()])
    workspace = bench_workspace(folder / "zone", rows, rulebook)
    text = _peers(folder, workspace, rulebook, runs)
    return f"{text}\n{date.today()}, {runs} runs, load {load:.1f} at the start.\n"


def _alone(given: argparse.Namespace) -> Callable[[Path, int, int], str] | None:
    """Return what is measured by itself and printed, if anything."""
    if given.event_logs:
        return lambda folder, *_: event_logs_section(folder)
    if given.inspections:
        return lambda folder, *_: inspections_section(folder)
    return _peers_alone if given.peers else _nation_alone if given.nation else None


def _nation_alone(folder: Path, rows: int, runs: int) -> str:
    load = os.getloadavg()[0]
    text = "\n".join((nation_section(folder), _site(folder)))
    return f"{text}\n{date.today()}, load {load:.1f} at the start.\n"


def _site(folder: Path) -> str:
    """Measure the site on the nation just made, which is taken away then."""
    text = console_section(folder / "sample", folder / "nation")
    for name in ("sample", "nation"):
        shutil.rmtree(folder / name)
    return text


def _sizes(folder: Path, rulebook: Rulebook, rows: int, runs: int) -> tuple[list[Size], Workspace]:
    """Measure growing workspaces, each taken away before the next; keep the last."""
    found, workspace = [], None
    counts = sorted({n for n in (100_000, 1_000_000, 2_500_000, rows) if n <= rows})
    for count in counts:
        if workspace is not None:
            shutil.rmtree(workspace.path)
        workspace = bench_workspace(folder / f"zone{count}", count, rulebook)
        _say(f"{count:,} made")
        turns = runs if count in (1_000_000, rows) else _FEW
        found.append(measured(workspace, rulebook, folder, turns))
        _say(f"{count:,} measured: ratio {found[-1].ratio:.2f}")
    assert workspace is not None
    return found, workspace


def _peers(folder: Path, workspace: Workspace, rulebook: Rulebook, runs: int) -> str:
    snapshot = Snapshot.current(workspace)
    facts, _ = facts_frame(snapshot, rulebook, "enterprise", AS_OF)
    run = decide(workspace, snapshot, rulebook, AS_OF)
    return peers_section(rulebook, facts, run.scan("enterprise"), folder, runs)


def _done(name: str, section: Callable[[], str]) -> str:
    text = section()
    _say(name)
    return text


def _say(text: str) -> None:
    sys.stderr.write(f"{time.perf_counter() - _BEGAN:6.0f} s  {text}\n")


def _heading(rows: int, runs: int, load: float, size: Size) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"""# Measured

`make bench` on {date.today()}: up to {rows:,} synthetic enterprises with {size.columns} columns of facts, {size.rules} enterprise rules in
force on {AS_OF}. {os.cpu_count()} cores ({_processor()}, {memory:.0f} GB, load {load:.1f} at the start), Python {platform.python_version()},
Polars {pl.__version__}. Medians of {runs} interleaved runs after a warm-up; a ratio is the median of the ratios of each turn. Tests never
assert a time.
"""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    main()

"""What a command waits for: the rulebook read and compiled, its examples, one explanation."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from benchmarks.data import AS_OF
from jingkai.engine.run import decide
from jingkai.explain import Explainer
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook
from jingkai.workspace import Workspace

__all__ = ["explaining_section", "rulebook_section"]

_COLD = """
import sys, time
from datetime import date
from pathlib import Path
from jingkai.rulebook import compile_program, load_rulebook
began = time.perf_counter()
book = load_rulebook([Path(sys.argv[1])])
loaded = time.perf_counter()
for entity in book.vocabulary.entities:
    compile_program(book, entity, date(2026, 6, 30), None)
print(len(book.rules), loaded - began, time.perf_counter() - loaded)
"""


def rulebook_section(workspace: Workspace) -> str:
    """Time reading, checking and compiling in fresh processes, and every example."""
    found = [_cold() for _ in range(5)]
    load, comp = (median(f[i] for f in found) for i in (1, 2))
    tested = _seconds(["rules", "test"], workspace.path)
    return f"""## The rulebook's own time

| | seconds | bar |
| --- | --- | --- |
| {found[0][0]} rules of every entity read and checked, cold | {load:.2f} | |
| compiled | {comp:.2f} | |
| together | {load + comp:.2f} | under 1 for 60 rules |
| `jingkai rules test`, every example, as a command | {tested:.1f} | under 10 |

Medians of five fresh processes. A command reads the checked rulebook back by the hash of its files.
"""


def _cold() -> tuple[int, float, float]:
    command = [sys.executable, "-c", _COLD, str(policies_folder())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    number, load, comp = done.stdout.split()
    return int(number), float(load), float(comp)


def _seconds(arguments: list[str], folder: Path) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "jingkai", *arguments]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return time.perf_counter() - began


def explaining_section(workspace: Workspace, rulebook: Rulebook) -> str:
    """Time explanations of single enterprises, as commands and in the library."""
    snapshot = Snapshot.current(workspace)
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
    outside = [_seconds(["explain", key], workspace.path) for key in keys[:6]]
    return f"""## Explaining one of {rows:,}

| | seconds | bar |
| --- | --- | --- |
| `jingkai explain KEY`, every rule, as a command | {median(outside[1:]):.2f} | under 1.5 |
| in the library once opened, found by key, every rule, median of 100 | {median(inside[1:]):.4f} | under 0.020 |
"""

"""A reform of one parameter beside the full run, both as a command does them."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from statistics import median

from benchmarks.data import AS_OF
from jingkai.engine.reform import compare_rules
from jingkai.engine.run import decide
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook, load_rulebook
from jingkai.rulebook.reform import read_reform
from jingkai.workspace import Workspace

__all__ = ["reform_section"]

_HEAD = "reform: {0}\ntitle: {{zh: {0}, en: {0}}}\nwhy: {{zh: 测, en: measured}}\nparameters: {1}\n"
_REFORMS = {
    "one figure of an eligibility": "{high_tech_enterprise: {tech_staff_floor: 8 %}}",
    "one figure of an amount": "{rd_super_deduction: {standard_rate: 120 %}}",
}


def reform_section(folder: Path, workspace: Workspace, rulebook: Rulebook, runs: int) -> str:
    """Time a full run and each reform in turn; return the section of the results."""
    snapshot = Snapshot.current(workspace)
    books = {}
    for i, (name, text) in enumerate(_REFORMS.items()):
        path = folder / f"reform{i}.yaml"
        path.write_text(_HEAD.format(f"r{i}", text), "utf-8")
        books[name] = load_rulebook([policies_folder()], reform=read_reform(path))
    times: dict[str, list[float]] = {name: [] for name in ("full", *books)}
    flips: dict[str, int] = {}
    for _ in range(runs):
        for path in workspace.decisions.iterdir():
            shutil.rmtree(path)
        began = time.perf_counter()
        decide(workspace, snapshot, rulebook, AS_OF)
        times["full"].append(time.perf_counter() - began)
        for name, book in books.items():
            shutil.rmtree(workspace.comparisons, ignore_errors=True)
            began = time.perf_counter()
            found = compare_rules(workspace, snapshot, rulebook, book, AS_OF, {"kind": "whatif"})
            times[name].append(time.perf_counter() - began)
            flips[name] = sum(rule["flips"] for rule in found.rules.values())
    full = median(times["full"])
    rows = "\n".join(
        f"| {name}, {flips[name]:,} flips | {median(times[name]):.2f} | {median(times[name]) / full:.2f} |"
        for name in books
    )
    return f"""## A reform, with flips and amounts by zone, industry and size

| | seconds | to the full run |
| --- | --- | --- |
| the full run: decided, summed up, stored | {full:.2f} | 1.00 |
{rows}

From the stored run to the stored report with the table of every flip (bar: under the larger of 2 s and a third of the full run).
"""

"""A year's inspections of a large zone: how long the plan takes, with how much memory."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from benchmarks.data import AS_OF
from benchmarks.measure import peak_of
from jingkai.engine.run import decide
from jingkai.policies import policies_folder
from jingkai.population import some_enterprises
from jingkai.population.snapshots import write_synthetic
from jingkai.rulebook import load_rulebook
from jingkai.workspace import Workspace, ZoneSettings

__all__ = ["inspection_folder", "inspections_section"]

_OFFICES = (
    "market_supervision",
    "emergency",
    "fire",
    "ecology_environment",
    "tax",
    "human_resources",
)


def inspection_folder(folder: Path, enterprises: int, inspectors: int) -> Workspace:
    """Make a workspace of enterprises, decided, with a plan file of six offices beside it."""
    workspace = Workspace.init(
        folder / "inspected", ZoneSettings(key="示范经开区", province="江苏")
    )
    frame = some_enterprises(enterprises)
    snapshot = write_synthetic(workspace, {"enterprise": frame}, AS_OF, "种子7")
    decide(workspace, snapshot, load_rulebook([policies_folder(), *workspace.layers]), AS_OF)
    rows = [f"{i:03d},{_OFFICES[i % 6]},证{i:03d}" for i in range(inspectors)]
    (workspace.path / "inspectors.csv").write_text(
        "\n".join(["工号,部门,执法证号", *rows]), "utf-8"
    )
    keys = frame["key"].sample(inspectors * 10, seed=7, with_replacement=True)
    pairs = [f"{i % inspectors:03d},{key}" for i, key in enumerate(keys)]
    (workspace.path / "conflicts.csv").write_text("\n".join(["工号,企业代码", *pairs]), "utf-8")
    (workspace.path / "plan.yaml").write_text(_plan("joint"), "utf-8")
    (workspace.path / "apart.yaml").write_text(_plan("by_office"), "utf-8")
    return workspace


def _plan(ranking: str) -> str:
    ratios = {"A": "5 %", "B": "20 %", "C": "60 %", "D": "100 %", "unknown": "20 %"}
    times = {"A": 1, "B": 1, "C": 1, "D": 2, "unknown": 1}
    plan: dict[str, Any] = {
        "plan": "量测",
        "year": 2026,
        "classes": ["A", "B", "C", "D"],
        "offices": {
            name: {"cap": 2, "cap_basis": "量测", "visits_per_day": 4, "items": {"all": "检查"}}
            for name in _OFFICES
        },
        "draws": [
            {"title": f"清单{i}", "office": name, "items": ["all"], "objects": {"all": True},
             "ratios": ratios, "times": times}
            for i, name in enumerate(_OFFICES)
        ],
        "ranking": ranking,
        "joint": "all",
        "quiet": [{"title": "月初", "days_of_month": [1, 2, 3]}],
        "inspectors": "inspectors.csv",
        "conflicts": "conflicts.csv",
        "seed": [{"name": "量测"}],
    }  # fmt: skip
    return json.dumps(plan, ensure_ascii=False)  # JSON is YAML too


def inspections_section(folder: Path, enterprises: int = 85_000, inspectors: int = 300) -> str:
    """Plan with one rank for all offices and with one each, as commands, and repeat the draw."""
    workspace = inspection_folder(folder, enterprises, inspectors)
    rows = []
    for file, name in (
        ("plan.yaml", "one rank for all offices"),
        ("apart.yaml", "a rank an office"),
    ):
        out = file.removesuffix(".yaml")
        made = peak_of(
            ["jingkai", "inspect", "plan", file, "--out", out, "--seed", "7"], workspace.path
        )
        checked = peak_of(["jingkai", "inspect", "verify", out], workspace.path)
        found = json.loads(
            (workspace.path / out / "internal/plan/manifest.json").read_text("utf-8")
        )
        assert all(check["holds"] for check in found["checks"])
        rows.append(
            f"| {name} | {made.seconds:.1f} | {made.anonymous:,.0f} | {checked.seconds:.1f} | {found['separate']:,} "
            f"| {found['visits']:,} | {sum(found['unassigned'].values()):,} |"
        )
    shutil.rmtree(workspace.path)
    return f"""## A year's inspections

{enterprises:,} enterprises, 6 offices with everyone on their lists, {inspectors} inspectors of four visits a day at most, {inspectors * 10:,} conflicts of interest.

| | plan, s | its anonymous memory at most, MB | verified, s | visits list by list | joined | unassigned |
| --- | --- | --- | --- | --- | --- | --- |
{chr(10).join(rows)}

Whole commands, start included, once each; the plan is written as Parquet, CSV and XLSX and every constraint counted anew. Bar: under 60 s.
"""

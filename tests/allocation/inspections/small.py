"""A small zone with a plan, made without files where a test needs none."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import polars as pl

from jingkai.allocation.inspections.days import visiting_days
from jingkai.allocation.inspections.objects import Enterprises
from jingkai.allocation.inspections.people import Inspector, People
from jingkai.allocation.inspections.plan import Prepared
from jingkai.allocation.inspections.plan_file import PlanFile
from jingkai.allocation.inspections.pool import make_pool

OFFICES = ("market_supervision", "emergency", "fire", "tax")
RATIOS = {"A": "5 %", "B": "20 %", "C": "60 %", "D": "100 %"}


def plan_words(number: int = 3, **changes: Any) -> dict[str, Any]:
    """Return a plan file's content."""
    names = OFFICES[:number]
    return {
        "plan": "试验计划",
        "year": 2026,
        "classes": ["A", "B", "C", "D"],
        "offices": {
            name: {"cap": 2, "cap_basis": "试验", "visits_per_day": 3, "items": {"all": "检查"}}
            for name in names
        },
        "draws": [
            {"title": f"清单{i}", "office": name, "items": ["all"], "objects": {"all": True},
             "ratios": RATIOS, "times": {"A": 1, "B": 1, "C": 1, "D": 2}}
            for i, name in enumerate(names)
        ],
        "ranking": "joint",
        "joint": "all",
        "inspectors": "inspectors.csv",
        "seed": [{"name": "甲"}],
        **changes,
    }  # fmt: skip


def enterprises(count: int, seed: int = 7) -> Enterprises:
    """Return made-up enterprises of every class, some in chemistry."""
    chance = random.Random(seed)
    frame = pl.DataFrame(
        {
            "key": [f"91999999{i:010d}" for i in range(count)],
            "name": [f"合成{i}号" for i in range(count)],
            "class": chance.choices("ABCD", [65, 25, 8, 2], k=count),
            "industry": chance.choices(["C2614", "C3425", "I6513"], k=count),
        },
        schema=dict.fromkeys(("key", "name", "class", "industry"), pl.String),
    )
    return Enterprises(frame.with_row_index("position"), Path())


def inspectors(each: int, offices: int = 3) -> tuple[Inspector, ...]:
    """Return inspectors of every office."""
    return tuple(
        Inspector(f"{name}{i}", name, "证", None, ())
        for name in OFFICES[:offices]
        for i in range(each)
    )


def prepared(
    words: dict[str, Any] | None = None,
    count: int = 400,
    each: int = 6,
    conflicts: frozenset[tuple[str, str]] = frozenset(),
    made: pl.DataFrame | None = None,
    salt: str = "盐",
) -> Prepared:
    """Return a plan that is ready to be drawn."""
    plan = PlanFile(**(words or plan_words()))
    people = People(inspectors(each, len(plan.offices)), conflicts)
    whom = enterprises(count)
    pool = make_pool(plan, whom, salt, made)
    return Prepared(plan, Path(), people, visiting_days(plan), whom, made, pool)


def write_plan(folder: Path, words: dict[str, Any], each: int = 6) -> Path:
    """Write a plan file with its inspectors; JSON is YAML too."""
    rows = [f"{i.id},{i.office},证,," for i in inspectors(each, len(words["offices"]))]
    head = "工号,部门,执法证号,有效期至,可用日期"
    (folder / "inspectors.csv").write_text("\n".join([head, *rows]), "utf-8")
    path = folder / "plan.yaml"
    path.write_text(json.dumps(words, ensure_ascii=False, indent=1), "utf-8")
    return path


def made_visits(rows: list[tuple[int, str, int]]) -> pl.DataFrame:
    """Return visits that were made: position, office, number."""
    schema = {"position": pl.UInt32, "office": pl.String, "done": pl.UInt32}
    return pl.DataFrame(rows, schema=schema, orient="row")

"""Small rules for tests of the language, beside the shipped vocabulary."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from jingkai.engine.polars_engine import program_frame
from jingkai.rulebook import Rulebook, compile_program, load_rulebook

HEAD = """rule: probe
title: {zh: 试, en: Probe}
measure: probing
entity: enterprise
kind: %s
basis: {document: 试〔2020〕1号, from: 2000-01-01}
"""


def rule_file(folder: Path, body: str, kind: str = "eligibility", name: str = "probe") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text((HEAD % kind).replace("probe\n", f"{name}\n", 1) + body, "utf-8")
    return path


def book(folder: Path, body: str, kind: str = "eligibility") -> Rulebook:
    rule_file(folder, body, kind)
    return load_rulebook([folder], examples_needed=False)


def evaluate(rules: Rulebook, columns: dict[str, list[Any]], as_of: dt.date) -> pl.DataFrame:
    entity = rules.vocabulary.entities["enterprise"]
    size = len(next(iter(columns.values())))
    series = [pl.Series("key", [str(i) for i in range(size)])]
    for name, values in columns.items():
        known = entity.column(name)
        assert known is not None, name
        series.append(pl.Series(name, values, dtype=known[0].arrow_type))
    frame = pl.DataFrame(series)
    program = compile_program(rules, "enterprise", as_of, frame.columns)
    return program_frame(program, frame.lazy()).select(program.outputs).collect(engine="streaming")


def verdicts(
    folder: Path,
    test: str,
    columns: dict[str, list[Any]],
    parameters: str = "",
    as_of: str = "2025-06-30",
) -> list[bool | None]:
    body = (f"parameters:\n{parameters}\n" if parameters else "") + (
        f'conditions:\n  - {{id: c, basis: 一, test: "{test}"}}\n'
    )
    return evaluate(book(folder, body), columns, dt.date.fromisoformat(as_of))["probe"].to_list()

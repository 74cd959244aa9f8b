"""Many rows of facts decided at once by chosen rules, nothing stored: verdicts, amounts, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from jingkai.console.errors import ConsoleError, NotFound
from jingkai.engine.polars_engine import program_frame
from jingkai.errors import Finding
from jingkai.explain.row import RulePlans
from jingkai.registry.cells import parse_column
from jingkai.rulebook import Rule, Rulebook, compile_program
from jingkai.rulebook.program import Program
from jingkai.vocabulary import Fact

__all__ = ["MOST_ERRORS", "Checked", "check_rows"]

_KINDS = ("eligibility", "duty", "amount", "grade", "score")
#: So many cells that cannot be read are told one by one; the others only counted.
MOST_ERRORS = 1000
_TRUTH = {True: "granted", False: "refused"}


@dataclass(frozen=True)
class Checked:
    """What came of the rows.

    Parameters
    ----------
    rows
        In the order asked: ``results`` by rule, null for a row of which a cell could not be read.
    errors, error_count
        The cells that could not be read, the first of them: ``row`` (from 0), ``column``, ``what``.
    """

    entity: str
    rows: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    error_count: int


def check_rows(
    book: Rulebook,
    day: date,
    rules: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    zones: pl.DataFrame,
) -> Checked:
    """Decide rows of facts.

    Parameters
    ----------
    book, day
        The rules of every day, and the day to decide on.
    rules
        Rules about one kind of entity, in force on the day.
    rows
        Facts by column, each a cell as a register file has it, a plain number in the fact's unit, a
        truth value, or null; what is left out is unknown.
    zones
        Facts of zones, for rows that say in which zone they are.

    Raises
    ------
    NotFound
        If there is no such rule.
    ConsoleError
        If rules are of several kinds of entity or not in force, or a column is no fact of theirs.
    """
    on_day = book.on(day)
    chosen = _chosen(on_day, day, rules)
    entity = chosen[0].entity
    facts = _facts(on_day, entity, rows)
    frame, problems = _read(on_day, facts, rows)
    frame = _with_zone(on_day, entity, frame, zones)
    program = compile_program(on_day, entity, day, frame.columns, only=[r.id for r in chosen])
    decided = program_frame(program, frame.lazy()).collect()
    shown = decided.select(_result(r, program, on_day, day, frame).alias(r.id) for r in chosen)
    bad = set(problems["row"].to_list())
    results = [
        {"row": i, "results": None if i in bad else found}
        for i, found in enumerate(shown.to_dicts())
    ]
    return Checked(entity, results, problems.head(MOST_ERRORS).to_dicts(), problems.height)


def _chosen(book: Rulebook, day: date, names: Sequence[str]) -> list[Rule]:
    for name in names:
        if name not in book.rules:
            raise NotFound(f"没有规则“{name}”", hint="用 GET /api/rules 列出全部")
    found = [book.rules[n] for n in dict.fromkeys(names)]
    entities = sorted({r.entity for r in found})
    if len(entities) > 1:
        raise ConsoleError(f"规则分属{'、'.join(entities)}", hint="一次只核对同一类主体的规则")
    for rule in found:
        if rule.kind not in _KINDS:
            raise ConsoleError(f"规则 {rule.id} 不能逐行核对", hint="指标和评价用 /api/indicators")
        if not rule.in_force(day):
            raise ConsoleError(f"规则 {rule.id} 在 {day} 未施行", hint="换一个日期或规则")
    return found


def _facts(book: Rulebook, entity: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Fact]:
    """Return the fact of every column that a row has."""
    described = book.vocabulary.entities[entity]
    found: dict[str, Fact] = {}
    unknown: list[Finding] = []
    for column in dict.fromkeys(c for row in rows for c in row):
        known = described.column(column)
        if known is None:
            year = column in described.facts and described.facts[column].yearly
            unknown.append(Finding(column, hint=f"写明年度，如 {column}_2025" if year else ""))
        else:
            found[column] = known[0]
    if unknown:
        what = f"{len(unknown)} 列不是{described.title.zh}的数据项"
        raise ConsoleError(what, hint="列名见数据字典", findings=unknown[:50])
    return found


def _read(
    book: Rulebook, facts: Mapping[str, Fact], rows: Sequence[Mapping[str, Any]]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return typed columns, and the cells that could not be read."""
    schema = {"row": pl.Int64, "column": pl.String, "what": pl.String}
    columns, problems = [], [pl.DataFrame(schema=schema)]
    for column, fact in facts.items():
        raw = pl.Series([_text(row.get(column)) for row in rows], dtype=pl.String)
        codes = book.vocabulary.code_list(fact) if fact.type == "code" else None
        parsed = parse_column(raw, fact, code_list=codes)
        columns.append(parsed.values.alias(column))
        found = parsed.problems.select(
            row=pl.col("index").cast(pl.Int64), column=pl.lit(column), what=pl.col("reason")
        )
        problems.append(found)
    keys = pl.Series("key", range(len(rows)), dtype=pl.Int64).cast(pl.String)
    return pl.DataFrame([keys, *columns]), pl.concat(problems).sort("row", "column")


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _with_zone(
    book: Rulebook, entity: str, frame: pl.DataFrame, zones: pl.DataFrame
) -> pl.DataFrame:
    """Add the facts of the zone that each row names."""
    if "zone" not in frame.columns or "zone" not in book.vocabulary.entities[entity].references:
        return frame
    known = book.vocabulary.entities["zone"].column
    mine = [pl.col(c).alias(f"zone.{c}") for c in zones.columns if known(c) is not None]
    return frame.join(
        zones.select(pl.col("key").alias("zone"), *mine),
        on="zone",
        how="left",
        maintain_order="left",
    )


def _result(
    rule: Rule, program: Program, book: Rulebook, day: date, frame: pl.DataFrame
) -> pl.Expr:
    """Return a rule's answer in a row: verdict, value in its unit, grade, and the facts it waits for."""
    layout = program.layouts[rule.id]
    verdict: pl.Expr = pl.lit(None, pl.String)
    value: pl.Expr = pl.lit(None, pl.Float64)
    grade: pl.Expr = pl.lit(None, pl.String)
    if rule.kind in ("eligibility", "duty", "amount"):
        truth = pl.col(f"{rule.id}__right" if rule.kind == "amount" else rule.id)
        verdict = truth.replace_strict(_TRUTH, default="undetermined", return_dtype=pl.String)
    if rule.kind == "grade":
        grade = pl.col(rule.id).cast(pl.String)
    if layout.quantum is not None:
        value = pl.col(rule.id) * layout.quantum.numerator / layout.quantum.denominator
    open_ = pl.col(rule.id).is_null()
    plans = RulePlans(book, day, frozenset(program.layouts))
    waits = list(_waits(rule, program, plans, frozenset(frame.columns), open_))
    missing = pl.concat_list(waits) if waits else pl.lit([], pl.List(pl.String))
    return pl.struct(
        verdict=verdict,
        value=value,
        grade=grade,
        missing=missing.list.drop_nulls().list.unique(maintain_order=True),
    )


def _waits(
    rule: Rule, program: Program, plans: RulePlans, have: frozenset[str], open_: pl.Expr
) -> Iterator[pl.Expr]:
    """Yield, by column that an open condition reads, its name where the row does not have it."""
    conditions = program.layouts[rule.id].conditions
    for c in rule.conditions:
        undecided = open_ & pl.col(conditions[c.id]).is_null()
        tests = [c.test] if c.applies is None else [c.test, c.applies]
        columns = dict.fromkeys(n for test in tests for n in plans.columns(rule, test))
        yield from _missing(columns, program, plans, have, undecided)
    if rule.kind in ("amount", "score", "grade"):
        inner = program.layouts[rule.id].quantum is not None or rule.kind == "grade"
        yield from _missing(
            plans.facts.of_result(rule) if inner else (), program, plans, have, open_
        )


def _missing(
    columns: Any, program: Program, plans: RulePlans, have: frozenset[str], undecided: pl.Expr
) -> Iterator[pl.Expr]:
    described = plans.rulebook.vocabulary.entities[program.entity]
    for column in columns:
        other = plans.rulebook.rules.get(column.partition("__")[0].partition("@")[0])
        if other is not None and other.id in program.layouts:
            yield from _waits(other, program, plans, have, undecided & pl.col(other.id).is_null())
        elif described.column(column) is not None or column.startswith("zone."):
            absent = undecided & pl.col(column).is_null() if column in have else undecided
            yield pl.when(absent).then(pl.lit(column))

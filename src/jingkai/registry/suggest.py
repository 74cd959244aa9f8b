"""Says how a table's columns would be read, for the user to mend: what was matched, and what else might be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from jingkai.registry.mapping import (
    CREDIT_CODE_HEADERS,
    ColumnPlan,
    LoadMap,
    Plan,
    known_names,
    plan_columns,
    split_header,
)
from jingkai.registry.reading import RawTable
from jingkai.vocabulary import Entity, Fact

__all__ = ["Suggestion", "suggest", "suggest_map"]

_GUESSES = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One column: how it is read, or what it might be.

    `plan` is None where it is not read; `key` says that it identifies a row, `yearless` what it is of
    which no year is said, `guesses` the facts whose names are near to a header that nothing matched.
    """

    header: str
    sample: tuple[str, ...]
    year: int | None
    plan: ColumnPlan | None = None
    key: bool = False
    yearless: Fact | None = None
    guesses: tuple[Fact, ...] = ()


def suggest(table: RawTable, entity: Entity, plan: Plan) -> Iterator[Suggestion]:
    """Yield how each column of a table is read by a plan."""
    matched = {p.header: p for p in plan.columns}
    names = known_names(entity)
    for header in table.columns:
        sample = tuple(table.frame[header].drop_nulls().unique(maintain_order=True).head(2))
        read, yearless = matched.get(header), plan.yearless.get(header)
        key = header in (plan.key.credit_code, plan.key.id)
        unknown = not (read or yearless or key)
        yield Suggestion(
            header,
            sample,
            split_header(header)[1],
            read,
            key,
            yearless,
            _guesses(header, names) if unknown else (),
        )


def suggest_map(table: RawTable, entity: Entity) -> str:
    """Return a map file for a table as YAML text with comments.

    Columns that match a label or alias are filled in; for the others the nearest names stand as a
    comment and the column is ignored until the user decides.
    """
    plan = plan_columns(table, entity, LoadMap(), to_load=False)
    lines = [
        f"# {table.path.name} 的列与数据项的对应表，请检查后用 --map 装载",
        f"entity: {entity.id}",
        "# office: tax        # 这个文件来自哪个部门",
        "# years: 2024        # 年度数据未写年份时的年份",
        *_key_lines(table, entity),
        "columns:",
    ]
    lines += [_line(column) for column in suggest(table, entity, plan)]
    return "\n".join(lines) + "\n"


def _line(column: Suggestion) -> str:
    sample = " ".join("、".join(column.sample).split())[:40]
    sample = f"例 {sample}" if sample else "整列为空"
    header, fact = _quoted(column.header), column.yearless
    if column.plan is not None:
        return f"  {header}: {_matched(column.plan)}，{sample}"
    if column.key:
        return f"  {header}: ignore  # 标识，见上面的 key"
    if fact is not None:
        told = f"{fact.label.zh}，没有写年份：写成 {{fact: {fact.name}, year: 2024}}"
        return f"  {header}: ignore  # {told}；{sample}"
    said = " 或 ".join(f"{f.name}（{f.label.zh}）" for f in column.guesses)
    year = f"年份 {column.year}，" if column.year else ""
    return (
        f"  {header}: ignore  # {year}{f'可能是 {said}' if said else '没有相近的数据项'}；{sample}"
    )


def _matched(found: ColumnPlan) -> str:
    parts = [f"fact: {found.fact.name}"]
    parts += [f"year: {found.year}"] if found.year else []
    told = "" if found.unit or not found.fact.unit else "（文件未写单位，请核对）"
    unit = found.unit or found.fact.unit
    parts += [f"unit: '{unit}'"] if unit and found.fact.numeric else []
    return f"{{{', '.join(parts)}}}  # {found.fact.label.zh}{told}"


def _guesses(header: str, names: dict[str, Fact]) -> tuple[Fact, ...]:
    """Return the facts whose names are nearest to a header."""
    base, _, _ = split_header(header)
    near = process.extract(base, list(names), scorer=fuzz.WRatio, limit=9, score_cutoff=60)
    return tuple({names[n].name: names[n] for n, *_ in near}.values())[:_GUESSES]


def _key_lines(table: RawTable, entity: Entity) -> list[str]:
    found = next((h for h in table.columns if h.lower() in CREDIT_CODE_HEADERS), None)
    if found:
        return [f"key: {{credit_code: {_quoted(found)}}}"]
    return ["# key: {credit_code: 列名}   # 或 {stock_code: 列名}，或 {name: 列名, zone: 列名}"]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

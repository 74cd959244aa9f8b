"""Writes a map for the user to mend: what was matched, and candidates for what was not."""

from __future__ import annotations

from rapidfuzz import fuzz, process

from jingkai.registry.mapping import (
    CREDIT_CODE_HEADERS,
    ColumnPlan,
    LoadMap,
    known_names,
    plan_columns,
    split_header,
)
from jingkai.registry.reading import RawTable
from jingkai.vocabulary import Entity, Fact

__all__ = ["suggest_map"]


def suggest_map(table: RawTable, entity: Entity) -> str:
    """Return a map file for a table as YAML text with comments.

    Columns that match a label or alias are filled in; for the others the nearest names stand as a
    comment and the column is ignored until the user decides.
    """
    plan = plan_columns(table, entity, LoadMap(), key_needed=False)
    matched = {p.header: p for p in plan.columns}
    lines = [
        f"# {table.path.name} 的列与数据项的对应表，请检查后用 --map 装载",
        f"entity: {entity.id}",
        "# office: tax        # 这个文件来自哪个部门",
        "# years: 2024        # 年度数据未写年份时的年份",
        *_key_lines(table, entity),
        "columns:",
    ]
    names = known_names(entity)
    for header in table.columns:
        sample = "、".join(table.frame[header].drop_nulls().unique(maintain_order=True).head(2))
        sample = f"例 {' '.join(sample.split())[:40]}" if sample else "整列为空"
        found = matched.get(header)
        if found is not None:
            lines.append(f"  {_quoted(header)}: {_matched(found)}，{sample}")
        elif header in (plan.key.credit_code, plan.key.id):
            lines.append(f"  {_quoted(header)}: ignore  # 标识，见上面的 key")
        elif header in plan.yearless:
            fact = plan.yearless[header]
            told = f"{fact.label.zh}，没有写年份：写成 {{fact: {fact.name}, year: 2024}}"
            lines.append(f"  {_quoted(header)}: ignore  # {told}；{sample}")
        else:
            lines.append(f"  {_quoted(header)}: ignore  # {_guesses(header, names)}；{sample}")
    return "\n".join(lines) + "\n"


def _matched(found: ColumnPlan) -> str:
    parts = [f"fact: {found.fact.name}"]
    parts += [f"year: {found.year}"] if found.year else []
    told = "" if found.unit or not found.fact.unit else "（文件未写单位，请核对）"
    unit = found.unit or found.fact.unit
    parts += [f"unit: '{unit}'"] if unit and found.fact.numeric else []
    return f"{{{', '.join(parts)}}}  # {found.fact.label.zh}{told}"


def _guesses(header: str, names: dict[str, Fact]) -> str:
    """Return the facts whose names are nearest to a header, in words."""
    base, year, _ = split_header(header)
    near = process.extract(base, list(names), scorer=fuzz.WRatio, limit=9, score_cutoff=60)
    facts = {names[n].name: names[n].label.zh for n, *_ in near}
    said = " 或 ".join(f"{name}（{label}）" for name, label in list(facts.items())[:3])
    return (f"年份 {year}，" if year else "") + (f"可能是 {said}" if said else "没有相近的数据项")


def _key_lines(table: RawTable, entity: Entity) -> list[str]:
    found = next((h for h in table.columns if h.lower() in CREDIT_CODE_HEADERS), None)
    if found:
        return [f"key: {{credit_code: {_quoted(found)}}}"]
    return ["# key: {credit_code: 列名}   # 或 {stock_code: 列名}，或 {name: 列名, zone: 列名}"]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

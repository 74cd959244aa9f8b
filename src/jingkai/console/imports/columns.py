"""The table of columns that an officer mends: which is which fact, of which year, in which unit."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from jingkai.console.errors import ConsoleError
from jingkai.console.imports.reading import ImportMap
from jingkai.errors import Finding
from jingkai.registry.mapping import LoadMap, Plan, known_names, plan_columns
from jingkai.registry.reading import RawTable
from jingkai.registry.reading.header import normal_header
from jingkai.registry.suggest import Suggestion, suggest
from jingkai.vocabulary import Entity, Fact

__all__ = ["KEYS", "as_typed", "columns_shown", "read_columns"]

#: What may identify a row.
KEYS = {
    "credit_code": ("统一社会信用代码", "Unified credit code"),
    "stock_code": ("股票代码", "Stock code"),
    "name": ("名称", "Name"),
    "id": ("编号", "Number"),
}


def columns_shown(table: RawTable, entity: Entity, given: LoadMap) -> dict[str, Any]:
    """Return the columns of a table as they are read, for a form.

    Returns
    -------
    dict
        ``columns``: each with `header`, `sample`, `fact` (its label, empty: not read), `year`,
        `unit`, `key`, `state` (``read``, ``key``, ``yearless``, ``unknown``, ``left``) and `guesses`;
        ``key``: which kind of key and the column.
    """
    plan = plan_columns(table, entity, given, to_load=False)
    left = {normal_header(h) for h, column in given.columns.items() if column == "ignore"}
    names = known_names(entity)
    return {
        "columns": [_shown(s, s.header in left, names) for s in suggest(table, entity, plan)],
        "key": _key_shown(plan),
    }


def _shown(column: Suggestion, left: bool, names: dict[str, Fact]) -> dict[str, Any]:
    plan, fact = column.plan, column.plan.fact if column.plan else column.yearless
    state = "read" if plan else "key" if column.key else "yearless" if fact else "unknown"
    unit = plan.unit if plan and plan.unit else ""
    return {
        "header": column.header,
        "sample": list(column.sample),
        "fact": _named(fact, names) if fact else "",
        "year": plan.year if plan else column.year,
        "unit": unit,
        "in": fact.unit if fact and fact.numeric else "",
        "yearly": bool(fact and fact.yearly),
        "state": "left" if left and state == "unknown" else state,
        "guesses": [_named(f, names) for f in column.guesses],
    }


def _named(fact: Fact, names: dict[str, Fact]) -> str:
    """Return the name by which a form says a fact: its label, where that is no other's."""
    label = fact.label.zh
    return label if names.get(normal_header(label).lower()) is fact else fact.name


def _key_shown(plan: Plan) -> dict[str, str]:
    found = {kind: getattr(plan.key, kind) for kind in KEYS if getattr(plan.key, kind)}
    kind = next(iter(found), "")
    return {"kind": kind, "column": found.get(kind, "")}


def as_typed(columns: list[dict[str, Any]], form: QueryDict) -> list[dict[str, Any]]:
    """Return columns as somebody typed them who is to mend them, nothing of it lost."""
    return [
        {**column, **{n: form[f"{n}_{i}"] for n in ("fact", "year", "unit") if f"{n}_{i}" in form}}
        for i, column in enumerate(columns)
    ]


def read_columns(form: QueryDict, headers: list[str], entity: Entity) -> ImportMap:
    """Read the form back.

    Parameters
    ----------
    form
        ``fact_0``, ``year_0``, ``unit_0`` of the first column and so on; ``key_kind`` and
        ``key_column``; ``years``, ``sheet``, ``strict_cells``, ``complete``.
    headers
        The columns of the file, in order.

    Raises
    ------
    ConsoleError
        With every column that cannot be read so.
    """
    names, findings = known_names(entity), []
    columns: dict[str, Any] = {}
    key = form.get("key_column", "")
    for i, header in enumerate(headers):
        said = form.get(f"fact_{i}", "").strip()
        fact = names.get(normal_header(said).lower()) if said else None
        if said and fact is None:
            findings.append(Finding(f"没有数据项“{said}”", header, "从列表里选，或留空不读"))
        elif fact is None:
            columns[header] = "ignore"
        else:
            columns[header] = {"fact": fact.name, **_year_and_unit(form, i, header, findings)}
    years = _year(form.get("years", ""), "未写年份时的年份", findings)
    if findings:
        raise ConsoleError("对应关系有错误，没有更改", findings=findings, hint="按提示改正")
    kind = form.get("key_kind", "")
    known = {kind: key} if kind in KEYS and key in headers else None
    sheet = form.get("sheet", "").strip() or None
    return ImportMap(
        columns=LoadMap.model_validate(
            {"columns": columns, "key": known, "years": years, "sheet": sheet}
        ),
        strict_cells="strict_cells" in form,
        complete="complete" in form,
    )


def _year_and_unit(form: QueryDict, i: int, header: str, findings: list[Finding]) -> dict[str, Any]:
    year = _year(form.get(f"year_{i}", ""), header, findings)
    unit = form.get(f"unit_{i}", "").strip()
    return {**({"year": year} if year else {}), **({"unit": unit} if unit else {})}


def _year(text: str, where: str, findings: list[Finding]) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        findings.append(Finding(f"“{text}”不是年份", where, "写四位数字，如 2025"))
        return None
    return int(text)

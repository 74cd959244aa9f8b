"""Which column of a file is which fact: told by the user's map, or by label and alias."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from jingkai.errors import Finding
from jingkai.registry.errors import MappingError
from jingkai.registry.reading import RawTable
from jingkai.registry.reading.header import normal_header
from jingkai.vocabulary import Entity, Fact, UnitError, read_yaml, units
from jingkai.vocabulary.load import validation_findings

__all__ = [
    "CREDIT_CODE_HEADERS",
    "ColumnPlan",
    "KeyPlan",
    "LoadMap",
    "Plan",
    "known_names",
    "plan_columns",
    "read_map",
]

CREDIT_CODE_HEADERS = {
    "统一社会信用代码",
    "社会信用代码",
    "信用代码",
    "统一代码",
    "纳税人识别号",
    "税号",
    "credit_code",
    "uscc",
    "统一社会信用代码/注册号",
    "统一社会信用代码(纳税人识别号)",
    "机构代码",
}
_ID = {"编号", "key", "id", "序列号", "再投资编号", "项目编号"}
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年度|年)?(?!\d)")
#: What a bracket may say that changes nothing.
_IDLE = {"", "必填", "选填", "可选"}
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")


class _Column(BaseModel):
    model_config = ConfigDict(extra="forbid")

    fact: str
    year: int | None = None
    unit: str | None = None
    blank: Literal["0"] | None = None


class _Key(BaseModel):
    model_config = ConfigDict(extra="forbid")

    credit_code: str | None = None
    stock_code: str | None = None
    name: str | None = None
    zone: str | None = None
    zone_is: str | None = None
    id: str | None = None


class LoadMap(BaseModel):
    """A map file: which column is which fact, in which unit and year."""

    model_config = ConfigDict(extra="forbid")

    entity: str | None = None
    office: str | None = None
    sheet: str | None = None
    years: int | None = None
    key: _Key | None = None
    columns: dict[str, _Column | Literal["ignore"]] = {}


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column of a file: the fact it is, its year, its unit, and whether blanks are zero."""

    header: str
    fact: Fact
    year: int | None
    unit: str | None
    blank_is_zero: bool = False

    @property
    def column(self) -> str:
        """The snapshot's column."""
        return self.fact.column(self.year)


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """Which columns identify a row; the first that is there counts."""

    credit_code: str | None = None
    stock_code: str | None = None
    name: str | None = None
    zone: str | None = None
    zone_is: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How a table is read: its columns, its key, and the headers nothing matched.

    `yearless` are headers of yearly facts, by header, that say no year; they are not read.
    """

    columns: tuple[ColumnPlan, ...]
    key: KeyPlan
    unmatched: tuple[str, ...]
    yearless: Mapping[str, Fact]
    notes: tuple[str, ...] = ()


def read_map(path: Path) -> LoadMap:
    """Read a map file.

    Raises
    ------
    MappingError
        With file and line of everything that is wrong.
    """
    if not path.is_file():
        raise MappingError("没有这个对应表", where=str(path), hint="用 --suggest-map 写一份")
    source = read_yaml(path)
    if not isinstance(source.data or {}, dict):
        raise MappingError("对应表应有 columns: 等各项，不是列表", where=str(path), hint=_LIKE_THIS)
    try:
        return LoadMap(**(source.data or {}))
    except ValidationError as error:
        findings = [_in_chinese(f) for f in validation_findings(error, source)]
        findings = [f for f in findings if f.code != "literal_error"] or findings
        raise MappingError(
            "对应表有错误", where=str(path), findings=findings, hint=_LIKE_THIS
        ) from error


_LIKE_THIS = "写成 columns: {列名: {fact: 数据项, year: 2024, unit: 万元}}"
_SAID = {"missing": "缺少此项", "extra_forbidden": "没有这一项"}


def _in_chinese(found: Finding) -> Finding:
    name, _, message = found.what.partition(": ")
    said = f"{name.replace('._Column', '').replace('._Key', '')}：{_SAID.get(found.code, message)}"
    return replace(found, what=said, hint="")


def known_names(entity: Entity) -> dict[str, Fact]:
    """Return every name a header may have, in normal form and lower case, with its fact."""
    found: dict[str, Fact] = {}
    for fact in entity.facts.values():
        for name in (fact.name, fact.label.zh, fact.label.en, *fact.aliases):
            found.setdefault(normal_header(name).lower(), fact)
    return found


def plan_columns(table: RawTable, entity: Entity, given: LoadMap, *, to_load: bool = True) -> Plan:
    """Match a table's columns to facts.

    Parameters
    ----------
    to_load
        Whether rows are to be read by it; not where it is only looked at, to be mended.

    Raises
    ------
    MappingError
        If the map names a column, fact or unit that is not there, two columns give one fact and
        year, a yearly column has no year, or no key column is found.
    """
    headers = table.columns
    mapped = {normal_header(k): v for k, v in given.columns.items()}
    for name in {n for n, column in mapped.items() if column != "ignore"} - set(headers):
        raise MappingError(
            f"文件里没有列“{name}”", where=str(table.path), hint="有：" + "、".join(headers[:12])
        )
    names, plans, unmatched = known_names(entity), [], []
    yearless: dict[str, Fact] = {}
    key = _key(headers, given, entity)
    for header in headers:
        if header in (key.credit_code, key.id):
            continue
        plan = _plan(header, mapped.get(header), names, entity, given, table)
        if isinstance(plan, ColumnPlan):
            plans.append(plan)
        elif isinstance(plan, Fact):
            yearless[header] = plan
        elif plan is None:
            unmatched.append(header)
    if to_load:
        _no_doubles(plans, table)
    key = _key_from_facts(key, plans, entity)
    if to_load and not any((key.credit_code, key.stock_code, key.name, key.id)):
        raise MappingError(
            "找不到标识列（统一社会信用代码、股票代码或企业名称）",
            where=str(table.path),
            hint="在对应表的 key 下写明，例如 key: {credit_code: 列名}",
        )
    return Plan(tuple(plans), key, tuple(unmatched), yearless, _other_units(plans))


def _other_units(plans: list[ColumnPlan]) -> tuple[str, ...]:
    """Say where the map gives another unit than the header."""
    return tuple(
        f"“{p.header}”按对应表的{p.unit}读取，不按表头的{said}"
        for p in plans
        if (said := split_header(p.header)[2]) is not None and p.unit is not None and said != p.unit
    )


def _key(headers: list[str], given: LoadMap, entity: Entity) -> KeyPlan:
    if given.key is not None:
        for column in (
            given.key.credit_code,
            given.key.stock_code,
            given.key.name,
            given.key.zone,
            given.key.id,
        ):
            if column is not None and normal_header(column) not in headers:
                raise MappingError(
                    f"key 里的列“{column}”不在文件中", hint="有：" + "、".join(headers[:12])
                )
        return KeyPlan(
            **{k: normal_header(v) if v else None for k, v in given.key.model_dump().items()}
        )
    lower = {h.lower(): h for h in headers}
    if entity.id == "enterprise":
        return KeyPlan(
            credit_code=next((lower[n] for n in CREDIT_CODE_HEADERS if n in lower), None)
        )
    return KeyPlan(id=next((lower[n] for n in _ID if n in lower), None))


def _key_from_facts(key: KeyPlan, plans: list[ColumnPlan], entity: Entity) -> KeyPlan:
    if any((key.credit_code, key.stock_code, key.name, key.id)):
        return key
    by_fact = {p.fact.name: p.header for p in plans}
    if entity.id == "zone":  # what enterprises and parcels name as their zone is its name
        return KeyPlan(id=by_fact.get("name"))
    return KeyPlan(
        stock_code=by_fact.get("stock_code"), name=by_fact.get("name"), zone=by_fact.get("zone")
    )


def _plan(
    header: str,
    given: _Column | str | None,
    names: dict[str, Fact],
    entity: Entity,
    load_map: LoadMap,
    table: RawTable,
) -> ColumnPlan | Fact | str | None:
    """Return how a column is read; the fact where it is yearly and no year is said."""
    if given == "ignore":
        return "ignore"
    base, year, unit = split_header(header)
    if isinstance(given, _Column):
        fact = entity.facts.get(given.fact)
        if fact is None:
            raise MappingError(
                f"没有数据项“{given.fact}”", where=str(table.path), hint="见 `jingkai facts`"
            )
        year, unit = given.year or year, given.unit or unit
        blank = given.blank == "0"
    else:
        found = names.get(header.lower()) or names.get(base.lower())
        if found is None:
            return None
        fact, blank = found, False
    if not fact.yearly:
        year = None
    elif year is None:
        year = load_map.years
        if year is None:
            if given is None:
                return fact
            raise MappingError(
                f"“{header}”是年度数据，没有写明年份", where=str(table.path), hint="写 year: 2024"
            )
    unit = unit or (table.unit_note if fact.type == "money" else None)
    return ColumnPlan(header, fact, year, _checked_unit(unit, fact, header, table), blank)


def split_header(header: str) -> tuple[str, int | None, str | None]:
    """Return a header's name without year and unit, its year and its unit: 营业收入(2024年,万元)."""
    year, unit = None, None
    bare = header
    for bracket in _BRACKETS.finditer(header):
        others = []
        for part in re.split(r"[,，;；、\s]", bracket[1]):
            found = _YEAR.fullmatch(part)
            if found:
                year = int(found[1])
            elif part in ("%", "％") or units().known(part):
                unit = "%" if part in ("%", "％") else part
            elif part not in _IDLE:
                others.append(part)
        # Other words narrow the name: 职工总数（科技型中小企业口径） is not 职工总数.
        bare = bare.replace(bracket[0], f"({','.join(others)})" if others else "", 1)
    found = _YEAR.search(bare.replace("_", " "))
    if found and year is None:
        year = int(found[1])
    bare = _YEAR.sub("", bare.replace("_", " ")) if found else bare
    return re.sub(r"\s+", "_" if bare.isascii() else "", bare.strip()), year, unit


def _checked_unit(unit: str | None, fact: Fact, header: str, table: RawTable) -> str | None:
    if unit is None or not fact.numeric or unit == "%":
        return unit if fact.type == "ratio" else None
    if fact.unit == "":
        return None
    try:
        units().factor(unit, fact.unit)
    except UnitError as error:
        raise MappingError(
            f"“{header}”：单位“{unit}”不能换算为{fact.unit}",
            where=str(table.path),
            hint="写文件里数字真正的单位",
        ) from error
    return unit


def _no_doubles(plans: list[ColumnPlan], table: RawTable) -> None:
    seen: dict[str, str] = {}
    for plan in plans:
        if plan.column in seen:
            raise MappingError(
                f"“{seen[plan.column]}”和“{plan.header}”都对应{plan.fact.label.zh}",
                where=str(table.path),
                hint="在对应表里把其中一列写成 ignore，或注明不同年份",
            )
        seen[plan.column] = plan.header

"""Who inspects: certified inspectors with their days, and the enterprises they must keep away from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jingkai.allocation.inspections.errors import PlanFileError
from jingkai.allocation.inspections.plan_file import PlanFile, office_titles
from jingkai.errors import Finding
from jingkai.registry.reading import ROW, read_table

__all__ = ["Inspector", "People", "read_conflicts", "read_inspectors", "read_people"]

_ID, _OFFICE = ("工号", "编号", "id"), ("部门", "检查机关", "office")
_CERTIFICATE = ("执法证号", "执法证件", "certificate")
_UNTIL = ("有效期至", "certificate_to")
_DAYS = ("可用日期", "available")
_ENTERPRISE = ("统一社会信用代码", "企业代码", "enterprise", "key")
_SPAN = re.compile(r"\s*(\d{4}-\d\d-\d\d)\s*(?:至|\.\.|~)\s*(\d{4}-\d\d-\d\d)\s*")


@dataclass(frozen=True, slots=True)
class Inspector:
    """One inspector: id, office, certificate with its last day (None: open), days on which free.

    `spans` are first and last days, both included; none means every working day.
    """

    id: str
    office: str
    certificate: str
    until: date | None
    spans: tuple[tuple[date, date], ...]

    def free_on(self, day: date) -> bool:
        """Whether the inspector may be sent on a day: certified still, and free."""
        certified = self.until is None or day <= self.until
        return certified and (not self.spans or any(a <= day <= b for a, b in self.spans))


@dataclass(frozen=True, slots=True)
class People:
    """Every inspector, and pairs of inspector and enterprise that must not meet (回避)."""

    inspectors: tuple[Inspector, ...]
    conflicts: frozenset[tuple[str, str]]


def read_people(plan: PlanFile, folder: Path) -> People:
    """Read the tables that a plan file names, relative to its folder.

    Raises
    ------
    PlanFileError
        With file and row of each inspector who is of no office, twice, or without certificate.
    """
    inspectors = read_inspectors(folder / plan.inspectors, plan)
    known = {i.id for i in inspectors}
    conflicts = read_conflicts(folder / plan.conflicts, known) if plan.conflicts else frozenset()
    return People(inspectors, conflicts)


def read_inspectors(path: Path, plan: PlanFile) -> tuple[Inspector, ...]:
    """Read the table of inspectors; nobody without an enforcement certificate is taken (INS-01)."""
    names = {zh: code for code, zh in office_titles().items()}
    found: dict[str, Inspector] = {}
    findings = []
    for where, row in _rows(path, (_ID, _OFFICE, _CERTIFICATE), (_UNTIL, _DAYS)):
        name, office, certificate, until, days = row
        try:
            inspector = Inspector(
                name, names.get(office, office), certificate, _day(until), _spans(days)
            )
        except ValueError as error:
            findings.append(Finding(f"{name}：{error}", where, "日期写成 2026-01-01至2026-06-30"))
            continue
        findings += _refusals(inspector, found, plan, where)
        found[name] = inspector
    if findings:
        raise PlanFileError("检查人员名录有错误", where=str(path), findings=findings)
    return tuple(found[name] for name in sorted(found))


def _refusals(
    inspector: Inspector, found: dict[str, Inspector], plan: PlanFile, where: str
) -> Iterator[Finding]:
    if not inspector.id or inspector.id in found:
        yield Finding(f"工号“{inspector.id}”为空或者写了两次", where, "每人一行")
    if inspector.office not in plan.offices:
        yield Finding(
            f"{inspector.id} 的部门“{inspector.office}”不在计划的 offices 中", where, "改正或删去"
        )
    if not inspector.certificate:
        yield Finding(
            f"{inspector.id} 没有执法证号", where, "未取得执法证件的人员不得实施检查，请删去此人"
        )


def read_conflicts(path: Path, known: set[str]) -> frozenset[tuple[str, str]]:
    """Read pairs of inspector and enterprise that must be kept apart.

    Raises
    ------
    PlanFileError
        If one names an inspector who is not in the table, or no enterprise.
    """
    pairs, findings = set(), []
    for where, (inspector, enterprise) in _rows(path, (_ID, _ENTERPRISE)):
        if inspector not in known:
            findings.append(Finding(f"没有检查人员“{inspector}”", where, "核对工号"))
        if not enterprise:
            findings.append(Finding(f"{inspector} 须回避的企业没有写", where))
        pairs.add((inspector, enterprise))
    if findings:
        raise PlanFileError("回避名单有错误", where=str(path), findings=findings)
    return frozenset(pairs)


def _rows(
    path: Path, needed: tuple[tuple[str, ...], ...], others: tuple[tuple[str, ...], ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each row's place and the text of the columns wanted, empty where there is none."""
    table = read_table(path)
    columns = []
    for names in (*needed, *others):
        column = next((c for c in table.columns if c.lower() in names), None)
        if column is None and names in needed:
            raise PlanFileError(
                f"缺少列“{names[0]}”", where=str(path), hint="有：" + "、".join(table.columns[:12])
            )
        columns.append(column)
    for row in table.frame.iter_rows(named=True):
        texts = tuple(str(row[c] or "").strip() if c else "" for c in columns)
        yield f"{path.name}:{row[ROW]}", texts


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError(f"“{text}”不是日期") from error


def _spans(text: str) -> tuple[tuple[date, date], ...]:
    """Read ``2026-01-01至2026-06-30；2026-08-01至2026-12-31``; empty is the whole year."""
    spans = []
    for part in filter(str.strip, re.split(r"[；;、]", text)):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise ValueError(f"“{part}”不是一段日期")
        spans.append((date.fromisoformat(found[1]), date.fromisoformat(found[2])))
    return tuple(spans)

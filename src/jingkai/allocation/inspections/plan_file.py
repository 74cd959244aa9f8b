"""The plan file: what a zone decides about a year's inspections, each figure its own.

The country sets no ratio (CRR-05) and no cap of visits (INS-03): both must stand in the file. Two
officers at least take part in a visit (行政处罚法第四十二条), so a team is never smaller.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from jingkai.allocation.inspections.errors import PlanFileError
from jingkai.errors import Finding
from jingkai.services.working_days import AnnouncedYear
from jingkai.vocabulary import load_vocabulary, read_yaml
from jingkai.vocabulary.load import validation_findings
from jingkai.vocabulary.source import SourceFile

__all__ = [
    "ANY_CLASS",
    "Campaign",
    "Draw",
    "Objects",
    "Office",
    "Party",
    "PlanFile",
    "Priority",
    "Quiet",
    "office_titles",
    "read_plan",
]

#: How ratios and times name enterprises whose class is open.
ANY_CLASS = "unknown"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _ratio(value: object) -> Fraction:
    """Read ``5 %`` or ``0.05`` exactly."""
    text = str(value).replace("％", "%").strip()
    try:
        found = Fraction(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError("写成 5 % 或 0.05") from error
    if not 0 <= found <= 1:
        raise ValueError("比例在 0 % 至 100 % 之间")
    return found


Ratio = Annotated[Fraction, BeforeValidator(_ratio)]
Times = Annotated[int, Field(ge=1)]


class Office(_Model):
    """An office that inspects: its published items, its cap as published, its way of working.

    Parameters
    ----------
    cap, cap_basis
        Most visits a year to one enterprise, and where that is published.
    team
        Inspectors of this office on a visit, two by law.
    visits_per_day
        Most visits of one inspector on a day.
    items
        Its published items by id, each with title and legal basis.
    """

    cap: int = Field(ge=0)
    cap_basis: str = Field(min_length=1)
    team: int = Field(default=2, ge=2)
    visits_per_day: int = Field(ge=1)
    items: dict[str, str] = Field(min_length=1)


class Objects(_Model):
    """Whom a list holds: everyone, the enterprises of a file, of industries, or of a rule granted."""

    all: Literal[True] | None = None
    file: str | None = None
    industries: tuple[str, ...] | None = None
    rule: str | None = None

    def model_post_init(self, _context: Any) -> None:
        """Refuse none and more than one."""
        if sum(v is not None for v in (self.all, self.file, self.industries, self.rule)) != 1:
            raise ValueError("写明 all: true、file、industries、rule 中的一项")


class _Task(_Model):
    title: str
    office: str
    items: tuple[str, ...] = Field(min_length=1)
    objects: Objects


class Draw(_Task):
    """A random draw by class from an office's list; `times` are visits a year to one drawn."""

    ratios: dict[str, Ratio]
    times: dict[str, Times]


class _Certain(_Task):
    times: Times


class Priority(_Certain):
    """A priority field outside the draw: everyone is visited, on a stated ground, within the cap."""

    ground: str = Field(min_length=1)


class Campaign(_Certain):
    """A campaign ordered from above, outside the cap; in a span of days if it has one."""

    ordered_by: str = Field(min_length=1)
    document: str = Field(min_length=1)
    begins: date | None = None
    ends: date | None = None


class Quiet(_Model):
    """Days on which nobody is disturbed: a span, or the same days of every month."""

    title: str
    begins: date | None = None
    ends: date | None = None
    days_of_month: tuple[Annotated[int, Field(ge=1, le=31)], ...] = ()

    def model_post_init(self, _context: Any) -> None:
        """Refuse what names no day."""
        if not self.days_of_month and (self.begins is None or self.ends is None):
            raise ValueError("写 begins 和 ends，或 days_of_month")


class Party(_Model):
    """Who gives a part of the seed, or which public figure it is; `commitment` its SHA-256 if published."""

    name: str
    commitment: str = Field(default="", pattern="^([0-9a-f]{64})?$")


class PlanFile(_Model):
    """A whole plan file; see the how-to page for each part."""

    plan: str
    year: int = Field(ge=2025, le=2100)
    begins: date | None = None
    zone: str = ""
    class_rule: str = "credit_risk_class"
    classes: tuple[str, ...] = Field(min_length=2)
    offices: dict[str, Office] = Field(min_length=1)
    draws: tuple[Draw, ...] = ()
    priority: tuple[Priority, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    ranking: Literal["joint", "by_office"]
    joint: Literal["all", "none"] | tuple[tuple[str, ...], ...]
    quiet: tuple[Quiet, ...] = ()
    calendar: AnnouncedYear | None = None
    inspectors: str
    conflicts: str | None = None
    seed: tuple[Party, ...] = Field(min_length=1)

    def group_of(self, office: str) -> int:
        """Return which offices go together: offices of one number share an enterprise's visit."""
        names = list(self.offices)
        if self.joint == "all":
            return 0
        for i, group in enumerate(self.joint if self.joint != "none" else ()):
            if office in group:
                return i
        return len(names) + names.index(office)


def office_titles() -> dict[str, str]:
    """Return the Chinese names of the offices that inspect, by code."""
    fact = load_vocabulary().fact("inspection", "inspecting_office")
    assert fact is not None and isinstance(fact.codes, dict)
    return {code: label.zh for code, label in fact.codes.items()}


def read_plan(path: Path) -> PlanFile:
    """Read a plan file.

    Raises
    ------
    PlanFileError
        With file and line of everything that is wrong or not set.
    """
    if not path.is_file():
        raise PlanFileError(
            "没有这个计划文件", where=str(path), hint="用 jingkai inspect template 写一份"
        )
    source = read_yaml(path)
    if not isinstance(source.data, dict):
        raise PlanFileError("计划文件应有 plan:、year: 等各项", where=str(path), hint=_EXAMPLE)
    try:
        plan = PlanFile(**_set(source.data))
    except ValidationError as error:
        findings = [_in_chinese(f) for f in validation_findings(error, source)]
        raise PlanFileError(
            "计划文件有错误或未设定的数字", where=str(path), findings=findings, hint=_EXAMPLE
        ) from error
    findings = _cross_checks(plan, source)
    if findings:
        raise PlanFileError("计划文件前后不一致", where=str(path), findings=findings, hint=_EXAMPLE)
    return plan


_EXAMPLE = "各项写法见 jingkai inspect template 写出的样例"
_MENDS = {
    "cap": "填国务院主管部门公布的同一机关对同一企业年度检查频次上限；国家无统一数值，不代为设定",
    "cap_basis": "写上限公布在哪个文件",
    "ratios": "国家未规定抽查比例，由本区按类别设定",
    "times": "写抽中后一年检查几次，由本区设定",
    "visits_per_day": "写一名检查人员一天最多检查几户",
    "ground": "重点领域不经抽取，须写明依据",
    "ordered_by": "写部署专项检查的上级机关",
    "ranking": "joint：各部门用同一随机序，便于联合；by_office：各部门分别抽取",
    "joint": "all、none，或列出一起入企的部门",
    "seed": "写明种子由谁提供，或者取自哪个公开数字",
}


def _set(value: Any) -> Any:
    """Return a file's content without what is left empty: empty is not set."""
    if isinstance(value, dict):
        return {k: _set(v) for k, v in value.items() if v is not None}
    return [_set(v) for v in value] if isinstance(value, list) else value


def _in_chinese(found: Finding) -> Finding:
    name, _, message = found.what.partition(": ")
    name = name.strip("`")
    last = next((p for p in reversed(name.split(".")) if p in _MENDS), "")
    said = {"missing": "没有设定", "extra_forbidden": "没有这一项，检查拼写"}.get(
        found.code, message.removeprefix("Value error, ")
    )
    return Finding(f"{name}：{said}", found.where, _MENDS.get(last, ""), found.code)


def _cross_checks(plan: PlanFile, source: SourceFile) -> list[Finding]:
    """Return what does not fit together: offices, items, classes, caps."""
    known, findings = office_titles(), []
    for name in plan.offices:
        if name not in known:
            hint = "可用：" + "、".join(f"{code}（{zh}）" for code, zh in known.items())
            findings.append(Finding(f"不认识部门“{name}”", source.where("offices", name), hint))
    tasks = {"draws": plan.draws, "priority": plan.priority, "campaigns": plan.campaigns}
    for part, entries in tasks.items():
        for i, task in enumerate(entries):
            findings += _task_checks(plan, task, source, part, i)
    if isinstance(plan.joint, tuple):
        named = [office for group in plan.joint for office in group]
        wrong = [o for o in named if o not in plan.offices or named.count(o) > 1]
        findings += [
            Finding(f"joint：{o} 不在 offices 中或者写了两次", source.where("joint"))
            for o in dict.fromkeys(wrong)
        ]
    return findings


def _task_checks(
    plan: PlanFile, task: _Task, source: SourceFile, part: str, i: int
) -> list[Finding]:
    office = plan.offices.get(task.office)
    if office is None:
        where = source.where(part, i, "office")
        return [Finding(f"部门“{task.office}”不在 offices 中", where, "补上，或改正拼写")]
    findings = [
        Finding(
            f"{task.office} 公布的检查事项中没有“{item}”",
            source.where(part, i, "items", k),
            "检查事项清单须公布，未公布的不得实施",
        )
        for k, item in enumerate(task.items)
        if item not in office.items
    ]
    if isinstance(task, Draw):
        findings += _class_checks(plan, task, source, part, i)
    times = task.times if isinstance(task, Draw) else {"": getattr(task, "times", 1)}
    if not isinstance(task, Campaign):
        findings += [
            Finding(
                f"{name or task.title}：一年 {n} 次，超过上限 {office.cap} 次",
                source.where(part, i, "times", name),
                "减少次数，或核对上限",
            )
            for name, n in times.items()
            if n > office.cap
        ]
    return findings


def _class_checks(
    plan: PlanFile, draw: Draw, source: SourceFile, part: str, i: int
) -> list[Finding]:
    findings = []
    for key in ("ratios", "times"):
        given = getattr(draw, key)
        where = source.where(part, i, key)
        findings += [
            Finding(f"{key} 没有写 {c} 类", where, _MENDS[key])
            for c in plan.classes
            if c not in given
        ]
        findings += [
            Finding(f"{key} 中的“{c}”不是 classes 中的类别", source.where(part, i, key, c))
            for c in given
            if c not in (*plan.classes, ANY_CLASS)
        ]
    return findings

"""Which column of a log is what: told by a map file, or by the names that logs usually have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from jingkai.registry.reading.header import normal_header
from jingkai.services.logs.errors import LogError
from jingkai.vocabulary import read_yaml
from jingkai.vocabulary.load import validation_findings

__all__ = ["ROLES", "LogMap", "match_columns", "read_log_map"]

#: Usual names of each column, the surest first; compared without case, blanks and signs.
_NAMES: Mapping[str, Sequence[str]] = {
    "case": [
        "case:concept:name",
        "case_id",
        "case",
        "caseid",
        "办件编号",
        "办件号",
        "受理编号",
        "案件编号",
        "申请编号",
        "收件编号",
        "业务流水号",
        "流水号",
    ],
    "item": ["case:item", "item", "事项", "事项名称", "服务事项", "事项编码"],
    "activity": [
        "concept:name",
        "activity",
        "activity_name",
        "环节",
        "环节名称",
        "办理环节",
        "步骤",
        "活动",
        "activityNameEN",
    ],
    "resource": ["org:resource", "resource", "经办人", "办理人", "审批人", "处理人", "操作人"],
    "office": [
        "org:group",
        "office",
        "department",
        "部门",
        "办理部门",
        "经办部门",
        "承办部门",
        "科室",
        "处室",
    ],
    "start": ["start_timestamp", "start_time", "start", "开始时间", "环节开始时间", "接收时间"],
    "complete": [
        "time:timestamp",
        "timestamp",
        "complete_timestamp",
        "complete_time",
        "end_time",
        "complete",
        "完成时间",
        "结束时间",
        "环节结束时间",
        "办理时间",
        "操作时间",
        "时间",
    ],
    "instance": ("concept:instance",),
    "lifecycle": ("lifecycle:transition",),
    "deadline": ["case:deadline", "deadline", "截止日期", "应办结日期", "承诺办结日期", "到期日"],
    "materials": ["case:materials", "materials", "材料数", "材料件数", "材料份数"],
    "trips": ["case:trips", "trips", "跑动次数"],
    "applied": ["case:applied", "applied", "申请时间", "申请日期", "收件时间", "收件日期"],
    "ended": ["case:ended", "ended", "办结时间", "办结日期"],
}
ROLES = tuple(_NAMES)


class LogMap(BaseModel):
    """A map file: the log's column for each role.

    Parameters
    ----------
    zone
        The time zone whose days count, such as ``Asia/Shanghai``; left out: days as they are written.
    unknown
        What stands for nothing in the log, such as ``EMPTY``.
    case, item, activity, resource, office, start, complete, instance, lifecycle, deadline, materials, trips
        Columns. `applied` and `ended` are of the whole case; left out: its first and last event.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    zone: str | None = None
    unknown: tuple[str, ...] = ()
    case: str | None = None
    item: str | None = None
    activity: str | None = None
    resource: str | None = None
    office: str | None = None
    start: str | None = None
    complete: str | None = None
    instance: str | None = None
    lifecycle: str | None = None
    deadline: str | None = None
    materials: str | None = None
    trips: str | None = None
    applied: str | None = None
    ended: str | None = None

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (KeyError, ValueError, OSError) as error:
                raise ValueError(f"没有时区“{name}”，写成 Asia/Shanghai") from error
        return name


def read_log_map(path: Path) -> LogMap:
    """Read a map file.

    Raises
    ------
    LogError
        If it is not there, or with file and line of everything that is wrong.
    """
    if not path.is_file():
        raise LogError("没有这个对应表", where=str(path), hint=_LIKE_THIS)
    source = read_yaml(path)
    if not isinstance(source.data or {}, dict):
        raise LogError("对应表应是“项: 列名”", where=str(path), hint=_LIKE_THIS)
    try:
        return LogMap(**(source.data or {}))
    except (ValidationError, TypeError) as error:
        found = validation_findings(error, source) if isinstance(error, ValidationError) else []
        raise LogError("对应表有错误", where=str(path), findings=found, hint=_LIKE_THIS) from error


_LIKE_THIS = "例如 case: 办件编号、activity: 环节、complete: 完成时间；可写的项：" + "、".join(
    ("zone", "unknown", *ROLES)
)


def match_columns(headers: Sequence[str], given: LogMap, where: str) -> dict[str, str]:
    """Return the column of each role that the log has.

    Raises
    ------
    LogError
        If the map names a column that is not there, or no case, activity or time is found.
    """
    by_plain = {_plain(h): h for h in reversed(headers)}
    found: dict[str, str] = {}
    for role, names in _NAMES.items():
        told = getattr(given, role)
        if told is not None:
            found[role] = _named(told, role, headers, where)
        else:
            here = [by_plain[_plain(n)] for n in names if _plain(n) in by_plain]
            if here and here[0] not in found.values():
                found[role] = here[0]
    missing = [zh for role, zh in _NEEDED.items() if role not in found]
    if "complete" not in found and "start" not in found:
        missing.append("时间（complete 或 start）")
    if missing:
        raise LogError(
            f"找不到{'、'.join(missing)}的列，有：{'、'.join(headers[:20])}",
            where=where,
            hint="用 --map 指明，" + _LIKE_THIS,
        )
    return found


_NEEDED = {"case": "办件编号（case）", "activity": "环节（activity）"}


def _named(told: str, role: str, headers: Sequence[str], where: str) -> str:
    name = normal_header(told)
    if name not in headers:
        raise LogError(
            f"{role} 指的列“{told}”不在日志中", where=where, hint="有：" + "、".join(headers[:20])
        )
    return name


def _plain(name: str) -> str:
    return re.sub(r"[\s:_\-]", "", name).lower()

"""What the figures of a log are called."""

from __future__ import annotations

from collections.abc import Mapping

from jingkai.vocabulary import Label

__all__ = ["MEASURES", "STATISTICS", "VERDICTS"]

#: By the column of `case_table`.
MEASURES: Mapping[str, Label] = {
    "working_days": Label(zh="工作日", en="working days"),
    "calendar_days": Label(zh="自然日", en="calendar days"),
    "late": Label(zh="超期比例", en="share late"),
    "events": Label(zh="环节次数", en="steps"),
    "office_handovers": Label(zh="部门间移交", en="hand-overs between offices"),
    "resource_handovers": Label(zh="经办人间移交", en="hand-overs between persons"),
    "rework": Label(zh="返工次数", en="steps done again"),
    "materials": Label(zh="材料", en="materials"),
    "trips": Label(zh="跑动", en="trips"),
}
STATISTICS: Mapping[str, Label] = {
    "median": Label(zh="中位数", en="median"),
    "p90": Label(zh="九成以内", en="nine in ten within"),
    "mean": Label(zh="平均", en="mean"),
}
VERDICTS: Mapping[str, Label] = {
    "less": Label(zh="减少", en="less"),
    "more": Label(zh="增加", en="more"),
    "unclear": Label(zh="看不出差别", en="no difference to be seen"),
    "unknown": Label(zh="不知", en="not known"),
}

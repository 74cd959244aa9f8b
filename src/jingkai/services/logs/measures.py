"""What a log says of its services: time, steps, hand-overs, repeats, materials, trips, by item and in all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from jingkai.services.logs.cases import WHOLE, case_table
from jingkai.services.logs.events import EventLog
from jingkai.services.logs.flow import office_table, transition_table
from jingkai.services.working_days import CHINA, WorkingCalendar

__all__ = ["Measures", "measure", "summary"]

#: Figures of each case that are told as median, 90th percentile and mean.
_SPREADS = ("elapsed_days", "working_days", "calendar_days")
_COUNTS = ("events", "office_handovers", "resource_handovers", "rework", "materials", "trips")


@dataclass(frozen=True)
class Measures:
    """What was measured.

    Parameters
    ----------
    log
        The log it was measured on.
    cases
        One row a case; see `case_table`.
    items
        One row an item, and one of all with `item` null first; see `summary`.
    offices, transitions
        Where the time goes; see `office_table` and `transition_table`.
    notes
        What a reader must know, in Chinese.
    """

    log: EventLog
    cases: pl.DataFrame
    items: pl.DataFrame
    offices: pl.DataFrame
    transitions: pl.DataFrame
    notes: tuple[str, ...]

    @property
    def total(self) -> Mapping[str, Any]:
        """The row of all items."""
        return self.items.row(0, named=True)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it, without the single cases."""
        return {
            "rows_read": self.log.rows_read,
            "rejected": self.log.rejected.height,
            "rejected_rows": self.log.rejected.head(100).to_dicts(),
            "columns": dict(self.log.columns),
            "zone": self.log.zone,
            "total": {k: v for k, v in self.total.items() if k != "item"},
            "items": self.items[1:].to_dicts(),
            "offices": self.offices.to_dicts(),
            "transitions": self.transitions.head(100).to_dicts(),
            "notes": list(self.notes),
        }


def measure(
    log: EventLog, calendar: WorkingCalendar = CHINA, limits: Mapping[str, int] | None = None
) -> Measures:
    """Measure a log.

    Parameters
    ----------
    calendar, limits
        As `case_table` takes them.
    """
    cases = case_table(log, calendar, limits)
    all_items = summary(cases).with_columns(pl.lit(None, pl.String).alias("item"))
    activities = log.frame["activity"].n_unique()
    items = all_items.with_columns(pl.lit(activities, pl.Int64).alias("activities"))
    if cases["item"].null_count() < cases.height:
        kinds = log.frame.select("case", "activity").join(cases.select("case", "item"), on="case")
        by_item = kinds.group_by("item").agg(
            pl.col("activity").n_unique().cast(pl.Int64).alias("activities")
        )
        each = summary(cases.drop_nulls("item"), ["item"]).join(by_item, on="item", how="left")
        items = pl.concat(
            [items, each.select(items.columns).sort("cases", "item", descending=[True, False])]
        )
    items = items.select(
        "item", "cases", "events", "activities", pl.exclude("item", "cases", "events", "activities")
    )
    offices, transitions = office_table(log), transition_table(log)
    return Measures(log, cases, items, offices, transitions, _notes(log, cases, calendar, limits))


def summary(cases: pl.DataFrame, by: list[str] | None = None) -> pl.DataFrame:
    """Sum up cases.

    Parameters
    ----------
    by
        Columns to group by; None: all in one row.

    Returns
    -------
    polars.DataFrame
        `cases`, `open` (not ended), `events`, `variants`, `unknown_days` (ended, but outside the calendar);
        `X_median`, `X_p90` of days; `X_median`, `X_mean` of counts, those of `WHOLE` of ended cases alone; `rework_share`
        of ended cases with any; `late_share`; `late_known`, `materials_known` and `trips_known`, of how many cases
        it could be told.
    """
    ended = pl.col("ended_day").is_not_null()
    told = [
        pl.len().cast(pl.Int64).alias("cases"),
        (~ended).sum().cast(pl.Int64).alias("open"),
        pl.col("events").sum().cast(pl.Int64).alias("events"),
        pl.col("variant").n_unique().cast(pl.Int64).alias("variants"),
        (ended & pl.col("working_days").is_null()).sum().cast(pl.Int64).alias("unknown_days"),
    ]
    for name in _SPREADS:
        told.append(pl.col(name).median().alias(f"{name}_median"))
        told.append(pl.col(name).quantile(0.9, "linear").alias(f"{name}_p90"))
    for name in _COUNTS:
        short = "steps" if name == "events" else name
        value = pl.col(name).filter(ended) if name in WHOLE else pl.col(name)
        told.append(value.cast(pl.Float64).median().alias(f"{short}_median"))
        told.append(value.cast(pl.Float64).mean().alias(f"{short}_mean"))
    told.append((pl.col("rework").filter(ended) > 0).mean().alias("rework_share"))
    told.append(pl.col("late").cast(pl.Float64).mean().alias("late_share"))
    for name in ("late", "materials", "trips"):
        told.append(pl.col(name).count().cast(pl.Int64).alias(f"{name}_known"))
    if by is None:
        return cases.select(told)
    return cases.group_by(by, maintain_order=True).agg(told)


def _notes(
    log: EventLog, cases: pl.DataFrame, calendar: WorkingCalendar, limits: Mapping[str, int] | None
) -> tuple[str, ...]:
    notes = [*log.notes, "工作日按中国法定节假日和调休计，申请当天不计，不扣除依法停止计时的时间"]
    beyond = cases.filter(
        pl.col("ended_day").is_not_null() & pl.col("working_days").is_null()
    ).height
    if beyond:
        known = f"{calendar.first_known} 至 {calendar.last_known}"
        notes.append(f"{beyond:,} 件超出已公布放假安排的日期（{known}），只计自然日")
    if going_on := cases["ended_day"].null_count():
        notes.append(f"{going_on:,} 件未办结，不计时间，也不计环节、移交和返工")
    if log.single:
        notes.append("每个事件只有一个时间，等待和办理分不开，合计为“停留”（自上一事件起）")
    if "ended" not in log.columns:
        notes.append("日志没有办结时间一列，以每件最后一个事件为终点；未办结的件也按此计")
    if "deadline" not in log.columns:
        source = "事项的承诺或法定时限" if limits else ""
        notes.append(
            f"日志没有期限，是否超期按{source}计" if source else "日志没有期限，是否超期不知"
        )
    for role, zh in (("materials", "材料"), ("trips", "跑动次数")):
        if role in log.columns:
            mixed = cases[role].null_count()
            notes += [f"{mixed:,} 件的{zh}没有写，或各行不一，按未知处理"] if mixed else []
        else:
            notes.append(f"日志没有{zh}，不知")
    return tuple(notes)

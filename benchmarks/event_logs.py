"""A large log of services: how long it takes to measure, with how much memory, from CSV and from XES."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.measure import peak_of

__all__ = ["event_logs_section", "write_logs"]

_CASES, _ACTIVITIES, _ITEMS, _OFFICES = 100_000, 24, 12, 8


def some_events(cases: int = _CASES) -> pl.DataFrame:
    """Make the events of so many cases, ten each on average, with a start and an end; the same every time."""
    random = np.random.default_rng(7)
    sizes = random.integers(4, 17, cases)
    case, total = np.repeat(np.arange(cases), sizes), int(sizes.sum())
    step = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    activity = (step + random.integers(0, 3, total)) % _ACTIVITIES
    begun = np.repeat(random.integers(0, 500 * 1440, cases), sizes) + step * 1440
    start = begun + random.integers(0, 700, total)
    minute = pl.duration(minutes=1)
    frame = pl.DataFrame(
        {"case": case, "activity": activity, "start": start, "took": random.integers(1, 700, total)}
    )
    day = pl.lit("2024-01-02 00:00:00").str.to_datetime()
    return frame.select(
        pl.format("A{}", "case").alias("case_id"),
        pl.format("事项{}", pl.col("case") % _ITEMS).alias("事项"),
        pl.format("环节{}", "activity").alias("环节"),
        pl.format("部门{}", pl.col("activity") % _OFFICES).alias("部门"),
        pl.format("人员{}", pl.col("start") % 60).alias("经办人"),
        (day + pl.col("start") * minute).dt.strftime("%Y-%m-%dT%H:%M:%S+08:00").alias("开始时间"),
        (day + (pl.col("start") + pl.col("took")) * minute)
        .dt.strftime("%Y-%m-%dT%H:%M:%S+08:00")
        .alias("完成时间"),
    )


def write_logs(folder: Path) -> tuple[int, dict[str, Path]]:
    """Write the events as CSV, as CSV with every cell in quotes, and as XES; return how many they are."""
    events = some_events()
    paths = {
        "CSV": folder / "log.csv",
        "CSV, every cell quoted": folder / "quoted.csv",
        "XES": folder / "log.xes",
    }
    events.write_csv(paths["CSV"])
    events.write_csv(paths["CSV, every cell quoted"], quote_style="always")
    _write_xes(events, paths["XES"])
    return events.height, paths


def _write_xes(events: pl.DataFrame, path: Path) -> None:
    event = (
        '<event><string key="concept:name" value="{}"/><string key="org:group" value="{}"/>'
        '<string key="org:resource" value="{}"/><date key="time:timestamp" value="{}"/></event>'
    )
    traces = events.group_by("case_id", maintain_order=True).agg(
        pl.format(event, "环节", "部门", "经办人", "完成时间").str.join("")
    )
    with path.open("w", encoding="utf-8") as file:
        file.write('<log xmlns="http://www.xes-standard.org/">\n')
        for case, told in traces.iter_rows():
            file.write(f'<trace><string key="concept:name" value="{case}"/>{told}</trace>\n')
        file.write("</log>\n")


def _used() -> float:
    """Return the processor's seconds of all commands so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def event_logs_section(folder: Path) -> str:
    """Measure each log with its picture, as a command."""
    events, paths = write_logs(folder)
    rows = []
    for name, path in paths.items():
        words = ["jingkai", "services", "measure", path.name, "--json", "--svg", "way.svg"]
        before = _used()
        peak = peak_of(words, folder)
        used = _used() - before
        size = path.stat().st_size / 1e6
        rows.append(
            f"| {name} | {size:,.0f} | {peak.seconds:.1f} | {used:.1f} | {peak.anonymous:,.0f} |"
        )
    return f"""## An event log

{events:,} events of {_CASES:,} cases, {_ITEMS} items, {_ACTIVITIES} activities; measured, with the picture of the paths.

| file | MB | s | s of a processor | anonymous memory at most, MB |
| --- | --- | --- | --- | --- |
{chr(10).join(rows)}

Whole commands, start included, once each. Bar: a million events in under 10 s.
"""

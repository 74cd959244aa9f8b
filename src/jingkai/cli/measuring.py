"""`jingkai services measure`: what an event log says of services, and what two periods differ in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import typer

from jingkai.cli.measure_text import print_differences, print_measures
from jingkai.cli.output import line, print_json
from jingkai.cli.own_cases import ZONE, read_own_log
from jingkai.cli.session import JSON, open_rulebook, read_day
from jingkai.engine.table_file import write_table
from jingkai.errors import JingkaiError
from jingkai.services.catalogue import Catalogue
from jingkai.services.load import item_folders, load_catalogue
from jingkai.services.logs.columns import LogMap, read_log_map
from jingkai.services.logs.compare import RESAMPLES, SEED, Difference, compare
from jingkai.services.logs.draw import draw_paths
from jingkai.services.logs.events import EventLog, read_log
from jingkai.services.logs.limits import item_limits
from jingkai.services.logs.measures import Measures, measure
from jingkai.services.logs.path_map import path_map
from jingkai.services.logs.periods import part_by_day
from jingkai.workspace import Workspace, WorkspaceError

__all__ = ["measure_command"]


@dataclass(frozen=True)
class _Comparison:
    """Two sides and what they differ in."""

    names: tuple[str, str]
    cases: tuple[int, int]
    differences: list[Difference]

    def to_dict(self) -> dict[str, object]:
        return {
            "before": self.names[0],
            "after": self.names[1],
            "before_cases": self.cases[0],
            "after_cases": self.cases[1],
            "seed": SEED,
            "resamples": RESAMPLES,
            "differences": [d.to_dict() for d in self.differences],
        }


def measure_command(
    log: Path | None = typer.Argument(
        None, help="事件日志：CSV、XLSX 或 XES，可压缩为 .gz；不写为本工作区网站上的办件"
    ),
    map_file: Path | None = typer.Option(None, "--map", help="对应表：哪一列是什么"),
    other: Path | None = typer.Option(None, "--compare", help="另一份日志，作为之后的一方"),
    before: str | None = typer.Option(None, "--before", help="比较：此日之前申请的件"),
    after: str | None = typer.Option(None, "--after", help="比较：此日及以后申请的件"),
    svg: Path | None = typer.Option(None, "--svg", help="画办理路径图"),
    out: Path | None = typer.Option(None, "--out", help="写入文件夹：各表、路径图和 JSON"),
    zone: str | None = ZONE,
    as_json: bool = JSON,
) -> None:
    """量测办件日志：时间、环节、移交、返工、材料、跑动。What an event log says of services."""
    if other is not None and (before or after):
        raise JingkaiError("--compare 和 --before、--after 不能同用", hint="只留一种比较")
    given = read_log_map(map_file) if map_file is not None else LogMap()
    name, read = _read(log, given, zone)
    catalogue = _catalogue()
    found = _measured(read, catalogue)
    compared = None
    if other is not None:
        second = _measured(read_log(other, given), catalogue)
        compared = _compared((name, other.name), found.cases, second.cases)
    elif before or after:
        sides = part_by_day(found.cases, read_day(before), read_day(after))
        names = (f"{before or after} 之前申请", f"{after or before} 及以后申请")
        compared = _compared(names, *sides)
    told = found.to_dict() | ({"comparison": compared.to_dict()} if compared else {})
    if as_json:
        print_json(told)
    else:
        titles = _titles(catalogue, own=log is None)
        print_measures(found, name, titles)
        if compared is not None:
            print_differences(compared.differences, compared.names, compared.cases, titles)
    written = _write(found, compared, told, name, svg, out)
    for path in written if not as_json else ():
        line(f"已写入 {path}")


def _titles(catalogue: Catalogue, own: bool) -> dict[str, str]:
    """Return what items and offices are called by their ids; of one's own cases also who has no office."""
    offices = open_rulebook(None).vocabulary.offices
    found = {i.id: i.title.zh for i in catalogue.items.values()}
    found |= {name: office.label.zh for name, office in offices.items()}
    return found | ({"": "申请人"} if own else {})


def _read(log: Path | None, given: LogMap, zone: str | None) -> tuple[str, EventLog]:
    """Return what is measured with its name: a file, or the cases of the site here."""
    if log is None:
        return f"{zone or '本站'}的办件", read_own_log(zone)
    if zone is not None:
        raise JingkaiError("--zone 只用于本站的办件", hint="不写日志文件，或去掉 --zone")
    return log.name, read_log(log, given)


def _catalogue() -> Catalogue:
    try:
        workspace: Workspace | None = Workspace.find(Path.cwd())
    except WorkspaceError:
        workspace = None
    folders = item_folders(workspace.items if workspace is not None else None)
    return load_catalogue(open_rulebook(workspace), folders)


def _measured(log: EventLog, catalogue: Catalogue) -> Measures:
    names = set(log.frame["item"].drop_nulls().unique())
    return measure(log, catalogue.calendar, item_limits(catalogue.items.values(), names))


def _compared(names: tuple[str, str], before: pl.DataFrame, after: pl.DataFrame) -> _Comparison:
    return _Comparison(names, (before.height, after.height), compare(before, after))


def _write(
    found: Measures,
    compared: _Comparison | None,
    told: Mapping[str, object],
    name: str,
    svg: Path | None,
    out: Path | None,
) -> list[Path]:
    pictures = [p for p in (svg, out / "paths.svg" if out is not None else None) if p is not None]
    if pictures:
        drawn = draw_paths(path_map(found.log), f"办理路径：{name}")
        for path in pictures:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(drawn, "utf-8")
    if out is None:
        return pictures
    tables = {
        "items": found.items,
        "cases": found.cases.drop("variant", "applied", "ended"),
        "offices": found.offices,
        "transitions": found.transitions,
        "rejected": found.log.rejected,
    }
    if compared is not None:
        rows = [d.to_dict() for d in compared.differences]
        tables["differences"] = pl.DataFrame(rows, infer_schema_length=None)
    paths = [out / f"{n}.csv" for n in tables]
    for path, table in zip(paths, tables.values(), strict=True):
        write_table(table, path)
    whole = out / "measures.json"
    whole.write_text(json.dumps(told, ensure_ascii=False, indent=1, default=str) + "\n", "utf-8")
    return [*pictures, *paths, whole]

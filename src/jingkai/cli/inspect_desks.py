"""``jingkai inspect assign`` and ``export``: a plan's visits to the desks of the site, what was done back."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import typer

from jingkai.cli.output import line, print_json
from jingkai.cli.serving import prepared_workspace
from jingkai.cli.session import JSON
from jingkai.cli.table_file import OUT
from jingkai.engine.table_file import write_table
from jingkai.errors import JingkaiError
from jingkai.workspace import ConsoleSettings, Workspace

__all__ = ["assign_command", "export_command", "visits_on_desks"]


def assign_command(
    folder: Path = typer.Argument(..., help="已抽取的计划文件夹"), as_json: bool = JSON
) -> None:
    """把计划的检查分派到各部门的工作台；再运行不会重复。Put a plan's visits on the desks."""
    prepared_workspace()
    from jingkai.console.opened import opened
    from jingkai.console.visits.assign import assign

    found = opened()
    if found is None or "enterprise" not in found.snapshot.entities:
        raise JingkaiError("工作区里还没有企业的数据", hint="先装载企业登记册")
    done = assign(folder, found)
    if as_json:
        print_json(
            {"plan": done.plan.title, "year": done.plan.year, "new": done.new, "there": done.there}
        )
        return
    if done.new:
        line(
            f"{done.plan.title}：{done.new:,} 次检查（按部门计）已分派，各部门在网站“检查”里办理。"
        )
    else:
        line(f"{done.plan.title}：{done.there:,} 次检查早已分派，没有重复。")


def export_command(
    out: Path = typer.Argument(..., help="登记册文件，" + OUT),
    year: int | None = typer.Option(None, "--year", help="只要这一年的；默认全部"),
    zone: str = typer.Option("", "--zone", help="只要这个经开区的；默认全部"),
) -> None:
    """把网站上已完成的检查写成登记册文件。Visits done on the desks as a register file."""
    prepared_workspace()
    from jingkai.console.models import Visit
    from jingkai.console.opened import opened
    from jingkai.console.visits.records import register_table

    visits = Visit.objects.all()
    if year is not None:
        visits = visits.filter(day__year=year)
    if zone:
        visits = visits.filter(zone=zone)
    table = register_table(visits)
    found = opened()
    write_table(table, out, synthetic=bool(found and found.synthetic))
    line(f"已写入 {out}，{table.height:,} 次检查；装载：jingkai load inspections {out}")


def visits_on_desks(workspace: Workspace, year: int) -> pl.DataFrame | None:
    """Return the visits made on the site's desks in a year; None where the workspace has no site yet."""
    console = workspace.settings.console or ConsoleSettings()
    url = os.environ.get("JINGKAI_DATABASE_URL", "") or console.database
    if not url and not (workspace.path / "console.sqlite3").exists():
        return None
    from jingkai.console.serve import prepare

    prepare(workspace)
    from jingkai.console.visits.records import site_visits

    return site_visits(year)

"""The site's own cases for the command line: read as a log, and `jingkai services export`."""

from __future__ import annotations

from pathlib import Path

import typer

from jingkai.cli.output import line
from jingkai.cli.serving import prepared_workspace
from jingkai.errors import JingkaiError
from jingkai.services.logs.events import EventLog
from jingkai.services.logs.export import write_log

__all__ = ["ZONE", "export_command", "read_own_log"]

ZONE = typer.Option(None, "--zone", help="只取这个经开区的办件；不写为全部")


def read_own_log(zone: str | None = None) -> EventLog:
    """Return the cases of the site of this workspace as a log.

    Raises
    ------
    JingkaiError
        If there is no workspace here, or no case.
    """
    prepared_workspace()
    from jingkai.console.casework.log import own_log

    return own_log(None if zone is None else [zone])


def export_command(
    out: Path = typer.Argument(..., help="写入的文件，以 .csv 或 .xes 结尾"),
    zone: str | None = ZONE,
) -> None:
    """导出本站办件的事件日志，不含企业。The site's cases as an event log, without enterprises."""
    if out.suffix.lower() not in (".csv", ".xes"):
        raise JingkaiError(f"不能写成“{out.name}”", hint="文件名以 .csv 或 .xes 结尾")
    prepared_workspace()
    from jingkai.console.casework.log import own_table
    from jingkai.console.opened import opened
    from jingkai.console.trail import record_as

    table, found = own_table(None if zone is None else [zone]), opened()
    write_log(table, out, synthetic=found is not None and found.synthetic)
    about = {"rows": table.height, "format": out.suffix[1:].lower()}
    record_as("", "system", "cases.export", zone or "", (), "", **about)
    line(f"已写入 {out}：{table['办件编号'].n_unique():,} 件，{table.height:,} 个事件")

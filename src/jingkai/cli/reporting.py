"""``jingkai report``: a zone's or the nation's year on one page."""

from __future__ import annotations

from pathlib import Path

import typer

from jingkai.cli.output import line, print_json, progress_bar
from jingkai.cli.session import JSON, find_workspace, open_rulebook
from jingkai.errors import JingkaiError
from jingkai.registry.snapshot import Snapshot
from jingkai.report.compose import nation_page, zone_page
from jingkai.report.page import Page
from jingkai.report.render import page_html, write_pdf

__all__ = ["report_command"]

_NATION = ("nation", "全国")


def report_command(
    subject: str = typer.Argument(
        ..., metavar="ZONE|nation", help="经开区的名称，或 nation（全国）"
    ),
    year: int | None = typer.Option(None, "--year", help="年度；默认为最新数据的上一年"),
    out: Path = typer.Option(..., "--out", help="写成一个独立的 HTML 文件"),
    pdf: Path | None = typer.Option(None, "--pdf", help="同时写成 PDF（A4）"),
    as_json: bool = JSON,
) -> None:
    """年度报告：指标、排名、认定和临界条件，带图。A year's report with charts, as HTML and PDF."""
    _check(out, (".html", ".htm"))
    if pdf is not None:
        _check(pdf, (".pdf",))
    workspace = find_workspace()
    rulebook = open_rulebook(workspace)
    year = year or Snapshot.current(workspace).as_of.year - 1
    with progress_bar("认定", quiet=as_json) as progress:
        page = (
            nation_page(workspace, rulebook, year, progress)
            if subject in _NATION
            else zone_page(workspace, rulebook, subject, year, progress)
        )
    html = page_html(page)
    out.write_text(html, "utf-8")
    if pdf is not None:
        write_pdf(html, pdf)
    if as_json:
        print_json(_as_json(page, out, pdf))
        return
    line(f"{page.name}{page.year}年度报告已写入 {out}" + (f"，PDF 已写入 {pdf}" if pdf else ""))
    if page.synthetic:
        line(f"合成数据：{page.synthetic}")


def _check(path: Path, endings: tuple[str, ...]) -> None:
    if path.suffix.lower() not in endings:
        raise JingkaiError(
            f"文件名 {path} 应以 {endings[0]} 结尾", hint=f"写成 {path.stem}{endings[0]}"
        )
    if not path.absolute().parent.is_dir():
        raise JingkaiError(f"没有文件夹 {path.parent}", hint="先新建这个文件夹")


def _as_json(page: Page, out: Path, pdf: Path | None) -> dict[str, object]:
    return {
        "subject": page.name,
        "year": page.year,
        "as_of": page.day,
        "snapshot": page.snapshot,
        "synthetic": bool(page.synthetic),
        "html": out,
        "pdf": pdf,
    }

"""Commands about service items: list, show, check, deadline, measure, export."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import typer

from jingkai.cli.measuring import measure_command
from jingkai.cli.output import ChineseTable, console, line, print_json
from jingkai.cli.own_cases import export_command
from jingkai.cli.service_text import (
    bundle_json,
    figure_text,
    item_json,
    print_bundle,
    print_item,
    trips_text,
)
from jingkai.cli.session import JSON, open_rulebook, read_day
from jingkai.errors import JingkaiError
from jingkai.rulebook import Rulebook
from jingkai.services.catalogue import Catalogue, Item
from jingkai.services.item import KINDS
from jingkai.services.load import item_folders, load_catalogue
from jingkai.workspace import Workspace, WorkspaceError

__all__ = ["services_app"]

services_app = typer.Typer(
    no_args_is_help=True, help="政务服务事项：列出、查看、检查、算期限、量测、导出办件。"
)
services_app.command("measure")(measure_command)
services_app.command("export")(export_command)


def _opened(extra: list[Path] | None = None) -> tuple[Rulebook, Catalogue]:
    try:
        workspace: Workspace | None = Workspace.find(Path.cwd())
    except WorkspaceError:
        workspace = None
    rulebook = open_rulebook(workspace)
    folders = item_folders(workspace.items if workspace is not None else None)
    inside = [f.resolve() for f in folders]
    other = [p for p in extra or [] if not any(f in p.resolve().parents for f in inside)]
    return rulebook, load_catalogue(rulebook, folders, other)


@services_app.command("list")
def list_items(as_json: bool = JSON) -> None:
    """全部事项和“一件事”。Every service item and bundle."""
    rulebook, catalogue = _opened()
    catalogue = catalogue.on(date.today())
    if as_json:
        items = [item_json(i, rulebook) for i in catalogue.items.values()]
        bundles = [bundle_json(b) for b in catalogue.bundles.values()]
        print_json({"items": items, "bundles": bundles})
        return
    offices = rulebook.vocabulary.offices
    table = ChineseTable(title=f"{len(catalogue.items)} 个事项")
    for column in ("事项", "类别和部门", "法定", "承诺", "环节", "材料", "跑动", "核实"):
        table.add_column(column, overflow="fold")
    for item in sorted(catalogue.items.values(), key=lambda i: (i.source.measure, i.id)):
        table.add_row(
            f"{item.title.zh}\n{item.id}",
            f"{KINDS[item.source.kind].zh}\n{offices[item.source.office].label.zh}",
            figure_text(item.statutory),
            _promise_text(item),
            str(len(item.steps)),
            f"{len(item.asked)}（共 {len(item.materials)}）",
            trips_text(item.trips),
            "是" if item.verified else "含未核实",
        )
    console.print(table)
    line("材料：要申请人交的件数，括号内是清单上的件数；其余由部门共享或由其他事项产生")
    for bundle in catalogue.bundles.values():
        line(f"“一件事” {bundle.title.zh}（{bundle.id}）：{len(bundle.parts)} 个事项")


def _promise_text(item: Item) -> str:
    if item.promised is None:
        return "未设定"
    less = item.compression
    words = f"{item.promised}个工作日" if item.promised else "即办"
    return words if less is None else f"{words}（压缩 {less:.0%}）"


@services_app.command("show")
def show_item(name: str, as_json: bool = JSON) -> None:
    """一个事项或“一件事”：期限、环节、材料、依据。One item or bundle with its sources."""
    rulebook, catalogue = _opened()
    catalogue = catalogue.on(date.today())
    if name in catalogue.bundles:
        bundle = catalogue.bundles[name]
        if as_json:
            print_json(bundle_json(bundle))
        else:
            print_bundle(bundle, rulebook)
        return
    item = catalogue.item(name)
    if as_json:
        print_json(item_json(item, rulebook, full=True))
    else:
        print_item(item, rulebook)


@services_app.command("check")
def check_items(files: list[Path] = typer.Argument(None), as_json: bool = JSON) -> None:
    """检查事项文件；不给文件则检查系统和本区的全部事项。Check item and bundle files."""
    for path in files or []:
        if not path.exists():
            raise JingkaiError(f"没有文件 {path}", hint="检查路径")
    found = [
        p
        for path in files or []
        for p in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])
    ]
    _, catalogue = _opened(found)
    counts = {"items": len(catalogue.items), "bundles": len(catalogue.bundles)}
    if as_json:
        print_json({"checked": [str(p) for p in found], **counts})
        return
    line(f"检查通过：{counts['items']} 个事项，{counts['bundles']} 个“一件事”")


@services_app.command("deadline")
def deadline_command(
    name: str = typer.Argument(..., help="事项或“一件事”"),
    accepted: str | None = typer.Option(None, "--accepted", help="受理日，如 2026-02-10"),
    received: str | None = typer.Option(None, "--received", help="收到申请之日；默认同受理日"),
    expires: str | None = typer.Option(None, "--expires", help="证件届满之日：何时前申请延续"),
    pause: list[str] = typer.Option(
        [], "--pause", help="停止计时，如 hearing=2026-02-24..2026-03-03"
    ),
    extended: bool = typer.Option(False, "--extended", help="已批准延长"),
    without: list[str] = typer.Option([], "--without", help="“一件事”中不办的可选事项"),
    as_of: str | None = typer.Option(None, "--as-of", help="看哪一天；默认今天"),
    as_json: bool = JSON,
) -> None:
    """算期限：法定、承诺、一次性告知。When a decision is due."""
    from jingkai.cli.deadlines import (  # loads the state machine
        bundle_days,
        item_days,
        read_pause,
        renewal_days,
    )

    _, catalogue = _opened()
    told: dict[str, Any]
    begun, got, ends = read_day(accepted), read_day(received), read_day(expires)
    if ends is not None:
        told = renewal_days(catalogue.on(ends), name, ends, as_json)
        if as_json:
            print_json(told)
        return
    if begun is None and got is None:
        raise JingkaiError("没有给出受理日或收到日", hint="加 --accepted 2026-02-10")
    today = read_day(as_of) or date.today()
    catalogue = catalogue.on(got or begun or today)
    if name in catalogue.bundles:
        told = bundle_days(catalogue, name, begun or got or today, without, as_json)
    else:
        pauses = [read_pause(text, catalogue.item(name)) for text in pause]
        told = item_days(catalogue, name, (got, begun), pauses, extended, today, as_json)
    if as_json:
        print_json(told)

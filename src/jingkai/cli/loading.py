"""Commands that bring facts in: init, template, load, facts."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import typer
import yaml

from jingkai.cli.output import ChineseTable, console, line, print_json, progress_bar
from jingkai.cli.refusals import BadCommand
from jingkai.cli.session import JSON, find_rule, find_workspace, open_rulebook, read_day
from jingkai.errors import JingkaiError
from jingkai.registry.load import LoadReport, load
from jingkai.registry.outcomes import closed_registers, load_outcomes, load_register
from jingkai.registry.reading import read_table
from jingkai.registry.suggest import suggest_map
from jingkai.registry.template import header, template
from jingkai.rulebook import compile_program
from jingkai.rulebook.plan import plan_columns
from jingkai.vocabulary import Entity, load_vocabulary
from jingkai.workspace import Workspace, ZoneSettings

__all__ = ["facts_command", "init_command", "load_command", "template_command"]


def init_command(
    name: str = typer.Argument(..., help="工作区文件夹"),
    zone: str = typer.Option("", "--zone", help="经开区名称"),
    province: str = typer.Option("", "--province", help="所在省份"),
    as_json: bool = JSON,
) -> None:
    """新建工作区。Make a workspace."""
    settings = ZoneSettings(key=zone, name=zone, province=province) if zone else None
    workspace = Workspace.init(Path(name), settings)
    if as_json:
        print_json({"workspace": str(workspace.path)})
        return
    line(f"已新建工作区 {name}")
    line(f"下一步：cd {name}，再运行 jingkai template enterprises > register.xlsx")


def template_command(
    entity: str = typer.Argument("enterprises", help="主体，如 enterprises、investments、projects"),
    out: Path | None = typer.Option(None, "--out", help="写入文件；默认写到标准输出"),
    as_of: str | None = typer.Option(None, "--as-of", help="按该日期需要的年份"),
    rule: list[str] = typer.Option([], "--rule", help="只要这些规则需要的列"),
    as_json: bool = JSON,
) -> None:
    """空表：规则需要的列、名称和单位。An empty file with the columns rules ask for."""
    vocabulary = load_vocabulary()
    described = _entity(entity)
    rulebook = open_rulebook(None)
    for name in rule:
        find_rule(rulebook, name)
    program = compile_program(
        rulebook, described.id, read_day(as_of) or date.today(), None, only=rule or None
    )
    columns: dict[str, None] = {"name": None}
    if described.id == "enterprise":
        columns |= dict.fromkeys(("zone", "established_on", "industry_code"))
    for plan in program.columns.values():
        columns |= dict.fromkeys(plan_columns(plan))
    if as_json:
        print_json(_as_json(described, list(columns)))
        return
    data = template(described, list(columns), vocabulary)
    if out is not None:
        out.write_bytes(data)
        line(f"已写入 {out}")
    elif sys.stdout.isatty():
        raise JingkaiError(
            "不能把表格文件打印到屏幕", hint="运行 jingkai template enterprises > register.xlsx"
        )
    else:
        sys.stdout.buffer.write(data)


def _as_json(entity: Entity, columns: list[str]) -> list[dict[str, object]]:
    found = ((c, *known) for c in columns if (known := entity.column(c)) is not None)
    return [
        {
            "column": column,
            "header": header(fact, year),
            "fact": fact.name,
            "year": year,
            "type": fact.type,
            "unit": fact.unit,
            "holder": fact.holder,
            "shared": fact.shared,
        }
        for column, fact, year in found
    ]


def _entity(name: str) -> Entity:
    found = load_vocabulary().entity_named(name)
    if found is None:
        known = "、".join(e.plural for e in load_vocabulary().entities.values())
        raise JingkaiError(f"没有主体“{name}”", hint=f"可以是 {known}")
    return found


def _loadable(name: str) -> str:
    found = load_vocabulary().entity_named(name)
    if found is None:
        known = [e.plural for e in load_vocabulary().entities.values()]
        hint = "可以是 " + "、".join([*known, "outcomes", *_registers()])
        raise BadCommand(f"没有主体或名单“{name}”", hint=hint)
    return found.id


def load_command(
    entity: str = typer.Argument(
        ..., help="主体（如 enterprises、projects）、outcomes（官方认定名单）或完整名单的名称"
    ),
    files: list[Path] = typer.Argument(..., help="一个或多个文件"),
    map_file: Path | None = typer.Option(None, "--map", help="列与数据项的对应表"),
    as_of: str | None = typer.Option(None, "--as-of", help="数据日期，默认今天"),
    office: str | None = typer.Option(
        None, "--office", help="来自哪个部门，如 tax、market_supervision"
    ),
    sheet: str | None = typer.Option(None, "--sheet", help="工作表名称"),
    suggest: bool = typer.Option(False, "--suggest-map", help="只输出建议的对应表"),
    complete: bool = typer.Option(False, "--complete", help="名单或事件表是完整的：不在其中即没有"),
    strict_cells: bool = typer.Option(False, "--strict-cells", help="有读不出的单元格就拒收整行"),
    as_json: bool = JSON,
) -> None:
    """装载文件，形成新的数据快照。Load files into a new snapshot."""
    day = read_day(as_of) or date.today()
    if suggest:
        _suggest(entity, files, sheet, as_json)
        return
    workspace = find_workspace()
    if entity != "outcomes" and entity not in _registers():
        entity = _loadable(entity)
    if entity == "outcomes":
        _no_map(map_file)
        report = load_outcomes(
            workspace,
            files,
            office=office or "zone_committee",
            as_of=day,
            complete=complete,
            sheet=sheet,
        )
    elif entity in _registers():
        _no_map(map_file)
        if len(files) > 1:
            raise JingkaiError("完整名单只能是一个文件", hint="先合并成一个文件")
        report = load_register(workspace, entity, files[0], office=office, as_of=day, sheet=sheet)
    else:
        with progress_bar("读取", quiet=as_json) as progress:
            report = load(
                workspace,
                entity,
                files,
                map_file=map_file,
                office=office,
                as_of=day,
                sheet=sheet,
                strict_cells=strict_cells,
                complete=complete,
                progress=progress,
            )
    if as_json:
        print_json(report.to_dict())
    else:
        print_report(report, day)


def _suggest(entity: str, files: list[Path], sheet: str | None, as_json: bool) -> None:
    if len(files) > 1:
        raise JingkaiError("--suggest-map 一次只看一个文件", hint="逐个文件运行")
    described = _entity("enterprises" if entity == "outcomes" else entity)
    text = suggest_map(read_table(files[0], sheet), described)
    if as_json:
        print_json(yaml.safe_load(text))
    else:
        sys.stdout.write(text)


def _no_map(map_file: Path | None) -> None:
    if map_file is not None:
        raise JingkaiError(
            "名单不用对应表", hint="列名用 统一社会信用代码、称号、有效期起、有效期止"
        )


def _registers() -> list[str]:
    return closed_registers(load_vocabulary())


def print_report(report: LoadReport, day: date) -> None:
    """Print what a load came to."""
    line(
        f"读入 {report.rows_read:,} 行：接收 {report.accepted:,}，合并重复 {report.merged:,}，拒收 {report.rejected:,}"
    )
    for note in report.notes:
        line(f"  {note}")
    for file in report.files:
        for note in file["notes"]:
            line(f"  {file['path']}：{note}")
        if file["unmatched"]:
            shown = "、".join(file["unmatched"][:8]) + ("等" if len(file["unmatched"]) > 8 else "")
            line(f"  {file['path']}：{len(file['unmatched'])} 列没有对应的数据项：{shown}")
    counts = (
        (report.problems, "个单元格读不出，按未知处理"),
        (report.differences, "处与已有数据不一致，见 differences.csv"),
        (report.early_years, "个数据早于成立年份"),
    )
    for count, words in counts:
        if count:
            line(f"  {count:,} {words}")
    if report.rounded:
        line(f"  {sum(report.rounded.values()):,} 个数字的小数位超出存储精度，已四舍六入五成双")
    for example in report.examples[:5]:
        line(f"    {example}")
    if day > date.today():
        line(f"  数据日期 {day} 晚于今天，请核对 --as-of")
    line(f"快照 {report.snapshot}，报告在 {report.reports}")


def facts_command(entity: str = typer.Argument("enterprises"), as_json: bool = JSON) -> None:
    """数据项一览。The facts of an entity."""
    described = _entity(entity)
    if as_json:
        print_json([f.model_dump(mode="json") for f in described.facts.values()])
        return
    table = ChineseTable(title=f"{described.title.zh}的数据项", show_lines=False)
    for column in ("数据项", "名称", "类型", "单位", "年度", "持有部门", "共享"):
        table.add_column(column)
    offices = load_vocabulary().offices
    for f in described.facts.values():
        table.add_row(
            f.name,
            f.label.zh,
            f.type,
            f.unit,
            "是" if f.yearly else "",
            offices[f.holder].label.zh,
            "是" if f.shared else "",
        )
    console.print(table)

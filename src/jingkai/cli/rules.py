"""Commands about rules: list, show, check, test."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from jingkai.cli.assessment_rule import print_assessed, weight_parameters
from jingkai.cli.output import ChineseTable, console, line, print_json
from jingkai.cli.session import JSON, find_rule, open_rulebook, read_day
from jingkai.cli.windows import print_around, print_open
from jingkai.engine.boundaries import boundaries_of
from jingkai.errors import Finding, JingkaiError
from jingkai.explain.examples import check_examples
from jingkai.policies import policies_folder
from jingkai.rulebook import Rule, Rulebook, RuleExampleError, load_rulebook
from jingkai.rulebook.parameters import Codes
from jingkai.vocabulary import read_yaml
from jingkai.workspace import Workspace, WorkspaceError

__all__ = ["rules_app"]

AS_OF_TODAY = typer.Option(None, "--as-of", help="日期，如 2026-06-30；默认今天")
rules_app = typer.Typer(no_args_is_help=True, help="规则：列出、查看、检查、试算。")
_KINDS = {
    "eligibility": "资格",
    "grade": "等级",
    "score": "评分",
    "amount": "金额",
    "duty": "义务",
    "indicator": "指标",
    "assessment": "综合评价",
}


def _rulebook() -> Rulebook:
    try:
        return open_rulebook(Workspace.find(Path.cwd()))
    except WorkspaceError:
        return open_rulebook(None)


@rules_app.command("list")
def list_rules(as_json: bool = JSON) -> None:
    """全部规则。Every rule."""
    rulebook = _rulebook()
    if as_json:
        print_json([_summary(r) for r in rulebook.rules.values()])
        return
    table = ChineseTable(title=f"{len(rulebook.rules)} 条规则")
    for column in ("规则", "类别", "依据", "施行", "核实"):
        table.add_column(column)
    last = ""
    for rule in _ordered(rulebook):
        basis = rule.source.basis
        measure = rulebook.measures.get(rule.source.measure)
        title = measure.title.zh if measure else rule.source.measure
        if title != last:
            table.add_section()
            table.add_row(Text(title, style="bold cyan"))
        table.add_row(
            Text(f"{rule.source.title.zh}\n") + Text(rule.id, style="dim"),
            _KINDS[rule.kind],
            basis.document,
            f"{basis.from_} 起" + (f"\n{basis.to} 止" if basis.to else ""),
            "是" if rule.verified else "含未核实",
        )
        last = title
    console.print(table)


@rules_app.command("measures")
def list_measures(as_json: bool = JSON) -> None:
    """每项举措：为了什么、谁负责、由哪些规则承载。Every measure, for what, whose, by which rules."""
    measures = sorted(_rulebook().measures.values(), key=lambda m: m.order)
    if as_json:
        print_json([m.model_dump(mode="json") for m in measures])
        return
    table = ChineseTable(title=f"{len(measures)} 项举措")
    for column in ("举措", "为了", "负责", "规则", "指标"):
        table.add_column(column, overflow="fold")
    for m in measures:
        counts = (str(len(m.rules)), str(len(m.indicators) or ""))
        table.add_row(m.title.zh, m.purpose.zh, m.responsible.zh, *counts)
    console.print(table)


def _ordered(rulebook: Rulebook) -> list[Rule]:
    order = {m.measure: m.order for m in rulebook.measures.values()}
    return sorted(rulebook.rules.values(), key=lambda r: (order.get(r.source.measure, 99), r.id))


def _summary(rule: Rule) -> dict[str, Any]:
    basis = rule.source.basis
    return {
        "rule": rule.id,
        "kind": rule.kind,
        "entity": rule.entity,
        "measure": rule.source.measure,
        "verified": rule.verified,
        "title": rule.source.title.model_dump(),
        "layer": rule.layer,
        "document": basis.document,
        "from": str(basis.from_),
        "to": str(basis.to) if basis.to else None,
    }


@rules_app.command("show")
def show_rule(name: str, as_json: bool = JSON) -> None:
    """一条规则：条件、参数、依据。One rule with its articles and figures."""
    rulebook = _rulebook()
    rule = find_rule(rulebook, name)
    if as_json:
        print_json(
            {
                **_summary(rule),
                "layer": rule.layer,
                "source": rule.source.model_dump(mode="json", by_alias=True),
            }
        )
        return
    basis = rule.source.basis
    line(Text(rule.source.title.zh, style="bold") + f"（{rule.id}，{_KINDS[rule.kind]}）")
    line(
        f"依据：{basis.document} {basis.title}，{basis.issuer}，{basis.from_} 起"
        + (f"至 {basis.to}" if basis.to else "")
    )
    line(f"来源：{basis.url}")
    line(
        f"证据：{_EVIDENCE.get(basis.evidence or '', '未注明')}，核对至 {basis.checked}"
        + ("" if rule.verified else "；含未核实的数字")
    )
    if rule.source.notes:
        line(f"说明：{rule.source.notes.zh}")
    line(f"层级：{_LAYERS.get(rule.layer, rule.layer)}")
    print_around(rule, rulebook)
    _print_parts(rule)
    _print_parameters(rule)


_EVIDENCE = {
    "official_text_or_reprint": "官方文本或转载",
    "transcription": "公开抄录",
    "press_or_commentary": "新闻或解读",
    "memory": "凭记忆，未核实",
}


def _print_parts(rule: Rule) -> None:
    if rule.conditions:
        table = ChineseTable(title="参评条件" if rule.kind == "assessment" else "条件")
        for column in ("条件", "条款", "测试"):
            table.add_column(column, overflow="fold")
        for c in rule.conditions:
            table.add_row(c.label(), c.basis, c.text)
        console.print(table)
        if rule.source.decide != "all":
            line(f"认定：{rule.source.decide}")
    for group in rule.groups:
        table = ChineseTable(
            title=f"{group.title.zh}"
            + (f"（不超过 {float(group.cap):g} 分）" if group.cap else ""),
        )
        for column in ("项目", "条款", "分档"):
            table.add_column(column, overflow="fold")
        sources = {i.id: i for g in rule.source.groups for i in g.items} | {
            i.id: i for i in rule.source.items
        }
        for item in group.items:
            bands = "；".join(
                f"{b.test or '其他'}：{b.points if isinstance(b.points, str) else '–'.join(b.points)}"
                for b in sources[item.id].bands
            )
            table.add_row(item.title.zh, item.basis, bands)
        console.print(table)
    if rule.kind == "assessment":
        print_assessed(rule, max(date.today(), rule.source.basis.from_))
    for grade in rule.source.grades:
        line(f"  {grade.grade} {grade.title.zh if grade.title else ''}：{grade.test or '其他'}")
    if rule.source.value:
        unit = f"（{rule.unit}）" if str(rule.unit) else ""
        line(f"数额：{rule.source.value}{unit}")
    if rule.source.due:
        line(f"期限：{rule.source.due}；{rule.source.file.zh if rule.source.file else ''}")


def _print_parameters(rule: Rule) -> None:
    apart = weight_parameters(rule)
    if not rule.parameters.keys() - apart:
        return
    table = ChineseTable(title="参数")
    for column in ("参数", "数值", "条款", "层级", "核实"):
        table.add_column(column, overflow="fold")
    for p in (p for name, p in rule.parameters.items() if name not in apart):
        verified = p.source.verified and all(v for *_, v in p.dated)
        table.add_row(
            p.name,
            _value_text(p.source, p.layer, p.dated),
            p.source.basis,
            _LAYERS.get(p.layer, p.layer),
            "是" if verified else Text("未核实", style="yellow"),
        )
    console.print(table)


_LAYERS = {"package": "系统", "rules": "本工作区"}


def _value_text(source: Any, layer: str, dated: Any) -> str:
    if source.set_by is not None and layer != "package":
        given = dated[0][2]
        if isinstance(given, Codes):
            return f"{'、'.join(given.codes)}（本地设定）"
        value = given.value
        return f"{value if isinstance(value, date) else f'{float(value):g}'}（本地设定）"
    if source.value is not None:
        return str(source.value)
    if source.values:
        return "；".join(
            f"{v.from_}{'至' + str(v.to) if v.to else '起'} {v.value}" for v in source.values
        )
    if source.bands is not None:
        return f"按 {source.bands.by}：" + "；".join(
            (f"≤{s.to}" if s.to else f"<{s.below}" if s.below else "其余") + f" {s.value}"
            for s in source.bands.steps
        )
    if source.table is not None:
        return f"按 {source.by}，{len(source.table)} 个值"
    if source.codes is not None:
        return "、".join(source.codes)
    return f"由{'经开区' if source.set_by == 'zone' else '省'}设定" + (
        f"，默认 {source.default}" if source.default else "，未设定"
    )


@rules_app.command("open")
def open_rules(as_of: str | None = AS_OF_TODAY, as_json: bool = JSON) -> None:
    """现在可以申报什么。What can be applied for on a day."""
    print_open(_rulebook(), read_day(as_of) or date.today(), as_json)


@rules_app.command("boundaries")
def rule_boundaries(name: str, as_json: bool = JSON) -> None:
    """一条规则每条界线的两侧，供逐条核对。Both sides of every line a rule draws."""
    rulebook = _rulebook()
    found, missed = boundaries_of(find_rule(rulebook, name), rulebook)
    if as_json:
        print_json({"rule": name, "boundaries": [asdict(b) for b in found], "missed": missed})
        return
    table = ChineseTable(title=f"{rulebook.rules[name].source.title.zh}：界线两侧")
    for column in ("条件", "条款", "移动的数据", "不成立", "成立", "结果"):
        table.add_column(column, overflow="fold")
    for b in found:
        words = " → ".join(_VERDICTS.get(v, v) for v in b.verdicts)
        table.add_row(b.place, b.basis, b.fact, b.fails, b.holds, words)
    console.print(table)
    if missed:
        line(f"算例未触及的比较：{'、'.join(missed)}")


_VERDICTS = {"granted": "符合", "refused": "不符合", "undetermined": "待定"}


@rules_app.command("check")
def check_rules(files: list[Path], as_json: bool = JSON) -> None:
    """检查规则文件并试算其算例。Check rule files and run their examples."""
    for path in files:
        if not path.exists():
            raise JingkaiError(f"没有文件 {path}", hint="检查路径")
    layers = [policies_folder()]
    with contextlib.suppress(WorkspaceError):
        layers += Workspace.find(Path.cwd()).layers
    found = [
        p for path in files for p in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])
    ]
    inside = [p for p in found if not any(f.resolve() in p.resolve().parents for f in layers)]
    if not found:
        raise JingkaiError(
            "没有规则文件", where=str(files[0]), hint="给出 .yaml 文件或放它的文件夹"
        )
    rulebook = load_rulebook(layers, extra=inside)
    mine = [p.stem for p in found if p.stem in rulebook.rules]
    tried, failed = _try_examples(rulebook, mine, {p.stem: p for p in found})
    if failed:
        raise RuleExampleError(
            f"{len(failed)} 个算例与预期不符", findings=failed, hint="改规则或改算例"
        )
    if as_json:
        print_json(
            {"checked": [str(p) for p in found], "rules": len(rulebook.rules), "examples": tried}
        )
        return
    line(f"检查通过：{len(found)} 个文件，{tried} 个算例相符，共 {len(rulebook.rules)} 条规则")


def _try_examples(
    rulebook: Rulebook, names: Iterable[str], files: Mapping[str, Path]
) -> tuple[int, list[Finding]]:
    """Run examples rule by rule: how many there are, and those that fail or cannot be read."""
    tried, failed = 0, []
    for name in names:
        rule = rulebook.rules[name]
        titles = [e.title for e in rule.source.examples]
        source = read_yaml(files[name]) if name in files else None
        try:
            outcomes = check_examples(rulebook, [name])
        except JingkaiError as error:
            at = next((i for i, t in enumerate(titles) if f"“{t}”" in error.what), 0)
            where = source.where("examples", at) if source else error.where or rule.place
            failed.append(Finding(error.what, where, error.hint, name))
            continue
        tried += len(outcomes)
        for o in (o for o in outcomes if o.problems):
            at = titles.index(o.example.title)
            where = source.where("examples", at) if source else rule.place
            failed.append(Finding(f"{o.example.title}：{'；'.join(o.problems)}", where, code=name))
    return tried, failed


@rules_app.command("test")
def test_rules(rules: list[str] = typer.Argument(None), as_json: bool = JSON) -> None:
    """运行规则的算例。Run the examples of rules."""
    rulebook = _rulebook()
    for name in rules or []:
        find_rule(rulebook, name)
    tried, failed = _try_examples(rulebook, rules or rulebook.rules, {})
    if as_json:
        wrong = [{"rule": f.code, "what": f.what, "where": f.where} for f in failed]
        print_json({"examples": tried, "failed": wrong})
    else:
        for f in failed:
            line(Text("不符", style="red") + f" {f.code}：{f}")
        line(f"{tried} 个算例，{len(failed)} 个不符")
    if failed:
        raise RuleExampleError(f"{len(failed)} 个算例与预期不符", hint="改规则或改算例")

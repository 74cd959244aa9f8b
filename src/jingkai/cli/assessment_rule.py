"""An assessment's groups and items on screen: weights, who set them, what is not verified."""

from __future__ import annotations

from datetime import date

from rich.text import Text

from jingkai.cli.assessment_text import percent_text
from jingkai.cli.output import ChineseTable, console, line
from jingkai.rulebook import Rule
from jingkai.rulebook.assessment import group_weights, item_weights

__all__ = ["print_assessed", "weight_parameters"]

_LAYERS = {"package": "系统", "rules": "本工作区"}


def weight_parameters(rule: Rule) -> set[str]:
    """Return the parameters of an assessment that `print_assessed` shows beside what they weigh."""
    found = {group.weight for group in rule.assessed}
    return found | {i.weight for group in rule.assessed for i in group.items if i.weight}


def print_assessed(rule: Rule, day: date) -> None:
    """Print the groups of an assessment with the weights that count on a day."""
    groups, items = group_weights(rule, day), item_weights(rule, day)
    for group in rule.assessed:
        left = group.of - len(group.items)
        named = f"共 {group.of} 项" + (f"，其中 {left} 项名称未公开，不计分" if left else "")
        table = ChineseTable(title=f"{group.title.zh} {percent_text(groups[group.id])}（{named}）")
        for column in ("项目", "指标规则", "权重", "由谁设定", "核实"):
            table.add_column(column, overflow="fold")
        names = {i.id: i for g in rule.source.groups for i in g.items}
        for item in group.items:
            layer = _layer(rule, item.weight)
            known = layer is not None and names[item.id].verified
            table.add_row(
                item.title.zh,
                item.indicator,
                percent_text(items[item.id]),
                layer or "未设定，组内均分",
                "" if known else Text(_doubt(layer, names[item.id].verified), style="yellow"),
            )
        console.print(table)
    scaling = rule.source.scaling
    if scaling is not None:
        line(f"计分：{scaling.basis}")


def _layer(rule: Rule, parameter: str | None) -> str | None:
    """Return who set an item's weight, None where nobody did."""
    found = rule.parameters.get(parameter or "")
    if found is None or (found.source.set_by is not None and found.layer == "package"):
        return None
    return _LAYERS.get(found.layer, found.layer)


def _doubt(layer: str | None, named: bool) -> str:
    return "、".join(
        [*(["权重未核实"] if layer is None else []), *([] if named else ["名称凭记忆"])]
    )

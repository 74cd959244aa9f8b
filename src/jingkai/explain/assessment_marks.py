"""What every page that shows a rank must say beside it."""

from __future__ import annotations

from jingkai.engine.assessment import Assessment

__all__ = ["assessment_marks"]


def assessment_marks(assessment: Assessment) -> list[str]:
    """Return what a reader of a rank must know of its weights and its formula, a sentence each."""
    found, rule = ["名次是按规则测算的，不是公布的结果"], assessment.rule
    if not assessment.whole:
        here = len(assessment.places) + len(assessment.apart)
        found.append(
            f"数据内只有 {here} 家，应有 {assessment.expected} 家，名次是这几家之间的，不作退出预警"
        )
    items = [item for group in rule.assessed for item in group.items]
    given = [i for i in items if i.weight and rule.parameters[i.weight].layer != "package"]
    unverified = [
        i
        for i in items
        if i not in given and not (i.weight and rule.parameters[i.weight].source.verified)
    ]
    unnamed = sum(group.of for group in rule.assessed) - len(items)
    if unverified:
        found.append(f"{len(unverified)} 项二级指标的权重没有来源，在组内均分（未核实）")
    if given:
        found.append(f"{len(given)} 项的权重由本地设定")
    if unnamed:
        found.append(f"另有 {unnamed} 项名称未公开，不计分")
    scaling = rule.source.scaling
    if scaling and not all(
        rule.parameters[p].source.verified for p in (scaling.floor, scaling.span)
    ):
        found.append("评分公式为借用的地方办法（未核实）")
    return found

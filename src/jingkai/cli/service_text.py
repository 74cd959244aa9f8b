"""Service items and bundles in words and as JSON."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from jingkai.cli.output import ChineseTable, console, line
from jingkai.rulebook import Rulebook
from jingkai.services.bundle import BundlePlan, plan_bundle
from jingkai.services.catalogue import Bundle, Item, Material
from jingkai.services.item import HANDLING, KINDS, Figure

__all__ = [
    "bundle_json",
    "figure_text",
    "item_json",
    "print_bundle",
    "print_item",
    "trips_text",
]

_UNSET = "未设定"


def figure_text(figure: Figure | None) -> str:
    """Return a length of time in Chinese; 无 where no law says."""
    if figure is None:
        return "无"
    if not figure.days:
        return "即办"
    return str(figure.term) + ("" if figure.runs_from == "acceptance" else "（自收到）")


def trips_text(trips: int | None) -> str:
    """Return how many visits it takes, in Chinese."""
    return _UNSET if trips is None else f"{trips} 次"


def item_json(item: Item, rulebook: Rulebook, full: bool = False) -> dict[str, Any]:
    """Return an item as JSON has it; `full` with its file's words."""
    told: dict[str, Any] = {
        "item": item.id,
        "title": item.title.model_dump(),
        "kind": item.source.kind,
        "handling": item.source.handling,
        "office": item.source.office,
        "layer": item.layer,
        "verified": item.verified,
        "statutory": item.statutory.model_dump(mode="json") if item.statutory else None,
        "promised": item.promised,
        "compression": item.compression,
        "trips": item.trips,
        "fee": item.fee.model_dump(mode="json") if item.fee else None,
        "rule": item.source.rule,
        "steps": [
            {"id": s.id, "title": s.title.zh, "office": s.office, "after": s.after, "days": s.days}
            for s in item.steps
        ],
        "materials": [_material_json(m) for m in item.materials],
    }
    if full:
        told["pauses"] = [
            {"ground": g.id, "title": g.title.zh, "basis": g.basis, "most": g.most}
            for g in item.grounds.values()
        ]
        for name in ("extension", "notice", "delivery"):
            figure = getattr(item, name)
            told[name] = figure.model_dump(mode="json") if figure is not None else None
        told["source"] = item.source.model_dump(mode="json", by_alias=True)
    return told


def _material_json(m: Material) -> dict[str, Any]:
    return {
        "id": m.id,
        "title": m.title.zh,
        "facts": [f.name for f in m.facts],
        "issuer": m.issuer,
        "shared": m.shared,
        "result_of": m.result_of,
        "commitment": m.commitment,
        "asked": m.asked,
    }


def print_item(item: Item, rulebook: Rulebook) -> None:
    """Print an item: basis, times, steps, materials."""
    source, offices = item.source, rulebook.vocabulary.offices
    basis = source.basis
    line(Text(item.title.zh, style="bold") + f"（{item.id}，{KINDS[source.kind].zh}）")
    words = HANDLING[source.handling].zh if source.kind == "licence" else ""
    line(f"部门：{offices[source.office].label.zh}" + (f"；{words}" if words else ""))
    line(f"依据：{basis.document} {basis.title}{basis.article}，{basis.issuer}，{basis.from_} 起")
    line(f"来源：{basis.url or '未注明'}" + ("" if item.verified else "；含未核实的内容"))
    if basis.note:
        line(f"  {basis.note}")
    if source.notes:
        line(f"说明：{source.notes.zh}")
    _print_times(item)
    line(f"到现场：{trips_text(item.trips)}")
    fee = item.fee
    line("收费：" + (f"{fee.amount}（{fee.basis}）" if fee is not None else _UNSET))
    if source.rule:
        line(f"兑现规则：{source.rule}；要交什么由规则判断，只问部门共享不到的")
    _print_steps(item, rulebook)
    _print_materials(item, rulebook)


def _print_times(item: Item) -> None:
    law = item.statutory
    if law is None:
        line("法定时限：没有法律规定或没有查到")
    else:
        note = "" if law.verified else "，未核实"
        line(f"法定时限：{figure_text(law)}（{law.basis}{note}）")
    promised = _UNSET if item.promised is None else f"{item.promised}个工作日"
    line(f"承诺时限：{promised}" + ("，由经开区设定" if item.promised is None else ""))
    more = item.extension
    if more is not None:
        line(f"可延长一次：{more.term}，经{more.approved_by}批准（{more.basis}）")
    if item.notice is not None:
        line(f"一次性告知：{item.notice.term}内，逾期视为受理（{item.notice.basis}）")
    if item.delivery is not None:
        line(f"送达证件：决定后{item.delivery.term}内（{item.delivery.basis}）")
    renewal = item.source.renewal
    if renewal is not None:
        silence = "，届满前未决定视为准予" if renewal.silence == "granted" else ""
        line(f"延续：届满 {renewal.days} 日前申请{silence}（{renewal.basis}）")
    for ground in item.grounds.values():
        most = f"，不超过 {ground.most} 个工作日" if ground.most is not None else ""
        line(f"不计入时限：{ground.title.zh}{most}（{ground.basis}）")


def _print_steps(item: Item, rulebook: Rulebook) -> None:
    table = ChineseTable(title="环节")
    for column in ("环节", "部门", "在其后", "工作日"):
        table.add_column(column, overflow="fold")
    titles = {s.id: s.title.zh for s in item.steps}
    for s in item.steps:
        office = rulebook.vocabulary.offices[s.office].label.zh
        days = _UNSET if s.days is None else str(s.days)
        table.add_row(s.title.zh, office, "、".join(titles[a] for a in s.after) or "—", days)
    console.print(table)


def _print_materials(item: Item, rulebook: Rulebook) -> None:
    if not item.materials:
        line("材料：无")
        return
    table = ChineseTable(title=f"材料（要交 {len(item.asked)} 件，共 {len(item.materials)} 件）")
    for column in ("材料", "出具", "要不要交", "证明"):
        table.add_column(column, overflow="fold")
    for m in item.materials:
        proved = "、".join(f.label.zh for f in m.facts) or ("结果" if m.result_of else "原件")
        issuer = rulebook.vocabulary.offices[m.issuer].label.zh if not m.result_of else "其他事项"
        when = f"\n（{m.when.zh}）" if m.when else ""
        table.add_row(m.title.zh + when, issuer, _asked_text(m), proved)
    console.print(table)


def _asked_text(m: Material) -> str:
    if m.result_of is not None:
        return f"不交：由 {m.result_of} 产生"
    if m.shared:
        return "不交：部门共享"
    return "交，可告知承诺" if m.commitment else "交"


def bundle_json(bundle: Bundle) -> dict[str, Any]:
    """Return a bundle as JSON has it, with what it comes to."""
    plan = plan_bundle(bundle)
    return {
        "bundle": bundle.id,
        "title": bundle.title.model_dump(),
        "verified": bundle.source.basis.verified,
        "items": [p.model_dump() for p in bundle.parts],
        "materials": [_material_json(m) for m in plan.materials],
        "materials_apart": plan.apart,
        "materials_listed": plan.listed,
        "promised_days": plan.promised.days,
        "promised_days_at_least": plan.promised.known,
        "way": plan.promised.way,
        "not_set": plan.promised.unknown,
        "days_in_turn": plan.in_turn,
        "trips": plan.trips,
        "trips_apart": plan.trips_apart,
        "offices": plan.offices,
    }


def print_bundle(bundle: Bundle, rulebook: Rulebook) -> None:
    """Print a bundle: its parts, what is asked for once, the longest way."""
    plan, basis = plan_bundle(bundle), bundle.source.basis
    line(Text(bundle.title.zh, style="bold") + f"（{bundle.id}）")
    line(f"依据：{basis.document} {basis.title}" + ("" if basis.verified else "；未核实"))
    if bundle.source.notes:
        line(f"说明：{bundle.source.notes.zh}")
    table = ChineseTable(title=f"{len(bundle.parts)} 个事项")
    for column in ("事项", "部门", "在其后", "法定", "承诺"):
        table.add_column(column, overflow="fold")
    for p in bundle.parts:
        item = bundle.items[p.item]
        table.add_row(
            item.title.zh + ("（可选）" if p.optional else ""),
            rulebook.vocabulary.offices[item.source.office].label.zh,
            "、".join(bundle.items[a].title.zh for a in p.after) or "—",
            figure_text(item.statutory),
            _UNSET if item.promised is None else f"{item.promised}个工作日",
        )
    console.print(table)
    _print_plan(plan)


def _print_plan(plan: BundlePlan) -> None:
    names = "、".join(m.title.zh for m in plan.materials)
    listed = f"清单共 {plan.listed} 件，逐项办要交 {plan.apart} 件"
    line(f"材料：{listed}，合并后交 {len(plan.materials)} 件：{names}")
    way = plan.promised
    titles = {i.id: i.title.zh for i in plan.items}
    if way.days is None:
        unset = "、".join(titles[n] for n in way.unknown)
        line(f"承诺的最长一路：不能确定，至少 {way.known} 个工作日；未设定：{unset}")
    else:
        path = " → ".join(titles[n] for n in way.way)
        line(f"承诺的最长一路：{way.days} 个工作日（{path}）；逐项先后办 {plan.in_turn} 个工作日")
    line(f"到现场：合办 {trips_text(plan.trips)}，逐项办 {trips_text(plan.trips_apart)}")

"""``jingkai services deadline``: when an item or a bundle is due, and where it stands on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from jingkai.cli.output import ChineseTable, console, line
from jingkai.cli.session import read_day
from jingkai.errors import JingkaiError
from jingkai.services.bundle import schedule
from jingkai.services.case import CaseState
from jingkai.services.case_clock import CLOCKS, CaseClock, clocks
from jingkai.services.catalogue import Catalogue, Item
from jingkai.services.clock import Deadline, Pause
from jingkai.services.renewal import last_day_to_renew

__all__ = ["bundle_days", "item_days", "read_pause", "renewal_days"]

_STATES = {
    "running": "进行中",
    "soon": "临近",
    "due": "今日到期",
    "late": "已逾期",
    "paused": "停止计时",
}
#: What a zone can do where a day is not assured; the site tells enterprises the same days without it.
_CALENDAR = "处理：放假安排公布后，录入 items/settings.yaml 的 calendar"


def read_pause(text: str, item: Item) -> Pause:
    """Read a stop as commands take it: GROUND=FROM..TO, the end left out while it lasts.

    Raises
    ------
    JingkaiError
        If it is not written so, or the item's clock does not stop on that ground.
    """
    name, _, days = text.partition("=")
    first, _, last = days.partition("..")
    ground = next((g for g in item.grounds.values() if name in (g.id, g.title.zh)), None)
    if ground is None:
        titles = "、".join(f"{g.id}（{g.title.zh}）" for g in item.grounds.values())
        hint = f"可用：{titles}" if titles else "本事项没有可以停止计时的事由"
        raise JingkaiError(f"“{name}”不是“{item.title.zh}”停止计时的事由", hint=hint)
    begun = read_day(first or None)
    if begun is None:
        raise JingkaiError(f"“{text}”缺停止之日", hint="写成 hearing=2026-02-24..2026-03-03")
    return Pause(ground.title.zh, begun, read_day(last or None))


def item_days(
    catalogue: Catalogue,
    name: str,
    begun: tuple[date | None, date | None],
    pauses: Sequence[Pause],
    extended: bool,
    today: date,
    quiet: bool,
) -> dict[str, Any]:
    """Print when an item is due, unless quiet; return it as JSON has it.

    Parameters
    ----------
    begun
        The day of receipt and that of acceptance; one of them may be None.
    """
    item = catalogue.item(name)
    if extended and item.extension is None:
        raise JingkaiError(f"“{item.title.zh}”没有可以延长的依据", hint="去掉 --extended")
    received, accepted = begun
    state = CaseState(item, catalogue.calendar, "received", received_on=received or accepted)
    if accepted is not None:
        state = replace(state, status="reviewing", accepted_on=accepted)
    state = replace(state, pauses=tuple(pauses), extended=extended).on(today)
    found = clocks(state, today, catalogue.warning)
    if not quiet:
        line(f"{item.title.zh}（{item.id}），{today} 的情况")
        if state.deemed:
            line(f"逾期没有告知补正，自 {state.received_on} 起视为受理")
        _print_clocks(found, item)
    return {
        "item": item.id,
        "as_of": str(today),
        "deemed_accepted": state.deemed,
        "deadlines": [_clock_json(c) for c in found],
        "promised_set": item.promised is not None,
    }


def _print_clocks(found: Sequence[CaseClock], item: Item) -> None:
    table = ChineseTable(title="期限")
    for column in ("期限", "起算（不计当日）", "长度", "最后一日", "状态", "剩余工作日"):
        table.add_column(column, overflow="fold")
    for c in found:
        now = c.now
        words = _STATES[now.state] if now else "已告知或受理"
        late = f"逾期 {now.late_by} 个" if now and now.late_by else ""
        left = late if now is None or now.left is None else str(now.left)
        days = (str(c.end.start), str(c.end.term), _end_text(c.end))
        table.add_row(CLOCKS[c.name].zh, *days, words, left)
    console.print(table)
    if item.promised is None:
        line("承诺时限由经开区设定，未设定，不计算")
    if item.statutory is None:
        line("没有法定时限，不计算")
    for note in dict.fromkeys(c.end.note for c in found if c.end.note):
        line(f"注意：{note}")
    if any(c.end.assumed and not c.end.assured for c in found):
        line(_CALENDAR)


def _end_text(end: Deadline) -> str:
    if end.assured is not None:
        return str(end.assured)
    return "不能确定" if end.assumed is None else f"推算 {end.assumed}（不保证）"


def _clock_json(clock: CaseClock) -> dict[str, Any]:
    return {"name": clock.name, **_end_json(clock.end), **_standing_json(clock)}


def _end_json(end: Deadline) -> dict[str, Any]:
    return {
        "start": str(end.start),
        "days": end.term.days,
        "unit": end.term.unit,
        "ends": str(end.assured) if end.assured else None,
        "assumed": str(end.assumed) if end.assumed else None,
        "note": end.note,
    }


def _standing_json(clock: CaseClock) -> dict[str, Any]:
    now = clock.now
    if now is None:
        return {"state": None, "kept": clock.kept}
    return {"state": now.state, "left": now.left, "late_by": now.late_by, "used": now.used}


def bundle_days(
    catalogue: Catalogue, name: str, begun: date, without: Sequence[str], quiet: bool
) -> dict[str, Any]:
    """Print when each item of a bundle is due, unless quiet; return it as JSON has it."""
    bundle = catalogue.bundles[name]
    found = schedule(bundle, begun, without, catalogue.calendar)
    if not quiet:
        table = ChineseTable(title=f"{bundle.title.zh}，{begun} 受理")
        for column in ("事项", "开始", "承诺办结", "法定办结"):
            table.add_column(column, overflow="fold")
        for p in found.parts:
            ends = (_end_text(e) if e else "未设定" for e in (p.promised, p.statutory))
            table.add_row(bundle.items[p.item].title.zh, str(p.begins), *ends)
        console.print(table)
        line(f"全部办结：{found.ends}" if found.ends else "全部办结：不能确定，有事项没有时限")
        if found.note:
            line(f"注意：{found.note}")
            line(_CALENDAR)
    return {
        "bundle": bundle.id,
        "begun": str(begun),
        "ends": str(found.ends) if found.ends else None,
        "note": found.note,
        "items": [
            {
                "item": p.item,
                "begins": str(p.begins),
                "promised": _end_json(p.promised) if p.promised else None,
                "statutory": _end_json(p.statutory) if p.statutory else None,
            }
            for p in found.parts
        ],
    }


def renewal_days(catalogue: Catalogue, name: str, expires: date, quiet: bool) -> dict[str, Any]:
    """Print until when a renewal is asked for, unless quiet; return it as JSON has it."""
    item = catalogue.item(name)
    last, renewal = last_day_to_renew(item, expires), item.source.renewal
    if last is None or renewal is None:
        raise JingkaiError(f"“{item.title.zh}”没有延续的规定", hint="看 `jingkai services show`")
    if not quiet:
        line(f"{item.title.zh}：{expires} 届满，最迟 {last} 申请延续（{renewal.basis}）")
        if renewal.silence == "granted":
            line(f"按时申请而 {expires} 届满前没有决定的，视为准予延续")
    return {
        "item": item.id,
        "expires": str(expires),
        "apply_by": str(last),
        "silence": renewal.silence,
        "basis": renewal.basis,
    }

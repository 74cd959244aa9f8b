"""Whether a step of a case is lawful: the chart, the roles, the item, the clock; refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jingkai.services.case import CaseEvent, CaseState
from jingkai.services.case_machine import STEPS, possible_steps
from jingkai.services.catalogue import Item
from jingkai.services.working_days import CHINA, WorkingCalendar

__all__ = ["Refusal", "judged", "lawful_steps", "step"]

_ROLES = {
    "applicant": ("submit", "confirm", "correct", "withdraw", "appeal"),
    "head": ("extend",),
    "system": ("deem_accepted",),
}
_OWNER = {kind: role for role, kinds in _ROLES.items() for kind in kinds}
_TITLES = {"applicant": "申请人", "officer": "经办人", "head": "机关负责人", "system": "系统"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step may not be taken, in Chinese, and what could be done instead."""

    reason: str
    hint: str = ""


def step(state: CaseState, event: CaseEvent) -> CaseEvent | Refusal:
    """Return an event that may follow, or why it may not.

    Parameters
    ----------
    state
        The case before it.
    event
        What shall happen.
    """
    if event.kind not in STEPS:
        return Refusal(f"没有“{event.kind}”这一步", f"可用：{'、'.join(STEPS)}")
    if state.events and event.on < state.events[-1].on:
        return Refusal(f"日期 {event.on} 早于上一步的 {state.events[-1].on}", "改日期")
    now = state.on(event.on)
    possible = possible_steps(now.status)
    if event.kind not in possible:
        can = "、".join(STEPS[k].zh for k in possible if _OWNER.get(k) != "system")
        return Refusal(_not_here(now, event), f"现在可以：{can}" if can else "办件已经结束")
    wanted = _OWNER.get(event.kind, "officer")
    if event.actor != wanted and not (wanted == "officer" and event.actor == "head"):
        return Refusal(f"“{STEPS[event.kind].zh}”应由{_TITLES[wanted]}作出", "换相应的人办理")
    refused = _GUARDS.get(event.kind, _free)(now, event)
    return refused or event


def judged(
    item: Item, events: Iterable[CaseEvent], calendar: WorkingCalendar = CHINA
) -> CaseState | Refusal:
    """Return the state that events lead to, or why the first unlawful one was not."""
    state = CaseState(item, calendar)
    for event in events:
        found = step(state, event)
        if isinstance(found, Refusal):
            return found
        state = state.after(found)
    return state


def lawful_steps(state: CaseState, actor: str) -> list[str]:
    """Return the steps that a role may take in a state, what they need besides left aside."""
    return [
        kind
        for kind in possible_steps(state.status)
        if _OWNER.get(kind, "officer") == actor
        or (actor == "head" and _OWNER.get(kind, "officer") == "officer")
    ]


def _not_here(state: CaseState, event: CaseEvent) -> str:
    """Say why a step does not lead on from here."""
    if event.kind == "notify" and state.notified_on is not None:
        return f"补正只能一次性告知，已于 {state.notified_on} 告知过"
    if event.kind in ("notify", "accept", "decline") and state.deemed:
        return f"逾期没有告知补正，自收到之日 {state.received_on} 起已视为受理"
    if event.kind == "extend" and state.status == "paused":
        return "计时已停止，恢复后才能延长"
    return f"“{state.title}”时不能“{STEPS[event.kind].zh}”"


def _free(_: CaseState, __: CaseEvent) -> Refusal | None:
    return None


def _confirm(state: CaseState, _: CaseEvent) -> Refusal | None:
    if state.item.source.rule is None or state.item.source.kind != "payment":
        return Refusal(f"“{state.item.title.zh}”不兑现规则给的资金，不能免申即享", "提交申请")
    return None


def _deem(_: CaseState, __: CaseEvent) -> Refusal | None:
    return Refusal("视为受理由期限届满产生，不能办理", "期限内受理、告知或不予受理")


def _notify(_: CaseState, event: CaseEvent) -> Refusal | None:
    if not [d for d in event.defects if d.strip()]:
        return Refusal("没有写明需要补正的内容", "一次写明全部需要补正的内容")
    return None


def _reasoned(_: CaseState, event: CaseEvent) -> Refusal | None:
    if not event.reason.strip():
        return Refusal(f"“{STEPS[event.kind].zh}”没有说明理由", "写明理由和依据")
    return None


def _finish(state: CaseState, event: CaseEvent) -> Refusal | None:
    found = state.item.step(event.step)
    if found is None:
        return Refusal(f"没有环节“{event.step}”", f"可办：{'、'.join(state.open_steps)}")
    if found.id in state.done:
        return Refusal(f"环节“{found.title.zh}”已经办结")
    waiting = [
        s.title.zh for s in state.item.steps if s.id in found.after and s.id not in state.done
    ]
    if waiting:
        return Refusal(f"环节“{found.title.zh}”须等：{'、'.join(waiting)}", "先办结前面的环节")
    if event.office != found.office:
        return Refusal(
            f"环节“{found.title.zh}”不由部门“{event.office}”办理", f"由 {found.office} 办理"
        )
    return None


def _pause(state: CaseState, event: CaseEvent) -> Refusal | None:
    ground = state.item.grounds.get(event.ground)
    if ground is None:
        titles = "、".join(g.title.zh for g in state.item.grounds.values())
        hint = f"本事项可以因{titles}停止" if titles else "本事项没有可以停止计时的事由"
        return Refusal(f"“{event.ground}”不是停止计时的法定事由", hint)
    if event.days is None or event.days <= 0:
        return Refusal(f"没有告知申请人{ground.title.zh}所需的时间", "写明所需的工作日数")
    if ground.most is not None and event.days > ground.most:
        return Refusal(f"{ground.title.zh}不超过 {ground.most} 个工作日", ground.basis)
    return None


def _extend(state: CaseState, event: CaseEvent) -> Refusal | None:
    if state.item.extension is None:
        return Refusal("本事项没有可以延长期限的依据", "在期限内决定")
    if state.extended:
        return Refusal("期限只能延长一次", "在延长后的期限内决定")
    limit = state.statutory
    if limit is not None and limit.assumed is not None and event.on > limit.assumed:
        return Refusal(f"法定期限已于 {limit.assumed} 届满，不能再延长", "立即作出决定")
    return _reasoned(state, event)


def _grant(state: CaseState, _: CaseEvent) -> Refusal | None:
    left = [s.title.zh for s in state.item.steps if s.id not in state.done]
    return Refusal(f"还有环节没有办结：{'、'.join(left)}", "先办结各环节") if left else None


def _withdraw(state: CaseState, _: CaseEvent) -> Refusal | None:
    if state.paid:
        return Refusal(f"已经拨付 {state.paid:,.2f} 元，不能撤回申请", "由主管部门重新作出决定")
    return None


def _appeal(state: CaseState, event: CaseEvent) -> Refusal | None:
    if event.channel not in ("review", "court"):
        return Refusal("没有写明复议还是诉讼", "channel 写 review 或 court")
    if gone := _gone_before(state, event.channel):
        return gone
    limit = state.appeal_limit(event.channel)
    if limit is not None and limit.assured is not None and event.on > limit.assured:
        name = "行政复议" if event.channel == "review" else "行政诉讼"
        return Refusal(f"{name}的期限已于 {limit.assured} 届满", "见法律另有规定的情形")
    return None


def _gone_before(state: CaseState, channel: str) -> Refusal | None:
    """Refuse a way that was gone against the same decision, and review after a court.

    行政复议法 as revised in 2023, art. 30: its number from memory, not verified.
    """
    taken: list[str] = []
    for event in state.events:
        if event.kind == "revoke":  # the decision made anew may be appealed against anew
            taken = []
        elif event.kind == "appeal":
            taken.append(event.channel)
    if "court" in taken:
        return Refusal("对这个决定已经提起过行政诉讼", "不服裁判的，依法上诉或申请再审")
    if channel in taken:
        return Refusal("对这个决定已经申请过行政复议", "不服复议决定的，依法提起行政诉讼")
    return None


_GUARDS: dict[str, Callable[[CaseState, CaseEvent], Refusal | None]] = {
    "confirm": _confirm,
    "deem_accepted": _deem,
    "notify": _notify,
    "decline": _reasoned,
    "finish_step": _finish,
    "pause": _pause,
    "extend": _extend,
    "grant": _grant,
    "refuse": _reasoned,
    "revoke": _reasoned,
    "withdraw": _withdraw,
    "appeal": _appeal,
}

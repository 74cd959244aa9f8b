"""A case step by step: what is lawful, what is refused and why, and which day counts."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingkai.services.case import CaseEvent, CaseState
from jingkai.services.case_clock import clocks
from jingkai.services.case_machine import STEPS, CaseMachine, chart, next_status, possible_steps
from jingkai.services.clock import Term
from jingkai.services.errors import CaseError
from jingkai.services.lawful import Refusal, judged, lawful_steps, step

DAY = timedelta(days=1)
OFFICE = "natural_resources"
ROLES = {
    "applicant": ("submit", "confirm", "correct", "withdraw", "appeal"),
    "head": ("extend",),
}
ACTORS = {kind: role for role, kinds in ROLES.items() for kind in kinds}


def event(kind: str, on: date, **words) -> CaseEvent:
    return CaseEvent(kind, on, words.pop("actor", ACTORS.get(kind, "officer")), **words)


def at(month: int, day: int) -> date:
    return date(2026, month, day)


def run(item, *events: CaseEvent) -> CaseState:
    state = judged(item, events)
    assert isinstance(state, CaseState), state
    return state


def refused(state: CaseState, what: CaseEvent) -> str:
    found = step(state, what)
    assert isinstance(found, Refusal)
    return f"{found.reason}；{found.hint}"


@pytest.fixture
def land(catalogue):
    """A licence with hearing and expert review, twenty working days and ten more."""
    return catalogue.items["land_planning_permit"]


STEPS_DONE = [
    event("finish_step", at(3, 6), step="accept", office=OFFICE),
    event("finish_step", at(3, 10), step="review", office=OFFICE),
    event("finish_step", at(3, 12), step="decide", office=OFFICE),
]
ACCEPTED = [event("submit", at(3, 2)), event("accept", at(3, 4))]


def test_a_case_from_the_application_to_its_end(land):
    state = run(
        land,
        *ACCEPTED,
        *STEPS_DONE,
        event("grant", at(3, 13)),
        event("deliver", at(3, 16)),
        event("close", at(3, 17)),
    )
    assert state.status == "closed" and state.title == "已办结"
    assert state.granted and state.decided_on == at(3, 13)
    assert [(c.name, c.kept) for c in clocks(state, at(4, 1), 3)] == [
        ("notice", True),
        ("statutory", True),
        ("delivery", True),
    ]


def test_events_survive_json(land):
    events = [*ACCEPTED, event("pause", at(3, 5), ground="hearing", days=5)]
    told = json.loads(json.dumps([e.to_dict() for e in events]))
    again = [CaseEvent.from_dict(t) for t in told]
    assert again == events
    assert CaseState.of(land, again) == run(land, *events)


@pytest.mark.parametrize("told", [{"kind": "submit"}, {"kind": "submit", "on": "x", "actor": "a"}])
def test_an_event_that_cannot_be_read_is_an_error(told):
    with pytest.raises(CaseError):
        CaseEvent.from_dict(told)
    with pytest.raises(CaseError, match="没有 colour"):
        CaseEvent.from_dict({"kind": "submit", "on": "2026-03-02", "actor": "officer", "colour": 1})


def test_recorded_events_that_lead_nowhere_are_an_error(land):
    with pytest.raises(CaseError, match="“草稿”时没有“grant”"):
        CaseState.of(land, [event("grant", at(3, 2))])


# --- acceptance and the one-time notice


def test_all_defects_are_told_in_one_notice_and_never_again(land):
    state = run(
        land,
        event("submit", at(3, 2)),
        event("notify", at(3, 4), defects=("缺出让合同", "图纸未签章")),
        event("correct", at(3, 20)),
    )
    assert state.defects == ("缺出让合同", "图纸未签章")
    again = refused(state, event("notify", at(3, 23), defects=("还缺一件",)))
    assert "只能一次性告知，已于 2026-03-04 告知过" in again
    accepted = state.after(event("accept", at(3, 23)))
    assert accepted.statutory.start == at(3, 23)  # the clock runs from the acceptance


def test_a_notice_without_its_defects_is_refused(land):
    state = run(land, event("submit", at(3, 2)))
    assert "没有写明需要补正的内容" in refused(state, event("notify", at(3, 3), defects=("  ",)))


def test_silence_for_five_working_days_is_acceptance_from_the_day_of_receipt(land):
    state = run(land, event("submit", at(2, 12)))
    assert state.notice_limit.assured == at(2, 26)  # over Spring Festival
    assert state.on(at(2, 26)).status == "received"
    late = state.on(at(2, 27))
    assert (late.status, late.deemed, late.accepted_on) == ("reviewing", True, at(2, 12))
    assert late.statutory.start == at(2, 12)
    words = "逾期没有告知补正，自收到之日 2026-02-12 起已视为受理"
    for kind in ("notify", "accept", "decline"):
        assert words in refused(state, event(kind, at(2, 27), defects=("缺",), reason="缺"))
    last_day = step(state, event("notify", at(2, 26), defects=("缺",)))
    assert isinstance(last_day, CaseEvent)
    finished = run(
        land,
        event("submit", at(2, 12)),
        event("finish_step", at(2, 27), step="accept", office=OFFICE),
    )
    assert finished.deemed and finished.done == ("accept",)
    kept = {c.name: c.kept for c in clocks(finished, at(2, 27), 3)}
    assert "notice" not in kept


def test_silence_means_nothing_where_no_law_says_so(catalogue):
    state = run(catalogue.items["seal_filing"], event("submit", at(2, 12)))
    assert state.notice_limit is None and state.on(at(12, 1)).status == "received"


def test_beyond_the_known_holidays_nothing_is_taken_for_silence(land):
    state = run(land, event("submit", date(2035, 1, 8)))
    assert state.notice_limit.assured is None
    assert state.on(date(2035, 3, 1)).status == "received"


def test_to_decline_needs_a_reason_and_may_be_appealed(land):
    state = run(land, event("submit", at(3, 2)))
    assert "没有说明理由" in refused(state, event("decline", at(3, 3)))
    declined = state.after(event("decline", at(3, 3), reason="不属于本机关职权"))
    assert declined.appeal_limit("review").assured == at(5, 6)  # 2 May lies in the holiday
    appealed = run(land, *declined.events, event("appeal", at(4, 1), channel="review"))
    assert appealed.status == "appealed"


# --- review


def test_steps_wait_for_those_before_them_and_belong_to_their_office(catalogue):
    item = catalogue.items["joint_completion_acceptance"]
    state = run(item, event("submit", at(3, 2)), event("accept", at(3, 3)))
    assert state.open_steps == ("accept",)
    early = refused(
        state, event("finish_step", at(3, 4), step="fire", office="housing_construction")
    )
    assert "须等：统一受理" in early
    state = state.after(
        event("finish_step", at(3, 4), step="accept", office="housing_construction")
    )
    assert state.open_steps == ("planning", "fire", "archives")
    wrong = refused(state, event("finish_step", at(3, 5), step="planning", office="tax"))
    assert "不由部门“tax”办理；由 natural_resources 办理" in wrong
    state = state.after(event("finish_step", at(3, 5), step="fire", office="housing_construction"))
    again = refused(
        state, event("finish_step", at(3, 6), step="fire", office="housing_construction")
    )
    assert "已经办结" in again
    assert "没有环节“frie”" in refused(state, event("finish_step", at(3, 6), step="frie"))
    granted = refused(state, event("grant", at(3, 6)))
    assert "规划和土地核实、档案验收、出具联合验收意见" in granted


def test_a_refusal_without_a_reason_is_refused(land):
    state = run(land, *ACCEPTED)
    assert "“不予”没有说明理由" in refused(state, event("refuse", at(3, 9), reason=" "))
    done = state.after(event("refuse", at(3, 9), reason="不符合控制性详细规划"))
    assert done.granted is False and done.reason == "不符合控制性详细规划"
    assert done.delivery is None


def test_only_lawful_grounds_stop_the_clock(land, catalogue):
    state = run(land, *ACCEPTED)
    said = refused(state, event("pause", at(3, 9), ground="lunch", days=1))
    assert "不是停止计时的法定事由；本事项可以因听证、专家评审停止" in said
    assert "没有告知申请人听证所需的时间" in refused(
        state, event("pause", at(3, 9), ground="hearing")
    )
    bank = run(
        catalogue.items["bank_account"], event("submit", at(3, 2)), event("accept", at(3, 3))
    )
    assert "没有可以停止计时的事由" in refused(
        bank, event("pause", at(3, 4), ground="hearing", days=3)
    )
    fire = run(catalogue.items["fire_design_review"], *ACCEPTED)
    long = refused(fire, event("pause", at(3, 9), ground="expert_review", days=21))
    assert "专家评审不超过 20 个工作日" in long


def test_a_stop_moves_the_deadline_and_nothing_else_happens_meanwhile(land):
    state = run(land, *ACCEPTED, event("pause", at(3, 10), ground="expert_review", days=8))
    assert state.statutory.assured is None
    assert clocks(state, at(3, 16), 3)[-1].now.state == "paused"
    assert "“暂停计时”时不能“准予”" in refused(state, event("grant", at(3, 12)))
    assert "恢复后才能延长" in refused(state, event("extend", at(3, 12), reason="复杂"))
    again = state.after(event("resume", at(3, 20)))
    # 5, 6, 9, 10 March used; then 23 March to 14 April without the day of Qingming
    assert again.statutory.assured == at(4, 14)


def test_an_extension_is_approved_once_by_the_head_with_a_reason_in_time(land, catalogue):
    state = run(land, *ACCEPTED)
    assert state.statutory.assured == at(4, 1)
    by_officer = event("extend", at(3, 20), reason="复杂", actor="officer")
    assert "“批准延长”应由机关负责人作出" in refused(state, by_officer)
    assert "没有说明理由" in refused(state, event("extend", at(3, 20)))
    assert "已于 2026-04-01 届满，不能再延长" in refused(
        state, event("extend", at(4, 2), reason="复杂")
    )
    longer = state.after(event("extend", at(4, 1), reason="复杂"))
    assert longer.statutory.assured == at(4, 16)
    assert "只能延长一次" in refused(longer, event("extend", at(4, 10), reason="复杂"))
    permit = run(catalogue.items["construction_permit"], *ACCEPTED)
    assert "没有可以延长期限的依据" in refused(permit, event("extend", at(3, 5), reason="复杂"))


def test_a_limit_from_receipt_runs_from_the_whole_file(catalogue):
    item = catalogue.items["construction_permit"]
    state = run(item, event("submit", at(3, 2)), event("accept", at(3, 4)))
    assert state.statutory.assured == at(3, 9)
    mended = run(
        item,
        event("submit", at(3, 2)),
        event("notify", at(3, 3), defects=("缺施工合同",)),
        event("correct", at(3, 16)),
        event("accept", at(3, 17)),
    )
    assert mended.statutory.assured == at(3, 23)


# --- the end


def test_an_application_may_be_withdrawn_until_it_is_decided(land):
    state = run(land, *ACCEPTED, event("withdraw", at(3, 9)))
    assert state.status == "withdrawn"
    assert "办件已经结束" in refused(state, event("accept", at(3, 10)))
    decided = run(land, *ACCEPTED, event("refuse", at(3, 9), reason="不符合规划"))
    assert "“已不予”时不能“撤回申请”" in refused(decided, event("withdraw", at(3, 10)))


def test_appeals_run_from_the_delivery_and_end(land):
    state = run(
        land,
        *ACCEPTED,
        event("refuse", at(3, 9), reason="不符合规划"),
        event("deliver", at(3, 10)),
    )
    assert state.appeal_limit("review").assured == at(5, 9)  # a made-up Saturday
    assert state.appeal_limit("court").assured == at(9, 10)
    assert "复议还是诉讼" in refused(state, event("appeal", at(4, 1), channel="letter"))
    late = refused(state, event("appeal", at(5, 10), channel="review"))
    assert "行政复议的期限已于 2026-05-09 届满" in late
    revoked = run(
        land,
        *state.events,
        event("appeal", at(5, 9), channel="review"),
        event("revoke", at(7, 1), reason="事实不清"),
    )
    assert (revoked.status, revoked.granted, revoked.done) == ("reviewing", None, ())
    assert revoked.statutory.start == at(7, 1) and revoked.appealed == ("review",)


def test_a_decision_is_reviewed_once_and_not_after_a_court(land):
    refusal = (event("refuse", at(3, 9), reason="不符合规划"), event("deliver", at(3, 10)))
    upheld = run(
        land, *ACCEPTED, *refusal, event("close", at(3, 10)),
        event("appeal", at(3, 12), channel="review"), event("uphold", at(3, 20)),
    )  # fmt: skip
    assert "已经申请过行政复议" in refused(upheld, event("appeal", at(3, 23), channel="review"))
    before_court = upheld.after(event("appeal", at(3, 23), channel="court"))
    assert before_court.status == "appealed"
    ruled = before_court.after(event("uphold", at(4, 1)))
    for channel in ("review", "court"):
        assert "已经提起过行政诉讼" in refused(ruled, event("appeal", at(4, 2), channel=channel))
    anew = before_court.after(event("revoke", at(4, 1), reason="事实不清"))
    for e in (event("refuse", at(4, 2), reason="不符合规划"), event("deliver", at(4, 3))):
        anew = anew.after(e)
    assert isinstance(step(anew, event("appeal", at(4, 7), channel="review")), CaseEvent)


def test_before_a_decision_is_known_there_is_nothing_to_appeal(land):
    assert run(land, *ACCEPTED).appeal_limit("review") is None


def test_a_right_without_an_application_is_confirmed_once(catalogue, land):
    item = catalogue.items["equipment_subsidy_payout"]
    state = run(item, event("confirm", at(3, 2)))
    assert state.granted and state.status == "granted"
    assert "已准予" in refused(state, event("confirm", at(3, 3)))
    assert "不能免申即享" in refused(CaseState(land), event("confirm", at(3, 2)))


def test_what_was_paid_stays_paid_when_the_decision_is_revoked(catalogue):
    item = catalogue.items["apprentice_subsidy_payout"]
    revoked = (
        event("confirm", at(3, 2), amount="500.00"),
        event("deliver", at(3, 3)),
        event("close", at(3, 3)),
        event("appeal", at(3, 9), channel="review"),
        event("revoke", at(4, 1), reason="人数有误"),
    )
    state = run(item, *revoked)
    assert (state.amount, state.paid, state.to_pay) == (None, 500, None)
    assert "已经拨付 500.00 元" in refused(state, event("withdraw", at(4, 2)))
    done = [event("finish_step", at(4, 2), step=s.id, office=s.office) for s in item.steps]
    for amount, left in (("800.00", 300), ("400.00", 0)):
        anew = run(item, *revoked, *done, event("grant", at(4, 3), amount=amount))
        assert anew.to_pay == left
        again = anew.after(event("deliver", at(4, 4)))
        assert (again.paid, again.to_pay) == (500 + left, 0)


def test_warned_before_and_marked_after(land):
    state = run(land, *ACCEPTED)
    said = {d: clocks(state, at(*d), 3)[-1].now for d in ((3, 26), (3, 27), (4, 1), (4, 3))}
    assert [s.state for s in said.values()] == ["running", "soon", "due", "late"]
    assert said[(4, 3)].late_by == 2
    late = run(land, *ACCEPTED, *STEPS_DONE, event("grant", at(4, 3)), event("deliver", at(4, 7)))
    assert {c.name: c.kept for c in clocks(late, at(5, 1), 3)}["statutory"] is False


@pytest.mark.parametrize(("granted", "kept"), [((12, 28), True), ((12, 30), None)])
def test_what_is_done_before_the_calendar_ends_is_in_time_for_a_term_that_ends_after_it(
    land, granted, kept
):
    state = run(
        land,
        event("submit", at(12, 14)),
        event("accept", at(12, 14)),
        *(event("finish_step", at(12, 28), step=s.id, office=OFFICE) for s in land.steps),
        event("grant", at(*granted)),
    )
    found = next(c for c in clocks(state, at(12, 31), 3) if c.name == "statutory")
    assert found.end.assured is None and found.kept is kept


def test_a_matter_for_at_once_is_not_one_of_no_days():
    assert (str(Term(0)), Term(0).text("en")) == ("即办", "at once")


# --- order, roles, the chart


def test_dates_do_not_run_backwards_and_roles_are_kept(land):
    state = run(land, *ACCEPTED)
    assert "早于上一步的 2026-03-04" in refused(state, event("refuse", at(3, 3), reason="x"))
    by_applicant = event("refuse", at(3, 5), reason="x", actor="applicant")
    assert "“不予”应由经办人作出" in refused(state, by_applicant)
    assert isinstance(step(state, event("refuse", at(3, 5), reason="x", actor="head")), CaseEvent)
    assert "没有“approve”这一步" in refused(state, event("approve", at(3, 5)))
    assert lawful_steps(run(land, event("submit", at(3, 2))), "applicant") == ["withdraw"]
    assert "extend" in lawful_steps(state, "head") and "extend" not in lawful_steps(
        state, "officer"
    )


def test_silence_cannot_be_entered_by_hand(land):
    state = run(land, event("submit", at(3, 2)))
    by_system = event("deem_accepted", at(3, 3), actor="system")
    assert "不能办理" in refused(state, by_system)


def test_every_step_and_state_of_the_chart_is_named_and_reached():
    events = {e.id for e in CaseMachine.events}
    assert events == set(STEPS)
    reached, queue = {"draft"}, ["draft"]
    while queue:
        for kind in possible_steps(status := queue.pop()):
            following = next_status(status, kind)
            if following not in reached:
                reached.add(following)
                queue.append(following)
    assert reached == {s.id for s in CaseMachine.states}
    assert next_status("draft", "grant") is None
    assert "received --> correcting : 一次性告知补正" in chart()


WORDS = {
    "notify": {"defects": ("缺材料",)},
    "pause": {"ground": "hearing", "days": 3},
    "appeal": {"channel": "court"},
}


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 9)), max_size=25))
def test_whatever_is_tried_the_state_is_that_of_the_events_taken(land_item, tried):
    state, day = CaseState(land_item), at(1, 5)
    for kind, later in tried:
        day += DAY * later
        open_step = (state.on(day).open_steps or ("decide",))[0]
        words = {"reason": "理由", "step": open_step, "office": OFFICE, **WORDS.get(kind, {})}
        found = step(state, event(kind, day, **words))
        if isinstance(found, CaseEvent):
            state = state.after(found)
        else:
            assert re.search("[一-鿿]", found.reason)
    assert CaseState.of(land_item, state.events) == state
    assert sum(e.kind == "notify" for e in state.events) <= 1
    assert state.granted is not True or set(state.done) == {s.id for s in land_item.steps}
    assert state.events == () or judged(land_item, state.events) == state


@pytest.fixture(scope="module")
def land_item(catalogue):
    return catalogue.items["land_planning_permit"]

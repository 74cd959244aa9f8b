"""The states of a case and the steps between them, as a chart; whether a step is lawful besides is `lawful`'s."""

from __future__ import annotations

from functools import cache

from statemachine import State, StateMachine

from jingkai.vocabulary import Label

__all__ = ["STEPS", "CaseMachine", "chart", "next_status", "possible_steps", "status_title"]

#: What may be done, in words.
STEPS = {
    "submit": Label(zh="提交申请", en="Submit"),
    "confirm": Label(zh="确认免申即享", en="Confirm"),
    "accept": Label(zh="受理", en="Accept"),
    "deem_accepted": Label(zh="视为受理", en="Deemed accepted"),
    "notify": Label(zh="一次性告知补正", en="Notify of defects"),
    "correct": Label(zh="补正", en="Correct"),
    "decline": Label(zh="不予受理", en="Decline"),
    "finish_step": Label(zh="办结环节", en="Finish a step"),
    "pause": Label(zh="停止计时", en="Stop the clock"),
    "resume": Label(zh="恢复计时", en="Resume"),
    "extend": Label(zh="批准延长", en="Extend"),
    "grant": Label(zh="准予", en="Grant"),
    "refuse": Label(zh="不予", en="Refuse"),
    "deliver": Label(zh="送达", en="Deliver"),
    "close": Label(zh="办结归档", en="Close"),
    "withdraw": Label(zh="撤回申请", en="Withdraw"),
    "appeal": Label(zh="复议或诉讼", en="Appeal"),
    "uphold": Label(zh="维持", en="Upheld"),
    "revoke": Label(zh="撤销重作", en="Revoked, decide anew"),
}


class CaseMachine(StateMachine):
    """A case's states and the steps that lead from one to another."""

    draft = State("草稿", initial=True)
    received = State("已收件")
    correcting = State("待补正")
    corrected = State("已补正")
    reviewing = State("审查中")
    paused = State("暂停计时")
    granted = State("已准予")
    refused = State("已不予")
    not_accepted = State("不予受理")
    delivered = State("已送达")
    closed = State("已办结")
    appealed = State("复议或诉讼中")
    withdrawn = State("已撤回", final=True)

    submit = draft.to(received)
    confirm = draft.to(granted)
    accept = received.to(reviewing) | corrected.to(reviewing)
    deem_accepted = received.to(reviewing)
    notify = received.to(correcting)
    correct = correcting.to(corrected)
    decline = received.to(not_accepted) | corrected.to(not_accepted)
    finish_step = reviewing.to(reviewing)
    pause = reviewing.to(paused)
    resume = paused.to(reviewing)
    extend = reviewing.to(reviewing)
    grant = reviewing.to(granted)
    refuse = reviewing.to(refused)
    deliver = granted.to(delivered) | refused.to(delivered)
    close = delivered.to(closed) | not_accepted.to(closed)
    withdraw = (
        draft.to(withdrawn)
        | received.to(withdrawn)
        | correcting.to(withdrawn)
        | corrected.to(withdrawn)
        | reviewing.to(withdrawn)
        | paused.to(withdrawn)
    )
    appeal = delivered.to(appealed) | closed.to(appealed) | not_accepted.to(appealed)
    uphold = appealed.to(closed)
    revoke = appealed.to(reviewing)


@cache
def possible_steps(status: str) -> tuple[str, ...]:
    """Return the steps that lead on from a state, in the chart's order."""
    return tuple(event.id for event in CaseMachine(start_value=status).allowed_events)


@cache
def next_status(status: str, step: str) -> str | None:
    """Return the state that a step leads to from a state; None where it leads nowhere from there."""
    machine = CaseMachine(start_value=status)
    if step not in possible_steps(status):
        return None
    machine.send(step)
    return str(machine.current_state_value)


def status_title(status: str) -> str:
    """Return a state in Chinese."""
    return str(CaseMachine.states_map[status].name)


def chart() -> str:
    """Return the chart in Mermaid's language, with the steps in Chinese."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    lines += [f"    {state.id} : {state.name}" for state in CaseMachine.states]
    for state in CaseMachine.states:
        for move in state.transitions:
            if move.target is not None and move.target is not state:
                lines.append(f"    {state.id} --> {move.target.id} : {STEPS[str(move.event)].zh}")
    return "\n".join(lines) + "\n"

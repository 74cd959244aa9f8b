"""Visits as people read them: in lists, whole, and beside the year's cap."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from jingkai.console.models import Visit, VisitEvent
from jingkai.console.visits.caps import Standing
from jingkai.console.visits.records import CLUES, kind_of
from jingkai.console.visits.state import Status, VisitState
from jingkai.console.visits.words import APPROVAL_WORDS, EVENT_WORDS, STATUS_WORDS, code_words

__all__ = ["history_lines", "standing_line", "visit_line", "visit_whole"]

_MARKS = {
    Status.WAITING: "open", Status.PLANNED: "", Status.ARRIVED: "open", Status.DONE: "good",
    Status.CANCELLED: "", Status.DECLINED: "bad",
}  # fmt: skip


def visit_line(visit: Visit, today: date, lang: str = "zh") -> dict[str, Any]:
    """Return a visit as a list shows it."""
    overdue = visit.state == Status.PLANNED and visit.day < today
    return {
        "visit": visit.pk,
        "number": visit.number,
        "enterprise": visit.enterprise,
        "name": visit.name or visit.enterprise,
        "office": code_words("inspecting_office", visit.office, lang),
        "day": visit.day.isoformat(),
        "state": visit.state,
        "state_text": STATUS_WORDS[visit.state][lang != "zh"],
        "mark": "bad" if overdue else _MARKS[visit.state],
        "overdue": overdue,
        "today": visit.day == today,
        "ground": code_words("ground", visit.ground, lang),
        "planned": visit.plan_id is not None,
        "counts": visit.counts,
        "follow_up_by": visit.follow_up_by.isoformat() if visit.follow_up_by else "",
        "late": visit.follow_up_by is not None and visit.follow_up_by < today,
        "objected": visit.objected,
    }


def visit_whole(
    visit: Visit, state: VisitState, today: date, lang: str = "zh", *, inside: bool = False
) -> dict[str, Any]:
    """Return everything of a visit that its reader may know.

    Parameters
    ----------
    inside
        Whether the reader is of the offices: who complained is told to nobody else, nor the clue.
    """
    about, en = state.about, lang != "zh"
    follow_up = state.follow_up
    return {
        **visit_line(visit, today, lang),
        "items": about["items"],
        "grounds": about["grounds"] if visit.plan_id else code_words("ground", visit.ground, lang),
        "kinds": about["kinds"]
        if visit.plan_id
        else code_words("kind", kind_of(visit.ground, visit.counts), lang),
        "basis": about.get("basis", "") if inside or visit.ground not in CLUES else "",
        "drawn": bool(about.get("drawn")),
        "plan": visit.plan.title if visit.plan else "",
        "urgent": bool(about.get("urgent")),
        "over_cap": about.get("over_cap", "") if inside else "",
        "approval": state.approval,
        "approval_text": APPROVAL_WORDS[state.approval][en],
        "team": state.team,
        "team_reason": state.team_reason,
        "arrived_on": state.arrived_on.isoformat() if state.arrived_on else "",
        "scan_number": state.scan_number,
        "result": state.result,
        "result_text": code_words("result", state.result, lang) if state.result else "",
        "checklist": state.checklist,
        "note": state.note,
        "follow_up": follow_up and {"done_on": "", "note": "", **follow_up},
        "follow_up_open": state.open_follow_up is not None,
        "moves": [*state.moves],
        "reason": state.reason,
    }


def standing_line(office: str, standing: Standing, lang: str = "zh") -> dict[str, Any]:
    """Return how an enterprise stands with an office: visits that count beside the cap, in words."""
    cap = standing.cap
    return {
        "office": code_words("inspecting_office", office, lang),
        "made": standing.made,
        "to_come": standing.to_come,
        "cap": cap.most if cap else None,
        "basis": cap.basis if cap else "",
        "full": standing.full,
    }


def history_lines(events: Iterable[VisitEvent], lang: str = "zh") -> list[dict[str, Any]]:
    """Return what happened to a visit, in order, with who wrote it down."""
    return [
        {
            "number": event.number,
            "text": EVENT_WORDS[event.kind][lang != "zh"],
            "day": event.day.isoformat(),
            "at": timezone.localtime(event.at).strftime("%Y-%m-%d %H:%M"),
            "account": event.account,
        }
        for event in events
    ]

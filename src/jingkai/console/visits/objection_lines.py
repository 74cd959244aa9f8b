"""Objections to a visit as people read them, with their evidence."""

from __future__ import annotations

from typing import Any

from jingkai.console.models import Visit
from jingkai.console.visits.state import Kind, VisitState

__all__ = ["objection_lines"]


def objection_lines(visit: Visit, state: VisitState) -> list[dict[str, Any]]:
    """Return a visit's objections in order: text, evidence, and the answer once there is one."""
    events = visit.events.filter(kind=Kind.OBJECTED).prefetch_related("evidence")
    files = {e.number: list(e.evidence.all()) for e in events}
    return [
        {
            "text": one.text,
            "day": one.day.isoformat(),
            "evidence": [
                {"file": str(f.pk), "name": f.name, "kind": f.kind, "size": f.size}
                for f in files[one.number]
            ],
            "answer": one.answer,
            "taken": one.taken,
            "answered_on": one.answered_on.isoformat() if one.answered_on else "",
        }
        for one in state.objections
    ]

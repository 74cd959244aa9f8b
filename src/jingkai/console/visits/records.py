"""Visits made on the desks as the ledger and a register file have them, beside what the register knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from django.db.models import QuerySet

from jingkai.allocation.inspections.ledger import not_recorded, year_events
from jingkai.console.models import Visit
from jingkai.console.opened import Opened
from jingkai.console.visits.state import MADE, Status, VisitState
from jingkai.console.visits.words import code_words

__all__ = [
    "REGISTER_HEADINGS",
    "kind_of",
    "register_table",
    "registry_visits",
    "site_visits",
    "unrecorded_visits",
    "visit_rows",
]

#: Columns of a register file as `jingkai load inspections` takes them, by fact.
REGISTER_HEADINGS = {
    "name": "编号", "enterprise": "统一社会信用代码", "zone": "所在经开区", "occurred_on": "检查日期",
    "inspecting_office": "检查机关", "kind": "检查类别", "ground": "检查事由",
    "ordered_from_above": "上级部署的专项检查", "planned": "列入年度检查计划", "plan_visit": "计划检查编号",
    "result": "检查结果", "inspectors": "检查人员", "scan_number": "扫码编号",
    "certified_officers": "人员持执法证件", "approved_before": "事前经负责人批准",
    "approved_after_urgency": "情况紧急事后补办批准", "scan_coded": "扫码入企并留痕",
}  # fmt: skip
_EVENTS = {
    "kind": pl.String, "ground": pl.String, "result": pl.String, "plan_visit": pl.String,
    "scan_number": pl.String, "inspectors": pl.String, "planned": pl.Boolean, "visit_ground": pl.Boolean,
    "above": pl.Boolean, "key": pl.String, "office": pl.String, "day": pl.Date, "record": pl.String,
}  # fmt: skip
#: Grounds on which a single enterprise is visited (国市监信发〔2022〕6号, four), and those of them that are clues.
_SINGLE, CLUES = ("complaint", "alert", "referral", "law"), ("complaint", "alert", "referral")
_TRUTH = {True: "是", False: "否", None: None}


def kind_of(ground: str, counts: bool) -> str:
    """Return the kind of a visit: a campaign ordered from above, of one case on a clue, else daily (INS-05)."""
    if not counts:
        return "campaign"
    return "case" if ground in CLUES else "daily"


def registry_visits(found: Opened | None, year: int, enterprise: str = "") -> pl.DataFrame:
    """Return the register's visits of a year, as `ledger.year_events` has them; none where none is loaded."""
    if found is None:
        return pl.DataFrame(schema=_EVENTS)
    return year_events(found.snapshot, year, enterprise)


def site_visits(year: int, zone: str = "") -> pl.DataFrame:
    """Return the visits made on the desks in a year, of a zone if it is given, in the ledger's columns."""
    made = Visit.objects.filter(state__in=MADE, day__year=year)
    return visit_rows(made.filter(zone=zone) if zone else made)


def unrecorded_visits(visits: QuerySet[Visit], register: pl.DataFrame) -> pl.DataFrame:
    """Return those of the visits that the register does not have yet."""
    return not_recorded(visit_rows(visits), register)


def register_table(visits: QuerySet[Visit]) -> pl.DataFrame:
    """Return the visits that are done as a register file has them; empty cells are not known."""
    lines = [_register_line(v, s) for v, s in _with_state(visits.filter(state=Status.DONE))]
    frame = pl.DataFrame(lines, schema=dict.fromkeys(REGISTER_HEADINGS, pl.String))
    return frame.rename(REGISTER_HEADINGS)


def _with_state(visits: QuerySet[Visit]) -> Iterable[tuple[Visit, VisitState]]:
    for visit in visits.prefetch_related("events"):
        yield visit, VisitState.of(visit.events.all())


def visit_rows(visits: QuerySet[Visit]) -> pl.DataFrame:
    """Return visits in the columns of `ledger.year_events`, each with its number as `record`."""
    rows = [
        {
            "kind": kind_of(visit.ground, visit.counts),
            "ground": visit.ground,
            "result": state.result or None,
            "plan_visit": visit.number if visit.plan_id else None,
            "scan_number": state.scan_number or None,
            "inspectors": _names(state),
            "planned": visit.plan_id is not None,
            "visit_ground": visit.ground in _SINGLE,
            "above": not visit.counts,
            "key": visit.enterprise,
            "office": visit.office,
            "day": visit.day,
            "record": visit.number,
        }
        for visit, state in _with_state(visits)
    ]
    return pl.DataFrame(rows, schema=_EVENTS)


def _names(state: VisitState) -> str:
    return "、".join(one["id"] for one in state.team)


def _register_line(visit: Visit, state: VisitState) -> dict[str, Any]:
    before = {"given": True, "afterwards": False, "waiting": False, "refused": False}
    after = {"given": False, "afterwards": True, "waiting": False, "refused": False}
    return {
        "name": visit.number,
        "enterprise": visit.enterprise,
        "zone": visit.zone,
        "occurred_on": visit.day.isoformat(),
        "inspecting_office": code_words("inspecting_office", visit.office),
        "kind": code_words("kind", kind_of(visit.ground, visit.counts)),
        "ground": code_words("ground", visit.ground),
        "ordered_from_above": _TRUTH[not visit.counts],
        "planned": _TRUTH[visit.plan_id is not None],
        "plan_visit": visit.number if visit.plan_id else None,
        "result": code_words("result", state.result),
        "inspectors": _names(state),
        "scan_number": state.scan_number or None,
        "certified_officers": _TRUTH[True],  # no team without certificates may arrive
        "approved_before": _TRUTH[before.get(state.approval)],
        "approved_after_urgency": _TRUTH[after.get(state.approval)],
        "scan_coded": _TRUTH[True] if state.scan_number else None,
    }

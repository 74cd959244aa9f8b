"""Who goes: at least two inspectors of the office, certified on the day, none with a conflict of interest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from jingkai.console.models import AssignedPlan
from jingkai.console.visits.access import VisitRefused

__all__ = ["LEAST", "TEAM_LAW", "read_team"]

#: Inspectors on a visit, and who says so.
LEAST, TEAM_LAW = 2, "行政处罚法第四十二条"


def read_team(
    text: str, plan: AssignedPlan | None, office: str, day: date, key: str
) -> list[dict[str, str]]:
    """Read who goes to an enterprise on a day.

    Parameters
    ----------
    text
        An inspector a line: the id of one in the plan's table, else id and certificate number.
    plan
        The year's plan, whose table of inspectors and conflicts holds; None where there is none.

    Returns
    -------
    list
        Each `id` and `certificate`.

    Raises
    ------
    VisitRefused
        If they are fewer than two, one is of another office, not certified, or must keep away.
    """
    content: dict[str, Any] = plan.content if plan else {}
    lines = [line.split() for line in re.split(r"[\n、,，;；]", text) if line.strip()]
    team = [_inspector(words, content.get("people", {}), office, day) for words in lines]
    names = [one["id"] for one in team]
    if len(set(names)) < LEAST or len(set(names)) < len(names):
        raise VisitRefused(
            f"检查人员不足{LEAST}人（{TEAM_LAW}）" if len(set(names)) < LEAST else "同一人写了两次",
            hint="写两名以上持证的检查人员，每行一人",
        )
    _keep_apart(names, content.get("conflicts", []), key)
    return team


def _inspector(words: list[str], people: dict[str, Any], office: str, day: date) -> dict[str, str]:
    name, certificate = words[0], " ".join(words[1:])
    known = people.get(name)
    if known is None:
        if not certificate:
            raise VisitRefused(
                f"没有检查人员“{name}”，也没有写执法证号",
                hint="核对工号，或在工号后空一格写执法证号；未取得执法证件的人员不得检查",
            )
        return {"id": name, "certificate": certificate}
    if known["office"] != office:
        raise VisitRefused(f"{name} 不是本部门的检查人员", hint="换本部门的持证人员")
    if known["until"] and date.fromisoformat(known["until"]) < day:
        raise VisitRefused(
            f"{name} 的执法证有效期至 {known['until']}", hint="换一名执法证在有效期内的人员"
        )
    return {"id": name, "certificate": known["certificate"]}


def _keep_apart(names: Iterable[str], conflicts: list[list[str]], key: str) -> None:
    for name in names:
        if [name, key] in conflicts:
            raise VisitRefused(
                f"{name} 与这家企业有利害关系，应当回避", hint="换一名没有利害关系的人员"
            )

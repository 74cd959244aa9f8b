"""A reform worked out in the background, from what the form asked to what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from django.conf import settings

from jingkai.console.analyst.reforms.effects import cube
from jingkai.console.analyst.reforms.told import told
from jingkai.console.analyst.reforms.written import reformed
from jingkai.console.jobs import kind
from jingkai.console.models import Job
from jingkai.console.opened import Opened, rulebook
from jingkai.engine.reform import compare_rules
from jingkai.engine.run import decide
from jingkai.registry.snapshot import Snapshot
from jingkai.workspace import Workspace

__all__ = ["work"]

_STEPS = 4


@kind("reform")
def work(job: Job, tell: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Work a reform out; what was stored before a kill is read, so that it may begin again.

    Returns
    -------
    ``comparison`` (its id in the workspace) and ``rows`` as `told` has them.
    """
    workspace: Workspace = settings.WORKSPACE
    asked = job.arguments
    snapshot = Snapshot(workspace.snapshots / asked["snapshot"])
    day, before = date.fromisoformat(asked["day"]), rulebook()
    tell("检查规则", 0, _STEPS)
    after, digest = reformed(workspace, before, asked)
    tell("按现行规则认定", 1, _STEPS)
    run = decide(workspace, snapshot, before, day, progress=_inside(tell))
    tell("按改动后的规则重算并比较", 2, _STEPS)
    about = {"kind": "whatif", "strict": False, "reform": {"reform": "page", "hash": digest}}
    comparison = compare_rules(workspace, snapshot, before, after, day, about)
    tell("按地区、行业、规模汇总", 3, _STEPS)
    quanta = {
        name: Fraction(r["quantum"])
        for name, r in comparison.rules.items()
        if r["kind"] == "amount" and r["quantum"]
    }
    book, zones = before.on(day), Opened(workspace, snapshot, before).zones
    rows = told(cube(comparison, snapshot, run, book), zones, book, quanta, job.zone)
    return {"comparison": comparison.path.name, "rows": rows}


def _inside(tell: Callable[[str, int, int], None]) -> Callable[[str, int, int], None]:
    def told_inside(entity: str, done: int, of: int) -> None:
        tell(f"按现行规则认定（{done}/{of}）", 1, _STEPS)

    return told_inside

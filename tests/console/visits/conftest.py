from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jingkai.workspace import Workspace
from tests.allocation.inspections.small import RATIOS, plan_words, write_plan

#: Who must keep away from the first enterprise.
KIN = "market_supervision5"
SEED = ["监督机关代表所给的一句话"]


def draw(folder: Path, found: Any, **changes: Any) -> Path:
    """Announce and draw a plan on the town, as `jingkai inspect plan` does; return its folder."""
    from jingkai.allocation.inspections.folder import PlanFolder
    from jingkai.allocation.inspections.plan import draw_plan, prepare
    from jingkai.allocation.inspections.summary import plan_summary

    offices = ("market_supervision", "emergency")
    draws = [
        {"title": f"清单{i}", "office": office, "items": ["all", "more"], "objects": {"all": True},
         "ratios": {**dict.fromkeys(RATIOS, "100 %"), "unknown": "100 %"},
         "times": {**dict.fromkeys(RATIOS, 1), "unknown": 1}}
        for i, office in enumerate(offices)
    ]  # fmt: skip
    words = plan_words(2, draws=draws, conflicts="conflicts.csv", **changes)
    for office in words["offices"].values():
        office["items"] = {"all": "检查甲", "more": "检查乙"}
    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    key = found.snapshot.scan("enterprise").select("key").collect()["key"][0]
    (inputs / "conflicts.csv").write_text(f"工号,统一社会信用代码\n{KIN},{key}\n", "utf-8")
    path = write_plan(inputs, words)
    target = PlanFolder(folder / "year")
    prepared = prepare(path, found.snapshot, found.run, "盐")
    drawn = draw_plan(prepared, SEED)
    target.announce(prepared, path, "盐")
    manifest = {"synthetic": found.synthetic, **plan_summary(prepared, drawn)}
    target.write_draw(prepared, drawn, SEED, manifest, synthetic=found.synthetic)
    return folder / "year"


@pytest.fixture(scope="module")
def found(town: Workspace) -> Any:
    from jingkai.console.opened import opened

    return opened()


@pytest.fixture(scope="module")
def year(found: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a plan of 2026 in which two offices visit every enterprise together."""
    return draw(tmp_path_factory.mktemp("visits"), found)


@pytest.fixture(scope="module")
def inspectors(town: Workspace, townspeople: dict[str, Any], found: Any) -> dict[str, Any]:
    """Officers of the two offices of the plan by name; `head` answers for market supervision."""
    from jingkai.console.models import Account

    zone = found.zones["key"][0]
    about: dict[str, dict[str, Any]] = {
        "inspector": {"office": "market_supervision"},
        "colleague": {"office": "market_supervision"},
        "head": {"office": "market_supervision", "head": True},
        "safety": {"office": "emergency"},
    }
    made = {
        name: Account.objects.update_or_create(
            username=name, defaults={"role": "officer", "zone": zone, **fields}
        )[0]
        for name, fields in about.items()
    }
    return townspeople | made


@pytest.fixture(scope="module")
def assigned(found: Any, year: Path, inspectors: dict[str, Any]) -> Any:
    from jingkai.console.visits.assign import assign

    return assign(year, found).plan


@pytest.fixture
def visit(assigned: Any) -> Iterator[Callable[..., Any]]:
    """Give a planned visit of an office that nobody has touched yet."""
    from jingkai.console.models import Visit

    given: set[int] = set()

    def of(office: str = "market_supervision", **about: Any) -> Any:
        rows = Visit.objects.filter(plan=assigned, office=office, state="planned", **about)
        untouched = [v for v in rows if v.pk not in given and v.events.count() == 1]
        given.add(untouched[0].pk)
        return untouched[0]

    yield of


@pytest.fixture
def done(visit: Callable[..., Any], inspectors: dict[str, Any]) -> Callable[..., Any]:
    """Carry a planned visit out on its day, without a problem unless told otherwise."""
    from jingkai.console.visits import steps

    def of(result: str = "no_problem", **about: Any) -> Any:
        made, who = visit(**about), inspectors["inspector"]
        steps.arrive(made, who, made.day)
        steps.record_result(made, who, made.day, result, [0, 1], [], **_follow_up(result, made.day))
        return made

    return of


def _follow_up(result: str, day: date) -> dict[str, str]:
    if result == "no_problem":
        return {}
    return {"follow_up": "补正公示信息", "until": day.replace(month=12, day=31).isoformat()}

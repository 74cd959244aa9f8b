"""Reforms: asked for in a form, worked out by the worker, told in aggregates that two full runs bear out."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from jingkai.engine.run import decide
from jingkai.policies import policies_folder
from jingkai.population import some_enterprises
from jingkai.registry.snapshot import Snapshot, write_snapshot
from jingkai.rulebook import load_rulebook
from jingkai.rulebook.reform import read_reform
from jingkai.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
DAY = date(2026, 6, 30)
ZONES = ("甲经开区", "乙经开区", "丙经开区")
ROUTES = ("/figures/", "/figures/?level=zone", "/figures/market_entities/?level=zone", "/uptake/?level=zone",
          "/assessment/", "/reforms/", "/reforms/new/", "/reforms/new/?rule=high_tech_enterprise")  # fmt: skip
FORMS = ("", "json", "csv", "xlsx")


@pytest.fixture(scope="module")
def nation(site: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three zones with 240 enterprises that stand for 480."""
    workspace = Workspace.init(tmp_path_factory.mktemp("reforms") / "w")
    number = pl.int_range(pl.len())
    zone = pl.when(number % 3 == 0).then(pl.lit(ZONES[0])).when(number % 3 == 1).then(pl.lit(ZONES[1])).otherwise(pl.lit(ZONES[2]))  # fmt: skip
    enterprises = some_enterprises(240).with_columns(zone=zone, weight=(1 + number % 3).cast(pl.Int64))  # fmt: skip
    zones = pl.DataFrame(
        {
            "key": ZONES,
            "name": ZONES,
            "province": ["江苏", "江苏", "四川"],
            "region": ["east", "east", "west"],
        }
    ).sort("key")
    frames = {"zone": zones, "enterprise": enterprises}
    write_snapshot(workspace, frames, as_of=DAY, sources=[], synthetic=True)
    return workspace


@pytest.fixture(autouse=True)
def _shown(nation: Workspace, settings_of: Callable[[Workspace], Any]) -> Iterator[None]:
    with settings_of(nation):
        yield


@pytest.fixture
def analyst(client_of: Callable[[str], Any]) -> Any:
    return client_of("ministry_analyst")


def _ask(client: Any, rule: str, **typed: Any) -> Any:
    fields = {f"p.{k}" if k not in ("drop", "end", "day", "title") else k: v for k, v in typed.items()}  # fmt: skip
    return client.post(f"/reforms/new/?rule={rule}", fields)


def _work() -> None:
    from django.core.management import call_command

    call_command(
        "db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0
    )


_FLOOR = {"tech_staff_floor": "30"}
_RATE = {"standard_rate": "120"}


@pytest.fixture(scope="module")
def tried() -> dict[str, str]:
    """Where the reforms that several tests look at lie, once they are worked out."""
    return {}


@pytest.fixture
def of_rule(
    tried: dict[str, str], client_of: Callable[[str], Any]
) -> Callable[[str, str, dict[str, str]], dict[str, Any]]:
    """Give what a role sees of a reform, worked out once."""

    def of(role: str, rule: str, typed: dict[str, str]) -> dict[str, Any]:
        client, name = client_of(role), f"{role} {rule} {typed}"
        if name not in tried:
            asked = _ask(client, rule, **typed)
            _work()
            tried[name] = asked["Location"]
        page: dict[str, Any] = client.get(f"{tried[name]}?format=json").json()
        assert page["state"] == "done", page["error"]
        return page

    return of


@pytest.fixture(scope="module")
def runs(nation: Workspace, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The rules as they are, and with the figures of two reforms that do not touch each other, each decided in full."""
    text = "parameters: {high_tech_enterprise: {tech_staff_floor: 30 %}, rd_super_deduction: {standard_rate: 120 %}}"
    return _after(nation, tmp_path_factory.mktemp("after"), text)


def _after(nation: Workspace, tmp_path: Any, text: str) -> tuple[Any, Any]:
    """Return the run of the rules as they are and of the reform, each decided in full."""
    path = tmp_path / "reform.yaml"
    path.write_text(f"reform: r\ntitle: {{zh: 改, en: R}}\nwhy: {{zh: 试, en: T}}\n{text}", "utf-8")
    layers, snapshot = [policies_folder(), *nation.layers], Snapshot.current(nation)
    return (
        decide(nation, snapshot, load_rulebook(layers), DAY),
        decide(nation, snapshot, load_rulebook(layers, reform=read_reform(path)), DAY),
    )


def _both(nation: Workspace, runs: tuple[Any, Any], rule: str) -> pl.DataFrame:
    facts = Snapshot.current(nation).scan("enterprise").select("zone", "weight").collect()
    old, new = (run.scan("enterprise").select(pl.col(rule)).collect()[rule] for run in runs)
    return facts.with_columns(old=old, new=new)


def test_counts_are_those_of_two_full_runs_weighted(
    nation: Workspace, of_rule: Any, runs: tuple[Any, Any]
) -> None:
    page = of_rule("ministry_analyst", "high_tech_enterprise", _FLOOR)
    rows = _both(nation, runs, "high_tech_enterprise")
    flips = rows.filter(pl.col("old").ne_missing(pl.col("new")))
    lost = flips.filter(pl.col("old") & ~pl.col("new"))["weight"].sum()
    whole = next(r for r in page["rules"] if r["rule"] == "high_tech_enterprise")
    assert whole["entities"] == flips["weight"].sum() > 0
    assert (whole["gained"], whole["lost"]) == (0, lost)
    groups = {g["dimension"]: g["rows"] for g in page["groups"]}
    assert set(groups) == {"region", "province", "zone", "industry", "size"}
    for dimension, mine in groups.items():
        assert sum(r["entities"] for r in mine) == whole["entities"], dimension
    by_zone = dict(flips.group_by("zone").agg(pl.col("weight").sum()).iter_rows())
    assert all(by_zone[r["group"]] == r["entities"] for r in groups["zone"] if not r["joint"])


def test_money_before_and_after_is_that_of_two_full_runs(
    nation: Workspace, of_rule: Any, runs: tuple[Any, Any]
) -> None:
    page = of_rule("ministry_analyst", "rd_super_deduction", _RATE)
    rows = _both(nation, runs, "rd_super_deduction")
    quantum = Fraction(runs[0].rules["rd_super_deduction"]["quantum"])
    sums = [int((rows[c].fill_null(0) * rows["weight"]).sum()) * quantum for c in ("old", "new")]
    whole = next(r for r in page["rules"] if r["rule"] == "rd_super_deduction")
    assert [Fraction(whole[n]) for n in ("before", "after")] == sums
    assert Fraction(whole["difference"]) == sums[1] - sums[0] > 0
    region = next(g for g in page["groups"] if g["dimension"] == "region")
    assert [r["title"] for r in region["rows"]] == ["东部", "西部"]
    assert region["chart"]["tooltip"]["renderMode"] == "richText" and region["chart"]["aria"]


def test_the_form_has_every_figure_with_today_s_and_a_slider(analyst: Any) -> None:
    page = analyst.get("/reforms/new/?rule=high_tech_enterprise&format=json").json()
    fields = {f["name"]: f for f in page["fields"]}
    floor = fields["p.tech_staff_floor"]
    assert (floor["today"], floor["unit"], floor["most"], floor["title"]) == ("10", "%", "100", "科技人员占比")  # fmt: skip
    assert fields["p.rd_floor.bands.0.to"]["today"] == "5000"
    assert fields["p.rd_floor.bands.0.to"]["unit"] == "万元"
    text = analyst.get("/reforms/new/?rule=high_tech_enterprise").content.decode()
    assert re.search(r'<input type="range" hidden data-for="f_p.tech_staff_floor"', text)
    assert 'label for="f_p.tech_staff_floor"' in text


@pytest.mark.parametrize(
    ("typed", "where", "said"),
    [
        ({"tech_staff_floor": "八"}, "p.tech_staff_floor", "写成数字"),
        ({"tech_staff_floor": "-1"}, "p.tech_staff_floor", "不能小于 0"),
        ({}, "form", "还没有改动"),
        ({"tech_staff_floor": "8", "day": "昨天"}, "day", "写成日期"),
        ({"tech_staff_floor": "8", "day": "1999-01-01"}, "day", "写成日期"),
        ({"rd_floor.bands.0.to": "30000"}, "form", "rise"),
    ],
)
def test_what_cannot_be_worked_out_is_said_and_nothing_typed_is_lost(
    analyst: Any, typed: dict[str, str], where: str, said: str
) -> None:
    from jingkai.console.models import Job

    before = Job.objects.count()
    response = _ask(analyst, "high_tech_enterprise", min_age="400" if typed else "365", **typed)
    text = response.content.decode()
    assert response.status_code == 400
    assert said in text
    assert where == "form" or f'href="#f_{where}"' in text
    assert all(f'value="{v}"' in text for v in typed.values())
    assert Job.objects.count() == before


def test_a_condition_taken_out_only_gains(of_rule: Any) -> None:
    page = of_rule("ministry_analyst", "high_tech_enterprise", {"drop": "innovation_score"})
    whole = next(r for r in page["rules"] if r["rule"] == "high_tech_enterprise")
    assert whole["lost"] == 0 and whole["gained"] + whole["open"] > 0
    assert page["said"][0]["title"].startswith("取消条件")


def test_a_rule_ended_is_in_force_no_more(nation: Workspace) -> None:
    from jingkai.console.analyst.reforms.written import reformed
    from jingkai.console.opened import rulebook

    asked = {"rule": "rd_super_deduction", "parameters": {}, "drop": [], "end": True}
    after, digest = reformed(nation, rulebook(), asked)
    assert not after.rules["rd_super_deduction"].in_force(DAY)
    assert reformed(nation, rulebook(), asked)[1] == digest


def test_a_reform_waits_on_a_page_that_asks_again_and_is_asked_for_once(
    analyst: Any, client_of: Callable[[str], Any], of_rule: Any, tried: dict[str, str]
) -> None:
    first = _ask(analyst, "high_tech_enterprise", tech_staff_floor="16")["Location"]
    assert 'hx-trigger="every 1s"' in analyst.get(first).content.decode()
    assert _ask(analyst, "high_tech_enterprise", tech_staff_floor="16")["Location"] == first
    assert client_of("zone_analyst").get(first).status_code == 404
    of_rule("ministry_analyst", "high_tech_enterprise", _FLOOR)
    done = next(iter(tried.values()))
    answered = analyst.get(done, headers={"hx-request": "true"})
    assert answered["HX-Refresh"] == "true" and "every 1s" not in answered.content.decode()
    assert first in analyst.get("/reforms/").content.decode()


def test_a_worker_killed_half_way_leaves_one_result(nation: Workspace, analyst: Any) -> None:
    from django_tasks_db.models import DBTaskResult

    from jingkai.console import jobs
    from jingkai.console.analyst.reforms.work import work
    from jingkai.console.models import Job

    asked = _ask(analyst, "high_tech_enterprise", tech_staff_floor="14")
    job = Job.objects.get(pk=asked["Location"].split("/")[2])
    found = work(job, lambda *_: None)  # all is stored, and the worker dies before it says so
    DBTaskResult.objects.ready().update(status="RUNNING")
    Job.objects.filter(pk=job.pk).update(state="running", attempts=1)
    stored = set(nation.comparisons.iterdir())
    assert jobs.resume() == 1
    _work()
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", found)
    assert set(nation.comparisons.iterdir()) == stored


def test_no_enterprise_stands_in_anything_an_analyst_opens(
    nation: Workspace, client_of: Callable[[str], Any], of_rule: Any
) -> None:
    rows = Snapshot.current(nation).scan("enterprise").select("key", "name").collect()
    secret = {t for pair in rows.iter_rows() for t in pair if t}
    for role in ("ministry_analyst", "zone_analyst"):
        client = client_of(role)
        page = of_rule(role, "rd_super_deduction", _RATE)
        addresses = [*ROUTES, f"/reforms/{page['id']}/", f"/reforms/{page['id']}/?rule=rd_super_deduction"]  # fmt: skip
        for address in addresses:
            for form in FORMS:
                mark = "&" if "?" in address else "?"
                response = client.get(f"{address}{mark}format={form}" if form else address)
                text = _text(response, form)
                assert not [s for s in secret if s in text], (role, address, form)


def _text(response: Any, form: str) -> str:
    if form != "xlsx" or response.status_code != 200:
        return str(response.content.decode())
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return "\n".join(str(c) for s in book for row in s.iter_rows(values_only=True) for c in row)


def test_a_zone_s_reform_tells_of_its_own_zone_and_of_aggregates(
    client_of: Callable[[str], Any], of_rule: Any
) -> None:
    client = client_of("zone_analyst")
    page = of_rule("zone_analyst", "rd_super_deduction", _RATE)
    groups = {g["dimension"]: g["rows"] for g in page["groups"]}
    assert [r["group"] for r in groups["zone"]] == ["甲经开区"]
    own = groups["zone"][0]["entities"]
    assert own == sum(r["entities"] for r in groups["industry"]) < page["rules"][0]["entities"]
    address = f"/reforms/{page['id']}/"
    for form in ("", "json", "csv"):
        text = client.get(f"{address}?format={form}").content.decode()
        assert "甲经开区" in text and "乙经开区" not in text and "丙经开区" not in text
    assert client_of("ministry_analyst").get(address).status_code == 404
    assert client_of("ministry_analyst").get(f"{address}?format=csv").status_code == 404


def test_a_reform_comes_as_files_and_in_english(analyst: Any, of_rule: Any) -> None:
    page = of_rule("ministry_analyst", "rd_super_deduction", _RATE)
    address = f"/reforms/{page['id']}/"
    text = analyst.get(f"{address}?format=csv").content.decode("utf-8-sig")
    assert "研发费用加计扣除额" in text and "按地区,东部" in text
    assert analyst.get(f"{address}?format=xlsx").content[:2] == b"PK"
    english = analyst.get(f"{address}?lang=en").content.decode()
    assert "R&amp;D super deduction" in english and "East" in english
    assert 'value="120"' in analyst.get(f"/reforms/new/?{page['again']}").content.decode()  # fmt: skip


def test_every_rule_in_force_has_a_form_that_opens_unchanged(nation: Workspace) -> None:
    from jingkai.console.analyst.reforms.fields import filled
    from jingkai.console.analyst.reforms.new import _words
    from jingkai.console.opened import rulebook

    for rule in rulebook().in_force(DAY):
        fields = filled(rule, {}, _words(rule, DAY, "zh"), DAY, "zh")
        assert not [f.name for f in fields if f.changed or f.error], rule.id
        assert len({f.name for f in fields}) == len(fields)

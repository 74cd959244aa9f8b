"""An enterprise before officers of its zone: facts, decisions, outcomes; nothing that another office keeps."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import polars as pl
import pytest

from jingkai.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]


def _answers(client: Any, address: str) -> dict[str, str]:
    """Return the text of a page in each of its forms."""
    found = {}
    for form in ("", "json", "csv", "xlsx"):
        response = client.get(f"{address}?format={form}" if form else address)
        assert response.status_code == 200, (address, form)
        content = response.content
        if form == "xlsx":
            book = zipfile.ZipFile(BytesIO(content))
            content = b"".join(book.read(n) for n in book.namelist() if n.endswith(".xml"))
        found[form or "html"] = content.decode()
    return found


def _marked(frame: pl.DataFrame, entity: Any) -> pl.DataFrame:
    """Return a table in which every fact that some office keeps to itself has a value of its own."""
    kept = [
        (c, k[0])
        for c in frame.columns
        if (k := entity.column(c)) is not None
        and not k[0].shared
        and k[0].sensitivity == "business"
    ]
    marks = {}
    for i, (column, fact) in enumerate(kept):
        if fact.numeric:
            marks[column] = pl.lit(70_136_197 + i * 10_007)
        elif fact.type == "date":
            marks[column] = pl.lit(date(1987, 3, 1) + timedelta(days=i))
    return frame.with_columns(e.cast(frame.schema[c]).alias(c) for c, e in marks.items())


@pytest.fixture
def marked(site: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A town in which a hidden figure is told from any other."""
    from django.test import override_settings

    from jingkai.console.opened import opened, rulebook
    from jingkai.population import some_enterprises, some_zone
    from jingkai.population.snapshots import write_synthetic

    workspace = Workspace.init(tmp_path_factory.mktemp("marked") / "area")
    frame = _marked(some_enterprises(3), rulebook().vocabulary.entities["enterprise"])
    frames = {"enterprise": frame, "zone": some_zone(frame)}
    write_synthetic(workspace, frames, date(2026, 6, 30), "种子7")
    with override_settings(WORKSPACE=workspace):
        yield opened()


def _hidden_texts(found: Any, account: Any) -> set[str]:
    """Return the hidden figures of the first enterprise as they might be written."""
    from jingkai.console.fact_values import value_text, written_value
    from jingkai.console.told import hidden_from

    vocabulary = found.rulebook.vocabulary
    entity, row = vocabulary.entities["enterprise"], found.explainer.row("enterprise", 0)[0]
    texts: set[str] = set()
    for column in hidden_from(account, found):
        known, value = entity.column(column), row.get(column)
        if (
            known is not None
            and (known[0].numeric or known[0].type == "date")
            and value is not None
        ):
            words = value_text(value, known[0], vocabulary)
            texts |= {words.partition(" ")[0], written_value(value, known[0]), str(value)}
    return texts


@pytest.mark.parametrize("who", ["tax_officer", "hr_officer", "science_officer"])
def test_no_hidden_figure_is_in_any_form_of_the_pages(
    marked: Any, as_officer: Callable[[str], Any], townspeople: dict[str, Any], who: str
) -> None:
    zone = marked.zones["key"][0]
    assert townspeople[who].zone == zone
    texts = _hidden_texts(marked, townspeople[who])
    assert len(texts) > 60
    key = marked.snapshot.table("enterprise")["key"][0].as_py()
    whole = ""
    for rest in ("", "rules/high_tech_enterprise/", "rules/innovative_sme/"):
        for form, answer in _answers(as_officer(who), f"/enterprises/{key}/{rest}").items():
            assert not {t for t in texts if t in answer}, (rest, form)
        whole += (
            as_officer("counter").get(f"/enterprises/{key}/{rest}?format=json").content.decode()
        )
    assert sum(t in whole for t in texts) > 20  # the zone's own office does see them


def test_points_and_amounts_of_hidden_facts_are_not_told(
    as_officer: Callable[[str], Any], found: Any, keys: list[str]
) -> None:
    from jingkai.console.told import hidden_from

    address = f"/enterprises/{keys[0]}/?format=json"
    told = as_officer("hr_officer").get(address).json()
    rules = [r for g in told["states"] + told["sorts"] for r in g["rules"]]
    from jingkai.console.models import Account

    hidden = hidden_from(Account.objects.get(username="hr_officer"), found)
    facts = found.explainer.plans.facts
    rest = {
        r["rule"] for r in rules
        if set(facts.of_result(found.rulebook.rules[r["rule"]])) & set(hidden)
    }  # fmt: skip
    assert "innovative_sme_score" in rest
    for r in rules:
        if r["rule"] in rest and r["kind"] != "grade":
            assert r["hidden"] and not r["result"] and not r["figures"] and not r["parts"], r[
                "rule"
            ]
    whole = as_officer("counter").get(address).json()
    verdicts = {
        r["rule"]: r["verdict"] for g in whole["states"] for r in g["rules"]
    }  # decisions are the zone's, told to each of its offices
    assert all(r["verdict"] == verdicts[r["rule"]] for g in told["states"] for r in g["rules"])


def test_a_hidden_fact_is_named_with_its_holder(
    as_officer: Callable[[str], Any], keys: list[str]
) -> None:
    page = as_officer("tax_officer").get(f"/enterprises/{keys[0]}/?format=json").json()
    kept = {h["label"]: h["why"] for t in page["themes"] for h in t["hidden"]}
    assert kept["科技人员数"] == "由企业持有，未共享"
    known = {f["fact"] for t in page["themes"] for f in t["facts"]}
    assert "tech_staff" not in known and "revenue" in known
    fact = next(f for t in page["themes"] for f in t["facts"] if f["fact"] == "revenue")
    assert fact["value"].endswith("万元") and fact["file"] and fact["as_of"] and fact["holder"]


def test_reading_is_written_down_once_with_names_and_without_values(
    as_officer: Callable[[str], Any], keys: list[str]
) -> None:
    from jingkai.console.models import TrailEntry

    client = as_officer("tax_other")
    entries = TrailEntry.objects.filter(account="tax_other", about=keys[2]).order_by("number")
    before = entries.count()
    client.get(f"/enterprises/{keys[2]}/")
    assert entries.count() == before + 1
    entry = entries.last()
    assert entry.action == "enterprise.read"
    assert "revenue" in entry.facts and "tech_staff" not in entry.facts
    assert "name" not in entry.facts  # public
    client.get(f"/enterprises/{keys[2]}/?format=xlsx")
    entry = entries.last()
    assert (entry.action, entry.detail) == ("enterprise.export", {"format": "xlsx"})
    client.get(f"/enterprises/{keys[2]}/rules/high_tech_enterprise/")
    assert entries.last().detail == {"rule": "high_tech_enterprise"}
    assert entries.count() == before + 3


def test_an_enterprise_elsewhere_is_as_if_it_were_not_there(
    as_officer: Callable[[str], Any], keys: list[str]
) -> None:
    far = as_officer("far_officer")
    answers = [
        far.get(f"/enterprises/{key}/{rest}")
        for key in (keys[0], "91999999999999999X")
        for rest in ("", "rules/high_tech_enterprise/")
    ]
    assert [a.status_code for a in answers] == [404] * 4
    bodies = {
        re.sub(r"name=\"csrf\w+\" value=\"\w+\"|\?lang=\w+|csrf\S+", "", a.content.decode())
        for a in answers
    }
    assert len(bodies) == 1


def test_a_rule_that_is_none_of_enterprises_is_not_found(
    as_officer: Callable[[str], Any], keys: list[str]
) -> None:
    for name in ("no_such_rule", "zone_gdp"):
        assert (
            as_officer("tax_officer").get(f"/enterprises/{keys[0]}/rules/{name}/").status_code
            == 404
        )


def test_outcomes_stand_beside_what_the_engine_finds_different(found: Any, keys: list[str]) -> None:
    from jingkai.console.officer.outcomes import outcomes
    from jingkai.engine.differences import official_differences

    table = official_differences(found.snapshot, found.run, found.rulebook.vocabulary)
    mine = [
        (key, line["title"], line["rule"], line["held"], line["computed"], line["agrees"])
        for position, key in enumerate(keys)
        for line in outcomes(found, found.explainer.row("enterprise", position)[0])
        if line["rule"]
    ]
    titles = found.rulebook.vocabulary.titles
    table = table.filter(
        pl.col("title").is_in([t.id for t in titles.values() if t.entity == "enterprise"])
    )
    theirs = table.select("key", "title", "rule", "official", "computed", "agrees").rows()
    assert sorted(mine, key=str) == sorted(theirs, key=str)
    assert any(line[5] is False for line in mine) and any(line[5] for line in mine)


def test_what_earlier_loads_said_stands_in_the_history(
    found: Any, keys: list[str], town: Any
) -> None:
    from jingkai.console.officer.history import register_changes
    from jingkai.console.opened import Opened
    from jingkai.registry.snapshot import write_snapshot
    from jingkai.workspace import Workspace

    del town
    frame = found.snapshot.scan("enterprise").collect()
    workspace = Workspace.init(found.workspace.path.parent / "history")
    earlier = frame.filter(pl.col("key") != keys[1])
    write_snapshot(workspace, {"enterprise": earlier}, as_of=found.day, sources=[])
    moved = frame.with_columns(revenue_2025=pl.col("revenue_2025") + 10**6)
    moved = moved.with_columns(tech_staff_2025=pl.col("tech_staff_2025") + 1)
    newest = write_snapshot(workspace, {"enterprise": moved}, as_of=found.day, sources=[])
    other = Opened(workspace, newest, found.every)
    (line,) = register_changes(other, keys[0], {"tech_staff_2025": "x"})
    assert [(c["column"], c["fact"]) for c in line["changes"]] == [("revenue_2025", "营业收入")]
    assert line["changes"][0]["new"].endswith("万元")
    assert [c["first"] for c in register_changes(other, keys[1], {})] == [True]
    assert register_changes(found, keys[0], {}) == []


def test_the_pages_are_in_english_for_who_asks(
    as_officer: Callable[[str], Any], keys: list[str]
) -> None:
    client = as_officer("tax_officer")
    page = client.get(f"/enterprises/{keys[0]}/?lang=en").content.decode()
    client.get("/?lang=zh")
    assert "Decisions with reasons" in page
    assert "not shared" in page

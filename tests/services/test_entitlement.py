"""From a right to a case: nothing to hand in, or exactly what the rulebook proves to be needed."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from jingkai.engine.given import stored_value
from jingkai.engine.run import decide
from jingkai.explain import Explainer
from jingkai.population import some_enterprises
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.services.entitlement import Entitlements, entitlement, entitlement_row
from jingkai.services.errors import CaseError
from jingkai.workspace import Workspace, ZoneSettings

DAY = date(2026, 6, 30)


def row(rulebook, entity: str, **given: Any) -> dict[str, Any]:
    """Return facts as a snapshot stores them; `revenue_2025` is the yearly fact."""
    described = rulebook.vocabulary.entities[entity]
    return {"key": "k"} | {c: stored_value(described.column(c)[0], v) for c, v in given.items()}


GIANT: dict[str, Any] = {
    "little_giant_title_held": True,
    "little_giant_title_from": "2024-07-01",
    "little_giant_title_to": "2027-06-30",
    "key_giant_plan_investment": "3000 万元",
    "listed_company": False,
    "key_giant_earlier_support": False,
    "key_giant_selected": True,
}
APPRENTICES: dict[str, Any] = {
    "apprentice_contract_years": "1 年",
    "apprenticeship_years": "2 年",
    "apprentices_intermediate_2025": "10 人",
    "apprentices_senior_2025": "5 人",
    "apprentices_technician_2025": "0 人",
}


def ask(catalogue, rulebook, item: str, entity: str, given: dict[str, Any], **other: Any):
    facts = row(rulebook, entity, **{**given, **other})
    return entitlement(catalogue.items[item], rulebook, DAY, facts)


def test_a_right_that_shared_data_decide_needs_no_application(catalogue, rulebook):
    found = ask(catalogue, rulebook, "apprentice_subsidy_payout", "enterprise", APPRENTICES)
    assert found.mode == "no_application"
    assert found.needed == () and found.materials == ()
    assert found.reason.result == "75,000 元"


def test_a_fact_that_offices_do_not_share_is_asked_for_filled_in_where_known(catalogue, rulebook):
    item = catalogue.items["key_little_giant_payout"]
    found = ask(catalogue, rulebook, item.id, "enterprise", GIANT)
    assert (found.mode, found.reason.verdict) == ("prefilled", True)
    assert [(n.fact, n.known, n.asked) for n in found.needed] == [
        ("key_giant_plan_investment", True, True)
    ]
    assert [m.title.zh for m in found.materials] == [m.title.zh for m in item.asked]


def test_what_nobody_knows_is_left_open(catalogue, rulebook):
    unknown = {"key_giant_plan_investment": None, "key_giant_selected": None}
    found = ask(catalogue, rulebook, "key_little_giant_payout", "enterprise", GIANT, **unknown)
    assert found.mode == "prefilled" and found.reason.verdict is None
    assert {(n.fact, n.known, n.asked) for n in found.needed} == {
        ("key_giant_plan_investment", False, True),
        ("key_giant_selected", False, False),  # an office has to say so, not the applicant
    }
    assert len(found.materials) == 1


@pytest.mark.parametrize(
    "other", [{"listed_company": True}, {"key_giant_plan_investment": "2000 万元"}]
)
def test_without_a_right_there_is_no_case(catalogue, rulebook, other):
    found = ask(catalogue, rulebook, "key_little_giant_payout", "enterprise", GIANT, **other)
    assert found.mode == "refused" and found.needed == () and found.materials == ()
    assert any(c.verdict is False for c in found.reason.conditions)


def test_an_amount_of_nothing_opens_no_case(catalogue, rulebook):
    none = {c: "0 人" for c in APPRENTICES if c.startswith("apprentices_")}
    found = ask(catalogue, rulebook, "apprentice_subsidy_payout", "enterprise", APPRENTICES, **none)
    assert found.mode == "refused" and found.reason.verdict is True


REPAIR: dict[str, Any] = {
    "severity": "general",
    "occurred_on": "2026-01-05",
    "obligations_fulfilled": True,
    "repair_commitment": True,
    "repair_barred": False,
}


def test_a_repair_asks_for_the_commitment_alone(catalogue, rulebook):
    found = ask(catalogue, rulebook, "credit_repair_record", "penalty", REPAIR)
    assert [(n.fact, n.known) for n in found.needed] == [("repair_commitment", True)]
    early = ask(
        catalogue, rulebook, "credit_repair_record", "penalty", REPAIR, occurred_on="2026-05-05"
    )
    assert early.mode == "refused"


def test_nothing_is_asked_that_turns_out_not_to_matter(catalogue, rulebook):
    """Every needed fact that is known changes the answer where it is taken away."""
    facts = row(rulebook, "enterprise", **GIANT)
    item = catalogue.items["key_little_giant_payout"]
    for needed in entitlement(item, rulebook, DAY, facts).needed:
        without = {c: None if c == needed.fact else v for c, v in facts.items()}
        assert entitlement(item, rulebook, DAY, without).reason.verdict is None


def test_an_empty_row_is_asked_for_the_smallest_set(catalogue, rulebook):
    item = catalogue.items["high_tech_enterprise_recognition"]
    found = entitlement(item, rulebook, DAY, row(rulebook, "enterprise"))
    assert found.mode == "prefilled" and not any(n.known for n in found.needed)
    asked = {n.fact for n in found.needed if n.asked}
    proved = {f.name for m in found.materials for f in m.facts}
    assert asked <= proved
    assert {m.id for m in found.materials} <= {m.id for m in item.asked}


def test_items_without_a_rule_and_rules_not_in_force_are_errors(catalogue, rulebook):
    with pytest.raises(CaseError, match="不兑现规则"):
        entitlement(catalogue.items["seal_filing"], rulebook, DAY, {"key": "k"})
    with pytest.raises(CaseError, match="没有施行"):
        entitlement(
            catalogue.items["key_little_giant_payout"], rulebook, date(2023, 1, 1), {"key": "k"}
        )


RULES = {
    "apprentice_subsidy_payout": "apprentice",
    "high_tech_enterprise_recognition": None,
    "key_little_giant_payout": None,
}


@pytest.fixture(scope="module")
def explainer(tmp_path_factory, rulebook) -> Explainer:
    """A run over synthetic enterprises with their zone; every twelfth has apprentices."""
    area = Workspace.init(
        tmp_path_factory.mktemp("rights") / "area", ZoneSettings(key="示范经开区")
    )
    given = row(rulebook, "enterprise", **APPRENTICES)
    twelfth = pl.int_range(pl.len()) % 12 == 0
    frame = some_enterprises(150).with_columns(
        pl.when(twelfth).then(pl.lit(given[c])).otherwise(pl.col(c)).cast(pl.Int64).alias(c)
        for c in APPRENTICES
    )
    source = SourceFile("合成", "", "zone_committee", str(DAY), "enterprise", None, 150, 150)
    place = pl.DataFrame({"key": ["示范经开区"], "name": ["示范经开区"], "province": ["江苏"]})
    snapshot = write_snapshot(
        area, {"enterprise": frame, "zone": place}, as_of=DAY, sources=[source]
    )
    return Explainer(rulebook, snapshot, decide(area, snapshot, rulebook, DAY))


@pytest.mark.parametrize("name", RULES)
def test_on_a_run_the_right_is_that_of_the_run(catalogue, rulebook, explainer, name):
    """The same verdict and amount as stored; no application exactly where shared facts decide."""
    item = catalogue.items[name]
    rows = [entitlement_row(explainer, "enterprise", i) for i in range(0, 150, 6)]
    rights = Entitlements(item, rulebook, DAY, rows[0])
    modes = set()
    for i, facts in enumerate(rows):
        found = rights.of(facts)
        modes.add(found.mode)
        stored = explainer.explain("enterprise", 6 * i, [item.source.rule])[0]
        assert (found.reason.verdict, found.reason.result) == (stored.verdict, stored.result)
        assert (found.mode == "refused") >= (stored.verdict is False)
        if RULES[name]:
            free = explainer.explain("enterprise", 6 * i, ["no_application_entitlement"])[0]
            on_shared = next(c for c in free.conditions if c.id == RULES[name])
            assert (found.mode == "no_application") is (on_shared.verdict is True)
    assert "refused" in modes and (not RULES[name] or "no_application" in modes)

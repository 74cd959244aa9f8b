"""Every example of every rule, with the facts it says are missing."""

from __future__ import annotations

import pytest

from jingkai.engine.examples import examples_of
from jingkai.explain.examples import check_examples
from jingkai.policies import policies_folder
from jingkai.rulebook import RulebookError, load_rulebook

NAMES = sorted(p.stem for p in policies_folder().rglob("*.yaml") if p.name != "measure.yaml")


@pytest.mark.parametrize("rule", NAMES)
def test_every_example_comes_out_as_it_says(rulebook, rule):
    wrong = {o.example.title: o.problems for o in check_examples(rulebook, [rule]) if o.problems}
    assert wrong == {}


def test_the_shipped_rules_cover_the_twelve(rulebook):
    wanted = {
        "high_tech_enterprise", "hte_innovation_score", "innovative_sme", "specialised_sme", "little_giant",
        "withholding_deferral", "reinvestment_credit", "rd_super_deduction", "equipment_one_off_deduction",
        "above_scale_industrial", "encouraged_foreign_enterprise", "credit_risk_class", "enterprise_co2",
    }  # fmt: skip
    assert wanted <= rulebook.rules.keys()


def test_unverified_figures_make_a_rule_unverified(rulebook):
    assert not rulebook.rules["specialised_sme_2022"].verified
    assert rulebook.rules["high_tech_enterprise"].verified


def test_every_rule_belongs_to_a_measure_that_names_it(rulebook):
    for rule in rulebook.rules.values():
        measure = rulebook.measures[rule.source.measure]
        assert rule.id in (*measure.rules, *measure.indicators), rule.id


def test_an_example_that_is_wrong_is_told(tmp_path):
    text = (policies_folder() / "statistics" / "above_scale_industrial.yaml").read_text("utf-8")
    (tmp_path / "above_scale_industrial.yaml").write_text(
        text.replace(
            "main_business_revenue: {2024: 2000 万元}}, expect: granted",
            "main_business_revenue: {2024: 2000 万元}}, expect: refused",
        ),
        "utf-8",
    )
    book = load_rulebook([tmp_path])
    problems = [o.problems for o in check_examples(book) if o.problems]
    assert problems == [("verdict: expected refused, found granted",)]


def test_an_example_with_an_unknown_fact_is_told(tmp_path):
    text = (policies_folder() / "statistics" / "above_scale_industrial.yaml").read_text("utf-8")
    (tmp_path / "above_scale_industrial.yaml").write_text(
        text.replace("legal_entity: true, ", "legal_enttiy: true, ", 1), "utf-8"
    )
    book = load_rulebook([tmp_path])
    with pytest.raises(RulebookError, match="no fact `legal_enttiy`"):
        examples_of(book.rules["above_scale_industrial"], book)


def test_parameters_come_down_through_every_like(rulebook):
    examples = {
        e.title: e for e in examples_of(rulebook.rules["integrated_trade_enterprise"], rulebook)
    }
    first, last = examples["各项恰达到本区标准"], examples["本区不要求三同"]  # by way of a third
    assert dict(last.parameters) == {**dict(first.parameters), "same_line_asked": "0"}

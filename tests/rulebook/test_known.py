"""How far figures are known to hold, and what is left when only what is verified counts."""

from __future__ import annotations

import datetime as dt

from jingkai.rulebook import load_rulebook, strict_rulebook
from tests.rulebook.tiny import evaluate, rule_file

DAY = dt.date(2025, 6, 30)


def load(folder, body, kind="eligibility", basis=""):
    path = rule_file(folder, body, kind)
    if basis:
        text = path.read_text("utf-8")
        path.write_text(text.replace("from: 2000-01-01}", f"from: 2000-01-01, {basis}}}"), "utf-8")
    return load_rulebook([folder], examples_needed=False)


ONE = "conditions:\n  - {id: c, basis: 一, test: last(revenue) >= floor}\n"
FACTS = {"revenue_2024": [10**9]}


def strict(rulebook):
    return evaluate(strict_rulebook(rulebook), FACTS, DAY)["probe"].to_list()


def test_an_unverified_figure_is_unknown_when_strict(tmp_path):
    body = "parameters: {floor: {value: 1 万元, basis: 一, verified: false}}\n" + ONE
    rulebook = load(tmp_path, body)
    assert evaluate(rulebook, FACTS, DAY)["probe"].to_list() == [True]
    assert strict(rulebook) == [None]
    assert strict_rulebook(rulebook).hash != rulebook.hash


def test_of_dated_values_only_the_unverified_ones_are_unknown(tmp_path):
    values = (
        "[{from: 2000-01-01, to: 2025-12-31, value: 1 万元}, "
        "{from: 2026-01-01, value: 1 万元, verified: false}]"
    )
    rulebook = load(tmp_path, f"parameters: {{floor: {{basis: 一, values: {values}}}}}\n" + ONE)
    assert strict(rulebook) == [True]
    columns = {"revenue_2025": [10**9]}
    found = evaluate(strict_rulebook(rulebook), columns, dt.date(2026, 6, 30))
    assert found["probe"].to_list() == [None]


def test_a_document_nobody_verified_leaves_every_test_unknown(tmp_path):
    body = "parameters: {floor: {value: 1 万元, basis: 一}}\n" + ONE
    assert strict(load(tmp_path, body, basis="verified: false")) == [None]


def test_an_unverified_item_of_a_score_counts_from_least_to_most(tmp_path):
    item = "{{id: {0}, title: {{zh: 甲, en: a}}, basis: 一, bands: [{{test: last(revenue) >= floor, points: 5}}]{1}}}"
    body = (
        "parameters: {floor: {value: 1 万元, basis: 一}}\nitems:\n"
        f"  - {item.format('i', '')}\n  - {item.format('j', ', verified: false')}\n"
    )
    found = evaluate(strict_rulebook(load(tmp_path, body, "score")), FACTS, DAY)
    assert (found["probe__low"][0], found["probe__high"][0]) == (500, 1000)


def test_the_earliest_look_at_a_source_says_how_far_figures_are_known(tmp_path):
    body = (
        "parameters:\n  floor:\n    basis: 一\n    values:\n"
        "      - {from: 2000-01-01, to: 2023-12-31, value: 1 万元, checked: 2023-01-01}\n"
        "      - {from: 2024-01-01, value: 2 万元, checked: 2025-03-01}\n" + ONE
    )
    rule = load(tmp_path, body, basis="checked: 2025-06-01").rules["probe"]
    assert rule.known_until(DAY) == dt.date(2025, 3, 1)
    assert rule.known_until(dt.date(2023, 6, 30)) == dt.date(2023, 1, 1)


def test_after_its_last_day_a_figure_is_unknown(tmp_path):
    values = "[{from: 2000-01-01, to: 2024-12-31, value: 1 万元}]"
    rulebook = load(tmp_path, f"parameters: {{floor: {{basis: 一, values: {values}}}}}\n" + ONE)
    assert evaluate(rulebook, FACTS, DAY)["probe"].to_list() == [None]

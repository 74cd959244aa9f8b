"""Rights that exclude each other, and when one can apply."""

from __future__ import annotations

import datetime as dt

import pytest

from jingkai.rulebook import RulebookError, load_rulebook
from jingkai.rulebook.together import application_days, exclusions
from tests.rulebook.tiny import rule_file

TEST = "conditions:\n  - {id: c, basis: 一, test: resident_enterprise}\n"
HEAD = 'unit: 元\nvalue: "sum_of"\nparameters: {sum_of: {value: 100 元, basis: 一}}\n'


def load(folder):
    return load_rulebook([folder], examples_needed=False)


def window(tmp_path, text: str, extra: str = ""):
    rule_file(tmp_path, f"window: {{basis: 一, {text}}}\n{extra}{TEST}")
    return load(tmp_path).rules["probe"]


def days(rule, day: str):
    found = application_days(rule, dt.date.fromisoformat(day))
    assert found is not None
    return found.state, str(found.first), str(found.last)


def test_days_of_every_year_with_both_ends(tmp_path):
    rule = window(tmp_path, "yearly: {from: 04-25, to: 05-25}")
    assert days(rule, "2026-04-24") == ("later", "2026-04-25", "2026-05-25")
    for day in ("2026-04-25", "2026-05-25"):
        assert days(rule, day) == ("open", "2026-04-25", "2026-05-25")
    assert days(rule, "2026-05-26") == ("later", "2027-04-25", "2027-05-25")


def test_days_over_the_turn_of_the_year(tmp_path):
    rule = window(tmp_path, "yearly: {from: 12-15, to: 01-15}")
    assert days(rule, "2026-01-10") == ("open", "2025-12-15", "2026-01-15")
    assert days(rule, "2026-12-20") == ("open", "2026-12-15", "2027-01-15")


def test_an_old_edition_runs_in_a_round_that_still_goes_by_it(tmp_path):
    rounds = "rounds: [{round: 复核, from: 2026-04-25, to: 2026-05-25}]"
    path = rule_file(tmp_path, f"window: {{basis: 一, {rounds}}}\n{TEST}")
    path.write_text(path.read_text("utf-8").replace("2000-01-01}", "2000-01-01, to: 2026-03-31}"))
    rulebook = load(tmp_path)
    force = [bool(rulebook.in_force(dt.date(2026, m, d))) for m, d in ((3, 31), (4, 1), (5, 25))]
    assert force == [True, False, True]
    assert days(rulebook.rules["probe"], "2026-05-26") == ("closed", "None", "None")


def test_a_zone_announces_its_window(tmp_path):
    rule_file(tmp_path, f"window: {{basis: 一, set_by: zone}}\n{TEST}")
    assert days(load(tmp_path).rules["probe"], "2026-05-01")[0] == "unknown"
    settings = tmp_path / "parameters.yaml"
    settings.write_text("probe: {window: 2026-04-01..2026-05-31}\n")
    assert days(load(tmp_path).rules["probe"], "2026-05-01")[0] == "open"
    settings.write_text("probe: {window: spring}\n")
    with pytest.raises(RulebookError, match="write 2026-04-01"):
        load(tmp_path)


def test_a_national_window_is_not_a_zones_to_set(tmp_path):
    rule_file(tmp_path, f"window: {{basis: 一, always: true}}\n{TEST}")
    (tmp_path / "parameters.yaml").write_text("probe: {window: 2026-04-01..2026-05-31}\n")
    with pytest.raises(RulebookError, match="national document"):
        load(tmp_path)


def test_an_exclusion_holds_for_both_whoever_says_it(tmp_path):
    rule_file(tmp_path, TEST, name="one")
    rule_file(
        tmp_path, "excludes: [{rule: one, choose: applicant, basis: 三}]\n" + TEST, name="two"
    )
    rules = load(tmp_path).rules
    assert set(exclusions(rules, "one")) == {"two"} and set(exclusions(rules, "two")) == {"one"}


def test_the_higher_of_two_needs_what_both_are_worth(tmp_path):
    rule_file(tmp_path, "benefit: cash\n" + HEAD + TEST, "amount", "one")
    higher = "excludes: [{rule: one, choose: higher, basis: 三}]\n"
    rule_file(tmp_path, higher + HEAD + TEST, "amount", "two")
    with pytest.raises(RulebookError, match="no worth"):
        load(tmp_path)
    rule_file(tmp_path, higher + "worth: sum_of\n" + HEAD + TEST, "amount", "two")
    assert load(tmp_path).rules["two"].worth is not None


def test_an_unknown_rule_to_exclude_is_refused(tmp_path):
    rule_file(tmp_path, "excludes: [{rule: none, choose: applicant, basis: 三}]\n" + TEST)
    with pytest.raises(RulebookError, match="no rule `none`"):
        load(tmp_path)

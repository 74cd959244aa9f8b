"""What the checker refuses, with file, line and how to mend it."""

from __future__ import annotations

import pytest

from jingkai.rulebook import RulebookError, load_rulebook
from tests.rulebook.tiny import rule_file

PARAMETERS = """parameters:
  floor_wan: {value: 2000 万元, basis: 一}
  floor_yuan: {value: 20000000 元, basis: 一}
  share: {value: 3 %, basis: 一}
  many: {value: 5 项, basis: 一}
  listed: {codes: [C27], basis: 一}
"""


def refuse(tmp_path, test: str) -> str:
    rule_file(tmp_path, PARAMETERS + f'conditions:\n  - id: c\n    basis: 一\n    test: "{test}"\n')
    with pytest.raises(RulebookError) as caught:
        load_rulebook([tmp_path], examples_needed=False)
    text = str(caught.value)
    assert "probe.yaml:" in text
    return text


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ("last(revenu) >= floor_wan", "did you mean `revenue`"),
        ("lastest(revenue) >= floor_wan", "no function `lastest`"),
        ("last(revenue) >= floor_yuan", "units do not agree, 万元 against 元"),
        ("last(revenue) >= share", "units do not agree"),
        ("last(revenue) + last(staff) >= floor_wan", "units do not agree"),
        ("last(revenue) >= 2000", "bare number 2000"),
        ("last(revenue) >= -5", "not part of the rule language"),
        ("revenue >= floor_wan", "says no year"),
        ("last(established_on) = as_of", "not a yearly fact"),
        ("name >= floor_wan", "compares a code with a number"),
        ("established_on >= floor_wan", "compares a date with a number"),
        ("last(revenue)", "a bool is needed"),
        ("last(revenue) and resident_enterprise", "not a test"),
        ("read_csv('/etc/passwd') = 'x'", "no function `read_csv`"),
        ("(select 1) = 1", "not part of the rule language"),
        ("exists (select 1)", "cannot be parsed|not part of the rule language"),
        ("resident_enterprise; drop table x", "semicolon"),
        ("resident_enterprise -- hidden", "comment"),
        ("resident_enterprise /* x */", "comment"),
        ("enterprise.revenue = 1", "no owner `enterprise`"),
        ("a.b.c = 1", "table"),
        ("last(revenue)::bool", "not part of the rule language"),
        ("name like '%x%'", "not part of the rule language"),
        ("resident_enterprise is null", "not part of the rule language"),
        ("coalesce(resident_enterprise, true)", "no function `coalesce`"),
        ("assume(resident_enterprise, true)", "on which ground"),
        ("sum(enterprise.last(revenue)) >= floor_wan", "belongs to an indicator"),
        ("cagr(revenue, 2) >= 0", "only be compared with a parameter"),
        ("cagr(revenue, 2) + share >= share", "only stand alone"),
        ("under(industry_code, 'X99')", "no code of industry_code"),
        ("hte_field = 'E9'", "no code of hte_field"),
        ("one_of(industry_code, nothing)", "no list of codes"),
        ("at_least(3, resident_enterprise, listed_shares)", "only 2 tests"),
        ("holds(little_gaint_title)", "did you mean `little_giant_title`"),
        ("days(established_on, name) >= 1", "not a date"),
        ("total(revenue, many) >= floor_wan", "whole number"),
        ("prior(revenue) >= floor_wan", "takes 2 arguments"),
        ("case when resident_enterprise then 1 end >= 1", "write the else"),
        ("listed = 'C27'", "list of codes"),
        ("", "empty"),
        ("last(revenue) >= ", "cannot be parsed"),
        ("from enterprise", "not part of the rule language|cannot be parsed"),
    ],
)
def test_a_test_outside_the_language_is_refused(tmp_path, test, words):
    import re

    assert re.search(words, refuse(tmp_path, test))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("parameters:\n  p: {value: 3 %}\n", "no basis"),
        ("parameters:\n  p: {value: 三成, basis: 一}\n", "no figure"),
        ("parameters:\n  p: {value: 3 斤, basis: 一}\n", "unknown unit"),
        ("parameters:\n  p: {value: 3 %, codes: [A], basis: 一}\n", "exactly one of"),
        (
            "parameters:\n  p:\n    basis: 一\n    values:\n      - {from: 2020-01-01, to: 2021-12-31, value: 3 %}\n"
            "      - {from: 2021-06-01, value: 4 %}\n",
            "overlap",
        ),
        (
            "parameters:\n  p:\n    basis: 一\n    values:\n      - {from: 2020-01-01, to: 2021-12-31, value: 3 %}\n"
            "      - {from: 2022-06-01, value: 4 %}\n",
            "no value between 2021-12-31 and 2022-06-01",
        ),
        (
            "parameters:\n  p:\n    basis: 一\n    bands: {by: last(revenue), steps: [{to: 5 万元, value: 1 %}, {to: 3 万元, value: 2 %}, {value: 3 %}]}\n",
            "do not rise",
        ),
        (
            "parameters:\n  p:\n    basis: 一\n    bands: {by: last(revenue), steps: [{to: 5 万元, value: 1 %}]}\n",
            "above the last step",
        ),
        (
            "parameters:\n  p:\n    basis: 一\n    bands: {by: last(revenue), steps: [{to: 5 元, value: 1 %}, {value: 2 %}]}\n",
            "not in 万元",
        ),
        (
            "parameters:\n  p: {set_by: zone, unit: 万元, basis: 一, default: 5 元}\n",
            "default is not in",
        ),
    ],
)
def test_a_parameter_that_cannot_hold_is_refused(tmp_path, body, words):
    rule_file(tmp_path, body + "conditions:\n  - {id: c, basis: 一, test: resident_enterprise}\n")
    with pytest.raises(RulebookError, match=words):
        load_rulebook([tmp_path], examples_needed=False)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("conditions:\n  - {id: c, test: resident_enterprise}\n", "has no basis"),
        ("conditions: []\n", "needs `conditions`"),
        (
            "conditions:\n  - {id: c, basis: 一, test: resident_enterprise}\n  - {id: c, basis: 一, test: is_sme}\n",
            "twice",
        ),
        (
            "conditions:\n  - {id: c, basis: 一, test: resident_enterprise}\n  - {id: d, basis: 一, test: is_sme}\ndecide: c\n",
            "`d` is not used",
        ),
        (
            "conditions:\n  - {id: c, basis: 一, test: resident_enterprise, tset: x}\n",
            "Extra inputs",
        ),
        (
            "conditions:\n  - {id: c, basis: 一, test: resident_enterprise}\n",
            "no example that is granted",
        ),
    ],
)
def test_a_rule_that_lacks_a_part_is_refused(tmp_path, body, words):
    rule_file(tmp_path, body)
    with pytest.raises(RulebookError, match=words):
        load_rulebook([tmp_path], examples_needed="no example" in words)


def test_a_circle_names_its_rules(tmp_path):
    for name, other in (("one", "two"), ("two", "one")):
        rule_file(tmp_path, f"conditions:\n  - {{id: c, basis: 一, test: {other}}}\n", name=name)
    with pytest.raises(RulebookError, match=r"circle: (one → two → one|two → one → two)"):
        load_rulebook([tmp_path], examples_needed=False)


def test_a_rule_in_a_file_of_another_name_is_refused(tmp_path):
    path = rule_file(tmp_path, "conditions:\n  - {id: c, basis: 一, test: resident_enterprise}\n")
    path.rename(tmp_path / "other.yaml")
    with pytest.raises(RulebookError, match=r"lies in other.yaml"):
        load_rulebook([tmp_path], examples_needed=False)


def test_a_product_beyond_128_bits_is_refused(tmp_path):
    from tests.rulebook.tiny import verdicts

    test = "last(revenue) * last(revenue) * last(revenue) >= 0"
    with pytest.raises(Exception, match="128 bits"):
        verdicts(tmp_path, test, {"revenue_2024": [1]})


def test_a_layer_may_not_change_a_national_figure(tmp_path):
    package, zone = tmp_path / "package", tmp_path / "zone"
    package.mkdir()
    zone.mkdir()
    rule_file(
        package,
        PARAMETERS + "conditions:\n  - {id: c, basis: 一, test: last(revenue) >= floor_wan}\n",
    )
    (zone / "parameters.yaml").write_text("probe: {floor_wan: 1 万元}\n")
    with pytest.raises(RulebookError, match="national figure"):
        load_rulebook([package, zone], examples_needed=False)


def test_a_broken_parameter_is_the_only_thing_reported(tmp_path):
    body = "parameters:\n  floor: {value: 10 人}\n"
    body += 'conditions:\n  - {id: c, basis: 一, test: "last(staff) >= floor"}\n'
    rule_file(tmp_path, body)
    with pytest.raises(RulebookError) as caught:
        load_rulebook([tmp_path], examples_needed=False)
    assert ["no basis" in f.what for f in caught.value.findings] == [True]


def test_a_measure_lists_its_rules_and_only_those(tmp_path):
    rule_file(tmp_path, "conditions:\n  - {id: c, basis: 一, test: resident_enterprise}\n")
    measure = tmp_path / "measure.yaml"
    words = "title: {zh: 试, en: t}\npurpose: {zh: 试, en: t}\nresponsible: {zh: 试, en: t}\n"
    measure.write_text(f"measure: probing\n{words}rules: [other]\n", "utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebook([tmp_path], examples_needed=False)
    assert "does not list `probe`" in str(caught.value)
    assert "lists `other`, which is no rule" in str(caught.value)
    measure.write_text(f"measure: probing\n{words}rules: [probe]\n", "utf-8")
    assert load_rulebook([tmp_path], examples_needed=False).rules.keys() == {"probe"}

"""A reform changes figures, dates and rules before they are checked, and says where it is wrong."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest

from jingkai.policies import policies_folder
from jingkai.rulebook import RulebookError, load_rulebook
from jingkai.rulebook.change import rule_changes
from jingkai.rulebook.parameters import Banded, Codes, Fixed
from jingkai.rulebook.reform import read_reform
from tests.rulebook.tiny import rule_file

pytestmark = pytest.mark.slow

HEAD = "reform: r\ntitle: {zh: 改, en: R}\nwhy: {zh: 试, en: try}\n"
DAY = dt.date(2026, 6, 30)


def reformed(folder: Path, text: str, *layers: Path):
    path = folder / "reform.yaml"
    path.write_text(HEAD + text, "utf-8")
    return load_rulebook([policies_folder(), *layers], reform=read_reform(path))


def test_one_value_replaces_whatever_form_the_figure_had(tmp_path):
    book = reformed(
        tmp_path,
        "parameters:\n  high_tech_enterprise: {tech_staff_floor: 8 %}\n"
        "  rd_super_deduction: {standard_rate: {value: 120 %}}\n",
    )
    staff = book.rules["high_tech_enterprise"].parameters["tech_staff_floor"]
    assert staff.at(DAY) == Fixed(Fraction(8, 100)) and staff.source.basis == "第十一条（四）"
    rate = book.rules["rd_super_deduction"].parameters["standard_rate"]
    assert rate.at(dt.date(1999, 1, 1)) == rate.at(DAY) == Fixed(Fraction(6, 5))


def test_bands_keep_their_selector_and_codes_are_listed_anew(tmp_path):
    book = reformed(
        tmp_path,
        "parameters:\n  high_tech_enterprise:\n    rd_floor: {bands: {steps: [{to: 9000 万元, value: 4 %}, {value: 2 %}]}}\n"
        "  rd_super_deduction: {excluded: {codes: [C16]}}\n",
    )
    floor = book.rules["high_tech_enterprise"].parameters["rd_floor"].at(DAY)
    assert isinstance(floor, Banded) and [s.value for s in floor.steps] == [
        Fraction(4, 100),
        Fraction(2, 100),
    ]
    assert book.rules["rd_super_deduction"].parameters["excluded"].at(DAY) == Codes(("C16",))


def test_a_table_keeps_the_rows_that_the_reform_does_not_name(tmp_path):
    body = "parameters:\n  f: {basis: 一, by: zone.province, table: {江苏: 1 %, 浙江: 2 %}}\nconditions:\n  - {id: c, basis: 一, test: last(rd_expense) / last(revenue) >= f}\n"
    rule_file(tmp_path, body)
    path = tmp_path / "reform.txt"
    path.write_text(HEAD + "parameters: {probe: {f: {table: {江苏: 3 %}}}}\n", "utf-8")
    book = load_rulebook([tmp_path], examples_needed=False, reform=read_reform(path))
    value = book.rules["probe"].parameters["f"].at(DAY)
    assert value.table == (("江苏", Fraction(3, 100)), ("浙江", Fraction(2, 100)))


def test_a_figure_that_a_zone_has_set_gives_way_to_the_reform(tmp_path):
    layer = tmp_path / "rules"
    layer.mkdir()
    (layer / "parameters.yaml").write_text(
        "credit_risk_class_by_points: {low_risk_to: 300 分, ordinary_to: 600 分, higher_to: 800 分}\n",
        "utf-8",
    )
    book = reformed(
        tmp_path, "parameters: {credit_risk_class_by_points: {low_risk_to: 200 分}}\n", layer
    )
    parameters = book.rules["credit_risk_class_by_points"].parameters
    assert parameters["low_risk_to"].at(DAY) == Fixed(Fraction(200))
    assert parameters["ordinary_to"].at(DAY) == Fixed(Fraction(600))


def test_dates_move_and_rules_end(tmp_path):
    book = reformed(
        tmp_path,
        "basis: {little_giant_2022: {to: null}, above_scale_industrial: {from: 2026-07-01}}\nend: [rd_super_deduction]\n",
    )
    assert book.rules["little_giant_2022"].in_force(dt.date(2030, 1, 1))
    assert not book.rules["above_scale_industrial"].in_force(DAY)
    assert book.rules["above_scale_industrial"].in_force(dt.date(2026, 7, 1))
    assert not any(
        book.rules["rd_super_deduction"].in_force(dt.date(y, 6, 1)) for y in range(2015, 2040)
    )


def test_a_rule_file_replaces_the_rule_of_its_name(tmp_path):
    old = policies_folder() / "statistics" / "above_scale_industrial.yaml"
    text = old.read_text("utf-8").replace("value: 2000 万元", "value: 3000 万元")
    (tmp_path / "above_scale_industrial.yaml").write_text(text, "utf-8")
    book = reformed(tmp_path, "rules: [above_scale_industrial.yaml]\n")
    assert book.rules["above_scale_industrial"].layer == "reform"


def test_the_hash_is_the_rules_and_the_reforms(tmp_path, rulebook):
    first = reformed(tmp_path, "end: [rd_super_deduction]\n")
    assert first.hash != rulebook.hash
    assert first.hash == reformed(tmp_path, "end: [rd_super_deduction]\n").hash
    assert first.hash != reformed(tmp_path, "end: [above_scale_industrial]\n").hash


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("parameters: {high_tech_enterprize: {rd_floor: 3 %}}\n", 4, "high_tech_enterprise"),
        (
            "parameters:\n  high_tech_enterprise:\n    tech_staff_flor: 3 %\n",
            6,
            "tech_staff_floor",
        ),
        ("parameters:\n  high_tech_enterprise:\n    tech_staff_floor: 八成\n", 6, "no figure"),
        ("end: [nothing_like_it]\n", 4, "unknown rule"),
        ("rules: [not_there.yaml]\n", 4, "not_there.yaml"),
        ("parameter: {a: 1}\n", 4, "parameter"),
        (
            "parameters:\n  high_tech_enterprise:\n    tech_staff_floor: {value: 1 %, codes: [C]}\n",
            6,
            "exactly one",
        ),
        (
            "parameters:\n  rd_super_deduction:\n    standard_rate:\n      values:\n        - {from: 2024-01-01, to: 2024-12-31, value: 1 %}\n        - {from: 2026-01-01, value: 2 %}\n",
            6,
            "no value between",
        ),
    ],
)
def test_what_is_wrong_is_named_with_the_reforms_line(tmp_path, text, line, says):
    with pytest.raises(RulebookError) as error:
        reformed(tmp_path, text)
    assert f"reform.yaml:{line}" in str(error.value) and says in str(error.value)


def test_units_are_checked_as_ever(tmp_path):
    with pytest.raises(RulebookError, match=r"high_tech_enterprise\.yaml"):
        reformed(tmp_path, "parameters: {high_tech_enterprise: {tech_staff_floor: 8 万元}}\n")


def test_changes_are_told_as_a_reader_of_the_rules_sees_them(tmp_path, rulebook):
    book = reformed(
        tmp_path,
        "parameters: {high_tech_enterprise: {tech_staff_floor: 8 %}}\nend: [rd_super_deduction]\n",
    )
    changes = {c.rule: c for c in rule_changes(rulebook, book, (DAY, DAY))}
    assert changes.keys() == {"high_tech_enterprise", "rd_super_deduction"}
    assert changes["high_tech_enterprise"].details == (
        ("parameters.tech_staff_floor", "10%", "8%"),
    )
    assert changes["rd_super_deduction"].what == "ended"
    assert rule_changes(rulebook, rulebook, (DAY, DAY)) == []
    by_date = rule_changes(rulebook, rulebook, (dt.date(2026, 3, 1), DAY))
    assert ("little_giant_2022", "ended") in {(c.rule, c.what) for c in by_date}

"""What the checker asks of an assessment, and how layers and reforms change its weights."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from jingkai.explain.examples import check_examples
from jingkai.rulebook import RulebookError, load_rulebook, strict_rulebook
from jingkai.rulebook.assessment import item_scale, item_weights
from jingkai.rulebook.reform import read_reform

DAY = dt.date(2025, 6, 30)
HEAD = "rule: %s\ntitle: {zh: 试, en: T}\nmeasure: trying\nentity: zone\nbasis: {document: 试, from: 2020-01-01}\n"
INDICATOR = "kind: indicator\nunit: 亿元\nvalue: sum(zone.last(gdp))\ndirection: more\n"
TRIAL = """kind: assessment
parameters:
  first: {value: 60 %, basis: 一}
  second: {value: 40 %, basis: 一}
  least: {set_by: zone, default: 60 分, basis: 一, verified: false}
  range: {value: 40 分, basis: 一}
  a_weight: {set_by: zone, basis: 一, verified: false}
  b_weight: {set_by: zone, basis: 一, verified: false}
scaling: {floor: least, span: range, basis: 一}
groups:
  - id: one
    title: {zh: 甲, en: One}
    weight: first
    of: 7
    items:
      - {id: a, title: {zh: 一, en: A}, basis: 一, indicator: output, weight: a_weight}
      - {id: b, title: {zh: 二, en: B}, basis: 一, indicator: output, weight: b_weight}
      - {id: c, title: {zh: 三, en: C}, basis: 一, indicator: output}
  - {id: two, title: {zh: 乙, en: Two}, weight: second, of: 1, items: [{id: d, title: {zh: 四, en: D}, basis: 一, indicator: output, most: 9 亿元}]}
"""


def put(folder, text=TRIAL, indicator=INDICATOR):
    (folder / "output.yaml").write_text(HEAD % "output" + indicator, "utf-8")
    (folder / "trial.yaml").write_text(HEAD % "trial" + text, "utf-8")
    return [folder]


def weights(folders, **options):
    book = load_rulebook(folders, examples_needed=False, **options)
    return item_weights(book.rules["trial"], DAY)


def percents(found):
    return {name: found[name] * 100 for name in found}


def test_items_whose_weight_nobody_set_share_what_their_group_has_left(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "mine").mkdir()
    folders = put(tmp_path / "rules")
    assert percents(weights(folders)) == {"a": 20, "b": 20, "c": 20, "d": 40}
    layer = tmp_path / "mine" / "parameters.yaml"
    layer.write_text("trial: {a_weight: 5 %}", "utf-8")
    both = [*folders, tmp_path / "mine"]
    assert percents(weights(both)) == {"a": 5, "b": Fraction(55, 2), "c": Fraction(55, 2), "d": 40}
    layer.write_text("trial: {a_weight: 50 %, b_weight: 10 %}", "utf-8")
    assert percents(weights(both)) == {"a": 50, "b": 10, "c": 0, "d": 40}
    layer.write_text("trial: {a_weight: 50 %, b_weight: 11 %}", "utf-8")
    with pytest.raises(RulebookError) as caught:
        weights(both)
    assert "甲各项权重之和为 61%，本组为 60%" in str(caught.value.findings[0])


def test_a_layer_does_not_change_the_weight_of_a_group_but_a_reform_does(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "mine").mkdir()
    folders = put(tmp_path / "rules")
    (tmp_path / "mine" / "parameters.yaml").write_text("trial: {first: 50 %}", "utf-8")
    with pytest.raises(RulebookError) as caught:
        weights([*folders, tmp_path / "mine"])
    assert "national figure" in str(caught.value.findings[0])
    words = "reform: r\ntitle: {zh: 改, en: R}\nwhy: {zh: 试, en: T}\nparameters:\n  trial: {first: 30 %, second: 70 %, a_weight: 20 %}\n"
    (tmp_path / "r.yaml").write_text(words, "utf-8")
    found = weights(folders, reform=read_reform(tmp_path / "r.yaml"))
    assert percents(found) == {"a": 20, "b": 5, "c": 5, "d": 70}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("first: {value: 60 %,", "first: {value: 50 %,", "各组权重之和为 90%"),
        ("weight: a_weight", "weight: lost", "no parameter `lost`"),
        ("weight: second", "weight: range", "no number in percent"),
        ("floor: least", "floor: first", "no number in 分"),
        (
            "indicator: output, weight: b",
            "indicator: outptu, weight: b",
            "`outptu` is no indicator",
        ),
        ("of: 7", "of: 2", "of how many items it names 3"),
        ("most: 9 亿元", "most: 9 万元", "`9 万元` is not in 亿元"),
        ("{id: c,", "{id: a,", "`a` stands twice"),
        ("scaling: {floor: least, span: range, basis: 一}\n", "", "needs `scaling`"),
    ],
)
def test_an_assessment_that_cannot_be_weighed_is_refused(tmp_path, old, new, words):
    assert TRIAL.count(old) == 1
    with pytest.raises(RulebookError) as caught:
        load_rulebook(put(tmp_path, TRIAL.replace(old, new)), examples_needed=False)
    assert words in str(caught.value) and "trial.yaml:" in str(caught.value)


def test_an_indicator_must_say_which_way_is_better(tmp_path):
    folders = put(tmp_path, indicator=INDICATOR.replace("direction: more\n", ""))
    with pytest.raises(RulebookError, match="whether more is better"):
        load_rulebook(folders, examples_needed=False)


def test_no_rule_reads_an_assessment(tmp_path):
    put(tmp_path)
    text = 'kind: eligibility\nparameters: {line: {value: 80 分, basis: 一}}\nconditions: [{id: c, basis: 一, test: "trial >= line"}]\n'
    (tmp_path / "reader.yaml").write_text(HEAD % "reader" + text, "utf-8")
    with pytest.raises(RulebookError, match="is an assessment"):
        load_rulebook([tmp_path], examples_needed=False)


def test_strictly_an_unverified_formula_is_not_set(tmp_path):
    book = load_rulebook(put(tmp_path), examples_needed=False)
    assert item_scale(book.rules["trial"], DAY) == (60, 40)
    with pytest.raises(RulebookError, match="least 没有取值"):
        item_scale(strict_rulebook(book).rules["trial"], DAY)


EXAMPLE = """examples:
  - title: 两家
    as_of: 2025-06-30
    given: {every_zone: {a: 1 亿元, b: 1 亿元, c: 1 亿元, d: 1 亿元}, 甲: {}, 乙: {d: %s}}
    expect: {甲: {score: 100 分, rank: 1}, 乙: {score: %s, rank: 2}}
"""


def test_an_example_that_comes_out_otherwise_is_told(tmp_path):
    # 乙 has least in the item of 40 %: 100 - 40 % of 40 = 84.
    right = load_rulebook(put(tmp_path, TRIAL + EXAMPLE % ("0 亿元", "84 分")))
    assert [o.problems for o in check_examples(right, ["trial"])] == [()]
    wrong = load_rulebook(put(tmp_path, TRIAL + EXAMPLE % ("0 亿元", "85 分")))
    assert [o.problems for o in check_examples(wrong, ["trial"])] == [
        ("乙 score: expected 85 分, found 84 分",)
    ]
    with pytest.raises(RulebookError, match="neither an item nor a fact"):
        text = (TRIAL + EXAMPLE % ("0 亿元", "84 分")).replace("乙: {d:", "乙: {e:")
        check_examples(load_rulebook(put(tmp_path, text)), ["trial"])

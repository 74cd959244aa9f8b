"""Zones weighed against each other: orders worked out by hand beside each case."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from jingkai.engine.assessment import (
    Assessment,
    Span,
    Zone,
    assess_values,
    bottom_spans,
    efficacy,
    rank_spans,
)
from jingkai.engine.climbing import climb, ladder, losses, place_above
from jingkai.rulebook import load_rulebook

DAY = dt.date(2025, 6, 30)

RULES = {
    # Two items of half the weight each: output (more is better, in 家) and smoke (less, a plain ratio).
    "output": "unit: 家\nkind: indicator\nvalue: sum(zone.last(listed_companies))\ndirection: more\n",
    "smoke": "kind: indicator\nvalue: sum(zone.last(co2_emissions)) / sum(zone.prior(co2_emissions, 1)) - 1\ndirection: less\n",
    "trial": """kind: assessment
parameters:
  whole: {value: 100 %, basis: 一}
  least: {value: 0 分, basis: 一}
  range: {value: 100 分, basis: 一}
  smoke_weight: {set_by: zone, basis: 一}
scaling: {floor: least, span: range, basis: 一}
groups:
  - id: all
    title: {zh: 全部, en: All}
    weight: whole
    of: 3
    items:
      - {id: output, title: {zh: 产出, en: Output}, basis: 一, indicator: output}
      - {id: smoke, title: {zh: 排放, en: Smoke}, basis: 一, indicator: smoke, weight: smoke_weight, least: "-100 %"}
""",
}
HEAD = "rule: %s\ntitle: {zh: 试, en: T}\nmeasure: trying\nentity: zone\nbasis: {document: 试, from: 2020-01-01}\n"
ONE = 10_000  # quanta in one 家


def book(folder):
    for name, text in RULES.items():
        (folder / f"{name}.yaml").write_text(HEAD % name + text, "utf-8")
    return load_rulebook([folder], examples_needed=False)


@pytest.fixture
def trial(tmp_path):
    rulebook = book(tmp_path)

    def weigh(output: dict[str, int | None], smoke: dict[str, int | None] | None = None):
        """Weigh zones by their output in 家 and their smoke in 1/10,000."""
        values = {
            "output": {k: None if v is None else v * ONE for k, v in output.items()},
            "smoke": smoke if smoke is not None else dict.fromkeys(output, 0),
        }
        zones = [Zone(name, name) for name in output]
        return assess_values(rulebook.rules["trial"], rulebook, DAY, zones, values)

    return weigh


def order(assessment: Assessment) -> list[tuple[str, Span]]:
    return [(p.zone.key, p.rank) for p in assessment.places]


def test_points_go_from_the_worst_known_value_to_the_best():
    assert efficacy([10, 20, 15, None], less=False) == [0, 1, Fraction(1, 2), None]
    assert efficacy([10, 20, 15, None], less=True) == [1, 0, Fraction(1, 2), None]


def test_where_all_known_values_are_equal_nobody_is_behind():
    assert efficacy([7, None, 7], less=False) == [1, None, 1]
    assert efficacy([None, None], less=True) == [None, None]


def test_equal_zones_share_a_rank_and_the_next_is_left_out(trial):
    # Output 30, 20, 20, 10: points 100, 50, 50, 0; smoke is the same for all: 100 each.
    # Scores 100, 75, 75, 50: ranks 1, 2, 2, 4; among the equal ones the name decides the line.
    found = trial({"乙": 20, "丁": 10, "甲": 20, "丙": 30})
    assert order(found) == [("丙", (1, 1)), ("乙", (2, 2)), ("甲", (2, 2)), ("丁", (4, 4))]
    assert [p.bottom for p in found.places] == [(4, 4), (2, 2), (2, 2), (1, 1)]
    assert [p.low for p in found.places] == [100, 75, 75, 50]


def test_the_order_does_not_depend_on_the_order_of_the_rows(trial):
    rows = {"甲": 20, "乙": None, "丙": 30, "丁": 20, "戊": 10}
    backwards = dict(reversed(rows.items()))
    assert order(trial(rows)) == order(trial(backwards))


def test_a_missing_indicator_gives_a_score_and_a_rank_from_to(trial):
    # Smoke is equal: 50 for everyone. Output: 丙 30 → 50, 甲 20 → 25, 丁 10 → 0, 乙 unknown → 0 to 50.
    # Scores: 丙 100, 甲 75, 丁 50, 乙 50 to 100. 乙 may be the first with 丙, or the last with 丁.
    found = {p.zone.key: p for p in trial({"甲": 20, "乙": None, "丙": 30, "丁": 10}).places}
    assert (found["乙"].low, found["乙"].high, found["乙"].missing) == (50, 100, ("output",))
    assert found["乙"].rank == (1, 3) and found["乙"].bottom == (1, 3)
    assert found["丙"].rank == (1, 1) and found["丙"].bottom == (3, 4)
    assert found["甲"].rank == (2, 3) and found["甲"].bottom == (2, 3)
    assert found["丁"].rank == (3, 4) and found["丁"].bottom == (1, 1)


def test_lines_go_by_assured_then_by_possible_score(trial):
    # 乙 and 丁 are assured of 50; 乙 may have 100 and stands first of the two.
    keys = [p.zone.key for p in trial({"丁": 10, "甲": 20, "丙": 30, "乙": None}).places]
    assert keys == ["丙", "甲", "乙", "丁"]


def test_ranks_of_intervals_are_those_of_every_completion():
    lows = [Fraction(n) for n in (0, 3, 3, 5, 2)]
    highs = [Fraction(n) for n in (4, 3, 6, 5, 2)]
    ranks, bottoms = rank_spans(lows, highs), bottom_spans(lows, highs)
    ends = list(zip(lows, highs, strict=True))
    cases = [[]]
    for pair in ends:
        cases = [[*case, x] for case in cases for x in sorted({*pair})]
    for i in range(len(ends)):
        from_top = {1 + sum(x > case[i] for x in case) for case in cases}
        from_last = {1 + sum(x < case[i] for x in case) for case in cases}
        assert (min(from_top), max(from_top)) == ranks[i]
        assert (min(from_last), max(from_last)) == bottoms[i]


def test_a_weight_that_is_set_leaves_the_rest_to_the_others(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "mine").mkdir()
    rulebook = book(tmp_path / "rules")
    (tmp_path / "mine" / "parameters.yaml").write_text("trial: {smoke_weight: 20 %}", "utf-8")
    layered = load_rulebook([tmp_path / "rules", tmp_path / "mine"], examples_needed=False)
    values = {"output": {"甲": ONE, "乙": 2 * ONE}, "smoke": {"甲": 0, "乙": 1}}
    zones = [Zone("甲", "甲"), Zone("乙", "乙")]
    # Evenly 50 and 50: each is best at one, 50 points both. With smoke at 20 %: 甲 20, 乙 80.
    even = assess_values(rulebook.rules["trial"], rulebook, DAY, zones, values)
    assert order(even) == [("乙", (1, 1)), ("甲", (1, 1))]
    mine = assess_values(layered.rules["trial"], layered, DAY, zones, values)
    assert [(p.zone.key, p.low) for p in mine.places] == [("乙", 80), ("甲", 20)]


# --- climbing


def test_the_ladder_goes_by_assured_score(trial):
    found = trial({"甲": 20, "乙": None, "丙": 30, "丁": 10})
    assert ladder(found) == {"丙": 1, "甲": 2, "乙": 3, "丁": 3}
    assert place_above(found, "丁", 2).zone.key == "甲"
    assert place_above(found, "甲", 10).zone.key == "丙"
    assert place_above(found, "丙") is None


def test_within_the_scale_a_zone_climbs_at_the_next_ones_value(trial):
    # Smoke is equal. 丁 has 10, 丙 20, 乙 30, 甲 40. One place up: as good as 丙 (20) shares its rank 3.
    found = trial({"甲": 40, "乙": 30, "丙": 20, "丁": 10})
    target, steps = climb(found, "丁", places=1)
    output = next(s for s in steps if s.item.id == "output")
    assert (target, output.now, output.needed) == (3, 10 * ONE, 20 * ONE)
    # Three places up: as good as the first.
    target, steps = climb(found, "丁", places=3)
    assert (target, next(s.needed for s in steps if s.item.id == "output")) == (1, 40 * ONE)


def test_a_new_best_value_moves_the_scale_under_the_others(trial):
    # Output 10, 6, 0 and smoke 0 for 甲, 10000 (worst) for 乙 and 丙.
    # 甲 50 + 50; 乙 30 + 0; 丙 0 + 0. For 乙 to be first it must pass 50 + 50·(10/v): with v beyond 10
    # it has 50 + 0, 甲 has 500/v + 50 > 50 for every v: output alone cannot do it.
    found = trial({"甲": 10, "乙": 6, "丙": 0}, {"甲": 0, "乙": 10_000, "丙": 10_000})
    target, steps = climb(found, "乙", places=1)
    assert (target, {s.item.id: s.needed for s in steps}["output"]) == (1, None)
    # With smoke 5000 for 乙 it has 25 of it, and 50 + 25 ≥ 500/v + 50 from v = 20: twice the present best.
    found = trial({"甲": 10, "乙": 6, "丙": 0}, {"甲": 0, "乙": 5_000, "丙": 10_000})
    assert {s.item.id: s.needed for s in climb(found, "乙", places=1)[1]}["output"] == 20 * ONE


def test_a_count_is_climbed_by_whole_ones(trial):
    # As above with 甲 at smoke 0, 乙 at 4000 (30 of 50): 50 + 30 ≥ 500/v + 50 from v = 16.67: 17 家.
    found = trial({"甲": 10, "乙": 6, "丙": 0}, {"甲": 0, "乙": 4_000, "丙": 10_000})
    assert {s.item.id: s.needed for s in climb(found, "乙", places=1)[1]}["output"] == 17 * ONE


def test_less_is_climbed_downwards_and_only_to_what_is_possible(trial):
    # Output 10 and 6 of 0 to 10: 甲 50, 乙 30. Smoke: 甲 100, 乙 200, 丙 300 → 50, 25, 0.
    # Let 乙 come down to s under 100: it has 50, 甲 50·(300 − 100)/(300 − s). First together when
    # 30 + 50 = 50 + 10000/(300 − s), so s = 300 − 10000/30 = −33.3: −34 is the first that passes.
    found = trial({"甲": 10, "乙": 6, "丙": 0}, {"甲": 100, "乙": 200, "丙": 300})
    assert {s.item.id: s.needed for s in climb(found, "乙", places=1)[1]}["smoke"] == -34
    # With output 0 the same asks for 50 = 50 + something: never.
    found = trial({"甲": 10, "乙": 0, "丙": 0}, {"甲": 100, "乙": 200, "丙": 300})
    assert {s.item.id: s.needed for s in climb(found, "乙", places=1)[1]}["smoke"] is None
    # A fall by more than all is not possible: 乙 needs 50·20000/(10000 − s) ≤ 5, s ≤ −190000 (−1900 %).
    found = trial({"甲": 20, "乙": 2, "丙": 0}, {"甲": -10_000, "乙": 0, "丙": 10_000})
    assert {s.item.id: s.needed for s in climb(found, "乙", places=1)[1]}["smoke"] is None


def test_what_is_not_known_is_looked_for_from_the_worst_known_value(trial):
    # 乙 assured 50 with output unknown, 丁 (10) also 50, 甲 75, 丙 100: as good as 甲 from 20 家.
    found = trial({"甲": 20, "乙": None, "丙": 30, "丁": 10})
    target, steps = climb(found, "乙", places=1)
    output = next(s for s in steps if s.item.id == "output")
    assert (target, output.now, output.needed) == (2, None, 20 * ONE)


def test_the_first_has_nothing_to_climb(trial):
    assert climb(trial({"甲": 20, "乙": 10}), "甲") == (1, [])


def test_what_an_item_costs_against_the_median_and_the_zone_above(trial):
    # Output 40, 30, 20, 10: points 100, 66.7, 33.3, 0, median 50; weighted by half.
    found = trial({"甲": 40, "乙": 30, "丙": 20, "丁": 10})
    lost = {x.item.id: x for x in losses(found, "丁", place_above(found, "丁", 1))}
    assert (lost["output"].to_median, lost["output"].to_above) == (25, Fraction(50, 3))
    assert (lost["smoke"].to_median, lost["smoke"].to_above) == (0, 0)
    assert losses(found, "甲", None)[0].to_above is None

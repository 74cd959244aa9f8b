"""Ranks over several years and the warnings of both editions, worked out by hand beside each case."""

from __future__ import annotations

import datetime as dt

import pytest

from jingkai.engine.assessed_years import assess_snapshot, assess_years
from jingkai.engine.exit_warnings import exit_warnings
from jingkai.engine.store import EngineError
from jingkai.registry.snapshot import Snapshot
from jingkai.workspace import Workspace
from tests.engine.zones import put_zones, small_book

# Seven zones of one region; the last five of a year are all but its two best.
BEST = {"甲": {"2022": 90, "2023": 90, "2024": 90}, "乙": {"2022": 80, "2023": 80, "2024": 80}}
REST = {
    n: {"2022": v, "2023": v, "2024": v}
    for n, v in (("丁", 40), ("戊", 30), ("己", 20), ("庚", 10))
}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return small_book(tmp_path_factory.mktemp("rules"))


def verdicts(workspace: Workspace, book, year: int) -> dict[str, dict[str, bool | None]]:
    years = assess_years(workspace, book, year, expected={})
    snapshot = Snapshot.of_year(workspace, year)
    found = exit_warnings(book, snapshot, years[year].as_of, years)
    return {w.rule.id: w.verdicts for w in found}


def of_third(workspace: Workspace, book, **third) -> bool | None:
    """Return what is said in 2024 of a zone 丙 with some figures."""
    figures = {k.strip("_"): v for k, v in third.items()}
    put_zones(workspace, dt.date(2025, 6, 30), {**BEST, **REST, "丙": figures})
    return verdicts(workspace, book, 2024)["zone_exit_candidate"]["丙"]


def test_twice_in_three_years_among_the_last_five(workspace, book):
    # 丙 has 50 of 10..90: third of seven, fifth from the end. With 85 it is second, sixth from the end.
    assert of_third(workspace, book, _2022=50, _2023=85, _2024=50) is True
    assert of_third(workspace, book, _2022=50, _2023=85, _2024=85) is False
    assert of_third(workspace, book, _2022=85, _2023=85, _2024=85) is False


def test_an_unknown_year_leaves_open_what_it_could_decide(workspace, book):
    # Of 2023 nothing is known of 丙: anything from first to last of seven.
    assert of_third(workspace, book, _2022=50, _2024=50) is True  # twice without it
    assert of_third(workspace, book, _2022=50, _2024=85) is None  # it would be the second time
    assert of_third(workspace, book, _2022=85, _2024=85) is False  # once at the most


def test_an_official_rank_counts_before_ours(workspace, book):
    assert of_third(workspace, book, _2022=50, _2024=85, regional_bottom_rank_2023=5) is True
    assert of_third(workspace, book, _2022=50, _2024=85, regional_bottom_rank_2023=6) is False
    assert of_third(workspace, book, _2022=50, _2024=50, regional_bottom_rank_2022=6) is None
    assert (
        of_third(workspace, book, _2022=50, _2023=85, _2024=50, regional_bottom_rank_2022=6)
        is False
    )


def test_where_the_gap_of_another_zone_could_move_it_the_warning_stays_open(workspace, book):
    # In 2024 丙 has 50 and 乙 is unknown: 丙 is fifth from the end if 乙 is before it, else sixth.
    zones = {**BEST, **REST, "丙": {"2022": 50, "2023": 85, "2024": 50}}
    zones["乙"] = {"2022": 80, "2023": 80, "2024": None}
    put_zones(workspace, dt.date(2025, 6, 30), zones)
    assert verdicts(workspace, book, 2024)["zone_exit_candidate"]["丙"] is None


def test_a_zone_that_joined_in_mid_history_is_ranked_from_its_first_full_year(workspace, book):
    # 丙 became a national zone in June 2022: no part on the data of 2022, last but four in 2023 and 2024.
    joined = {"2022": 50, "2023": 50, "2024": 50, "established_on": dt.date(2022, 6, 1)}
    put_zones(workspace, dt.date(2025, 6, 30), {**BEST, **REST, "丙": joined})
    years = assess_years(workspace, book, 2024, expected={})
    assert {y: len(a.places) for y, a in years.items()} == {2024: 7, 2023: 7, 2022: 6}
    assert [z.key for z in years[2022].apart] == ["丙"]
    assert verdicts(workspace, book, 2024)["zone_exit_candidate"]["丙"] is True
    # On the data of 2023 it is once, and of 2022 and 2021 surely not: no second time can turn up.
    assert verdicts(workspace, book, 2023)["zone_exit_candidate"]["丙"] is False


def test_a_joining_zone_changes_the_others_only_from_the_year_it_is_ranked(workspace, book):
    # Without 丙 the six are ranked 1 to 6 by 90, 80, 40, 30, 20, 10; with its 50 丁 and those after move by one.
    joined = {"2022": 50, "2023": 50, "2024": 50, "established_on": dt.date(2022, 6, 1)}
    put_zones(workspace, dt.date(2025, 6, 30), {**BEST, **REST, "丙": joined})
    years = assess_years(workspace, book, 2023, expected={})
    ranks = {y: {p.zone.key: p.rank.first for p in a.places} for y, a in years.items()}
    assert ranks[2022] == {"甲": 1, "乙": 2, "丁": 3, "戊": 4, "己": 5, "庚": 6}
    assert ranks[2023] == {"甲": 1, "乙": 2, "丙": 3, "丁": 4, "戊": 5, "己": 6, "庚": 7}


def test_a_zone_missing_from_an_earlier_snapshot_was_not_ranked_if_it_joined_later(workspace, book):
    put_zones(workspace, dt.date(2024, 6, 30), {**BEST, **REST})
    late = {"2024": 50, "established_on": dt.date(2023, 10, 30)}
    put_zones(workspace, dt.date(2025, 6, 30), {**BEST, **REST, "丙": late})
    assert verdicts(workspace, book, 2024)["zone_exit_candidate"]["丙"] is False
    # Of one whose day is not known, an absence proves nothing.
    put_zones(
        workspace,
        dt.date(2025, 6, 30),
        {**BEST, **REST, "丙": {"2024": 50, "established_on": None}},
    )
    assert verdicts(workspace, book, 2024)["zone_exit_candidate"]["丙"] is None


def test_zones_that_tie_across_the_line_are_both_warned(workspace, book):
    # 乙 and 丙 have 80 in 2023 and 2024: both are fifth from the end, though only 甲 stands before them.
    zones = {**BEST, **REST, "丙": {"2022": 85, "2023": 80, "2024": 80}}
    put_zones(workspace, dt.date(2025, 6, 30), zones)
    found = verdicts(workspace, book, 2024)["zone_exit_candidate"]
    assert (found["乙"], found["丙"], found["甲"]) == (True, True, False)


def test_the_last_five_are_counted_within_the_region(workspace, book):
    # Of six zones in the west 丙 is the best, so sixth from the end there, though last but four of all.
    zones = {**BEST, "丙": dict.fromkeys(("2022", "2023", "2024"), 50), **REST}
    west = {n: {**figures, "region": "west"} for n, figures in zones.items() if n not in BEST}
    west["辛"] = {"2022": 5, "2023": 5, "2024": 5, "region": "west"}
    put_zones(workspace, dt.date(2025, 6, 30), {**BEST, **west})
    found = verdicts(workspace, book, 2024)["zone_exit_candidate"]
    assert found["丙"] is False and found["丁"] is True
    assert found["甲"] is True  # one of two in the east


def test_the_edition_of_2016_counts_the_nations_last_five_two_years_running(workspace, book):
    # On 30 June 2021 the edition of 2016 is in force, and ranks of 2020 and 2019 count.
    east = {"甲": {"2019": 90, "2020": 90}, "乙": {"2019": 80, "2020": 80}}
    rest = {n: {"2019": v, "2020": v} for n, v in (("丁", 40), ("戊", 30), ("己", 20), ("庚", 10))}
    cases = {
        "both": (50, 50, True),
        "the last only": (85, 50, False),
        "the first only": (50, 85, False),
    }
    for first, second, expected in cases.values():
        third = {"2019": first, "2020": second, "region": "west"}
        put_zones(workspace, dt.date(2021, 6, 30), {**east, **rest, "丙": third})
        found = verdicts(workspace, book, 2020)
        assert found.keys() == {"zone_exit_candidate_2016"}
        assert found["zone_exit_candidate_2016"]["丙"] is expected
    put_zones(workspace, dt.date(2021, 6, 30), {**east, **rest, "丙": {"2020": 50}})
    assert verdicts(workspace, book, 2020)["zone_exit_candidate_2016"]["丙"] is None


def test_ranks_of_the_edition_before_do_not_count_for_the_one_after(workspace, book):
    # The last in 2020 and in 2021: one of them under each edition, so not twice under either.
    figures = {
        n: {"2019": v, "2020": v, "2021": v} for n, v in (("甲", 90), ("乙", 80), ("丙", 10))
    }
    put_zones(workspace, dt.date(2022, 6, 30), figures)
    found = verdicts(workspace, book, 2021)
    assert found == {"zone_exit_candidate": {"甲": False, "乙": False, "丙": False}}


def test_ranks_among_some_of_the_zones_warn_of_nothing_unless_they_are_official(workspace, book):
    # 丙 is the last of three, but there are 232: of the others nothing is known.
    figures = {
        n: {"2022": v, "2023": v, "2024": v} for n, v in (("甲", 90), ("乙", 80), ("丙", 10))
    }
    put_zones(workspace, dt.date(2025, 6, 30), figures)
    years = assess_years(workspace, book, 2024)
    assert (years[2024].whole, years[2024].expected, years[2022].expected) == (False, 232, 230)
    snapshot = Snapshot.of_year(workspace, 2024)
    (found,) = exit_warnings(book, snapshot, years[2024].as_of, years)
    assert found.verdicts == {"甲": None, "乙": None, "丙": None}
    figures["丙"] |= {f"regional_bottom_rank_{year}": 5 for year in (2023, 2024)}
    snapshot = put_zones(workspace, dt.date(2025, 6, 30), figures)
    (found,) = exit_warnings(book, snapshot, years[2024].as_of, years)
    assert found.verdicts == {"甲": None, "乙": None, "丙": True}


def test_a_year_before_every_edition_and_a_snapshot_without_zones_are_told(workspace, rulebook):
    snapshot = put_zones(workspace, dt.date(2025, 6, 30), {"甲": {"2020": 1}})
    with pytest.raises(EngineError, match="没有有效的综合评价规则") as caught:
        assess_snapshot(rulebook, snapshot, 2019)
    assert "2021" in caught.value.hint

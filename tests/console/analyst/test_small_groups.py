"""Groups of less than three are never told apart, nor left over by what is shown."""

from __future__ import annotations

from typing import Any

from jingkai.console.analyst.reforms.small_groups import nested, together


def _row(group: str | None, rows: int, parent: str | None = "") -> dict[str, Any]:
    none = dict.fromkeys(("gained", "lost", "open", "other", "delta", "before"), 0)
    return {"group": group, "rows": rows, "parent": parent, "title": str(group), **none}


def _shown(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(r["title"], r["rows"]) for r in rows]


def test_groups_of_three_stand_alone() -> None:
    assert _shown(together([_row("a", 3), _row("b", 9)], "其余")) == [("b", 9), ("a", 3)]


def test_small_groups_become_one() -> None:
    found = together([_row("a", 2), _row("b", 9), _row("c", 1)], "其余")
    assert _shown(found) == [("b", 9), ("其余", 3)]
    assert not found[-1]["small"]


def test_a_lonely_small_group_takes_the_next_one_in() -> None:
    found = together([_row("a", 1), _row("b", 9), _row("c", 4)], "其余")
    assert _shown(found) == [("b", 9), ("其余", 5)]


def test_a_whole_of_less_than_three_is_marked() -> None:
    found = together([_row("a", 1), _row("b", 1)], "其余")
    assert [r["small"] for r in found] == [True]


def test_what_is_left_of_a_shown_whole_has_three() -> None:
    regions = together([_row("east", 12), _row("west", 4)], "其余")
    provinces = [_row("江苏", 11, "east"), _row("海南", 1, "east"), _row("四川", 4, "west")]
    assert _shown(nested(regions, provinces, "其余")) == [("east·其余", 12), ("四川", 4)]


def test_what_lies_in_joint_groups_is_joint_or_shown_without_telling_them_apart() -> None:
    regions = together([_row("east", 2), _row("west", 2), _row("central", 5)], "其余")
    provinces = [_row("海南", 2, "east"), _row("四川", 2, "west"), _row("湖北", 5, "central")]
    assert _shown(nested(regions, provinces, "其余")) == [("湖北", 5), ("其余·其余", 4)]

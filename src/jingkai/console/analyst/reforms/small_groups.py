"""Groups of less than three are not told apart: they are put together with their neighbours.

A total less every group that is shown would tell of the one that is not. So what is put together
has three at least, inside every larger group that is shown apart.
"""

from __future__ import annotations

from typing import Any

__all__ = ["FLOOR", "nested", "together"]

FLOOR = 3
_ADDED = ("rows", "gained", "lost", "open", "other", "delta", "before")
Row = dict[str, Any]


def together(rows: list[Row], title: str) -> list[Row]:
    """Return groups of one whole, the small ones as one row that ends the list.

    Parameters
    ----------
    rows
        Groups that flip, with `rows` (how many) and sums.
    title
        What the joint row is called. Its `group` is ``None`` and its `joint` true; it is `small` where
        the whole has less than three itself.
    """
    ordered = sorted(rows, key=lambda r: -r["rows"])
    small = [r for r in ordered if r["rows"] < FLOOR]
    shown = [r for r in ordered if r["rows"] >= FLOOR]
    while small and shown and sum(r["rows"] for r in small) < FLOOR:
        small.insert(0, shown.pop())
    if not small:
        return [{**r, "joint": False, "small": False} for r in shown]
    sums = {name: sum(r[name] for r in small) for name in _ADDED}
    joint = {**small[0], **sums, "group": None, "title": title, "joint": True,
             "small": sums["rows"] < FLOOR, "members": [r["group"] for r in small]}  # fmt: skip
    return [*({**r, "joint": False, "small": False} for r in shown), joint]


def nested(parents: list[Row], rows: list[Row], rest: str) -> list[Row]:
    """Return groups that lie in larger ones, put together inside each of those that is shown.

    Parameters
    ----------
    parents
        The larger groups as `together` or this gave them.
    rows
        The groups, `parent` naming what each lies in.
    rest
        What a joint row is called, after the name of what it lies in.
    """
    found: list[Row] = []
    left = list(rows)
    for parent in parents:
        inside = set(parent["members"]) if parent["joint"] else {parent["group"]}
        mine = [r for r in left if r["parent"] in inside]
        left = [r for r in left if r["parent"] not in inside]
        if mine:
            found += together(mine, f"{parent['title']}·{rest}")
    return found

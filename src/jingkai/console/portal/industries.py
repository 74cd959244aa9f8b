"""Which industries a zone's enterprises are in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from jingkai.console.opened import Opened

__all__ = ["industries_of"]

_FACT = "industry_code"


def industries_of(
    found: Opened, zones: Sequence[str], most: int = 6
) -> dict[str, list[dict[str, Any]]]:
    """Return of each zone its enterprises by section of industry, in real entities.

    Parameters
    ----------
    zones
        Keys.
    most
        How many sections at most, by size over all these zones; the rest stand together as ``other``.

    Returns
    -------
    By zone: `code` (a letter), `title`, `count`, `share`; enterprises of no known industry have the code
    ``?``. Empty where no enterprise is known.
    """
    rows = found.sections.filter(pl.col("zone").is_in(list(zones)))
    if rows.is_empty():
        return {z: [] for z in zones}
    sizes = rows.group_by("code").agg(pl.col("count").sum()).sort("count", descending=True)
    top = [c for c in sizes["code"].to_list() if c != "?"][:most]
    vocabulary = found.rulebook.vocabulary
    listed = vocabulary.entities["enterprise"].facts[_FACT].codes
    titles = vocabulary.codes[listed].names if isinstance(listed, str) else {}
    counts = {(z, c): n for z, c, n in rows.iter_rows()}
    return {z: _of_one(z, counts, top, titles) for z in zones}


def _of_one(
    zone: str, counts: dict[tuple[str, str], int], top: list[str], titles: Any
) -> list[dict[str, Any]]:
    mine = {c: n for (z, c), n in counts.items() if z == zone}
    whole = sum(mine.values())
    if not whole:
        return []
    rest = sum(n for c, n in mine.items() if c not in top)
    shown = [(c, titles.get(c, c), mine.get(c, 0)) for c in top]
    shown += [("other", "其他和未知", rest)] if rest else []
    return [{"code": c, "title": t, "count": n, "share": n / whole} for c, t, n in shown]

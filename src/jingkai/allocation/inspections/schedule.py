"""On which day a visit falls: the day that leaves its offices most room, the most urgent placed first.

A greedy placement is enough and can be repeated by hand: teams are interchangeable until they are
drawn, so all a day must have is as many teams of each office as it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jingkai.allocation.inspections.draw import ranked
from jingkai.allocation.inspections.people import Inspector, People
from jingkai.allocation.inspections.plan_file import PlanFile
from jingkai.allocation.inspections.visits import Visits

__all__ = ["Roster", "make_roster", "placed_days"]


@dataclass(frozen=True)
class Roster:
    """Who is free when.

    Parameters
    ----------
    offices
        The plan's, in its order.
    inspectors
        By office, sorted by id.
    free
        By office whether each (column) is free on each visiting day (row).
    teams
        How many teams each office (row) can send out on each visiting day (column).
    """

    offices: list[str]
    inspectors: list[list[Inspector]]
    free: list[NDArray[np.bool_]]
    teams: NDArray[np.int64]


def make_roster(plan: PlanFile, people: People, days: list[date]) -> Roster:
    """Lay out every office's inspectors and teams by day.

    n inspectors with v visits a day each make n·v ÷ t teams of t, which going round the table always
    fills with different people as long as n is at least t.
    """
    offices = list(plan.offices)
    inspectors = [[i for i in people.inspectors if i.office == name] for name in offices]
    free = [
        np.array([[i.free_on(day) for i in found] for day in days], dtype=bool).reshape(
            len(days), len(found)
        )
        for found in inspectors
    ]
    teams = np.zeros((len(offices), len(days)), dtype=np.int64)
    for row, (name, table) in enumerate(zip(offices, free, strict=True)):
        office = plan.offices[name]
        present = table.sum(axis=1)
        full = present * office.visits_per_day // office.team
        teams[row] = np.where(present >= office.team, full, 0)
    return Roster(offices, inspectors, free, teams)


def placed_days(visits: Visits, roster: Roster, keys: pl.Series, seed: str) -> pl.DataFrame:
    """Give each visit a day.

    What the law or an order asks for comes first, then by class, the riskiest before the others, so
    that those are not the ones for whom nobody is left; then visits of most offices, those of the
    shortest span, and by rank under the seed.
    Where no day has a team of every office, the day that has most of them is taken.

    Returns
    -------
    `visit`, `office`, `day` (number of the visiting day; null where the office has no team left).
    """
    order = _in_order(visits, roster, keys, seed)
    left = roster.teams.astype(np.float64)
    size = np.maximum(roster.teams, 1)
    found_visit, found_office, found_day = [], [], []
    for visit, first, last, offices in order:
        room = left[offices, first:last]
        share = (room / size[offices, first:last]).min(axis=0)
        day = int(share.argmax())
        if share[day] <= 0:
            day = int((room > 0).sum(axis=0).argmax())
        for office, has in zip(offices, room[:, day] > 0, strict=True):
            found_visit.append(visit)
            found_office.append(roster.offices[office])
            found_day.append(first + day if has else None)
            if has:
                left[office, first + day] -= 1
    columns = {"visit": found_visit, "office": found_office, "day": found_day}
    return pl.DataFrame(
        columns, schema={"visit": pl.UInt32, "office": pl.String, "day": pl.Int32}
    ).sort("visit", "office")


def _in_order(
    visits: Visits, roster: Roster, keys: pl.Series, seed: str
) -> list[tuple[int, int, int, list[int]]]:
    number = {name: i for i, name in enumerate(roster.offices)}
    offices = (
        visits.parts.with_columns(
            pl.col("office").replace_strict(number, return_dtype=pl.Int64).alias("o")
        )
        .group_by("visit")
        .agg(pl.col("o").sort())
    )
    rows = visits.visits.join(offices, on="visit").sort("visit")
    names = [
        f"day|{key}|{first}"
        for key, first in zip(keys.gather(rows["position"]), rows["first"], strict=True)
    ]
    rows = rows.with_columns(pl.Series("rank", ranked(seed, names), pl.String)).sort(
        "urgency", pl.col("o").list.len(), pl.col("last") - pl.col("first"), "rank", "group",
        descending=[True, True, False, False, False],
    )  # fmt: skip
    return list(rows.select("visit", "first", "last", "o").iter_rows())

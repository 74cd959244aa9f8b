"""Who goes: a team of each office, drawn at random, nobody where there is a conflict of interest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import polars as pl

from jingkai.allocation.inspections.draw import rank_of
from jingkai.allocation.inspections.people import People
from jingkai.allocation.inspections.plan_file import PlanFile
from jingkai.allocation.inspections.schedule import Roster

__all__ = ["drawn_teams"]

Pairs = frozenset[tuple[str, str]]


def drawn_teams(
    plan: PlanFile,
    placed: pl.DataFrame,
    roster: Roster,
    people: People,
    days: Sequence[date],
    seed: str,
) -> pl.DataFrame:
    """Draw the teams of every office and day.

    The inspectors of an office who are free on a day stand in the order of their rank under the seed;
    its visits, in the order of theirs, take them in turn round the table. Whoever must keep away from
    an enterprise is changed for the next who may go and has room, or with another visit's member.

    Parameters
    ----------
    placed
        `visit`, `office`, `day`, `key`.

    Returns
    -------
    `visit`, `office`, `inspectors` (ids in order; null where nobody without a conflict is left).
    """
    numbers = {name: i for i, name in enumerate(roster.offices)}
    watched = {enterprise for _, enterprise in people.conflicts}
    visits, offices, teams = [], [], []
    groups = placed.sort("office", "day", "key", "visit").partition_by(
        "office", "day", maintain_order=True
    )
    for group in groups:
        office, day = group["office"][0], group["day"][0]
        row = numbers[office]
        free = [
            inspector.id
            for inspector, there in zip(roster.inspectors[row], roster.free[row][day], strict=True)
            if there
        ]
        free = _by_rank(free, seed, days[day])
        keys = group["key"].to_list()
        visits += group["visit"].to_list()
        offices += [office] * len(keys)
        found = _round_the_table(free, len(keys), plan.offices[office].team)
        if not watched.isdisjoint(keys):
            found = _kept_apart(
                found, keys, free, people.conflicts, plan.offices[office].visits_per_day
            )
        teams += found
    return pl.DataFrame(
        {"visit": visits, "office": offices, "inspectors": teams},
        schema={"visit": pl.UInt32(), "office": pl.String(), "inspectors": pl.List(pl.String)},
    )


def _by_rank(names: list[str], seed: str, day: date) -> list[str]:
    return sorted(names, key=lambda name: rank_of(seed, f"team|{day}|{name}"))


def _round_the_table(free: list[str], visits: int, team: int) -> list[list[str] | None]:
    n = len(free)
    return [[free[(team * j + i) % n] for i in range(team)] for j in range(visits)]


def _kept_apart(
    teams: list[list[str] | None], keys: list[str], free: list[str], conflicts: Pairs, room: int
) -> list[list[str] | None]:
    """Change whoever may not go; a visit for which nobody is left has no team."""
    load = Counter(name for team in teams if team for name in team)
    for j, key in enumerate(keys):
        team = teams[j]
        for i in range(len(team or ())):
            if team is None or (team[i], key) not in conflicts:
                continue
            if not _replaced(team, i, key, free, load, conflicts, room) and not _swapped(
                teams, j, i, keys, conflicts
            ):
                load.subtract(team)
                team = teams[j] = None
    return teams


def _replaced(
    team: list[str],
    i: int,
    key: str,
    free: list[str],
    load: Counter[str],
    conflicts: Pairs,
    room: int,
) -> bool:
    for name in free:
        if name not in team and load[name] < room and (name, key) not in conflicts:
            load[team[i]] -= 1
            load[name] += 1
            team[i] = name
            return True
    return False


def _swapped(
    teams: list[list[str] | None], j: int, i: int, keys: list[str], conflicts: Pairs
) -> bool:
    """Exchange a member with another visit's of the day, so that both may go."""
    team = teams[j]
    assert team is not None
    for other, theirs in enumerate(teams):
        if other == j or theirs is None or team[i] in theirs:
            continue
        if (team[i], keys[other]) in conflicts:
            continue
        for k, name in enumerate(theirs):
            if name not in team and (name, keys[j]) not in conflicts:
                team[i], theirs[k] = name, team[i]
                return True
    return False

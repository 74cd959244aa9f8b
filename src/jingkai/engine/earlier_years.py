"""What indicators were in the years before, as far as snapshots tell of them."""

from __future__ import annotations

import polars as pl

from jingkai.engine.indicators import LEVELS, Level, indicators_in_force
from jingkai.engine.standing import values_before
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook
from jingkai.workspace import Workspace

__all__ = ["earlier_years"]


def earlier_years(
    workspace: Workspace, rulebook: Rulebook, year: int, back: int
) -> dict[int, dict[Level, pl.DataFrame]]:
    """Return the indicators of some years before a year, at every level.

    Parameters
    ----------
    workspace, rulebook
        Whose snapshots are read, by which rules.
    year, back
        The year that is not asked for, and how many before it are.

    Returns
    -------
    By year and level `indicator`, `group` and `value` (whole quanta), only of groups that are known
    whole; a year of which nothing is known is left out.
    """
    snapshot = Snapshot.of_year(workspace, year)
    day = snapshot.day_of(year)
    rules = indicators_in_force(rulebook.on(day), day)
    found = {}
    for earlier in range(year - back, year):
        tables = values_before(workspace, rulebook, snapshot, earlier + 1, LEVELS, rules)
        if any(table.height for table in tables.values()):
            found[earlier] = {
                level: table.rename({"previous": "value"}) for level, table in tables.items()
            }
    return found

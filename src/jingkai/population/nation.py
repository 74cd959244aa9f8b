"""The synthetic nation: all zones with all their entities, streamed into a snapshot.

published figures ─► counts ─► rows and amounts (whole nation) ─► parts of enterprises (streamed)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jingkai.errors import JingkaiError
from jingkai.policies import policies_folder
from jingkai.population.amounts import Amounts, draw_amounts
from jingkai.population.codes import synthetic_codes
from jingkai.population.columns import columns_read
from jingkai.population.draws import draw_for, seed_for
from jingkai.population.enterprises import Part, enterprise_frame
from jingkai.population.others import Placed, other_frames, platform_frame
from jingkai.population.sampling import Rows, draw_rows
from jingkai.population.snapshots import write_synthetic
from jingkai.population.targets import targets_of
from jingkai.population.zone_figures import members, zone_counts, zone_figures, zone_sizes
from jingkai.population.zone_table import zone_frame
from jingkai.population.zones import NationalZone, national_zones
from jingkai.registry.snapshot import Batches, Snapshot
from jingkai.rulebook import Rulebook, stored_rulebook
from jingkai.workspace import Workspace

__all__ = ["Nation", "enterprise_columns", "make_nation", "nation_workspace", "plan_nation"]

Integers = NDArray[np.int64]
Progress = Callable[[str, int, int], None]
#: Rows of a part: one record batch of the stored table.
_PART = 65_536
_TOTALS = ("above_scale_revenue", "trade_value", "foreign_capital_used")
#: What people look for in a table, whether or not rules read it.
_ALWAYS = (
    "name", "zone", "industry_code", "established_on", "registered_capital", "foreign_share",
)  # fmt: skip
_ALWAYS_YEARLY = ("import_value", "export_value", "foreign_capital_used", "net_profit")


@dataclass(frozen=True)
class Nation:
    """A nation that was planned: who there is, and the amounts that published totals are about.

    Parameters
    ----------
    scale, year, seed
        Rows per entity, the last year with figures, the seed.
    zones
        The national zones of the year.
    rows, amounts
        Of all enterprises and individual businesses.
    reached
        By fact of the zone what its enterprises come to.
    rulebook
        Whose rules' facts are made.
    """

    scale: float
    year: int
    seed: int
    zones: tuple[NationalZone, ...]
    rows: Rows
    amounts: Amounts
    reached: dict[str, Integers]
    rulebook: Rulebook = field(repr=False)

    @property
    def day(self) -> date:
        """The day its facts are as of: the middle of the next year, when reports are in."""
        return date(self.year + 1, 6, 30)

    @property
    def place(self) -> int:
        """What credit codes have in the place of a division: no place, and the year."""
        return 990_000 + self.year

    def enterprises(self, progress: Progress | None = None) -> Iterator[pl.DataFrame]:
        """Yield the table of enterprises in parts of 65,536 rows, in the order of their keys."""
        columns = enterprise_columns(self.rulebook, self.year, [self.day])
        for number, start in enumerate(range(0, len(self.rows), _PART)):
            stop = min(start + _PART, len(self.rows))
            yield enterprise_frame(
                Part(
                    rows=self.rows.part(start, stop),
                    amounts=self.amounts.within(start, stop),
                    first=start,
                    number=number,
                    seed=self.seed,
                    year=self.year,
                    day=self.day,
                    zones=self.zones,
                    columns=columns,
                    place=self.place,
                    weighted=self.scale < 1,
                )
            )
            if progress is not None:
                progress("enterprise", stop, len(self.rows))

    def others(self) -> dict[str, pl.DataFrame]:
        """Return the tables of all other entities."""
        size = zone_sizes(self.seed)[members(self.year)]
        names = [z.name for z in self.zones]
        placed = Placed(self.seed, self.year, self.day, names, self._owners(), self.rulebook)
        national = targets_of(self.year).count("national_incubators")
        return {
            "zone": zone_frame(
                self.zones, self.seed, self.year, self.day, self.reached, self.rulebook
            ),
            "platform": platform_frame(placed, size, national),
            **other_frames(placed, size, self.scale),
        }

    def _owners(self) -> Callable[[Integers, str | None, np.random.Generator], pl.Series]:
        """Return what finds owners in zones: any enterprise there, or one with a trait."""
        enterprise = ~self.rows.form("individual")
        zone = self.rows.zone[enterprise].astype(np.int64)
        number = np.bincount(zone, minlength=len(self.zones))
        first = np.cumsum(number) - number
        tries = 12

        def owners(where: Integers, trait: str | None, draw: np.random.Generator) -> pl.Series:
            chosen = draw.random((len(where), tries if trait else 1)) * number[where][:, None]
            place = first[where][:, None] + chosen.astype(np.int64)
            found = place[:, 0]
            if trait:
                fits = self.rows.at(place.reshape(-1)).has(trait).reshape(place.shape)
                found = place[np.arange(len(place)), fits.argmax(axis=1)]
            return synthetic_codes(found + 1, place=self.place)

        return owners


def enterprise_columns(rulebook: Rulebook, year: int, days: Iterable[date]) -> tuple[str, ...]:
    """Return the columns of enterprises: those people look for, and those rules read on some days."""
    yearly = [f"{fact}_{year}" for fact in _ALWAYS_YEARLY]
    read = [c for day in days for c in columns_read(rulebook, "enterprise", day)]
    return tuple(dict.fromkeys([*_ALWAYS, *yearly, *read]))


def plan_nation(scale: float, year: int, seed: int, rulebook: Rulebook | None = None) -> Nation:
    """Plan a nation: draw its rows and the amounts that come to the published totals.

    Parameters
    ----------
    scale
        Rows per entity, over 0 and at most 1.
    year
        A year with published figures.
    seed
        The same gives the same nation.
    rulebook
        Whose rules' facts are made; the package's by default.

    Raises
    ------
    YearWithoutFigures
        If the year has no published figures.
    JingkaiError
        If the scale is none.
    """
    if not 0 < scale <= 1:
        raise JingkaiError(f"规模 {scale} 不在 0 与 1 之间", hint="例如 --scale 0.01，全量为 1.0")
    targets_of(year)
    there = members(year)
    rows = draw_rows(zone_counts(seed, year), scale, seed_for(seed, "rows", year))
    figures = zone_figures(seed, year)
    totals = {name: figures[name][there].astype(np.int64) for name in _TOTALS}
    amounts, reached = draw_amounts(rows, totals, draw_for(seed, "amounts", year))
    book = rulebook or stored_rulebook([policies_folder()])
    return Nation(scale, year, seed, national_zones(year), rows, amounts, reached, book)


def nation_workspace(folder: Path) -> Workspace:
    """Open the workspace of a nation, or make it.

    Raises
    ------
    JingkaiError
        If the folder is a workspace with data that no population made.
    """
    if not (folder / "jingkai.toml").exists():
        return Workspace.init(folder)
    workspace = Workspace.open(folder)
    if workspace.current_snapshot_id is None:
        return workspace
    if "population" not in Snapshot.current(workspace).manifest:
        raise JingkaiError(
            f"{folder} 里有不是合成的数据", hint="合成数据不与真实数据同放，另选 --out 文件夹"
        )
    return workspace


def make_nation(workspace: Workspace, nation: Nation, progress: Progress | None = None) -> Snapshot:
    """Write a nation as a new snapshot of a workspace.

    Parameters
    ----------
    workspace, nation
        Where to, and what.
    progress
        Called with the entity and how many of its rows are written.
    """
    others = nation.others()
    tables: dict[str, pl.DataFrame | Batches] = {
        "enterprise": lambda: nation.enterprises(progress),
        **others,
    }
    columns = list(enterprise_columns(nation.rulebook, nation.year, [nation.day]))
    if nation.scale < 1:
        columns.insert(0, "weight")
    return write_synthetic(
        workspace,
        tables,
        nation.day,
        f"种子{nation.seed}，规模{nation.scale:g}，{nation.year}年",
        shapes={"enterprise": (len(nation.rows), columns)},
        population={"scale": f"{nation.scale:g}", "seed": nation.seed, "year": nation.year},
    )

"""The national zones by name, province and region, and who of them was one in a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

__all__ = ["NationalZone", "national_zones", "region_of_province"]

_FILE = Path(__file__).parent / "zones.yaml"


@dataclass(frozen=True, slots=True)
class NationalZone:
    """A national economic and technological development zone.

    Parameters
    ----------
    name
        Full name, its key in a snapshot.
    province
        Short name (江苏), None of a zone that has left and whose name was not found.
    region
        `east`, `central` or `west`, None where it does not follow from the published numbers.
    established
        Day (2024-10-30) or month (1988-06) of approval, None where no source gives it.
    rank
        Rank in the assessment on data of 2020, None outside the thirty published.
    years
        The years in which a zone that has left still was one; None for those of today.
    """

    name: str
    province: str | None
    region: str | None
    established: str | None = None
    rank: int | None = None
    years: tuple[int, ...] | None = None

    @property
    def established_on(self) -> date | None:
        """Its day of approval, None where only the month is known or nothing."""
        known = self.established or ""
        return date.fromisoformat(known) if len(known) == len("2024-10-30") else None

    @property
    def established_year(self) -> int | None:
        """Its year of approval, None where not known."""
        return int(self.established[:4]) if self.established else None

    def in_year(self, year: int) -> bool:
        """Whether it was a national zone at the end of a year."""
        if self.years is not None:
            return year in self.years
        return self.established_year is None or self.established_year <= year


@cache
def region_of_province() -> dict[str, str]:
    """Return the region of each province as the Ministry of Commerce groups them."""
    return {p: region for region, names in _read()["regions"].items() for p in names}


@cache
def national_zones(year: int) -> tuple[NationalZone, ...]:
    """Return the national zones at the end of a year, sorted by name.

    Those that have left since are among them, nameless, so that the number is the published one.
    """
    regions, found = region_of_province(), []
    for row in _read()["zones"]:
        known = str(row["established"]) if "established" in row else None
        province = row["province"]
        zone = NationalZone(row["name"], province, regions[province], known, row.get("rank_2020"))
        found.append(zone)
    for row in _read()["left"]:
        found.append(NationalZone(row["name"], None, row.get("region"), years=tuple(row["years"])))
    return tuple(sorted((z for z in found if z.in_year(year)), key=lambda z: z.name))


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    return found

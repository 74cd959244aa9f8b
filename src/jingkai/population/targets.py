"""What a year's population must come to: the published figures, or those of the nearest year."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

from jingkai.errors import JingkaiError
from jingkai.policies import policies_folder
from jingkai.population.assumptions import assumed
from jingkai.vocabulary.units import units

__all__ = ["Targets", "YearWithoutFigures", "published_years", "targets_of"]

#: A year is offered once the number of its zones is published and their members are known.
_FIRST = 2022


class YearWithoutFigures(JingkaiError):
    """A year for which no national figure was published."""

    code = "year_without_figures"


@dataclass(frozen=True, slots=True)
class Targets:
    """The national figures of a year.

    Parameters
    ----------
    year
        Which.
    figures
        By year and indicator: the relation and the value in its base unit (元, 美元, 家).
    """

    year: int
    figures: dict[tuple[int, str], tuple[str, Fraction]]

    def published(self, indicator: str, year: int | None = None) -> bool:
        """Whether a figure of the year itself was published."""
        return (year or self.year, indicator) in self.figures

    def value(self, indicator: str, year: int | None = None) -> Fraction:
        """Return what the population shall come to: a bound is exceeded by a little.

        A year without a figure takes that of the nearest year that has one, the later of two.
        """
        wanted = year or self.year
        years = [y for y, name in self.figures if name == indicator]
        nearest = min(years, key=lambda y: (abs(y - wanted), -y))
        relation, value = self.figures[nearest, indicator]
        if relation != "equals":
            value *= 1 + Fraction(str(assumed("above_a_bound")))
        return value

    def count(self, indicator: str, year: int | None = None) -> int:
        """Return a number of things to come to."""
        return math.ceil(self.value(indicator, year))


@cache
def _figures() -> dict[tuple[int, str], tuple[str, Fraction]]:
    found = {}
    path = Path(policies_folder()) / "statistics" / "published.csv"
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            number, unit = row["value"].split()
            value = Fraction(number)
            value = value / 100 if unit == "%" else _in_base(value, unit)
            found[int(row["year"]), row["indicator"]] = (row["relation"], value)
    return found


def _in_base(value: Fraction, unit: str) -> Fraction:
    for base in ("元", "美元"):
        if unit.endswith(base) and not (base == "元" and unit.endswith("美元")):
            return units().convert(value, unit, base)
    return value


def published_years() -> list[int]:
    """Return the years that a population can be made of."""
    return sorted({y for y, name in _figures() if name == "zone_count" and y >= _FIRST})


def targets_of(year: int) -> Targets:
    """Return a year's targets.

    Raises
    ------
    YearWithoutFigures
        If the number of zones of that year was not published.
    """
    years = published_years()
    if year not in years:
        names = "、".join(map(str, years))
        raise YearWithoutFigures(
            f"没有{year}年国家级经开区的公布数",
            hint=f"可用的年份：{names}；补充年份只需在 published.csv 中加行",
        )
    return Targets(year, _figures())

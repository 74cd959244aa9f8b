"""What a year's population must come to: the published figures, or those of the nearest year."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from jingkai.engine.published import published_figures
from jingkai.errors import JingkaiError
from jingkai.policies import policies_folder
from jingkai.population.assumptions import assumed
from jingkai.vocabulary import Unit

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
    found: dict[tuple[int, str], tuple[str, Fraction]] = {}
    for figure in published_figures([policies_folder()]):
        value = figure.within(_base(figure.unit))[0] if figure.unit else figure.value
        found[figure.year, figure.indicator] = (figure.relation, value)
    return found


def _base(unit: str) -> str:
    """Return the currency of an amount, and of 万家 the 家."""
    return Unit.parse(unit).currency or unit.lstrip("万亿")


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

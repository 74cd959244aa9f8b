"""Units: how figures are written, compared and converted exactly.

Two jobs, kept apart. In rules a unit is a symbol: products and quotients combine symbols, and a
comparison needs the same ones. At load a figure is converted from the file's unit into the
vocabulary's, by pint over exact fractions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jingkai.errors import JingkaiError
from jingkai.vocabulary.source import read_yaml

if TYPE_CHECKING:
    import pint

__all__ = [
    "CURRENCIES",
    "LARGE",
    "PLAIN",
    "Unit",
    "UnitError",
    "Units",
    "at_size",
    "parse_figure",
    "units",
]

#: Currencies whose sums are stored in hundredths, the longer names first.
#: Sizes that Chinese counts in, largest first.
LARGE = ((10**12, "万亿"), (10**8, "亿"), (10**4, "万"))
CURRENCIES = ("美元", "欧元", "港元", "日元", "元")
_FIGURE = re.compile(
    r"\s*(?P<sign>[-+]?)\s*(?P<number>\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?)"
    r"(?:\s*/\s*(?P<over>\d+))?\s*(?P<percent>[%‰])?\s*(?P<unit>[^\d\s%‰].*?)?\s*"
)
_NAME = re.compile(r"^\s*([^=]+?)\s*=")


class UnitError(JingkaiError):
    """A unit nobody defined, or two that do not convert."""

    code = "unit"


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of named units with whole exponents, such as tCO2·t⁻¹.

    Parameters
    ----------
    factors
        Sorted pairs of name and exponent, no exponent zero; empty for a plain ratio.
    """

    factors: tuple[tuple[str, int], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Unit:
        """Read ``tCO2/t``, ``GJ``, ``万元*人`` into a unit; empty text is a plain ratio."""
        found: dict[str, int] = {}
        for part in re.finditer(r"([*/]?)\s*([^*/]+)", text):
            name = units().canonical(part[2].strip())
            found[name] = found.get(name, 0) + (-1 if part[1] == "/" else 1)
        return cls._of(found)

    @classmethod
    def _of(cls, found: dict[str, int]) -> Unit:
        return cls(tuple(sorted((n, e) for n, e in found.items() if e and n != "1")))

    def __mul__(self, other: Unit) -> Unit:
        """Combine two units."""
        return self._combine(other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        """Divide by a unit."""
        return self._combine(other, -1)

    def _combine(self, other: Unit, sign: int) -> Unit:
        found = dict(self.factors)
        for name, exponent in other.factors:
            found[name] = found.get(name, 0) + sign * exponent
        return self._of(found)

    @property
    def currency(self) -> str | None:
        """The currency that a sum of money in this unit is counted in; None of any other unit."""
        if len(self.factors) != 1 or self.factors[0][1] != 1:
            return None
        name = self.factors[0][0]
        return next((c for c in CURRENCIES if name.endswith(units().canonical(c))), None)

    def __str__(self) -> str:
        """Return ``tCO2/t``; empty for a plain ratio."""
        over = [n if e == 1 else f"{n}^{e}" for n, e in self.factors if e > 0]
        under = [n if e == -1 else f"{n}^{-e}" for n, e in self.factors if e < 0]
        return "*".join(over or (["1"] if under else [])) + "".join(f"/{n}" for n in under)


PLAIN = Unit()


class Units:
    """The units of `units.yaml`: their names, how people write them, exact conversion."""

    def __init__(self, path: Path) -> None:
        data = read_yaml(path).data
        self._definitions: list[str] = data["definitions"]
        self._aliases: dict[str, str] = data.get("aliases") or {}
        self._english: dict[str, str] = data.get("english") or {}
        self._names = {name for line in self._definitions for name in _names_of(line)}
        self._first = {n: _names_of(line)[0] for line in self._definitions for n in _names_of(line)}

    def canonical(self, name: str) -> str:
        """Return the first name of a unit however it is written.

        Raises
        ------
        UnitError
            If no such unit is defined.
        """
        known = self._aliases.get(name, name)
        if known == "1":
            return known
        if known not in self._names:
            raise UnitError(
                f"unknown unit `{name}`", hint="write one of units.yaml, e.g. 元 万元 人 t MWh"
            )
        return self._first[known]

    def english(self, name: str) -> tuple[int, str]:
        """Return how a figure of a unit is written in English: its factor and the English unit."""
        text = self._english.get(name, name)
        number, _, words = text.partition(" ")
        return (int(number), words) if number.isdigit() else (1, text)

    def known(self, name: str) -> bool:
        """Whether a unit of that name is defined."""
        return self._aliases.get(name, name) in self._names

    def convert(self, value: Fraction, source: str, target: str) -> Fraction:
        """Convert a value exactly from one unit to another.

        Raises
        ------
        UnitError
            If the two measure different things (万元 and 人, or 元 and USD without a rate).
        """
        return value * self.factor(source, target)

    @cache  # noqa: B019 - one instance lives as long as the program
    def factor(self, source: str, target: str) -> Fraction:
        """Return how many of the target one of the source is, exactly."""
        a, b = Unit.parse(source), Unit.parse(target)
        if a == b:
            return Fraction(1)
        import pint

        try:
            return Fraction(self._quantity(a).to(self._quantity(b).units).magnitude)
        except pint.DimensionalityError as error:
            raise UnitError(
                f"{source} does not convert to {target}: they measure different things",
                hint="give the unit the figures are really in",
            ) from error

    def _quantity(self, unit: Unit) -> Any:
        result = self._registry.Quantity(Fraction(1))
        for name, exponent in unit.factors:
            one = self._registry.Quantity(Fraction(1), self._registry.Unit(name))
            for _ in range(abs(exponent)):
                result = result * one if exponent > 0 else result / one
        return result

    @cached_property
    def _registry(self) -> pint.UnitRegistry[Any]:
        import pint

        registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None, non_int_type=Fraction)
        for line in self._definitions:
            registry.define(line)
        return registry


def _names_of(definition: str) -> list[str]:
    parts = [part.strip() for part in definition.split("=")]
    return [parts[0], *(p for p in parts[2:] if p and p != "_")]


@cache
def units() -> Units:
    """Return the units that the package ships."""
    return Units(Path(__file__).parent / "units.yaml")


def at_size(value: Fraction, unit: str) -> tuple[Fraction, str]:
    """Return an amount at the size people read it in: 169,000 亿元 is 16.9 万亿元.

    Parameters
    ----------
    value, unit
        An amount of money; anything else is returned as it is.
    """
    currency = Unit.parse(unit).currency
    if currency is None:
        return value, unit
    whole = value * units().factor(unit, currency)
    size, name = next((s for s in LARGE if abs(whole) >= s[0]), (1, ""))
    return whole / size, name + currency


def parse_figure(text: str) -> tuple[Fraction, str] | None:
    """Read ``5000 万元``, ``3.5 %``, ``44/12 tCO2/tC`` exactly.

    Returns
    -------
    The value as an exact fraction and the unit as written (empty for none); None if the text is no
    figure.
    """
    match = _FIGURE.fullmatch(text)
    if match is None:
        return None
    value = Fraction(match["number"].replace(",", "")) / int(match["over"] or 1)
    value *= {"%": Fraction(1, 100), "‰": Fraction(1, 1000), None: Fraction(1)}[match["percent"]]
    return (-value if match["sign"] == "-" else value), match["unit"] or ""

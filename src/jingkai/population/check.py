"""Whether a population comes to what was published of its year."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from jingkai.engine.indicators import indicator_table
from jingkai.engine.published import Published, published_figures
from jingkai.errors import JingkaiError
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook
from jingkai.rulebook.results import amount_quantum

__all__ = ["Checked", "check_population", "population_of"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A published figure beside what a population comes to.

    Parameters
    ----------
    target
        The figure as published.
    unit
        The indicator's unit, of the next two.
    achieved
        What the population comes to; None where some entity lacks the fact.
    difference
        Achieved less published; None as above.
    met
        Whether the figure is kept: a count exactly, an amount to its printed digit, a bound.
    """

    target: Published
    unit: str
    achieved: Fraction | None
    difference: Fraction | None
    met: bool


def population_of(snapshot: Snapshot) -> dict[str, object]:
    """Return how a population was made: scale, seed, year.

    Raises
    ------
    JingkaiError
        If the snapshot is of no population.
    """
    found: dict[str, object] | None = snapshot.manifest.get("population")
    if found is None:
        raise JingkaiError(
            "这个工作区的快照不是合成的全国",
            where=str(snapshot.path),
            hint="先用 `jingkai population make` 合成",
        )
    return found


def check_population(snapshot: Snapshot, rulebook: Rulebook) -> list[Checked]:
    """Return every figure published of a population's year beside what it comes to.

    Parameters
    ----------
    snapshot
        A population.
    rulebook
        Where the indicators stand.

    Raises
    ------
    JingkaiError
        If the snapshot is of no population.
    """
    year = int(str(population_of(snapshot)["year"]))
    day = snapshot.day_of(year)
    targets = [f for f in published_figures([policies_folder()]) if f.year == year]
    names = {f.indicator for f in targets}
    table = indicator_table(rulebook, snapshot, day, ["nation"], only=names)["nation"]
    values = dict(zip(table["indicator"], table["value"], strict=True))
    return [_checked(f, rulebook, values.get(f.indicator)) for f in targets]


def _checked(target: Published, rulebook: Rulebook, quanta: int | None) -> Checked:
    unit = rulebook.rules[target.indicator].unit
    if quanta is None:
        return Checked(target, str(unit), None, None, False)
    achieved = quanta * amount_quantum(unit)
    printed, _ = target.within(str(unit))
    return Checked(
        target, str(unit), achieved, achieved - printed, target.met_by(achieved, str(unit))
    )

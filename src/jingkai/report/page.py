"""What a report's page shows, as plain values: nothing here knows charts, HTML or where a value is from."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

__all__ = [
    "Figure",
    "ItemPoints",
    "ItemSpread",
    "MeasureUptake",
    "NearMiss",
    "Page",
    "Printed",
    "RankYear",
    "RegionShares",
    "RuleUptake",
    "Standing",
    "Track",
]

#: A rank that may be anything from the first to the second number; the same twice where it is certain.
Ends = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as it was published.

    Parameters
    ----------
    text
        As printed, with what it says of the value: ``超 490 万家``.
    agrees
        Whether the snapshot's own figure agrees, to the printed digit; None where it has none.
    share
        The share of the whole country as printed, None where none was.
    country
        The country's figure that the share implies, in the figure's unit; None without a share.
    source
        Who published it, and when.
    """

    text: str
    agrees: bool | None
    share: str | None = None
    country: Fraction | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator of the page's year.

    Parameters
    ----------
    value
        In `unit`; None unless every entity is known.
    partial
        Over those known alone, in `unit`; never a total while `known` is less than `of`.
    growth
        Over the year before, None where either year is not whole.
    share
        Of the nation's, None of the nation itself and of what does not add up.
    rank, ranked
        The place among the zones by value, and how many have one; None where not known.
    less
        Whether less is better.
    main
        Whether it is of the statistics or the assessment of zones, not of a single measure.
    """

    indicator: str
    title: str
    unit: str
    value: Fraction | None
    partial: Fraction | None
    known: int
    of: int
    growth: Fraction | None = None
    share: Fraction | None = None
    rank: int | None = None
    ranked: int = 0
    less: bool = False
    main: bool = True
    printed: Printed | None = None


@dataclass(frozen=True, slots=True)
class RegionShares:
    """What each region (``东部``) has of the nation's figure, as shares of one."""

    title: str
    parts: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class RankYear:
    """A zone's place in the assessment of a year.

    Parameters
    ----------
    national, regional
        From the best to the worst place that is possible; `regional` None where its region is not known.
    of, regional_of
        How many were ranked.
    low, high
        The ends of the score, in points.
    """

    year: int
    national: Ends
    of: int
    regional: Ends | None
    regional_of: int
    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Track:
    """A zone's national places over years: (year, places); years it was not ranked are left out."""

    name: str
    years: tuple[tuple[int, Ends], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A line of the ranking; `warned` True, False or None (not known) for the exit warning."""

    name: str
    province: str
    region: str
    national: Ends
    regional: Ends | None
    low: Fraction
    high: Fraction
    warned: bool | None = False


@dataclass(frozen=True, slots=True)
class ItemPoints:
    """A zone's points of one item of the assessment, before its weight.

    Parameters
    ----------
    weight
        Of the whole, as a share of one.
    points, median, above
        Of the zone, in the middle, of the zone ten places above; None where not known.
    to_median, to_above
        What the item costs in the score, weighted; negative where the zone is ahead.
    now, needed
        The value, and the one that climbs ten places, in words; `needed` empty where nothing is to
        climb.
    """

    group: str
    title: str
    weight: Fraction
    points: Fraction | None
    median: Fraction | None
    above: Fraction | None
    to_median: Fraction | None
    to_above: Fraction | None
    now: str = ""
    needed: str = ""


@dataclass(frozen=True, slots=True)
class ItemSpread:
    """How all zones' points of one item lie: quarter, middle, three quarters, and how many lack it."""

    group: str
    title: str
    weight: Fraction
    quarter: Fraction | None
    median: Fraction | None
    three_quarters: Fraction | None
    missing: int


@dataclass(frozen=True, slots=True)
class RuleUptake:
    """How many real entities (weighted) a rule grants, refuses, leaves undetermined."""

    rule: str
    title: str
    entity: str
    granted: int
    refused: int
    undetermined: int
    verified: bool = True


@dataclass(frozen=True, slots=True)
class MeasureUptake:
    """A measure with its rules that grant something."""

    measure: str
    title: str
    rules: tuple[RuleUptake, ...]

    @property
    def granted(self) -> int:
        """Decisions that grant."""
        return sum(r.granted for r in self.rules)

    @property
    def refused(self) -> int:
        """Decisions that refuse."""
        return sum(r.refused for r in self.rules)

    @property
    def undetermined(self) -> int:
        """Decisions that stay open."""
        return sum(r.undetermined for r in self.rules)

    @property
    def decisions(self) -> int:
        """All decisions, one an entity and rule."""
        return self.granted + self.refused + self.undetermined


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A condition that alone refuses: so many entities (weighted), `near` of them within `Page.within`.

    `granted` are those whom the rule grants as it is; `near` is None where the condition measures nothing.
    """

    rule: str
    title: str
    condition: str
    basis: str
    entity: str
    granted: int
    refused: int
    alone: int
    near: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a page shows.

    Parameters
    ----------
    name
        The zone's name, or what the nation is called.
    nation
        Whether it is the nation's page.
    about
        Province, region and so on, shown under the title.
    day
        The day decided about.
    synthetic
        What to say of synthetic data; empty for real data.
    warnings
        Of a zone: each exit rule by title, and whether it is met (None: it may be).
    stand_in
        Why ranks are provisional (weights that nobody verified, a stand-in formula); shown wherever a
        rank stands.
    near, binding
        Conditions with most entities near them, and those of a number that alone refuse most.
    within
        How near is near, as a share of what is needed.
    notes
        Sentences on the data.
    snapshot, rules
        What was read: identities.
    """

    name: str
    nation: bool
    year: int
    day: str
    about: tuple[str, ...] = ()
    synthetic: str = ""
    stand_in: str = ""
    figures: tuple[Figure, ...] = ()
    regions: tuple[RegionShares, ...] = ()
    ranks: tuple[RankYear, ...] = ()
    tracks: tuple[Track, ...] = ()
    standings: tuple[Standing, ...] = ()
    items: tuple[ItemPoints, ...] = ()
    spreads: tuple[ItemSpread, ...] = ()
    above: str = ""
    floor: Fraction = Fraction(60)
    warnings: tuple[tuple[str, bool | None], ...] = ()
    uptake: tuple[MeasureUptake, ...] = ()
    near: tuple[NearMiss, ...] = ()
    binding: tuple[NearMiss, ...] = ()
    within: Fraction = Fraction(1, 10)
    notes: tuple[str, ...] = ()
    snapshot: str = ""
    rules: str = ""

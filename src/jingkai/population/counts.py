"""How many entities of each kind every zone has in every industry: raked, then whole.

seed (assumed shapes) ─► rake to margins ─► whole numbers that keep every published margin
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from jingkai.population.assumptions import assumption, industries
from jingkai.population.raking import Margin, rake, whole
from jingkai.population.targets import Targets

__all__ = ["KINDS", "TRAITS", "Counts", "Kind", "count_entities"]

Floats = NDArray[np.float64]

#: What a company may be, and the indicator whose published total counts them.
TRAITS = {
    "foreign": "foreign_invested_enterprises",
    "trading": "trading_enterprises",
    "high_tech": "high_tech_enterprises",
    "above": "above_scale_industrial_enterprises",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the disjoint kinds of market entities: a legal form, and the traits of a company."""

    form: str
    traits: frozenset[str] = frozenset()


#: Every kind; of individual businesses and entities without legal person there is one each.
KINDS: tuple[Kind, ...] = (
    Kind("individual"),
    Kind("other"),
    *(
        Kind("company", frozenset(t for t, has in zip(TRAITS, flags, strict=True) if has))
        for flags in product((False, True), repeat=len(TRAITS))
    ),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of entities by kind, zone and industry.

    Parameters
    ----------
    table
        Int64 of shape (kinds, zones, industries), in the orders of `KINDS`, the zones given and
        `industries()`.
    """

    table: NDArray[np.int64]

    def by_zone(self, trait: str | None = None) -> NDArray[np.int64]:
        """Return each zone's number of entities, or of those with a trait."""
        wanted = [i for i, k in enumerate(KINDS) if trait is None or trait in k.traits]
        found: NDArray[np.int64] = self.table[wanted].sum(axis=(0, 2))
        return found

    def total(self, trait: str | None = None) -> int:
        """Return the nation's number of entities, or of those with a trait."""
        return int(self.by_zone(trait).sum())


def count_entities(
    targets: Targets, size: Floats, regions: list[str], noise: dict[str, Floats]
) -> Counts:
    """Return how many entities of each kind there are.

    Parameters
    ----------
    targets
        The year's national figures; its counts are met exactly.
    size
        Of each zone its share of all entities, any scale.
    regions
        Of each zone the region whose shape it takes.
    noise
        By trait a factor for each zone.
    """
    total = targets.count("market_entities")
    wanted = {trait: targets.count(name) for trait, name in TRAITS.items()}
    seed = _seed(size, regions, noise)
    table = rake(seed, _margins(seed, size, total, wanted))
    kinds = _kind_totals(table.sum(axis=(1, 2)), total, wanted)
    return Counts(np.stack([whole(t, n) for t, n in zip(table, kinds, strict=True)]))


def _seed(size: Floats, regions: list[str], noise: dict[str, Floats]) -> Floats:
    """Return the unfitted table: size of zone × mix of industries × odds of traits."""
    forms, rows = assumption("forms"), assumption("industries")
    table = np.array([rows[code] for code in industries()], dtype=float)
    mix = _mix(regions)
    by_form = {"individual": table[:, 1], "company": table[:, 0], "other": table[:, 0]}
    odds = {t: table[:, 2 + i] / 1000 for i, t in enumerate(TRAITS)}
    by_region = assumption("traits_by_region")
    there = {
        t: noise[t] * np.array([by_region[t][region] for region in regions], dtype=float)
        for t in TRAITS
    }
    found = []
    for kind in KINDS:
        base = by_form[kind.form] / by_form[kind.form].sum() * float(forms[kind.form])
        cells = size[:, None] * mix * base[None, :]
        if kind.form == "company":
            for trait in TRAITS:
                p = np.clip(odds[trait][None, :] * there[trait][:, None], 0, 0.9)
                cells = cells * (p if trait in kind.traits else 1 - p)
            cells = cells * _together(kind.traits)
        found.append(cells)
    return _as_many_companies(np.stack(found), size[:, None] * mix, table[:, 0])


def _as_many_companies(cells: Floats, places: Floats, companies: Floats) -> Floats:
    """Return the table with as many companies in an industry as assumed, however traits meet."""
    which = [i for i, kind in enumerate(KINDS) if kind.form == "company"]
    share = float(assumption("forms")["company"]) * companies / companies.sum()
    cells[which] *= places * share[None, :] / cells[which].sum(axis=0)
    return cells


def _mix(regions: list[str]) -> Floats:
    """Return for each zone and industry how much more often it is met than in the nation."""
    places = {code: i for i, code in enumerate(industries())}
    by_region = assumption("industries_by_region")
    mix = np.ones((len(regions), len(places)))
    for z, region in enumerate(regions):
        for code, factor in by_region[region].items():
            mix[z, places[code]] = factor
    return mix


def _together(traits: frozenset[str]) -> float:
    """Return how much more often some traits meet than by chance."""
    factor = 1.0
    for pair, times in assumption("together").items():
        if set(pair.split("&")) <= traits:
            factor *= float(times)
    return factor


def _margins(seed: Floats, size: Floats, total: int, wanted: dict[str, int]) -> list[Margin]:
    """Return the margins: entities by zone, by form, by industry as in the seed, by each trait."""
    forms = ["individual", "other", "company"]
    of_form = np.array([forms.index(k.form) for k in KINDS])[:, None, None]
    shares = np.array([float(assumption("forms")[f]) for f in forms])
    by_industry = seed.sum(axis=(0, 1))
    margins: list[Margin] = [
        (np.arange(len(by_industry))[None, None, :], by_industry / by_industry.sum() * total),
        (np.arange(len(size))[None, :, None], size / size.sum() * total),
        (of_form, shares / shares.sum() * total),
    ]
    for trait, count in wanted.items():
        has = np.array([int(trait in k.traits) for k in KINDS])[:, None, None]
        margins.append((has, np.array([total - count, count], dtype=float)))
    return margins


def _kind_totals(fitted: Floats, total: int, wanted: dict[str, int]) -> NDArray[np.int64]:
    """Round the kinds' totals; what rounding leaves goes to the kind with that trait alone."""
    counts = np.rint(fitted).astype(np.int64)
    places = {kind: i for i, kind in enumerate(KINDS)}
    for trait, count in wanted.items():
        have = sum(int(counts[i]) for i, k in enumerate(KINDS) if trait in k.traits)
        counts[places[Kind("company", frozenset({trait}))]] += count - have
    counts[places[Kind("company")]] += total - int(counts.sum())
    return counts

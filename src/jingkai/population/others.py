"""What a population has beside enterprises: projects, parcels, platforms, events and more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jingkai.population.assumptions import assumption
from jingkai.population.columns import columns_read
from jingkai.population.draft import Draft
from jingkai.population.draws import draw_for
from jingkai.population.raking import whole
from jingkai.population.recipes import recipe_book
from jingkai.rulebook import Rulebook
from jingkai.vocabulary import load_vocabulary

__all__ = ["Placed", "all_columns", "other_frames", "placed_entities", "platform_frame"]

Integers = NDArray[np.int64]
#: Gives for zone positions and a kind of enterprise (or none) the keys of owners there.
Owners = Callable[[Integers, str | None, np.random.Generator], pl.Series]


class Placed:
    """Where a year's entities lie: names of zones, and which owners there are.

    Parameters
    ----------
    seed, year, day
        The seed, the last year with figures, the day facts are as of.
    zones
        Names of the zones.
    owners
        Keys of owners by zone.
    rulebook
        Whose rules' facts are made.
    """

    def __init__(
        self,
        seed: int,
        year: int,
        day: date,
        zones: list[str],
        owners: Owners,
        rulebook: Rulebook,
    ) -> None:
        self.seed, self.year, self.day, self.zones = seed, year, day, zones
        self.owners, self.rulebook = owners, rulebook

    def frame(
        self,
        entity: str,
        word: str,
        zone: Integers,
        weight: Integers | None,
        extra: dict[str, object],
    ) -> pl.DataFrame:
        """Return rows of an entity in some zones, each with every fact.

        Parameters
        ----------
        entity, word
            Which, and the word of their names.
        zone, weight
            Of each row; no weight means that each stands for itself.
        extra
            Facts that are given, by name.
        """
        known = load_vocabulary().entities[entity]
        purpose = (self.seed, entity, self.year)
        draft = Draft(known, len(zone), purpose, self.year, recipe_book(entity), {})
        for name, values in extra.items():
            draft.put(name, np.asarray(values))
        number = pl.Series("number", np.arange(1, len(zone) + 1))
        frame = pl.DataFrame({"number": number, "zone": pl.Series(self.zones).gather(zone)})
        digits = pl.col("number").cast(pl.String).str.zfill(7)
        frame = frame.select(
            pl.format("{}-{}", pl.lit(entity), digits).alias("key"),
            pl.format("合成{}{}号", pl.lit(word), "number").alias("name"),
            "zone",
        )
        if weight is not None:
            frame = frame.with_columns(pl.Series("weight", weight))
        owner = next((n for n, e in known.references.items() if e == "enterprise"), None)
        if owner is not None:
            wanted = assumption("owners").get(entity)
            keys = self.owners(zone, wanted, draw_for(*purpose, "owner"))
            frame = frame.with_columns(keys.alias(owner))
        if "investor" in known.facts:
            frame = frame.with_columns(
                pl.format("合成境外投资者{}号", number % 97 + 1).alias("investor")
            )
        facts = draft.frame(all_columns(self.rulebook, entity, self.year, self.day))
        return pl.concat([frame, facts.drop(frame.columns, strict=False)], how="horizontal")


def all_columns(rulebook: Rulebook, entity: str, year: int, day: date) -> list[str]:
    """Return every column of an entity: its facts, the yearly ones of the year and of those rules read."""
    facts = load_vocabulary().entities[entity].facts.values()
    return list(
        dict.fromkeys([f.column(year) for f in facts] + columns_read(rulebook, entity, day))
    )


def placed_entities(
    size: NDArray[np.float64], scale: float, entity: str
) -> tuple[Integers, Integers]:
    """Return in which zone each row of an entity lies and how many entities it stands for.

    Parameters
    ----------
    size
        Of each zone.
    scale
        Rows per entity; every zone keeps at least one row.
    """
    rules = assumption("others", entity)
    number = np.maximum(np.rint(rules["each"] * size / size.mean()), rules["least"]).astype(
        np.int64
    )
    rows = np.clip(np.rint(number * scale), 1, number).astype(np.int64)
    zone = np.repeat(np.arange(len(size)), rows)
    place = np.arange(len(zone)) - np.repeat(np.cumsum(rows) - rows, rows)
    of, in_all = number[zone], rows[zone]
    return zone, (place + 1) * of // in_all - place * of // in_all


def other_frames(
    placed: Placed, size: NDArray[np.float64], scale: float
) -> dict[str, pl.DataFrame]:
    """Return all entities that are sampled as enterprises are, by entity."""
    found = {}
    for entity, rules in assumption("others").items():
        zone, weight = placed_entities(size, scale, entity)
        given = weight if scale < 1 else None
        found[entity] = placed.frame(entity, rules["word"], zone, given, {})
    return found


def platform_frame(placed: Placed, size: NDArray[np.float64], national: int) -> pl.DataFrame:
    """Return every platform: the national incubators and maker spaces, and as many others as assumed.

    Parameters
    ----------
    size
        Of each zone.
    national
        How many national incubators and maker spaces there are.
    """
    rules = assumption("platforms")
    draw = draw_for(placed.seed, "platform", placed.year, "kind")
    of_zone = whole(size, national)
    others = np.maximum(np.rint(rules["each"] * size / size.mean()), rules["least"]).astype(
        np.int64
    )
    zones = np.arange(len(size))
    zone = np.concatenate([np.repeat(zones, of_zone), np.repeat(zones, others)])
    recognised = np.arange(len(zone)) < national
    kinds, weights = list(rules["kinds"]), np.array(list(rules["kinds"].values()), dtype=float)
    kind = draw.choice(kinds, len(zone), p=weights / weights.sum()).astype(object)
    incubator = draw.random(len(zone)) < rules["national_incubators"]
    kind[recognised] = np.where(incubator[recognised], "incubator", "maker_space")
    given: dict[str, object] = {"kind": kind, "nationally_recognised": recognised}
    return placed.frame("platform", rules["word"], zone, None, given)

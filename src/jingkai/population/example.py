"""A made-up zone for teaching and tests: enterprises of every kind, by the nation's recipes."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jingkai.policies import policies_folder
from jingkai.population.amounts import draw_amounts
from jingkai.population.assumptions import assumption
from jingkai.population.codes import PLACE
from jingkai.population.counts import KINDS
from jingkai.population.draft import Draft
from jingkai.population.draws import draw_for
from jingkai.population.enterprises import Part, enterprise_frame
from jingkai.population.nation import enterprise_columns
from jingkai.population.others import Placed, all_columns
from jingkai.population.raking import whole
from jingkai.population.recipes import recipe_book
from jingkai.population.sampling import Rows
from jingkai.population.targets import published_years
from jingkai.population.zone_figures import zone_counts, zone_figures
from jingkai.population.zone_table import identity_of_zones, stored_figure
from jingkai.population.zones import NationalZone, region_of_province
from jingkai.rulebook import Rulebook, stored_rulebook
from jingkai.vocabulary import load_vocabulary

__all__ = ["some_enterprises", "some_entities", "some_zone"]

_ZONE = "示范经开区"
_ABOVE_SCALE = 2000 * 10**6  # 分: main-business revenue of above-scale industry
_NATION = 7  # the seed of the nation whose mix of kinds and industries is taken
_TOTALS = {
    "above_scale_revenue": "above",
    "trade_value": "trading",
    "foreign_capital_used": "foreign",
}


@cache
def _rulebook() -> Rulebook:
    return stored_rulebook([policies_folder()])


def some_enterprises(
    count: int, seed: int = 7, year: int = 2025, zone: str = _ZONE, province: str = "江苏"
) -> pl.DataFrame:
    """Return synthetic enterprises as a snapshot stores them; none is an individual business.

    Parameters
    ----------
    count, seed
        How many, and the seed: the same gives the same rows.
    year
        The last year with figures; any year, whether or not its totals were published.
    zone, province
        Their zone.

    Returns
    -------
    One row an enterprise in the order of keys: `key` and every fact that rules read half a year later.
    """
    draw = draw_for(seed, "example", count)
    table = zone_counts(_NATION, published_years()[-1]).table.sum(axis=1)
    kind = np.repeat(np.arange(len(KINDS)), whole(_kind_shares(table.sum(axis=1)), count))
    kind = draw.permutation(kind)
    mix = np.cumsum(table, axis=1) / table.sum(axis=1, keepdims=True)
    industry = (draw.random(count)[:, None] >= mix[kind]).sum(axis=1)
    ones = np.ones(count, dtype=np.int32)
    rows = Rows(kind.astype(np.int8), np.zeros(count, np.int16), industry.astype(np.int8), ones)
    amounts, _ = draw_amounts(rows, _totals(rows), draw)
    day = date(year + 1, 6, 30)
    return enterprise_frame(
        Part(
            rows=rows,
            amounts=amounts,
            first=0,
            number=0,
            seed=seed,
            year=year,
            day=day,
            zones=[NationalZone(zone, province, None)],
            columns=enterprise_columns(_rulebook(), year, [day, date(year + 1, 1, 31)]),
            place=PLACE,
            weighted=False,
        )
    )


def _kind_shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how often each kind occurs: fewer of those without a trait than in the nation."""
    rules = assumption("example")
    shares = counts.astype(float)
    for i, kind in enumerate(KINDS):
        shares[i] *= bool(kind.traits)
    shares *= (1 - rules["plain"] - rules["other"]) / shares.sum()
    for i, kind in enumerate(KINDS):
        if not kind.traits:
            shares[i] = {"company": rules["plain"], "other": rules["other"]}.get(kind.form, 0.0)
    return shares


def _totals(rows: Rows) -> dict[str, NDArray[np.int64]]:
    """Return what the rows come to, each with a trait having the nation's mean."""
    year = published_years()[-1]
    figures, counts = zone_figures(_NATION, year), zone_counts(_NATION, year)
    return {
        name: np.array(
            [int(figures[name].sum()) // counts.total(trait) * int(rows.has(trait).sum())]
        )
        for name, trait in _TOTALS.items()
    }


def some_zone(
    enterprises: pl.DataFrame,
    seed: int = 7,
    year: int = 2025,
    zone: str = _ZONE,
    province: str = "江苏",
) -> pl.DataFrame:
    """Return the zone of some enterprises: a mean zone's figures, cut to the size of its industry.

    Parameters
    ----------
    enterprises
        Whose trade and foreign capital it reports.
    seed, year, zone, province
        As for enterprises.
    """
    latest = published_years()[-1]
    main = pl.col(f"main_business_revenue_{year}") >= _ABOVE_SCALE
    industry = pl.col("industry_code").str.contains("^[BCD]")
    above = enterprises.filter(main & industry & pl.col("legal_entity"))
    share = above.height / zone_counts(_NATION, latest).total("above")
    entity = load_vocabulary().entities["zone"]
    draft = Draft(entity, 1, (seed, "zone", zone, year), year, recipe_book("zone"), {})
    columns = all_columns(_rulebook(), "zone", year, date(year + 1, 6, 30))
    for back in range(4):
        for fact, values in zone_figures(_NATION, latest - back).items():
            part = values.mean() if fact == "solid_waste_use" else values.sum() * share
            draft.put(f"{fact}_{year - back}", stored_figure(fact, np.array([part])))
            columns.append(f"{fact}_{year - back}")
    trade = enterprises.select(pl.col(f"export_value_{year}", f"import_value_{year}").sum())
    sums = {
        "trade_value": sum(trade.row(0)),
        "foreign_capital_used": enterprises[f"foreign_capital_used_{year}"].sum(),
    }
    for fact, total in sums.items():
        draft.put(f"{fact}_{year}", np.array([total], dtype=np.int64))
    identity = identity_of_zones((NationalZone(zone, province, region_of_province()[province]),))
    identity = identity.with_columns(name=pl.format("{}（合成）", "name"))
    wanted = [c for c in dict.fromkeys(columns) if c not in identity.columns]
    return pl.concat([identity, draft.frame(wanted)], how="horizontal")


def some_entities(
    entity: str,
    count: int,
    owners: pl.Series | None = None,
    seed: int = 7,
    year: int = 2025,
    zone: str = _ZONE,
) -> pl.DataFrame:
    """Return synthetic entities of another kind: projects, parcels, events and so on.

    Parameters
    ----------
    entity, count
        Which, and how many.
    owners
        Keys of the enterprises they belong to; none by default.
    seed, year, zone
        As for enterprises.

    Returns
    -------
    One row each, with every fact.
    """
    keys = owners if owners is not None else pl.Series([None], dtype=pl.String)

    def some(where: NDArray[np.int64], trait: str | None, draw: np.random.Generator) -> pl.Series:
        return keys.gather(draw.integers(0, len(keys), len(where)))

    placed = Placed(seed, year, date(year + 1, 6, 30), [zone], some, _rulebook())
    given: dict[str, object] = {}
    if entity == "platform":
        rules = assumption("platforms")
        kinds = rules["kinds"]
        weights = np.array(list(kinds.values()), dtype=float)
        draw = draw_for(seed, "example", entity)
        given["kind"] = draw.choice(list(kinds), count, p=weights / weights.sum()).astype(object)
        given["nationally_recognised"] = draw.random(count) < 0.3
        word = rules["word"]
    else:
        word = assumption("others", entity)["word"]
    return placed.frame(entity, word, np.zeros(count, dtype=np.int64), None, given)

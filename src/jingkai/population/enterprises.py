"""Enterprises of a synthetic population, part by part.

rows + amounts ─► a draft with identity, revenue, trade, energy ─► recipes ─► stored columns
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jingkai.population.amounts import Amounts, below_scale_revenue
from jingkai.population.assumptions import assumption, industries
from jingkai.population.codes import synthetic_codes
from jingkai.population.draft import Draft
from jingkai.population.energy import put_energy
from jingkai.population.recipes import recipe_book
from jingkai.population.sampling import Rows
from jingkai.population.zones import NationalZone
from jingkai.vocabulary import load_vocabulary

__all__ = ["Part", "enterprise_frame"]

_WAN = 10**6  # 分 in 万元
_SYLLABLES = "华瑞恒达信远科创新诚泰安盛联合嘉和润丰宏宇晨光明德博雅维康智云海川博力"
#: Of whom recipes tell apart, by industry; a letter is a whole section.
_INDUSTRIES = {
    "industrial": "B C D",
    "manufacturing": "C",
    "services": "F G H I J K L M N O P Q R",
    "knowledge": "I M",
    "software": "I64 I65",
    "wholesale": "F51",
    "logistics": "G54 G58 G59",
    "heavy": "C22 C25 C26 C28 C30 C31 C32 D44",
    "power": "D44",
}
_GIANT = 120_000  # 万元 of revenue: no small or medium enterprise any more


@dataclass(frozen=True, slots=True)
class Part:
    """Some consecutive rows of a population and all that is needed to make them.

    Parameters
    ----------
    rows, amounts, first
        The rows, the amounts drawn for some of them, and the number of the first (from 0).
    number
        Which part it is; with the seed and the year it decides every draw.
    seed, year, day
        The last year with figures, and the day that facts are as of.
    zones
        What the rows' zone positions mean.
    columns
        Which columns of facts rules read.
    place
        Six digits that credit codes have in the place of a division.
    weighted
        Whether rows have a weight.
    """

    rows: Rows
    amounts: Amounts
    first: int
    number: int
    seed: int
    year: int
    day: date
    zones: Sequence[NationalZone]
    columns: tuple[str, ...]
    place: int
    weighted: bool


def enterprise_frame(part: Part) -> pl.DataFrame:
    """Return a part's rows as a snapshot stores them, in the order of their keys."""
    individual = part.rows.form("individual")
    here = int((~individual).sum())  # enterprises come first
    frames = []
    if here:
        frames.append(_companies(part, part.rows.part(0, here)))
    if here < len(part.rows):
        frames.append(_individuals(part, part.rows.part(here, len(part.rows)), here))
    return pl.concat([_aligned(frame, part) for frame in frames])


@cache
def _schema(columns: tuple[str, ...], weighted: bool) -> dict[str, pl.DataType]:
    """Return every column of the table with its type, in order."""
    entity = load_vocabulary().entities["enterprise"]
    found: dict[str, pl.DataType] = {"key": pl.String()}
    if weighted:
        found["weight"] = pl.Int64()
    for name in columns:
        known = entity.column(name)
        if known is not None:
            found[name] = known[0].arrow_type
    return found


def _aligned(frame: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Return a frame with exactly the table's columns; what it lacks is unknown."""
    schema = _schema(part.columns, part.weighted)
    return frame.select(
        pl.col(name) if name in frame.columns else pl.lit(None, dtype=kind).alias(name)
        for name, kind in schema.items()
    )


def _in_industries(rows: Rows, wanted: str) -> NDArray[np.bool_]:
    sections = wanted.split()
    flags = [any(code.startswith(s) for s in sections) for code in industries()]
    return np.array(flags)[rows.industry]


def _identity(
    part: Part, rows: Rows, offset: int, draft: Draft, kind: int, form: str
) -> pl.DataFrame:
    """Return key, weight, name, zone and industry of rows."""
    numbers = part.first + offset + np.arange(len(rows)) + 1
    draw, entity_words = draft.draw("name"), recipe_book("enterprise").other["words"]
    syllables = pl.Series(list(_SYLLABLES))
    short = pl.Series([_short(z.name) for z in part.zones])
    words = pl.Series([entity_words[code] for code in industries()])
    frame = pl.DataFrame(
        {
            "key": synthetic_codes(numbers, kind, part.place),
            "weight": rows.weight.astype(np.int64),
            "zone": pl.Series([z.name for z in part.zones]).gather(rows.zone),
            "short": short.gather(rows.zone),
            "first": syllables.gather(draw.integers(0, len(syllables), len(rows))),
            "second": syllables.gather(draw.integers(0, len(syllables), len(rows))),
            "word": words.gather(rows.industry),
            "number": numbers,
            "industry": pl.Series(industries()).gather(rows.industry),
            "group": draw.integers(1, 4, len(rows)) * 10 + draw.integers(0, 3, len(rows)),
        }
    )
    name = pl.format(
        "合成{}{}{}{}{}号{}", "short", "first", "second", "word", "number", pl.lit(form)
    )
    code = pl.format("{}{}", "industry", "group")
    return frame.select("key", "weight", name.alias("name"), "zone", code.alias("industry_code"))


def _short(zone: str) -> str:
    for ending in ("经济技术开发区", "经济开发区", "开发区"):
        zone = zone.replace(ending, "")
    return zone.split("（")[0] or zone


def _draft(part: Part, rows: Rows, name: str) -> Draft:
    entity = load_vocabulary().entities["enterprise"]
    purpose = (part.seed, name, part.year, part.number)
    groups = {t: rows.has(t) for t in ("foreign", "trading", "high_tech", "above")}
    groups |= {f: rows.form(f) for f in ("company", "other", "individual")}
    groups |= {name: _in_industries(rows, wanted) for name, wanted in _INDUSTRIES.items()}
    hainan = np.array([z.province == "海南" for z in part.zones])
    groups["hainan"] = hainan[rows.zone]
    draft = Draft(entity, len(rows), purpose, part.year, recipe_book("enterprise"), groups)
    draft.groups["technical"] = _technical(draft, rows)
    chips = _in_industries(rows, "C39") & (draft.draw("chips").random(len(rows)) < 0.2)
    draft.groups["chip"] = chips
    return draft


def _technical(draft: Draft, rows: Rows) -> NDArray[np.bool_]:
    """Return who does research: the high-tech ones, and others as often as their industry is."""
    odds = np.array([assumption("industries")[code][4] / 1000 for code in industries()])
    some = draft.draw("technical").random(len(rows)) < 0.5 * odds[rows.industry]
    return np.asarray(draft.groups["high_tech"] | (some & draft.groups["company"]))


def _companies(part: Part, rows: Rows) -> pl.DataFrame:
    draft = _draft(part, rows, "enterprise")
    founded = _put_founding(draft, part)
    _put_revenue(draft, part, rows)
    _put_trade(draft, part)
    draft.groups["giant"] = draft.true("size") >= _GIANT
    put_energy(draft, rows)
    identity = _identity(part, rows, 0, draft, 91, "有限公司")
    facts = draft.frame(part.columns, founded)
    return pl.concat([identity, facts], how="horizontal")


def _put_founding(draft: Draft, part: Part) -> NDArray[np.int64]:
    """Draw days of founding, none after the year; return the years."""
    normal = draft.draw("established_on").standard_normal(draft.rows)
    older = np.where(draft.groups["above"], 1.9, 1.0) * np.where(
        draft.groups["high_tech"], 1.5, 1.0
    )
    days = np.minimum(1900 * older * np.exp(0.8 * normal), 13_000)
    days = np.maximum(days, np.where(draft.groups["above"] | draft.groups["high_tech"], 800, 3))
    born = np.datetime64(date(part.year, 12, 31), "D") - np.rint(days).astype(np.int64)
    known = draft.draw("established_on", "gap").random(draft.rows) > 0.01
    draft.put("established_on", born, known)
    return np.asarray(born.astype("datetime64[Y]").astype(np.int64) + 1970)


def _put_revenue(draft: Draft, part: Part, rows: Rows) -> None:
    """Set revenue of three years and main-business revenue, on the right side of the line of scale."""
    groups, year = draft.groups, part.year
    revenue = below_scale_revenue(rows, np.ones(len(rows)), draft.draw("revenue"))
    revenue[part.amounts.place] = part.amounts.revenue
    main = 1 - 0.09 * draft.draw("main").random(len(rows)) ** 2
    draft.put("size", revenue)
    for back in range(3):
        if back:
            draw = draft.draw("growth", back)
            growth = 0.04 + 0.05 * groups["high_tech"] + 0.2 * draw.standard_normal(len(rows))
            revenue = revenue / np.exp(np.clip(growth, -0.8, 0.9))
        known = ~draft.unknown(draft.entity.facts["revenue"], {}, year - back)
        draft.put(f"revenue_{year - back}", revenue, known)
        mains = revenue * main
        if not back:
            mains = np.where(groups["above"], np.maximum(mains, 2000.5), mains)
            known = known | groups["industrial"]
        draft.put(f"main_business_revenue_{year - back}", mains, known)


def _put_trade(draft: Draft, part: Part) -> None:
    """Set exports, imports and foreign capital; customs and commerce know those of everyone."""
    year, rows = part.year, draft.rows
    for fact, values in (
        ("export_value", part.amounts.exports),
        ("import_value", part.amounts.imports),
        ("foreign_capital_used", part.amounts.capital),
    ):
        now = np.zeros(rows, dtype=np.int64)
        now[part.amounts.place] = values
        draft.put(f"{fact}_{year}", now)
        change = np.exp(0.3 * draft.draw(fact, "before").standard_normal(rows) - 0.03)
        draft.put(f"{fact}_{year - 1}", np.rint(now * change / 10**4).astype(np.int64) * 10**4)


def _individuals(part: Part, rows: Rows, offset: int) -> pl.DataFrame:
    """Return individual businesses: small, no legal entities, and hardly anything known of them."""
    draft = _draft(part, rows, "individual")
    founded = _put_founding(draft, part)
    known = recipe_book("enterprise").other["individual"]
    revenue = below_scale_revenue(rows, np.ones(len(rows)), draft.draw("revenue"))
    u = draft.draw("known").random(len(rows))
    draft.put(f"revenue_{part.year}", revenue, u < known["revenue_known"])
    staff = np.rint(1 + revenue / 25)
    draft.put(f"staff_{part.year}", staff, u > 1 - known["staff_known"])
    for name, value in known["everyone"].items():
        columns = [name] if name in draft.entity.facts else []
        fact = draft.entity.facts[name]
        if fact.yearly:
            columns = [c for c in part.columns if c.rpartition("_")[0] == name]
        for column in columns:
            kind = bool if fact.type == "bool" else np.int64
            draft.put(column, np.full(len(rows), value, dtype=kind))
    for name, chance in known["some"].items():
        draft.put(name, draft.draw(name).random(len(rows)) < chance)
    identity = _identity(part, rows, offset, draft, 92, "经营部")
    put = [c for c in part.columns if c in draft.set_columns]
    return pl.concat([identity, draft.frame(put, founded)], how="horizontal")

"""Revenue, trade and foreign capital of the enterprises that published totals are about.

They are drawn for the whole nation at once, some hundred thousand rows, so that every zone's
enterprises come to what the zone reports; everything else of an enterprise follows in chunks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jingkai.population.assumptions import assumption, industries
from jingkai.population.sampling import Rows

__all__ = ["Amounts", "draw_amounts", "share_out", "size_group"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_WAN = 10**6  # 分 in 万元
_FLOOR = 2020.0  # 万元: a little over the line of above-scale industry
_LEAST = 10**5  # 分 or 美分: nobody trades less than a thousand
_GROUPS = {
    "B": "industry", "C": "industry", "D": "industry", "E": "construction", "F51": "wholesale", "F52": "retail",
    "I": "knowledge", "M": "knowledge", "J": "property", "K": "property",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts of some rows of a population.

    Parameters
    ----------
    place
        The rows, rising.
    revenue
        Of the last year, 万元.
    exports, imports
        分, nil where the enterprise has no trade.
    capital
        Foreign capital used, 美分.
    """

    place: Integers
    revenue: Floats
    exports: Integers
    imports: Integers
    capital: Integers

    def within(self, start: int, stop: int) -> Amounts:
        """Return those of consecutive rows, with places counted from the first of them."""
        low, high = np.searchsorted(self.place, (start, stop))
        part = slice(low, high)
        return Amounts(
            self.place[part] - start,
            self.revenue[part],
            self.exports[part],
            self.imports[part],
            self.capital[part],
        )


def size_group(industry: str) -> str:
    """Return under which name the assumed sizes of an industry division stand."""
    return _GROUPS.get(industry) or _GROUPS.get(industry[0], "services")


def share_out(shares: Floats, weight: Integers, zone: Integers, totals: Integers) -> Integers:
    """Return whole amounts in proportion to shares whose weighted sums are the zones' totals.

    Parameters
    ----------
    shares, weight, zone
        Of each row.
    totals
        Of each zone.

    Returns
    -------
    Where the weights of a zone do not allow it exactly, the sum is short by less than a weight.
    """
    sums = np.bincount(zone, weights=shares * weight, minlength=len(totals))
    per = np.divide(totals, sums, out=np.zeros(len(totals)), where=sums > 0)
    found = np.floor(shares * per[zone]).astype(np.int64)
    left = totals - _sums(found, weight, zone, len(totals))
    order = np.lexsort((-found, weight, zone))  # of each zone the largest of the least weight first
    zones, first = np.unique(zone[order], return_index=True)
    row = order[first]
    found[row] += left[zones] // weight[row]
    return found


def _sums(values: Integers, weight: Integers, zone: Integers, zones: int) -> Integers:
    found = np.zeros(zones, dtype=np.int64)
    np.add.at(found, zone, values * weight)
    return found


def draw_amounts(
    rows: Rows, totals: dict[str, Integers], draw: np.random.Generator
) -> tuple[Amounts, dict[str, Integers]]:
    """Return the amounts of all rows with a trait, and what they come to by zone.

    Parameters
    ----------
    rows
        The nation's.
    totals
        By zone what they shall come to: `above_scale_revenue` (元), `trade_value` (分),
        `foreign_capital_used` (美分).

    Returns
    -------
    The amounts, and the zones' totals as they came out, in the same units: at scale one the same,
    below it short by less than one row's weight in the smallest unit of currency.
    """
    traits = {t: rows.has(t) for t in ("above", "high_tech", "trading", "foreign")}
    place = np.flatnonzero(np.any(list(traits.values()), axis=0))
    some = rows.at(place)
    has = {t: flags[place] for t, flags in traits.items()}
    weight, zone = some.weight.astype(np.int64), some.zone.astype(np.int64)
    zones = len(totals["trade_value"])
    revenue = _revenue(some, has, totals["above_scale_revenue"], draw)
    has["industrial"] = has["above"] | _below(some, has)
    trade = _trade(has, revenue, weight, zone, totals["trade_value"], draw)
    capital = _capital(has["foreign"], revenue, weight, zone, totals["foreign_capital_used"], draw)
    needs = trade / _WAN / draw.uniform(0.5, 0.95, len(trade))
    revenue = np.where(has["industrial"], revenue, np.maximum(revenue, needs))
    exports = _exports(trade, draw)
    reached = {
        "above_scale_revenue": _sums(
            np.rint(revenue * 100).astype(np.int64) * has["above"], weight, zone, zones
        )
        * 100,
        "trade_value": _sums(trade, weight, zone, zones),
        "foreign_capital_used": _sums(capital, weight, zone, zones),
    }
    return Amounts(place, revenue, exports, trade - exports, capital), reached


def _below(rows: Rows, has: dict[str, NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Return which rows are industry below scale: their revenue may not pass the line."""
    industrial = np.array([code[0] in "BCD" for code in industries()])[rows.industry]
    return np.asarray(industrial & ~has["above"])


def below_scale_revenue(rows: Rows, times: Floats, draw: np.random.Generator) -> Floats:
    """Return revenue (万元) of rows that are not above scale: by industry, times a factor of each."""
    sizes = assumption("sizes")
    table = np.array([sizes[size_group(code)] for code in industries()], dtype=float)
    median, spread = table[rows.industry].T
    for form in ("individual", "other"):
        is_form = rows.form(form)
        median = np.where(is_form, sizes[form][0], median)
        spread = np.where(is_form, sizes[form][1], spread)
    found = median * times * np.exp(spread * draw.normal(size=len(rows)))
    industrial = np.array([code[0] in "BCD" for code in industries()])[rows.industry]
    over = industrial & (found > 1900)
    found[over] = 1900 * draw.uniform(0.4, 1, int(over.sum()))
    return np.asarray(np.round(found, 2))


def _revenue(
    rows: Rows, has: dict[str, NDArray[np.bool_]], totals: Integers, draw: np.random.Generator
) -> Floats:
    """Return revenue of the last year: above scale so that it comes to the zones' totals."""
    times, above = np.ones(len(rows)), has["above"]
    for trait, factor in assumption("size_of_trait").items():
        times *= np.where(has[trait], float(factor), 1.0)
    industrial = _below(rows, has)
    found = below_scale_revenue(rows, np.where(industrial, 1 + has["high_tech"] * 1.5, times), draw)
    rules = assumption("above_scale_sizes")
    shares = np.exp(rules["spread"] * draw.normal(size=len(rows)))
    for trait in ("high_tech", "foreign", "trading"):
        shares *= np.where(has[trait], float(rules[trait]), 1.0)
    weight, zone = rows.weight[above].astype(np.int64), rows.zone[above].astype(np.int64)
    number = np.bincount(zone, weights=weight, minlength=len(totals))
    over = np.maximum(totals / 100 - number * _FLOOR * 100, 0).astype(np.int64)  # in 百元
    extra = share_out(shares[above], weight, zone, over)
    found[above] = (extra + _FLOOR * 100) / 100
    return found


def _trade(
    has: dict[str, NDArray[np.bool_]],
    revenue: Floats,
    weight: Integers,
    zone: Integers,
    totals: Integers,
    draw: np.random.Generator,
) -> Integers:
    """Return imports and exports: industry in proportion to revenue, the others take the rest."""
    rules = assumption("trade")
    trades = has["trading"]
    median, spread = rules["of_revenue"]
    ratio = np.clip(median * np.exp(spread * draw.normal(size=len(revenue))), 0.001, 0.9)
    ratio[~(trades & has["industrial"])] = 0
    wish = revenue * ratio * _WAN
    by_zone = np.bincount(zone, weights=wish * weight, minlength=len(totals))
    others = trades & ~has["industrial"]
    rest = np.bincount(zone, weights=others * weight, minlength=len(totals)) > 0
    most = np.where(rest, rules["industry_at_most"], 1.0) * totals
    cut = np.divide(most, by_zone, out=np.ones(len(totals)), where=by_zone > 0)
    cut = np.where(rest, np.minimum(cut, 1), cut)  # where nobody else trades, industry takes all
    found = np.floor(wish * cut[zone]).astype(np.int64)
    left = np.maximum(totals - _sums(found, weight, zone, len(totals)), 0)
    shares = np.exp(rules["wholesale_spread"] * draw.normal(size=len(revenue)))
    if others.any():
        found[others] = share_out(shares[others], weight[others], zone[others], left)
    return _nobody_without(found, trades, weight, zone, totals)


def _nobody_without(
    found: Integers, which: NDArray[np.bool_], weight: Integers, zone: Integers, totals: Integers
) -> Integers:
    """Give every trading row at least a little; the zone's largest gives it."""
    found = np.where(which, np.maximum(found, _LEAST), 0)
    left = totals - _sums(found, weight, zone, len(totals))
    order = np.lexsort((-found, zone))
    zones, first = np.unique(zone[order], return_index=True)
    row = order[first]
    found[row] += left[zones] // weight[row]
    return found


def _capital(
    foreign: NDArray[np.bool_],
    revenue: Floats,
    weight: Integers,
    zone: Integers,
    totals: Integers,
    draw: np.random.Generator,
) -> Integers:
    """Return foreign capital used: nil for most, and of every zone at least one that has some."""
    rules = assumption("capital")
    shares = np.exp(rules["spread"] * draw.normal(size=len(revenue))) * np.sqrt(revenue + 1)
    order = np.lexsort((-shares * foreign, zone))
    _, first = np.unique(zone[order], return_index=True)
    some = draw.random(len(revenue)) < rules["some"]
    some[order[first]] = True
    found = np.zeros(len(revenue), dtype=np.int64)
    takes = foreign & some
    found[takes] = share_out(shares[takes], weight[takes], zone[takes], totals)
    return found


def _exports(trade: Integers, draw: np.random.Generator) -> Integers:
    """Return the part of trade that is exports: all, none, or a share."""
    rules = assumption("trade")
    kind, share = draw.random(len(trade)), draw.beta(1.2, 1.2, len(trade))
    share = np.where(kind < rules["exporters"], 1.0, share)
    share = np.where(kind > 1 - rules["importers"], 0.0, share)
    return np.rint(trade * share).astype(np.int64)

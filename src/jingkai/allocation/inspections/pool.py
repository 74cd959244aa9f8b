"""The pool of a draw: who may be drawn, in which stratum, under which published id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from jingkai.allocation.inspections.draw import nonce_of, number_drawn, pseudonym, ranked
from jingkai.allocation.inspections.errors import PlanFileError
from jingkai.allocation.inspections.objects import Enterprises
from jingkai.allocation.inspections.plan_file import ANY_CLASS, Draw, PlanFile

__all__ = ["Pool", "drawn_from", "make_pool"]


@dataclass(frozen=True)
class Pool:
    """Everyone who may be drawn.

    Parameters
    ----------
    units
        One row an enterprise and draw: `position`, `draw` (from 0), `stratum`, `id`, `times`.
    strata
        One row a stratum: `stratum`, `draw`, `office`, `title`, `class`, `ratio`, `size`, `number`.
    nonces
        By position what ties ids to names: kept by the office, each handed to its enterprise.
    left_out
        By draw: how many of its list are outside, by reason.
    """

    units: pl.DataFrame
    strata: pl.DataFrame
    nonces: list[str]
    left_out: list[dict[str, Any]]

    @property
    def smallest_cell(self) -> int:
        """The fewest enterprises that share lists and strata; a small one might be told by its lists.

        0 where lists are ranked apart, since then no id stands in two of them.
        """
        if self.units.is_empty() or self.units["id"].n_unique() == self.units.height:
            return 0
        cells = self.units.group_by("id").agg(pl.col("stratum").sort().str.join("+"))
        sizes: list[int] = cells.group_by("stratum").len()["len"].to_list()
        return min(sizes)


def make_pool(
    plan: PlanFile, enterprises: Enterprises, salt: str, made: pl.DataFrame | None
) -> Pool:
    """Put each office's list into strata by class.

    Outside the draw are those whom a priority field of the office visits anyway, and those whose cap
    of the year is used up.

    Raises
    ------
    PlanFileError
        If enterprises of open class are in a list and the plan does not say what to do with them.
    """
    keys = enterprises.keys.to_list()
    nonces = [nonce_of(salt, key) for key in keys]
    units, strata, left_out = [], [], []
    for i, draw in enumerate(plan.draws):
        found, reasons = _eligible(plan, draw, enterprises, made)
        left_out.append({"draw": draw.title, "office": draw.office, **reasons})
        scope = "joint" if plan.ranking == "joint" else str(i + 1)
        units.append(_units(plan, draw, i, found, nonces, keys, scope))
        strata += _strata(plan, draw, i, found)
    frame = pl.DataFrame(strata, schema=_STRATA, orient="row")
    return Pool(pl.concat(units) if units else pl.DataFrame(schema=_UNITS), frame, nonces, left_out)


_STRATA = {
    "stratum": pl.String, "draw": pl.UInt32, "office": pl.String, "title": pl.String,
    "class": pl.String, "ratio": pl.String, "size": pl.UInt32, "number": pl.UInt32,
}  # fmt: skip
_UNITS = {
    "position": pl.UInt32, "draw": pl.UInt32, "stratum": pl.String, "id": pl.String, "times": pl.UInt32,
}  # fmt: skip


def _eligible(
    plan: PlanFile, draw: Draw, enterprises: Enterprises, made: pl.DataFrame | None
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return position and class of those who may be drawn, and how many of the list may not."""
    listed = enterprises.within(draw.objects)
    kept = listed
    reasons = {"listed": len(listed), "open": enterprises.open_for(draw.objects)}
    prior = [enterprises.within(p.objects) for p in plan.priority if p.office == draw.office]
    for name, out in (("priority", prior), ("cap", _capped(plan, draw.office, made))):
        gone = pl.concat(out).unique() if out else pl.Series([], dtype=pl.UInt32)
        before = len(kept)
        kept = kept.filter(~kept.is_in(gone.implode()))
        reasons[name] = before - len(kept)
    frame = enterprises.frame.select("position", "class").filter(
        pl.col("position").is_in(kept.implode())
    )
    frame = frame.with_columns(pl.col("class").fill_null(ANY_CLASS))
    open_class = frame.filter(pl.col("class") == ANY_CLASS).height
    if open_class and (ANY_CLASS not in draw.ratios or ANY_CLASS not in draw.times):
        raise PlanFileError(
            f"“{draw.title}”的清单中有 {open_class:,} 户信用风险分类待定",
            hint="先装载分类结果，或在 ratios 和 times 中写 unknown（分类不明的企业的比例和次数）",
        )
    return frame, reasons


def _capped(plan: PlanFile, office: str, made: pl.DataFrame | None) -> list[pl.Series]:
    if made is None:
        return []
    used = made.filter((pl.col("office") == office) & (pl.col("done") >= plan.offices[office].cap))
    return [used["position"].cast(pl.UInt32)]


def _units(
    plan: PlanFile,
    draw: Draw,
    i: int,
    found: pl.DataFrame,
    nonces: list[str],
    keys: list[str],
    scope: str,
) -> pl.DataFrame:
    places = found["position"].to_list()
    ids = [pseudonym(nonces[p], scope, keys[p]) for p in places]
    return found.select(
        "position",
        pl.lit(i, pl.UInt32).alias("draw"),
        found["class"]
        .replace_strict(_strata_names(plan, draw, i), return_dtype=pl.String)
        .alias("stratum"),
        pl.Series("id", ids, pl.String),
        pl.col("class")
        .replace_strict(draw.times, default=1, return_dtype=pl.UInt32)
        .alias("times"),
    )


def _strata_names(plan: PlanFile, draw: Draw, i: int) -> dict[str, str]:
    """Return the number of each stratum by class, in the order of the plan's classes, the open last."""
    classes = [c for c in (*plan.classes, ANY_CLASS) if c in draw.ratios]
    return {c: f"{i + 1}-{n + 1}" for n, c in enumerate(classes)}


def _strata(plan: PlanFile, draw: Draw, i: int, found: pl.DataFrame) -> list[tuple[Any, ...]]:
    sizes = dict(found.group_by("class").len().iter_rows())
    return [
        (name, i, draw.office, draw.title, c, str(draw.ratios[c]), sizes.get(c, 0),
         number_drawn(sizes.get(c, 0), draw.ratios[c]))
        for c, name in _strata_names(plan, draw, i).items()
    ]  # fmt: skip


def drawn_from(units: pl.DataFrame, strata: pl.DataFrame, seed: str) -> pl.DataFrame:
    """Return the units drawn: the first `number` of each stratum by rank (see `draw`)."""
    ids = units["id"].unique()
    ranks = pl.DataFrame({"id": ids, "rank": pl.Series(ranked(seed, ids), dtype=pl.String)})
    numbers = strata.select("stratum", "number")
    return (
        units.join(ranks, on="id")
        .join(numbers, on="stratum")
        .with_columns(pl.col("rank").rank("ordinal").over("stratum").alias("place"))
        .filter(pl.col("place") <= pl.col("number"))
        .drop("number")
        .sort("stratum", "rank")
    )

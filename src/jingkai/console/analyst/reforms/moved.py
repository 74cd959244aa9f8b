"""Indicators and ranks that a reform moves, as a page has them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.console.opened import Opened
from jingkai.console.portal.figures import figure_in
from jingkai.report.figures import points

__all__ = ["moved", "moved_file"]


def moved(manifest: dict[str, Any], found: Opened, own: str, lang: str) -> dict[str, Any]:
    """Return what a comparison says of indicators and ranks.

    Parameters
    ----------
    own
        The zone of a zone's analyst, whose figures alone are told beside the nation's; empty: the
        nation's, and how many zones move.
    """
    return {
        "indicators": [_indicator(r, own, lang) for r in manifest["indicators"].values()],
        "ranks": [
            {"title": a["title"][lang], "rows": [r for r in map(_rank, a["zones"]) if own in ("", r["zone"]) and r["before"] != r["after"]]}
            for a in manifest["ranks"].values()
        ],
    }  # fmt: skip


def moved_file(found: dict[str, Any]) -> pl.DataFrame:
    """Return what `moved` tells as a file has it: a row an indicator or assessment and place."""
    rows = [
        (i["title"], p["title"], p["before"], p["after"])
        for i in found["indicators"]
        for p in i["places"]
    ]
    rows += [
        (a["title"], r["name"], _span(r["before"]), _span(r["after"]))
        for a in found["ranks"]
        for r in a["rows"]
    ]
    names = ("指标或评价", "范围", "改前", "改后")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _span(rank: list[int] | None) -> str:
    return "—" if rank is None else "–".join(str(r) for r in dict.fromkeys(rank))


def _indicator(row: dict[str, Any], own: str, lang: str) -> dict[str, Any]:
    zones = {z["zone"]: z for z in row["zones"]}
    wanted = [(z, zones[z]) for z in ("", own) if z in zones]
    places = [
        {
            "title": z or ("全国" if lang == "zh" else "Nation"),
            **{side: _value(each[side], row, lang) for side in ("before", "after")},
        }
        for z, each in dict(wanted).items()
    ]
    return {"title": row["title"][lang], "places": places, "zones": len(zones.keys() - {""})}


def _value(side: dict[str, Any] | None, row: dict[str, Any], lang: str) -> str:
    """Return a figure in words; the known part of one that is not known whole."""
    quanta = None if side is None else side["value"] if side["value"] is not None else side["partial"]  # fmt: skip
    return figure_in(lang, None if quanta is None else quanta * Fraction(row["quantum"]), row["unit"])  # fmt: skip


def _rank(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"zone": row["zone"], "name": row["name"]}
    for side in ("before", "after"):
        place = row[side]
        found[side] = place and place["rank"]
        found[f"{side}_score"] = place and [points(Fraction(s)) for s in place["score"]]
    return found

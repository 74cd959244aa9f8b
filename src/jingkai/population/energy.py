"""Energy of synthetic enterprises: what their industry uses for their revenue, split over fuels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jingkai.population.assumptions import industries
from jingkai.population.draft import Draft
from jingkai.population.recipes import energy_recipe
from jingkai.population.sampling import Rows

__all__ = ["put_energy"]

_FUEL = ("_use", "purchased_electricity", "purchased_heat")


def put_energy(draft: Draft, rows: Rows) -> None:
    """Set total energy and every fuel of the last year; what is not used is zero on the form."""
    recipe, year = energy_recipe(), draft.year
    intensity = np.array([_of_industry(recipe["intensity"], c) for c in industries()], dtype=float)
    spread = recipe["spread"] * draft.draw("energy").standard_normal(draft.rows)
    total = draft.true("size") * intensity[rows.industry] * np.exp(spread)
    reports = draft.draw("energy", "form").random(draft.rows) < draft.pick(recipe["reports"])
    draft.masks["energy"] = ~reports
    draft.put(f"total_energy_{year}", total, reports)
    mixes = [recipe["mixes"][_of_industry(recipe["mix_of"], c)] for c in industries()]
    for fact in draft.entity.facts.values():
        if not fact.name.endswith(_FUEL) or fact.unit not in ("t", "万Nm3", "MWh", "GJ"):
            continue
        used = _fuel(draft, rows, total, mixes, fact.name)
        known = reports
        if fact.name == "purchased_electricity":
            metered = draft.draw("electricity").random(draft.rows) < recipe["electricity_known"]
            known = reports | metered
        draft.put(f"{fact.name}_{year}", used, known)


def _of_industry(table: dict[str, Any], code: str) -> Any:
    if code in table:
        return table[code]
    return table["industrial"] if code[0] in "BCD" else table["default"]


def _fuel(
    draft: Draft, rows: Rows, total: NDArray[Any], mixes: list[dict[str, float]], fact: str
) -> NDArray[np.float64]:
    """Return how much of one fuel is used, nil where an industry does not burn it."""
    share = np.array([mix.get(fact, 0.0) for mix in mixes])[rows.industry]
    if not share.any():
        return np.zeros(draft.rows)
    noise = np.exp(0.25 * draft.draw(fact).standard_normal(draft.rows))
    return np.asarray(total * share * noise / energy_recipe()["coefficients"][fact])

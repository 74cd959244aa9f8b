"""Published figures beside those of the data."""

from __future__ import annotations

from typing import Any

from jingkai.console.opened import Opened
from jingkai.console.portal.figures import figure_in
from jingkai.engine.published import Published, published_figures
from jingkai.policies import policies_folder
from jingkai.report.figures import percent
from jingkai.report.from_indicators import Indicated
from jingkai.rulebook.results import amount_quantum

__all__ = ["printed_of", "published"]

_RELATIONS = {"equals": ("{}", "{}"), "over": ("超{}", "over {}"), "at_least": ("{}以上", "{} or more")}  # fmt: skip


def published(found: Opened) -> dict[tuple[str, int], Published]:
    """Return the published figures of the nation by indicator and year."""
    layers = [policies_folder(), *found.workspace.layers]
    return found.kept(
        "published", lambda: {(p.indicator, p.year): p for p in published_figures(layers)}
    )


def printed_of(found: Opened, indicator: str, year: int, value: int | None, lang: str) -> dict[str, Any] | None:  # fmt: skip
    """Return what was published of an indicator, None where nothing was.

    Parameters
    ----------
    value
        The nation's own figure in quanta; they are held against each other only where all the zones are
        in the data.

    Returns
    -------
    ``text``, ``share`` of the country, ``source`` and ``agrees`` (null: cannot be told).
    """
    one = published(found).get((indicator, year))
    if one is None:
        return None
    unit = found.rulebook.rules[indicator].unit
    every = list(published(found).values())
    whole = Indicated(found.snapshot, found.rulebook, found.tables).whole(every, year)
    exact = None if value is None or not whole else value * amount_quantum(unit)
    words = _RELATIONS[one.relation][lang != "zh"]
    return {
        "text": words.format(figure_in(lang, one.value, one.unit)),
        "agrees": None if exact is None else one.met_by(exact, str(unit)),
        "share": "" if one.share is None else percent(one.share),
        "source": one.source,
        "verified": one.verified,
    }

"""What the rules grant to what is in a zone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import polars as pl

from jingkai.console.opened import Opened
from jingkai.console.portal.rule_words import entity_title
from jingkai.report.from_decisions import Decided, measures_of

__all__ = ["uptake_in"]


def uptake_in(found: Opened, key: str, lang: str) -> list[dict[str, Any]]:
    """Return what each measure's rules grant in the zone, in real entities."""
    book = found.rulebook
    mine = found.uptake.filter(pl.col("zone") == key)
    uptake = measures_of(Decided(book, found.snapshot, found.run), mine)
    return [
        {
            "measure": m.measure,
            "title": book.measures[m.measure].title.text(lang),
            "granted": m.granted,
            "refused": m.refused,
            "undetermined": m.undetermined,
            "rules": [
                {
                    **asdict(r),
                    "title": book.rules[r.rule].source.title.text(lang),
                    "entity": entity_title(book, r.rule, lang),
                }
                for r in m.rules
            ],
        }
        for m in uptake
    ]

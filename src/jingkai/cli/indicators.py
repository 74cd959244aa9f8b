"""A zone's indicators on screen: the value, and how many are known where it is no total."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from jingkai.cli.output import money
from jingkai.engine.store import DecisionRun
from jingkai.explain.words import figure_text
from jingkai.rulebook import Rulebook
from jingkai.vocabulary import Unit

__all__ = ["indicator_lines"]


def indicator_lines(
    run: DecisionRun, rulebook: Rulebook, zone: str = "", lang: str = "zh"
) -> list[str]:
    """Return a line for each indicator of a run; one of which nothing is known says so.

    Parameters
    ----------
    run, rulebook
        The stored run and the rules whose titles are shown.
    zone
        The key of a zone; empty for the whole snapshot.
    lang
        ``zh`` or ``en``.
    """
    found = []
    for name, indicator in run.manifest["indicators"].items():
        title = rulebook.rules[name].source.title.text(lang) if name in rulebook.rules else name
        for row in indicator["zones"]:
            if row["zone"] == zone:
                words = _value(row["partial"], indicator, lang)
                found.append(_line(title, words, row["known"], row["of"], lang))
    return found


def _value(quanta: int | None, indicator: dict[str, Any], lang: str) -> str:
    """Return a figure with its unit; a share in percent."""
    if quanta is None:
        return figure_text(None, None, lang)
    value, unit = Fraction(quanta) * Fraction(indicator["quantum"]), indicator["unit"]
    if lang == "zh" and unit:
        return money(value, unit)
    return figure_text(value, Unit.parse(unit), lang)


def _line(title: str, words: str, known: int, of: int, lang: str) -> str:
    if lang == "zh":
        partly = "" if known == of else f"（仅 {known:,}/{of:,} 已知，不是总数）"
        return f"指标 {title}：{words}{partly}"
    partly = "" if known == of else f" (only {known:,} of {of:,} known, no total)"
    return f"indicator {title}: {words}{partly}"

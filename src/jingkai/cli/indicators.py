"""A zone's indicators on screen: the value, and how many are known where it is no total."""

from __future__ import annotations

from fractions import Fraction

from jingkai.cli.output import money
from jingkai.engine.store import DecisionRun
from jingkai.explain.words import figure_text
from jingkai.rulebook import Rulebook
from jingkai.vocabulary import Unit

__all__ = ["indicator_lines", "indicator_value"]


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
                words = figure_text(None, None, lang)
                if row["partial"] is not None:
                    value = Fraction(row["partial"]) * Fraction(indicator["quantum"])
                    words = indicator_value(value, indicator["unit"], lang)
                found.append(_line(title, words, row["known"], row["of"], lang))
    return found


def indicator_value(value: Fraction, unit: str, lang: str = "zh") -> str:
    """Return a figure with its unit as people read it; a share in percent, to two decimals."""
    if not unit:
        return f"{float(value) * 100:,.2f}".rstrip("0").rstrip(".") + "%"
    if lang == "zh" and Unit.parse(unit).currency is None:
        digits = 0 if abs(value) >= 1000 else 2 if abs(value) >= 10 else 4
        text = f"{float(value):,.{digits}f}"
        return (text.rstrip("0").rstrip(".") if digits else text) + f" {unit}"
    return money(value, unit) if lang == "zh" else figure_text(value, Unit.parse(unit), lang)


def _line(title: str, words: str, known: int, of: int, lang: str) -> str:
    if lang == "zh":
        partly = "" if known == of else f"（仅 {known:,}/{of:,} 已知，不是总数）"
        return f"指标 {title}：{words}{partly}"
    partly = "" if known == of else f" (only {known:,} of {of:,} known, no total)"
    return f"indicator {title}: {words}{partly}"

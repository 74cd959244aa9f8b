"""Official titles of an enterprise beside what the rules compute, and where the two differ."""

from __future__ import annotations

from datetime import date
from typing import Any

from jingkai.console.opened import Opened
from jingkai.vocabulary import Title

__all__ = ["held_on", "outcomes"]


def outcomes(found: Opened, values: dict[str, Any], lang: str = "zh") -> list[dict[str, Any]]:
    """Return a line for each official title whose outcome is known of an enterprise.

    Parameters
    ----------
    values
        The enterprise's facts and stored results by column.

    Returns
    -------
    list
        ``title``, ``label``, ``holder``, ``from``, ``to`` (null: not known), ``held`` on the day, and of
        each rule that computes the same ``rule``, ``rule_title``, ``computed`` (null: undetermined) and
        ``agrees`` (null where undetermined; the whole line once with null where no rule computes it).
    """
    return [
        {**_line(found, title, values, lang), **computed}
        for title in found.rulebook.vocabulary.titles.values()
        if title.entity == "enterprise" and values.get(f"{title.id}_held") is not None
        for computed in _computed(found, title, values, lang)
    ]


def held_on(title: str, values: dict[str, Any], day: date) -> bool | None:
    """Return whether a title is held on a day; an end of its validity that is not known is open."""
    held = values.get(f"{title}_held")
    if not held:
        return None if held is None else False
    first, last = values.get(f"{title}_from"), values.get(f"{title}_to")
    return (first is None or first <= day) and (last is None or day <= last)


def _line(found: Opened, title: Title, values: dict[str, Any], lang: str) -> dict[str, Any]:
    ends = {end: values.get(f"{title.id}_{end}") for end in ("from", "to")}
    return {
        "title": title.id,
        "label": title.label.text(lang),
        "holder": found.rulebook.vocabulary.offices[title.holder].label.text(lang),
        **{end: day.isoformat() if day else None for end, day in ends.items()},
        "held": held_on(title.id, values, found.run.as_of),
    }


def _computed(
    found: Opened, title: Title, values: dict[str, Any], lang: str
) -> list[dict[str, Any]]:
    rules = [r for r in (title.rule, f"{title.rule}_2022") if r in found.run.rules]
    held = held_on(title.id, values, found.run.as_of)
    lines = []
    for name in rules:
        computed = values.get(name)
        lines.append(
            {
                "rule": name,
                "rule_title": found.rulebook.rules[name].source.title.text(lang),
                "computed": computed,
                "agrees": None if computed is None else computed == held,
            }
        )
    return lines or [{"rule": None, "rule_title": "", "computed": None, "agrees": None}]

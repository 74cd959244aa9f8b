"""What the rules give an enterprise, as pages and programs read it: by measure and by state, with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from jingkai.console.opened import Opened
from jingkai.console.portal.rule_parts import window
from jingkai.console.portal.rule_words import kind_text
from jingkai.explain.reason import RuleReason
from jingkai.explain.verdict_words import is_near, near_text, verdict_text
from jingkai.rulebook import Rule

__all__ = ["STATES", "entitlements", "reason_line"]

#: States of a right in the order in which an enterprise wants to read them.
STATES = ("granted", "near", "missing", "undetermined", "refused")
_MARK = {"granted": "good", "near": "open", "missing": "open", "undetermined": "open"}


def entitlements(found: Opened, reasons: Iterable[RuleReason], lang: str = "zh") -> dict[str, Any]:
    """Return what the rules come to for an enterprise.

    Parameters
    ----------
    reasons
        Of the enterprise's rules, in the rulebook's order.

    Returns
    -------
    dict
        ``rules``: a line each, see `reason_line`; ``counts``: rights by state; ``measures``: every
        measure with its title and rights by state.
    """
    lines = [reason_line(found, reason, lang) for reason in reasons]
    rights = [line for line in lines if line["sort"] == "right"]
    titles = {line["measure"]: line["measure_title"] for line in lines}
    by_measure = Counter((line["measure"], line["state"]) for line in rights)
    return {
        "rules": lines,
        "counts": {s: sum(line["state"] == s for line in rights) for s in STATES},
        "measures": [
            {
                "measure": m,
                "title": title,
                "counts": {s: by_measure[m, s] for s in STATES},
                "rights": sum(by_measure[m, s] for s in STATES),
            }
            for m, title in titles.items()
        ],
    }


def reason_line(found: Opened, reason: RuleReason, lang: str = "zh") -> dict[str, Any]:
    """Return one rule's reason in plain values, for `console/reason.html` and for JSON.

    `sort` is ``right`` (something asked for and granted), ``duty``, ``class``, ``score``, or
    ``figure`` (an amount without conditions). `state` of a right is one of `STATES`; of a duty
    ``granted`` (it binds), ``refused`` or ``missing``/``undetermined``; of the others ``known``,
    ``missing`` or ``undetermined``. A right is ``near`` where one condition refuses by a distance
    that can be told, or where one fact decides; ``undetermined`` waits for a parameter that no
    enterprise can bring.
    """
    rule = found.rulebook.rules[reason.rule]
    sort = _sort(rule)
    state = _state(reason, sort)
    measure = found.rulebook.measures[reason.measure]
    alone = [c for c in reason.conditions if c.id in reason.blocking]
    return {
        **reason.to_dict(),
        "sort": sort,
        "state": state,
        "mark": _MARK.get(state, ""),
        "kind_text": kind_text(reason.kind, lang),
        "measure_title": measure.title.text(lang),
        "word": verdict_text(reason, lang),
        "near": near_text(reason, lang) if reason.near_miss else "",
        "failed": [c.title for c in alone],
        "distance": [a.distance for c in alone for a in c.atoms if a.distance],
        "amount_open": reason.kind == "amount" and reason.figures.get("value") is None,
        "window": window(rule, found.day, lang) if sort == "right" else None,
    }


def _sort(rule: Rule) -> str:
    if rule.kind == "amount":
        return "right" if rule.conditions else "figure"
    return {"eligibility": "right", "grade": "class"}.get(rule.kind, rule.kind)


def _state(reason: RuleReason, sort: str) -> str:
    if sort in ("class", "score", "figure"):
        known = reason.verdict and (sort != "figure" or reason.figures.get("value") is not None)
        return "known" if known else _open(reason)
    if reason.verdict:
        return "granted"
    if reason.verdict is False:
        return "near" if sort == "right" and is_near(reason) else "refused"
    one = sort == "right" and len(reason.missing) == 1
    return "near" if one and _open(reason) == "missing" else _open(reason)


def _open(reason: RuleReason) -> str:
    """Tell what is only waited for from what facts would settle."""
    facts = [m for m in reason.missing if not m["fact"].startswith("parameter:")]
    return "missing" if facts and len(facts) == len(reason.missing) else "undetermined"

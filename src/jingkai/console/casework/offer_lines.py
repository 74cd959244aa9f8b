"""Rights that an enterprise may have, in plain values: what is paid, on which facts, what is asked."""

from __future__ import annotations

from typing import Any

from jingkai.console.casework.item_lines import material_line
from jingkai.console.casework.opening import asked_materials
from jingkai.console.casework.rights import Offer, needed_columns, open_columns
from jingkai.console.entitlements import reason_line
from jingkai.console.fact_lines import fact_lines, read_columns
from jingkai.console.fact_values import asked_value
from jingkai.console.models import Account, Case
from jingkai.console.opened import Opened
from jingkai.console.told import hidden_from, reasons_told
from jingkai.explain.reason import RuleReason

__all__ = ["facts_read", "needed_lines", "offer_line", "open_fields", "taken"]


def taken(enterprise: str, year: int) -> dict[tuple[str, str], dict[str, Any]]:
    """Return by service and subject the case that stands in the way of another one.

    Parameters
    ----------
    year
        Of which year a right counts as granted already.
    """
    cases = Case.objects.filter(enterprise=enterprise).exclude(subject="")
    standing = [c for c in cases if not c.ended or (c.year == year and c.amount is not None)]
    return {
        (c.service, c.subject): {"id": c.pk, "number": c.number, "granted": c.amount is not None}
        for c in standing
    }


def offer_line(account: Account, found: Opened, offered: Offer, lang: str = "zh") -> dict[str, Any]:
    """Return a right in plain values.

    Returns
    -------
    dict
        ``mode`` (see `Entitlement`), ``at_once``, ``reason`` (see `reason_line`), ``needed`` facts with
        what is known of them, ``materials`` to be brought, ``subject`` (``own``: the enterprise itself).
    """
    item, subject = offered.item, offered.subject
    reason = _reason(account, found, offered, lang)
    line = reason_line(found, reason, lang)
    return {
        "item": item.id,
        "title": item.title.text(lang),
        "kind": item.source.kind,
        "entity": item.source.entity,
        "subject": {
            "key": subject.key,
            "name": subject.name or subject.key,
            "own": item.source.entity == "enterprise",
        },
        "mode": offered.entitlement.mode,
        "at_once": offered.at_once,
        "amount": line["result"] if reason.kind == "amount" else "",
        "reason": line,
        "needed": needed_lines(account, found, offered, reason, lang),
        "materials": [
            material_line(m, found.rulebook, lang) for m in asked_materials([item], offered)
        ],
    }


def needed_lines(
    account: Account, found: Opened, offered: Offer, reason: RuleReason, lang: str = "zh"
) -> list[dict[str, Any]]:
    """Return the facts that a right waits for, each with its values where the zone knows it.

    `state` is ``known`` (filled in), ``open`` (the applicant states it) or ``office`` (an office supplies it).
    """
    columns, stated = needed_columns(found, offered), set(open_columns(found, offered).values())
    offices = found.rulebook.vocabulary.offices
    titles = {m["fact"]: m["label"] for m in reason.missing}
    every = [c for own in columns.values() for c in own]
    known = _known(account, found, offered, every, lang) if every else []
    lines = []
    for need in offered.entitlement.needed:
        state = "known" if need.known else "open" if need.fact in stated else "office"
        lines.append(
            {
                "fact": need.fact,
                "label": titles.get(need.fact) or need.title.text(lang),
                "holder": offices[need.office].label.text(lang),
                "proved": need.asked,
                "state": state,
                "facts": [f for f in known if f["column"] in columns[need.fact]],
            }
        )
    return lines


def facts_read(
    account: Account, found: Opened, offered: Offer, lang: str = "zh"
) -> list[dict[str, Any]]:
    """Return the known facts of the row itself that its right is decided on, as `fact_lines` has them."""
    return _known(account, found, offered, read_columns(found, offered.entitlement.rule), lang)


def open_fields(found: Opened, offered: Offer, lang: str = "zh") -> list[dict[str, Any]]:
    """Return what the applicant has to state: each a `fact_lines` line, with how it is asked for."""
    vocabulary = found.rulebook.vocabulary
    entity = vocabulary.entities[offered.item.source.entity]
    fields = []
    for line in _lines(found, offered, list(open_columns(found, offered)), lang):
        known = entity.column(line["column"])
        if known is not None:
            fields.append({**line, **asked_value(known[0], lang)})
    return fields


def _known(
    account: Account, found: Opened, offered: Offer, columns: list[str], lang: str
) -> list[dict[str, Any]]:
    """Return what is known of columns, without what the account may not see."""
    hidden = hidden_from(account, found, lang, offered.item.source.entity)
    seen = [c for c in columns if c not in hidden]
    return [f for f in _lines(found, offered, seen, lang) if f["known"]]


def _lines(found: Opened, offered: Offer, columns: list[str], lang: str) -> list[dict[str, Any]]:
    entity, position = offered.item.source.entity, offered.subject.position
    return fact_lines(found, position, columns, lang, entity)


def _reason(account: Account, found: Opened, offered: Offer, lang: str) -> RuleReason:
    """Return the rule explained in the reader's language, as the account may know it."""
    entity, position = offered.item.source.entity, offered.subject.position
    rules = [offered.entitlement.rule]
    return reasons_told(account, found, position, lang, rules, entity=entity)[0]

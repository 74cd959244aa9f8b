"""What the rule says of a case today with the stated values, beside what it said when it was asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from jingkai.console.casework.access import may_know_amount
from jingkai.console.casework.granting import ruled
from jingkai.console.casework.recorded import ReadCase
from jingkai.console.casework.rights import Offer, stated
from jingkai.console.entitlements import reason_line
from jingkai.console.fact_values import value_text
from jingkai.console.models import Account
from jingkai.console.opened import Opened
from jingkai.console.told import hidden_from
from jingkai.services.entitlement import entitlement_row

__all__ = ["right_shown"]

_VERDICTS = {
    True: ("符合", "granted"), False: ("不符合", "refused"), None: ("待定", "undetermined"),
}  # fmt: skip


def right_shown(
    account: Account, found: Opened, read: ReadCase, lang: str = "zh"
) -> dict[str, Any] | None:
    """Return what decides a case's right; None where no rule does.

    Returns
    -------
    dict
        ``rule``; ``then`` and ``now``: ``day``, ``verdict`` in words, ``amount`` in yuan (empty: none, or not
        this office's to know); ``now`` null where the rule is not in force or the register lacks the applicant;
        ``same``: no difference; ``reason`` as `reason_line` has it; ``proposed``: the amount to grant; ``against``: why it is
        refused, in words with articles; ``register``: what it has of the stated columns; ``facts``: read columns.
    """
    item = next((i for i in read.items.values() if i.source.rule is not None), None)
    if item is None or read.case.bundle:
        return None
    offered = ruled(read, item.id)
    whole = may_know_amount(account, item)
    then, now = _then(read, whole, lang), _now(found, offered, whole, lang)
    same = then is None or now is None or {**then, "day": ""} == {**now, "day": ""}
    shown: dict[str, Any] = {
        "rule": item.source.rule, "then": then, "now": now, "reason": None, "proposed": "",
        "against": "", "register": {}, "facts": [], "same": same,
    }  # fmt: skip
    if offered is None:
        return shown
    hidden = _hidden(account, found, read, lang)
    entity, position = item.source.entity, offered.subject.position
    (reason,) = found.explainer.explain(
        entity, position, [offered.entitlement.rule], lang, hidden=hidden,
        changed=stated(found, entity, read.case.given),
    )  # fmt: skip
    line = reason_line(found, reason, lang)
    atoms = [a for c in reason.conditions for a in c.atoms]
    amount = offered.entitlement.amount
    return shown | {
        "reason": line,
        "proposed": f"{amount:.2f}" if amount is not None and whole else "",
        "against": _against(line),
        "register": _register(found, read, position, hidden, lang),
        "facts": sorted({f for a in atoms for f in a.facts} - set(hidden)),
    }


def _hidden(account: Account, found: Opened, read: ReadCase, lang: str) -> dict[str, str]:
    """Return what the officer may not see; what the applicant told in the case is not hidden from it."""
    entity = found.rulebook.vocabulary.entities[read.case.entity]
    told = set(read.case.given)
    told |= {known[0].name for c in told if (known := entity.column(c)) is not None}
    hidden = hidden_from(account, found, lang, read.case.entity)
    return {c: words for c, words in hidden.items() if c not in told}


def _then(read: ReadCase, whole: bool, lang: str) -> dict[str, str] | None:
    said = read.case.right
    if said is None:
        return None
    return _said(said["day"], said["verdict"], said["amount"] if whole else None, lang)


def _now(found: Opened, offered: Offer | None, whole: bool, lang: str) -> dict[str, str] | None:
    if offered is None:
        return None
    said = offered.entitlement
    amount = None if said.amount is None or not whole else f"{said.amount:.2f}"
    return _said(found.day.isoformat(), said.reason.verdict, amount, lang)


def _said(day: str, verdict: bool | None, amount: str | None, lang: str) -> dict[str, str]:
    words = _VERDICTS[verdict][lang != "zh"]
    return {
        "day": day,
        "verdict": words,
        "amount": "" if amount is None else f"{Decimal(amount):,.2f}",
    }


def _against(line: dict[str, Any]) -> str:
    """Return the conditions that refuse, each with its article and what was found, a line each."""
    failed = [c for c in line["conditions"] if c["verdict"] is False]
    texts = []
    for c in failed:
        told = "；".join(
            f"{a['text']}：{a['found']}" + (f"，需{a['needed']}" if a["needed"] else "")
            for a in c["atoms"]
            if a["verdict"] is False and not a["hidden"]
        )
        texts.append(f"不符合“{c['title']}”（{c['basis']}）" + (f"：{told}" if told else ""))
    return "\n".join(texts)


def _register(
    found: Opened, read: ReadCase, position: int, hidden: dict[str, str], lang: str
) -> dict[str, str]:
    """Return what the register has of the stated columns, in words."""
    vocabulary = found.rulebook.vocabulary
    entity = vocabulary.entities[read.case.entity]
    row = entitlement_row(found.explainer, read.case.entity, position)
    known = {c: k for c in read.case.given if (k := entity.column(c)) is not None}
    return {
        c: hidden.get(c) or value_text(row.get(c), fact, vocabulary, lang)
        for c, (fact, _) in known.items()
    }

"""What an account is told of an enterprise that it may see: rules explained without what other offices hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jingkai.console.access import SENSITIVE, may_see_fact
from jingkai.console.models import Account
from jingkai.console.opened import Opened
from jingkai.console.roles import Role
from jingkai.engine.joins import facts_columns
from jingkai.explain.hidden import hidden_columns
from jingkai.explain.reason import RuleReason
from jingkai.vocabulary import Fact

__all__ = [
    "hidden_from",
    "hidden_words",
    "reasons_told",
    "sensitive_facts",
    "supervised_rules",
    "told_rules",
]


def hidden_from(
    account: Account, found: Opened, lang: str = "zh", entity: str = "enterprise"
) -> dict[str, str]:
    """Return the columns of an entity that an account may not see, and what stands in their place.

    See `explain.hidden` for what is hidden with them.
    """

    def find() -> dict[str, str]:
        if entity not in found.snapshot.entities:
            return {}
        columns = facts_columns(found.snapshot, found.rulebook, entity, found.day)

        def why(fact: Fact) -> str:
            return "" if may_see_fact(account, fact) else hidden_words(found, fact, lang)

        return hidden_columns(found.rulebook, entity, columns, found.day, why)

    return found.kept(("hidden from", entity, account.role, account.office, lang), find)


def hidden_words(found: Opened, fact: Fact, lang: str = "zh") -> str:
    """Return what stands in the place of a fact that another office holds, or offices alone."""
    if fact.sensitivity == "supervision":
        return "只用于监管，不公开" if lang == "zh" else "for supervision alone"
    office = found.rulebook.vocabulary.offices[fact.holder].label.text(lang)
    return f"由{office}持有，未共享" if lang == "zh" else f"held by {office}, not shared"


def reasons_told(
    account: Account,
    found: Opened,
    position: int,
    lang: str = "zh",
    rules: list[str] | None = None,
    changed: Mapping[str, Any] | None = None,
    entity: str = "enterprise",
) -> list[RuleReason]:
    """Return rules explained for an entity as an account may know it; see `told_rules`.

    Parameters
    ----------
    position
        The entity's row.
    rules
        Only these; all that were run by default.
    changed
        Facts by column with which the rules are decided again.
    entity
        An enterprise, or what is an enterprise's: a penalty.
    """
    own = account.role == Role.ENTERPRISE  # what it may not see, no rule that it is told reads
    hidden = {} if own else hidden_from(account, found, lang, entity)
    names = told_rules(account, found, entity)
    asked = names if rules is None else [n for n in rules if n in names]
    return found.explainer.explain(entity, position, asked, lang, hidden=hidden, changed=changed)


def told_rules(account: Account, found: Opened, entity: str = "enterprise") -> list[str]:
    """Return the rules about an entity that were run and whose verdicts an account is told.

    What rests on facts for supervision alone is told to offices, not to the enterprise: its class of
    credit risk, and how often it is inspected by it.
    """
    ran = [n for n, r in found.run.rules.items() if r["entity"] == entity]
    if account.role != Role.ENTERPRISE:
        return ran
    withheld = supervised_rules(found, entity)
    return [n for n in ran if n not in withheld]


def supervised_rules(found: Opened, entity: str = "enterprise") -> frozenset[str]:
    """Return the rules about an entity that read facts for supervision alone, or other such rules."""

    def find() -> frozenset[str]:
        facts = found.rulebook.vocabulary.entities[entity].facts
        kept = {n for n, f in facts.items() if f.sensitivity == "supervision"}
        rules = {n: r for n, r in found.rulebook.rules.items() if r.entity == entity}
        withheld = {n for n, r in rules.items() if kept & set(r.reads_facts())}
        while more := {n for n, r in rules.items() if r.reads_rules() & withheld} - withheld:
            withheld |= more
        return frozenset(withheld)

    return found.kept(("supervised rules", entity), find)


def sensitive_facts(found: Opened, columns: Iterable[str], entity: str = "enterprise") -> list[str]:
    """Return the names of those facts among columns whose reading goes into the audit trail."""
    described = found.rulebook.vocabulary.entities[entity]
    facts = (known[0] for c in columns if (known := described.column(c)) is not None)
    return list(dict.fromkeys(f.name for f in facts if f.sensitivity in SENSITIVE))

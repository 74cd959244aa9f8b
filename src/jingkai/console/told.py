"""What an account is told of an enterprise that it may see: rules explained without what other offices hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jingkai.console.access import SENSITIVE, may_see_fact
from jingkai.console.models import Account
from jingkai.console.opened import Opened
from jingkai.engine.joins import facts_columns
from jingkai.explain.hidden import hidden_columns
from jingkai.explain.reason import RuleReason
from jingkai.vocabulary import Fact

__all__ = ["hidden_from", "hidden_words", "reasons_told", "sensitive_facts"]


def hidden_from(account: Account, found: Opened, lang: str = "zh") -> dict[str, str]:
    """Return the columns of enterprises that an account may not see, and what stands in their place.

    See `explain.hidden` for what is hidden with them.
    """

    def find() -> dict[str, str]:
        columns = facts_columns(found.snapshot, found.rulebook, "enterprise", found.day)

        def why(fact: Fact) -> str:
            return "" if may_see_fact(account, fact) else hidden_words(found, fact, lang)

        return hidden_columns(found.rulebook, "enterprise", columns, found.day, why)

    return found.kept(("hidden from", account.role, account.office, lang), find)


def hidden_words(found: Opened, fact: Fact, lang: str = "zh") -> str:
    """Return what stands in the place of a fact that another office holds."""
    office = found.rulebook.vocabulary.offices[fact.holder].label.text(lang)
    return f"由{office}持有，未共享" if lang == "zh" else f"held by {office}, not shared"


def reasons_told(
    account: Account,
    found: Opened,
    position: int,
    lang: str = "zh",
    rules: list[str] | None = None,
    changed: Mapping[str, Any] | None = None,
) -> list[RuleReason]:
    """Return rules explained for an enterprise as an account may know it.

    Parameters
    ----------
    position
        The enterprise's row.
    rules
        Only these; all that were run by default.
    changed
        Facts by column with which the rules are decided again.
    """
    hidden = hidden_from(account, found, lang)
    return found.explainer.explain(
        "enterprise", position, rules, lang, hidden=hidden, changed=changed
    )


def sensitive_facts(found: Opened, columns: Iterable[str]) -> list[str]:
    """Return the names of those facts among columns whose reading goes into the audit trail."""
    entity = found.rulebook.vocabulary.entities["enterprise"]
    facts = (known[0] for c in columns if (known := entity.column(c)) is not None)
    return list(dict.fromkeys(f.name for f in facts if f.sensitivity in SENSITIVE))

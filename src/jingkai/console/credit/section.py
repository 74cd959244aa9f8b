"""What an officer sees of an enterprise's credit: its class with the reasons, its records and their days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jingkai.console.credit.lines import explained_records, facts_shown
from jingkai.console.credit.records import list_of_records
from jingkai.console.models import Account
from jingkai.console.opened import Opened
from jingkai.console.told import hidden_from, supervised_rules

__all__ = ["credit_facts", "credit_section"]


def credit_section(
    account: Account,
    found: Opened,
    key: str,
    rules: Iterable[Mapping[str, Any]],
    lang: str = "zh",
) -> dict[str, Any]:
    """Return the part of an enterprise's page on its credit.

    Parameters
    ----------
    rules
        The enterprise's rules as `entitlements` has them.

    Returns
    -------
    dict
        ``classes`` (rules for supervision alone, its class among them, with reasons), ``records`` (see
        `explained_records`), and ``list`` (see `list_of_records`).
    """
    return {
        "classes": [r for r in rules if r["rule"] in supervised_rules(found)],
        "records": explained_records(account, found, key, lang),
        "list": list_of_records(found),
    }


def credit_facts(account: Account, found: Opened, section: Mapping[str, Any]) -> list[str]:
    """Return the sensitive facts of records that a section tells of, for the trail."""
    return (
        facts_shown(found, hidden_from(account, found, "zh", "penalty"))
        if section["records"]
        else []
    )

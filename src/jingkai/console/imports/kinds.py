"""What an officer may import: every register; whole lists only for the zone that the workspace is of."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from jingkai.console.errors import ConsoleError
from jingkai.console.models import Account
from jingkai.registry.outcomes import closed_registers
from jingkai.vocabulary import Vocabulary

__all__ = ["OUTCOMES", "check_kind", "kinds", "mapped", "only_zone"]

#: A list of official titles, one row a title.
OUTCOMES = "outcomes"


def only_zone(account_zone: str) -> str | None:
    """Return the zone to which an officer's loads are kept; None where the workspace is that zone's."""
    own = settings.WORKSPACE.settings.zone
    return None if own is not None and own.key == account_zone else account_zone


def kinds(vocabulary: Vocabulary, account: Account, lang: str = "zh") -> list[dict[str, Any]]:
    """Return what may be imported: `id`, `title`, and whether a list of it may be a whole one."""
    whole = only_zone(account.zone) is None
    found = [
        {"id": e.id, "title": e.title.text(lang), "whole": whole and e.event is not None}
        for e in sorted(vocabulary.entities.values(), key=lambda e: e.id != "enterprise")
    ]
    titles = "Official titles (a list)" if lang == "en" else "官方认定名单（称号、证书）"
    found.insert(1, {"id": OUTCOMES, "title": titles, "whole": whole})
    facts = vocabulary.entities["enterprise"].facts.values()
    for register in closed_registers(vocabulary) if whole else ():
        label = next(f.label for f in facts if f.closed_by == register)
        said = f"{label.text(lang)} (whole list)" if lang == "en" else f"{label.zh}（完整名单）"
        found.append({"id": register, "title": said, "whole": False})
    return found


def check_kind(vocabulary: Vocabulary, account: Account, name: str) -> str:
    """Return the id of what is imported.

    Raises
    ------
    ConsoleError
        If it is nothing that this officer may import.
    """
    if name not in {k["id"] for k in kinds(vocabulary, account)}:
        raise ConsoleError("没有选择登记册的类别，或不能装载这一类", hint="从列表里选一项")
    return name


def mapped(vocabulary: Vocabulary, kind: str) -> bool:
    """Return whether the columns of such a file are mapped to facts; a list has fixed ones."""
    return kind in vocabulary.entities

"""How many working days an item may take, for cases whose log gives no deadline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from jingkai.services.catalogue import Item

__all__ = ["item_limits"]


def item_limits(items: Iterable[Item], names: Collection[str]) -> Mapping[str, int]:
    """Return the working days of items: promised, else by law.

    Parameters
    ----------
    names
        As a log calls items: by id or title. What it does not name is left out, and what has no such limit.
    """
    found: dict[str, int] = {}
    for item in items:
        law = item.statutory
        lawful = law.days if law is not None and law.unit == "working" else None
        days = item.promised if item.promised is not None else lawful
        if days is not None:
            found |= dict.fromkeys({item.id, item.title.zh} & set(names), days)
    return found

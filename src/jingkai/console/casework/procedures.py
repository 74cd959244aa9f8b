"""The zone's service items as casework reads them, read again when their files change."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from jingkai.console.casework.errors import CaseRefused
from jingkai.console.clock import today
from jingkai.console.opened import rulebook
from jingkai.services.catalogue import Catalogue, Item
from jingkai.services.load import item_folders, load_catalogue

__all__ = ["edition", "items_by_rule", "items_of", "pays_out", "procedures", "today"]


def procedures(day: date | None = None) -> Catalogue:
    """Return the items and bundles that count on a day (None: today).

    Raises
    ------
    CatalogueError
        If the zone's files do not hold.
    """
    folder: Path = settings.WORKSPACE.items
    return _loaded(tuple(settings.WORKSPACE.layers), folder, _state(folder)).on(day or today())


def edition() -> Hashable:
    """Return what changes whenever the zone's items, their settings or its calendar do."""
    return tuple(settings.WORKSPACE.layers), _state(settings.WORKSPACE.items)


def items_of(service: str, bundle: bool, day: date) -> dict[str, Item]:
    """Return the items of a service by name, in its order.

    Raises
    ------
    CaseRefused
        If there is no such service any more.
    """
    found = procedures(day)
    if bundle and service in found.bundles:
        parts = found.bundles[service].parts
        return {p.item: found.items[p.item] for p in parts}
    if not bundle and service in found.items:
        return {service: found.items[service]}
    hint = f"从“办事”里选择；有办件的事项不能删去，请恢复 items/{service}.yaml"
    raise CaseRefused(f"没有办事事项“{service}”", hint=hint)


def pays_out(office: str = "") -> list[Item]:
    """Return the items that pay money which an office hands over; without an office those of every one."""
    items = (i for i in procedures().items.values() if i.source.kind == "payment")
    return [i for i in items if office in ("", i.hands_over)]


def items_by_rule() -> dict[str, str]:
    """Return by rule the item that pays out its right today."""
    return {i.source.rule: n for n, i in procedures().items.items() if i.source.rule is not None}


def _state(folder: Path) -> tuple[tuple[str, int], ...]:
    if not folder.is_dir():
        return ()
    return tuple((str(p), p.stat().st_mtime_ns) for p in sorted(folder.rglob("*.yaml")))


@lru_cache(maxsize=2)
def _loaded(layers: tuple[Path, ...], folder: Path, state: object) -> Catalogue:
    return load_catalogue(rulebook(), item_folders(folder))

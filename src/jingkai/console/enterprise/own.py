"""The enterprise that an account speaks for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from jingkai.console.access import enterprise_for
from jingkai.console.errors import NotFound
from jingkai.console.opened import Opened, opened
from jingkai.registry.snapshot import Match

__all__ = ["about", "own"]


def own(request: HttpRequest) -> tuple[Opened, Match]:
    """Return the opened workspace and the account's enterprise in it.

    Raises
    ------
    NotFound
        If nothing was loaded yet, or the register does not have the enterprise.
    """
    found = opened()
    if found is None or "enterprise" not in found.snapshot.entities:
        raise NotFound("登记册里还没有企业", hint="请经开区管委会装载企业登记册后再看")
    return found, enterprise_for(request.user, found, request.user.enterprise)


def about(found: Opened, match: Match) -> dict[str, Any]:
    """Return who a page is about: key, name and zone of an enterprise."""
    table = found.snapshot.table("enterprise")
    zone = table["zone"][match.position].as_py() if "zone" in table.column_names else None
    return {"key": match.key, "name": match.name or match.key, "zone": zone}

"""Whose figures an analyst sees: of a zone its own beside aggregates, of the ministry every zone's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.http import HttpRequest

from jingkai.console.errors import NotFound
from jingkai.console.opened import Opened
from jingkai.console.portal.places import named_zone, region_titles
from jingkai.console.roles import Role
from jingkai.engine.indicators import LEVELS, Level

__all__ = ["Scope", "at_level", "group_titles", "level_choices", "level_of", "own_zone", "scope_of"]

_TITLES: dict[Level, tuple[str, str]] = {
    "nation": ("全国", "Nation"),
    "region": ("按地区", "By region"),
    "province": ("按省份", "By province"),
    "zone": ("按经开区", "By zone"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The zone that an analyst works for with its province and region; all None for the ministry."""

    zone: str | None = None
    name: str | None = None
    province: str | None = None
    region: str | None = None

    @property
    def places(self) -> list[tuple[Level, str]]:
        """The groups that the zone belongs to, itself first, the nation last; those known."""
        around: list[tuple[Level, str | None]] = [
            ("zone", self.zone),
            ("province", self.province),
            ("region", self.region),
            ("nation", ""),
        ]
        return [(level, group) for level, group in around if group is not None]


def own_zone(account: Any) -> str:
    """Return the zone that an account's reforms and rows are of; empty for the ministry's."""
    return str(account.zone) if account.role == Role.ZONE_ANALYST else ""


def scope_of(request: HttpRequest, found: Opened) -> Scope:
    """Return what the account that asks may see apart.

    Raises
    ------
    NotFound
        If its zone is not in the data.
    """
    zone = own_zone(request.user)
    if not zone:
        return Scope()
    row = named_zone(found, zone)
    return Scope(zone, row["name"], row["province"], row["region"])


def level_choices(scope: Scope, lang: str) -> list[dict[str, str]]:
    """Return the levels that can be chosen, with their titles."""
    titles = dict(_TITLES)
    if scope.zone:
        titles["zone"] = ("本区与上级", "My zone")
    return [{"level": level, "title": titles[level][lang != "zh"]} for level in LEVELS]


def level_of(request: HttpRequest, otherwise: Level) -> Level:
    """Return the level asked for by ``?level=``.

    Raises
    ------
    NotFound
        If there is no such level.
    """
    asked = request.GET.get("level", "") or otherwise
    for level in LEVELS:
        if level == asked:
            return level
    raise NotFound(f"没有“{asked}”这一级", hint=f"level 可用 {'、'.join(LEVELS)}")


def at_level(table: pl.DataFrame, level: Level, scope: Scope) -> pl.DataFrame:
    """Return the rows of a level's table that an analyst may see: of zones its own alone."""
    if level == "zone" and scope.zone:
        return table.filter(pl.col("group") == scope.zone)
    return table


def group_titles(found: Opened, level: Level, lang: str) -> dict[str | None, str]:
    """Return the names of a level's groups, in the order that people list them; of null that it is unknown."""
    unknown: dict[str | None, str] = {None: "未知" if lang == "zh" else "unknown"}
    if level == "nation":
        return {"": _TITLES["nation"][lang != "zh"]}
    titles: dict[str | None, str]
    if level == "region":
        titles = dict(region_titles(found, lang).items())
    elif level == "zone":
        titles = dict(found.zones.sort("key").select("key", "name").iter_rows())
    else:
        names = found.zones["province"].drop_nulls().unique().sort().to_list()
        titles = {n: n for n in names}
    return titles | unknown

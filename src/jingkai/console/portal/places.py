"""Zones by name, and the provinces and regions they lie in."""

from __future__ import annotations

from typing import Any

import polars as pl

from jingkai.console.errors import NotFound
from jingkai.console.opened import Opened, opened

__all__ = ["named_zone", "opened_zones", "region_titles"]


def opened_zones() -> Opened:
    """Return the opened workspace.

    Raises
    ------
    NotFound
        If no zone was loaded yet.
    """
    found = opened()
    if found is None or found.zones.is_empty():
        raise NotFound(
            "工作区里还没有经开区的数据",
            hint="运行 `jingkai population make` 合成，或 `jingkai load zones 文件` 装载",
        )
    return found


def named_zone(found: Opened, key: str) -> dict[str, Any]:
    """Return a zone's row by its key.

    Raises
    ------
    NotFound
        If there is none.
    """
    rows = found.zones.filter(pl.col("key") == key)
    if rows.is_empty():
        raise NotFound(f"数据里没有经开区“{key}”", hint="在“经开区”页按名称查找")
    return rows.row(0, named=True)


def region_titles(found: Opened, lang: str) -> dict[str, str]:
    """Return the regions' names by code, in the vocabulary's order."""
    codes = found.rulebook.vocabulary.entities["zone"].facts["region"].codes
    return {c: label.text(lang) for c, label in codes.items()} if isinstance(codes, dict) else {}

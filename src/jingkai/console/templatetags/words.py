"""Says a thing in the language of the page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from jingkai.console.wanted import without_format

__all__ = ["beside", "grouped", "in_state", "listed", "money", "of_sort", "say", "with_query"]

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: Any, zh: str, en: str) -> str:
    """Return one of two texts: Chinese, or English for who asked for it."""
    return en if context.get("lang") == "en" else zh


@register.simple_tag(takes_context=True)
def with_query(context: Any, **changed: Any) -> str:
    """Return a link to this page with some of its query changed."""
    query = without_format(context["request"], **changed)
    return f"?{query}" if query else "?"


@register.simple_tag(takes_context=True)
def listed(context: Any, texts: list[str]) -> str:
    """Return texts with the comma of the page's language between."""
    return (", " if context.get("lang") == "en" else "、").join(texts)


@register.filter
def beside(these: list[Any], those: list[Any]) -> list[tuple[Any, Any]]:
    """Return pairs of two lists of one length."""
    return list(zip(these, those, strict=True))


@register.filter
def grouped(value: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{value:,}"


@register.filter
def money(value: str) -> str:
    """Return an amount as it is kept with its thousands apart."""
    return f"{Decimal(value):,.2f}"


@register.filter
def in_state(rules: list[dict[str, Any]], state: str) -> list[dict[str, Any]]:
    """Return the tried rules that are in a state."""
    return [r for r in rules if r["state"] == state]


@register.filter
def of_sort(rules: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """Return the rules of a sort, as `entitlements` tells them apart."""
    return [r for r in rules if r["sort"] == sort]

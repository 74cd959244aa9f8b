"""What the synthetic nation assumes, read from one file that says of each figure why."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

__all__ = ["assumed", "assumption", "industries"]

_FILE = Path(__file__).parent / "assumptions.yaml"


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    return found


def assumption(*path: str) -> dict[str, Any]:
    """Return a group of assumed figures by its path, without the sentence that says why."""
    found = _read()
    for name in path:
        found = found[name]
    return {key: value for key, value in found.items() if key != "why"}


def assumed(*path: str) -> float:
    """Return one assumed figure by its path."""
    return float(assumption(*path)["value"])


def industries() -> list[str]:
    """Return the industry divisions of the population, sorted."""
    return sorted(assumption("industries"))

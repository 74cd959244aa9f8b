"""The recipes of an entity, by fact."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Recipe", "RecipeBook", "energy_recipe", "recipe_book"]

_FOLDER = Path(__file__).parent
Recipe = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecipeBook:
    """The recipes of one entity.

    Parameters
    ----------
    facts, titles
        By fact (a `*` stands for any ending) and by title.
    gaps
        By office how often it does not know.
    other
        Whatever else the file has.
    """

    facts: dict[str, Recipe]
    titles: dict[str, Recipe]
    gaps: dict[str, Any]
    other: dict[str, Any]

    def recipe(self, fact: str) -> Recipe | None:
        """Return a fact's recipe, None if it has none."""
        if fact in self.facts:
            return self.facts[fact]
        return next(
            (r for name, r in self.facts.items() if "*" in name and fnmatch(fact, name)), None
        )


@cache
def recipe_book(entity: str) -> RecipeBook:
    """Return the recipes of an entity; an empty book where it has no file."""
    path = _FOLDER / f"{entity}.yaml"
    found = yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}
    parts = {name: found.pop(name, {}) for name in ("facts", "titles", "gaps")}
    return RecipeBook(**parts, other=found)


@cache
def energy_recipe() -> dict[str, Any]:
    """Return how much energy industries use, and of what."""
    found: dict[str, Any] = yaml.safe_load((_FOLDER / "energy.yaml").read_text("utf-8"))
    return found

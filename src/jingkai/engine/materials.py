"""Materials an application needs today, and those left when shared facts are used (减材料)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from jingkai.engine.joins import facts_and_results
from jingkai.engine.store import DecisionRun, EngineError
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rule, Rulebook
from jingkai.rulebook.tree import fact_names
from jingkai.vocabulary import Fact, Label

__all__ = ["MaterialCount", "RuleMaterial", "count_materials", "rule_materials"]


@dataclass(slots=True)
class RuleMaterial:
    """One material of a rule: the facts it proves, and where it is wanted.

    `reach` has the columns that say whether a condition applies; None: always wanted.
    """

    title: Label
    facts: list[Fact] = field(default_factory=list)
    reach: list[str | None] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Its name, by which materials are told apart."""
        return self.title.zh

    @property
    def holder(self) -> str:
        """The office that issues it."""
        return self.facts[0].holder

    @property
    def shared(self) -> bool:
        """Whether offices share every fact that it proves."""
        return all(f.shared for f in self.facts)


@dataclass(frozen=True, slots=True)
class MaterialCount:
    """How many materials applications need.

    Parameters
    ----------
    materials
        One row a material: ``material``, ``shared``, ``today``, ``left``, ``held`` (entities that need
        it today; with shared facts used; of those, whose facts the zone holds already).
    entities
        One row an entity: ``key``, ``name``, ``zone``, ``today``, ``left``, ``left_reused`` (left, less
        what the zone holds already).
    """

    materials: pl.DataFrame
    entities: pl.DataFrame


def count_materials(
    rulebook: Rulebook, snapshot: Snapshot, run: DecisionRun, rule: str
) -> MaterialCount:
    """Count, for every entity, the materials that a rule's application needs.

    Today each fact that the rule reads is proved by its material, unless its condition does not apply.
    With shared facts used, a material all of whose facts offices share is not asked for.

    Raises
    ------
    EngineError
        If the rule was not run.
    """
    if rule not in run.rules:
        raise EngineError(f"规则 {rule} 不在这次认定中", hint="见 `jingkai rules list`")
    found = rulebook.rules[rule]
    applies = {name: ran["applies"] for name, ran in run.rules.items()}
    materials = list(_materials(found, rulebook, applies, set()).values())
    stored = run.scan(found.entity)
    frame, have = facts_and_results(snapshot, rulebook, found.entity, run.as_of, stored)
    wanted = [_wanted(m).alias(f"w{i}") for i, m in enumerate(materials)]
    held = [_held(m, have).alias(f"h{i}") for i, m in enumerate(materials)]
    named = [
        pl.col(n) if n in have else pl.lit(None, dtype=pl.String).alias(n) for n in ("name", "zone")
    ]
    marks = frame.select("key", *named, *wanted, *held).collect(engine="streaming")
    return MaterialCount(_by_material(marks, materials), _by_entity(marks, materials))


def rule_materials(rule: Rule, rulebook: Rulebook) -> list[RuleMaterial]:
    """Return every material that a rule's application may need, whoever applies."""
    applies: dict[str, dict[str, str]] = {name: {} for name in rulebook.rules}
    return list(_materials(rule, rulebook, applies, set()).values())


def _materials(
    rule: Rule, rulebook: Rulebook, applies: Mapping[str, Mapping[str, str]], done: set[str]
) -> dict[str, RuleMaterial]:
    """Return the materials of a rule and of those it reads, by label; `applies` are the rules run."""
    found: dict[str, RuleMaterial] = {}
    if rule.id in done or rule.id not in applies:
        return found
    done.add(rule.id)
    facts = rulebook.vocabulary.entities[rule.entity].facts
    for name, reach in _reads(rule, applies[rule.id]):
        fact = facts.get(name)
        if fact is not None:
            title = fact.material or Label(
                zh=f"{fact.label.zh}证明", en=f"Proof of {fact.label.en}"
            )
            _add(found.setdefault(title.zh, RuleMaterial(title)), [fact], [reach])
    for other in sorted(rule.reads_rules()):
        for label, m in _materials(rulebook.rules[other], rulebook, applies, done).items():
            _add(found.setdefault(label, RuleMaterial(m.title)), m.facts, m.reach)
    return found


def _reads(rule: Rule, applies: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """Return the facts a rule reads, each with the column that says whether it is wanted."""
    pairs = [(n, applies.get(c.id)) for c in rule.conditions for n in fact_names(c.test)]
    inside = {name for name, _ in pairs}
    return pairs + [(n, None) for n in rule.reads_facts() if n not in inside]


def _add(material: RuleMaterial, facts: list[Fact], reach: list[str | None]) -> None:
    material.facts += [f for f in facts if f not in material.facts]
    material.reach += reach


def _wanted(material: RuleMaterial) -> pl.Expr:
    reach = set(material.reach)
    if None in reach:
        return pl.lit(True)
    return pl.any_horizontal(pl.col(c).fill_null(True) for c in sorted(c for c in reach if c))


def _held(material: RuleMaterial, have: list[str]) -> pl.Expr:
    """Return whether the zone holds some value of every fact of a material."""
    parts = []
    for fact in material.facts:
        columns = [c for c in have if c == fact.name or _year_of(c, fact)]
        if not columns:
            return pl.lit(False)
        parts.append(pl.any_horizontal(pl.col(c).is_not_null() for c in columns))
    return pl.all_horizontal(parts)


def _year_of(column: str, fact: Fact) -> bool:
    stem, _, year = column.rpartition("_")
    return fact.yearly and stem == fact.name and year.isdigit()


def _by_material(marks: pl.DataFrame, materials: list[RuleMaterial]) -> pl.DataFrame:
    rows = []
    for i, m in enumerate(materials):
        today = int(marks[f"w{i}"].sum())
        held = 0 if m.shared else int((marks[f"w{i}"] & marks[f"h{i}"]).sum())
        rows.append((m.label, m.shared, today, 0 if m.shared else today, held))
    schema = {"material": pl.String(), "shared": pl.Boolean()} | dict.fromkeys(
        ("today", "left", "held"), pl.Int64()
    )
    return pl.DataFrame(rows, schema=schema, orient="row").sort("left", "today", descending=True)


def _by_entity(marks: pl.DataFrame, materials: list[RuleMaterial]) -> pl.DataFrame:
    own = [i for i, m in enumerate(materials) if not m.shared]
    columns = {
        "today": [pl.col(f"w{i}") for i in range(len(materials))],
        "left": [pl.col(f"w{i}") for i in own],
        "left_reused": [pl.col(f"w{i}") & ~pl.col(f"h{i}") for i in own],
    }
    return marks.select(
        "key", "name", "zone", *(_total(parts).alias(n) for n, parts in columns.items())
    )


def _total(parts: list[pl.Expr]) -> pl.Expr:
    return pl.sum_horizontal(parts).cast(pl.Int64) if parts else pl.lit(0, dtype=pl.Int64)

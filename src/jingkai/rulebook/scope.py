"""What the names in an expression may mean, and the types they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from jingkai.vocabulary import PLAIN, Fact, Unit, Vocabulary

__all__ = ["Kind", "ParameterType", "RuleType", "Scope", "Type"]

Kind = Literal["bool", "number", "date", "code"]


@dataclass(frozen=True, slots=True)
class Type:
    """The type of an expression: its kind and, of a number, its unit.

    `unit` is None for the plain 0 and 1, which take any unit. `fact` is the coded fact that a
    code expression reads, to check literals against its list. `interval` marks a score.
    """

    kind: Kind
    unit: Unit | None = PLAIN
    fact: Fact | None = None
    interval: bool = False
    compound: bool = False  #: a cagr, which may only be compared with a parameter


@dataclass(frozen=True, slots=True)
class ParameterType:
    """What a parameter holds: a number with a unit, a list of codes, a date.

    `percent` says that its figure is written with %, as it is then shown. One that is `broken`
    agrees with any unit, so that only it is reported.
    """

    kind: Literal["number", "codes", "date"]
    unit: Unit = PLAIN
    percent: bool = field(default=False, compare=False)
    broken: bool = False


@dataclass(frozen=True, slots=True)
class RuleType:
    """What another rule's result is."""

    entity: str
    kind: str
    unit: Unit = PLAIN
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Names an expression may use.

    Parameters
    ----------
    vocabulary, entity
        Facts and titles that are in reach, and whose they are.
    parameters
        The rule's own parameters.
    rules
        Every rule's result type by name.
    conditions
        Condition ids, inside `decide` only.
    aggregates
        Whether sums over entities are allowed (indicators).
    assumes
        Whether the condition states a ground for `assume`.
    """

    vocabulary: Vocabulary
    entity: str
    parameters: Mapping[str, ParameterType] = field(default_factory=dict)
    rules: Mapping[str, RuleType] = field(default_factory=dict)
    conditions: frozenset[str] = frozenset()
    aggregates: bool = False
    assumes: bool = False

    def names(self) -> list[str]:
        """Return every name that could stand here, for the nearest-name hint."""
        facts = self.vocabulary.entities[self.entity].facts
        return [*facts, *self.parameters, *self.rules, *self.conditions, "as_of"]

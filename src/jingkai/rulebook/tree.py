"""The checked expression: a small typed tree that every later step reads.

The grammar turns text into these nodes and proves names, types and units on the way; lowering
turns them into exact integer arithmetic; explanations print them. Nodes are immutable and equal
when they mean the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Literal

__all__ = [
    "AddMonths",
    "Aggregate",
    "Arithmetic",
    "AsOf",
    "Assume",
    "AtLeast",
    "BoolConstant",
    "Cagr",
    "Case",
    "CodeTest",
    "Compare",
    "ConditionRef",
    "Constant",
    "DateAdd",
    "Events",
    "Extreme",
    "FactRef",
    "Foreign",
    "Growth",
    "Holds",
    "Interval",
    "LastYearEnd",
    "Logic",
    "Node",
    "Not",
    "OnShared",
    "Parameter",
    "RuleRef",
    "TextConstant",
    "Total",
    "Unknown",
    "children",
    "fact_names",
    "walk",
]


@dataclass(frozen=True, slots=True)
class Node:
    """Anything that an expression is made of."""


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """The plain number 0 or 1, which agrees with any unit."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class BoolConstant(Node):
    """true or false."""

    value: bool


@dataclass(frozen=True, slots=True)
class TextConstant(Node):
    """A code written in quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class AsOf(Node):
    """The date asked about."""


@dataclass(frozen=True, slots=True)
class LastYearEnd(Node):
    """31 December of the last year."""


@dataclass(frozen=True, slots=True)
class FactRef(Node):
    """A fact: of the entity itself or, with `of`, of the entity it refers to.

    `ago` counts years back from the last year, -1 being the year of the date asked about; None for
    a fact that is not yearly.
    """

    name: str
    ago: int | None = None
    of: str = ""


@dataclass(frozen=True, slots=True)
class Total(Node):
    """Sum or mean of a yearly fact over the last years, or those in which the entity existed."""

    name: str
    years: int
    up_to: bool
    mean: bool


@dataclass(frozen=True, slots=True)
class Growth(Node):
    """Last year against the year before, less one."""

    name: str


@dataclass(frozen=True, slots=True)
class Cagr(Node):
    """Compound yearly growth over a number of years; only ever compared with a parameter."""

    name: str
    years: int


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A parameter of the rule, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class RuleRef(Node):
    """Another rule's result, or the subtotal of a score's group."""

    rule: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class ConditionRef(Node):
    """A condition of the same rule, inside `decide`."""

    id: str


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """Sum, difference, product or quotient."""

    op: Literal["+", "-", "*", "/"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Extreme(Node):
    """The least or greatest of several numbers; unknown if any is."""

    op: Literal["least", "greatest"]
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Case(Node):
    """The value of the first test that holds; unknown while a deciding test is."""

    branches: tuple[tuple[Node, Node], ...]
    default: Node


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """Days, completed years, or months with both ends counted, from one date to another."""

    kind: Literal["days", "years", "months_inclusive"]
    start: Node
    end: Node


@dataclass(frozen=True, slots=True)
class DateAdd(Node):
    """The date a number of days later."""

    date: Node
    days: Node


@dataclass(frozen=True, slots=True)
class AddMonths(Node):
    """The date a number of months later; the month's last day where the day does not exist."""

    date: Node
    months: Node


@dataclass(frozen=True, slots=True)
class Foreign:
    """A test about another entity: no node, so that its facts are not taken for this one's."""

    node: Node


@dataclass(frozen=True, slots=True)
class Events(Node):
    """How many dated events of an owner lie in a window before the date asked about.

    Of `same` given, the largest number of one kind. `earlier` counts, in a rule of the event's own
    entity, the earlier events of the same owner (of the same kind). An interval, as scores are.
    """

    entity: str
    window: Node
    test: Foreign | None = None
    same: str = ""
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class OnShared(Node):
    """Another rule's verdict where only facts that offices share are known."""

    rule: str


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """A comparison of two numbers, dates or codes."""

    op: Literal["=", "<>", "<", "<=", ">", ">="]
    left: Node
    right: Node
    kind: Literal["number", "date", "code", "bool"]


@dataclass(frozen=True, slots=True)
class CodeTest(Node):
    """Whether a code lies under, or equals, one of some codes."""

    kind: Literal["under", "one_of"]
    subject: Node
    codes: Parameter | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """All or any of several tests, by Kleene."""

    op: Literal["and", "or"]
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The contrary; unknown stays unknown."""

    arg: Node


@dataclass(frozen=True, slots=True)
class AtLeast(Node):
    """Whether a number of tests hold."""

    count: int
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Assume(Node):
    """A fact, with silence read as a value on a stated ground."""

    fact: FactRef
    value: Constant | BoolConstant


@dataclass(frozen=True, slots=True)
class Holds(Node):
    """Whether an official title is held on a day."""

    title: str
    day: Node


@dataclass(frozen=True, slots=True)
class Unknown(Node):
    """What nobody has verified, where only what is verified counts."""


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """A sum, count or share over entities, zones among them; only in indicators."""

    kind: Literal["sum", "count", "share"]
    entity: str
    arg: Node


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes directly inside a node, in order."""
    for name in _parts(type(node)):
        yield from _nodes_in(getattr(node, name))


_PARTS: dict[type[Node], tuple[str, ...]] = {}


def _parts(kind: type[Node]) -> tuple[str, ...]:
    if kind not in _PARTS:
        _PARTS[kind] = tuple(f.name for f in fields(kind))
    return _PARTS[kind]


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything inside it, outer first."""
    yield node
    for child in children(node):
        yield from walk(child)


def fact_names(node: Node) -> list[str]:
    """Return the names of the facts an expression reads, each once, in order.

    A zone's are named ``zone.x``; a table of events stands under its entity's name.
    """
    found: dict[str, None] = {}
    for part in walk(node):
        if isinstance(part, FactRef):
            found[f"{part.of}.{part.name}" if part.of else part.name] = None
        elif isinstance(part, Total | Growth | Cagr):
            found[part.name] = None
        elif isinstance(part, Holds):
            found[f"{part.title}_held"] = None
        elif isinstance(part, Events):
            found[part.entity] = None
    return list(found)

"""Both sides of every line a rule draws, found from its own tree and its examples.

For each comparison of a condition, a grade or a points table one fact of an example is moved until
the comparison turns, and the two neighbouring values are kept with what the rule then says. A lawyer
reads them beside the article: ≥ or >, the figure, the unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any

from jingkai.engine.examples import Example, examples_of, found_in_row, with_parameters
from jingkai.engine.row_plan import RowPlan
from jingkai.rulebook import Program, Rule, Rulebook, compile_program, lowering_for, tree
from jingkai.rulebook.lower import POINT_QUANTUM
from jingkai.rulebook.plan import Plan, plan_columns
from jingkai.vocabulary import Fact

__all__ = ["Boundary", "boundaries_of"]

_FAR = 60  # doublings that pass every bound


@dataclass(frozen=True, slots=True)
class Boundary:
    """One line of a rule.

    Parameters
    ----------
    place
        The condition, grade, or item of a score.
    basis
        Its article.
    fact
        The column that was moved, or the score of another rule.
    fails, holds
        Its neighbouring values where the comparison fails and holds, in the fact's unit, as text.
    verdicts
        What the rule says at `fails` and at `holds` with the example's other facts.
    example
        The title of the example whose other facts stand.
    """

    place: str
    basis: str
    fact: str
    fails: str
    holds: str
    verdicts: tuple[str, str]
    example: str


def boundaries_of(rule: Rule, rulebook: Rulebook) -> tuple[list[Boundary], list[str]]:
    """Return both sides of every line of a rule, and the places no example reaches.

    Parameters
    ----------
    rule, rulebook
        A checked rule with examples.

    Returns
    -------
    The boundaries in the file's order, and the places whose comparison turns for no example when one
    of its facts is moved (a test of yes or no, a code, or a comparison without a known other side).
    """
    found, missed = [], []
    examples = sorted(examples_of(rule, rulebook), key=_favour)
    for place, basis, atom in _comparisons(rule):
        boundary = next(_turning(rule, rulebook, examples, place, basis, atom), None)
        if boundary is None:
            missed.append(place)
        elif boundary not in found:
            found.append(boundary)
    return found, list(dict.fromkeys(missed))


def _favour(example: Example) -> int:
    """Order examples: one whose other conditions hold shows a line best."""
    expect = example.expect
    return 0 if expect == "granted" or isinstance(expect, dict) else 1 if expect == "refused" else 2


def _comparisons(rule: Rule) -> Iterator[tuple[str, str, tree.Compare]]:
    tests: list[tuple[str, str, tree.Node | None]] = []
    for c in rule.conditions:
        tests += [(c.id, c.basis, c.applies), (c.id, c.basis, c.test)]
    for (grade, test), source in zip(rule.grades, rule.source.grades, strict=True):
        tests.append((f"grade {grade}", source.basis, test))
    for group in rule.groups:
        for item in group.items:
            tests += [(f"item {item.id}", item.basis, band.test) for band in item.bands]
    for place, basis, test in tests:
        for part in tree.walk(test) if test is not None else ():
            if isinstance(part, tree.Compare) and part.kind in ("number", "date"):
                yield place, basis, part


def _turning(
    rule: Rule,
    rulebook: Rulebook,
    examples: Iterable[Example],
    place: str,
    basis: str,
    atom: tree.Compare,
) -> Iterator[Boundary]:
    for example in examples:
        if example.events:
            continue
        book = with_parameters(rulebook, rule, dict(example.parameters)).on(example.as_of)
        own = book.rules[rule.id]
        plan = lowering_for(book, own, example.as_of, None).test(atom)
        for moved in _movable(own, book, atom, plan, example):
            sides = _sides(plan, moved, example.columns)
            if sides is not None:
                fails, holds = (_verdict(own, book, example, moved.row(v)) for v in sides)
                said = tuple(moved.text(value) for value in sides)
                yield Boundary(
                    place, basis, moved.name, said[0], said[1], (fails, holds), example.title
                )


@dataclass(frozen=True, slots=True)
class _Moved:
    """What is moved: a fact's column, or both ends of another rule's score."""

    name: str
    columns: tuple[str, ...]
    fact: Fact | None

    def row(self, value: Any) -> dict[str, Any]:
        return dict.fromkeys(self.columns, value)

    def text(self, value: Any) -> str:
        if isinstance(value, date):
            return value.isoformat()
        if self.fact is None:
            return f"{_figure(value * POINT_QUANTUM)} 分"
        number = value * self.fact.quantum
        if self.fact.type == "ratio":
            return f"{_figure(number * 100)} %"
        return f"{_figure(number)} {self.fact.unit}".strip()

    def range(self, start: Any) -> tuple[int, int]:
        if isinstance(start, date):
            return -min(40_000, start.toordinal() - 1), 40_000
        if self.fact is None:
            return -start, 10**6
        low = 0 if self.fact.never_negative else -self.fact.bound
        return low - start, self.fact.bound - start


def _movable(
    rule: Rule, rulebook: Rulebook, atom: tree.Compare, plan: Plan, example: Example
) -> list[_Moved]:
    """Return what of a comparison an example knows, the facts it names first, in its order."""
    found = []
    read = set(plan_columns(plan))
    for part in tree.walk(atom):
        if isinstance(part, tree.RuleRef):
            name = part.rule + (f"__{part.group}" if part.group else "")
            ends = (f"{name}__low", f"{name}__high", name)
            if example.columns.get(ends[0]) is not None and ends[0] in read:
                found.append(_Moved(name, ends, None))
        elif isinstance(part, tree.FactRef | tree.Total | tree.Growth | tree.Cagr):
            owner = part.of if isinstance(part, tree.FactRef) else ""
            stem = f"{owner}.{part.name}" if owner else part.name
            columns = sorted((c for c in read if c.startswith(stem)), reverse=True)
            for column in columns:
                fact = _fact(rule, rulebook, column)
                if fact and fact.name == part.name and example.columns.get(column) is not None:
                    found.append(_Moved(column, (column,), fact))
    return found


def _fact(rule: Rule, rulebook: Rulebook, column: str) -> Fact | None:
    entity = rulebook.vocabulary.entities[rule.entity]
    owner, _, inner = column.partition(".")
    if inner:
        entity, column = rulebook.vocabulary.entities[entity.references[owner]], inner
    known = entity.column(column)
    return known[0] if known and (known[0].numeric or known[0].type == "date") else None


def _sides(plan: Plan, moved: _Moved, row: dict[str, Any]) -> tuple[Any, Any] | None:
    """Return the neighbouring values where a test fails and holds."""
    start = row[moved.columns[0]]

    def at(step: int) -> Any:
        return start + timedelta(days=step) if isinstance(start, date) else start + step

    def holds(step: int) -> bool | None:
        found: bool | None = RowPlan({**row, **moved.row(at(step))}).value(plan)
        return found

    here = holds(0)
    if here is None:
        return None
    low, high = moved.range(start)
    far = next((s for s in _steps(low, high) if holds(s) is (not here)), None)
    if far is None:
        return None
    one, other = (at(step) for step in _bisect(holds, far, here))
    return (other, one) if here else (one, other)


def _steps(low: int, high: int) -> Iterator[int]:
    """Yield steps away from a value, doubling, within a range."""
    for power in range(_FAR):
        for step in (-(2**power), 2**power):
            if low <= step <= high:
                yield step
    yield from (low, high)


def _bisect(holds: Callable[[int], bool | None], far: int, here: bool) -> tuple[int, int]:
    """Return neighbouring steps: the last that is as here, and the first that is not."""
    near = 0
    while abs(far - near) > 1:
        middle = (near + far) // 2
        if holds(middle) is here:
            near = middle
        else:
            far = middle
    return near, far


def _verdict(rule: Rule, rulebook: Rulebook, example: Example, moved: dict[str, Any]) -> str:
    program = _program(rule.id, rulebook, example.as_of, example.given_rules)
    row = {**example.columns, **moved}
    for step in program.steps:
        values = RowPlan(row)
        row = {**row, **{name: values.value(plan) for name, plan in step.items()}}
    found = found_in_row(rule, row)
    if rule.kind in ("eligibility", "duty"):
        return str(found["verdict"])
    if rule.kind == "grade":
        return str(found["grade"] or found["verdict"])
    low, high = found["low"], found["high"]
    return _figure(low) if low == high else f"{_figure(low)}–{_figure(high)}"


@lru_cache(maxsize=64)
def _compiled(rule: str, rulebook: _ById, as_of: date, given: frozenset[str]) -> Program:
    book = rulebook.rulebook
    return compile_program(book, book.rules[rule].entity, as_of, None, only=[rule], given=given)


@dataclass(frozen=True, eq=False)
class _ById:
    """A rulebook as a key: the same object, not the same content."""

    rulebook: Rulebook

    def __hash__(self) -> int:
        return id(self.rulebook)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and self.rulebook is other.rulebook


def _program(rule: str, rulebook: Rulebook, as_of: date, given: frozenset[str]) -> Program:
    return _compiled(rule, _ById(rulebook), as_of, given)


def _figure(value: Fraction | None) -> str:
    """Return a number exactly, as a decimal where it ends within twelve digits."""
    if value is None:
        return "?"
    scaled = value * 10**12
    if scaled.denominator != 1:
        return str(value)
    whole, rest = divmod(abs(scaled.numerator), 10**12)
    decimals = f"{rest:012d}".rstrip("0")
    return ("-" if value < 0 else "") + str(whole) + (f".{decimals}" if decimals else "")

"""Parameters: figures with a basis, checked once and read by date.

A parameter is reduced to a `Value` for a date: a number, a list of codes, steps by the value of an
expression, or unknown (a zone has not set it).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from jingkai.errors import JingkaiError
from jingkai.rulebook.errors import ExpressionError
from jingkai.rulebook.grammar import parse_expression
from jingkai.rulebook.model import ParameterSource
from jingkai.rulebook.scope import ParameterType, Scope
from jingkai.rulebook.tree import Node
from jingkai.vocabulary import PLAIN, Unit, parse_figure

__all__ = ["Banded", "Codes", "Fixed", "Keyed", "RuleParameter", "Unset", "Value", "read_parameter"]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A number in the parameter's unit, or a date."""

    value: Fraction | date


@dataclass(frozen=True, slots=True)
class Codes:
    """A list of codes."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BandStep:
    """Values up to `to` (included) or below `below` (not); the last step has neither."""

    to: Fraction | None
    below: Fraction | None
    value: Fraction


@dataclass(frozen=True, slots=True)
class Banded:
    """Steps by the value of an expression, rising."""

    by: Node
    steps: tuple[BandStep, ...]


@dataclass(frozen=True, slots=True)
class Keyed:
    """A value by a code; a code that is not in the table has none."""

    by: Node
    table: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Unset:
    """Not set by the zone, or not given for the date: unknown."""

    why: str


Value = Fixed | Codes | Banded | Keyed | Unset


@dataclass(frozen=True, slots=True)
class RuleParameter:
    """A checked parameter.

    Parameters
    ----------
    name, source
        Its name and the file's words (basis, evidence, note).
    type
        What it holds and in which unit.
    dated
        Its value by period: first day, last day (None: open), value, verified.
    layer
        The layer whose value counts: ``package`` or the layer's folder name.
    """

    name: str
    source: ParameterSource
    type: ParameterType
    dated: tuple[tuple[date, date | None, Value, bool], ...]
    layer: str = "package"

    def at(self, day: date) -> Value:
        """Return the value in force on a day."""
        for first, last, value, _ in self.dated:
            if first <= day and (last is None or day <= last):
                return value
        return Unset(f"no value of {self.name} for {day}")

    def verified_at(self, day: date) -> bool:
        """Return whether the figure in force on a day was verified."""
        for first, last, _, verified in self.dated:
            if first <= day and (last is None or day <= last):
                return verified
        return True


_EVER = date(1, 1, 1)


class _Problem(ExpressionError):
    """A parameter that cannot be read; gathered, never shown alone."""


def read_parameter(
    name: str,
    source: ParameterSource,
    scope: Scope,
    override: str | tuple[str, ...] | None = None,
    layer: str = "package",
) -> RuleParameter:
    """Check one parameter.

    Parameters
    ----------
    name, source
        As the file has it.
    scope
        What a banded or keyed parameter's `by` may read.
    override
        The value a layer gives to a parameter marked `set_by`, None if none does.

    Raises
    ------
    ExpressionError
        With what is wrong and how to mend it.
    """
    if not source.basis:
        raise _Problem(f"parameter `{name}` has no basis", hint="add `basis:` with the article")
    if override is not None:
        return _overridden(name, source, override, layer)
    given = [
        source.value is not None,
        bool(source.values),
        source.bands is not None,
        source.table is not None,
        source.codes is not None,
        source.set_by is not None,
    ]
    if sum(given) != 1:
        raise _Problem(
            f"parameter `{name}` must have exactly one of value, values, bands, table, codes, set_by",
            hint="keep one of them",
        )
    kind, dated = _read(name, source, scope)
    return RuleParameter(name, source, kind, dated, layer)


_Dated = tuple[tuple[date, date | None, Value, bool], ...]


def _read(name: str, source: ParameterSource, scope: Scope) -> tuple[ParameterType, _Dated]:
    def always(value: Value) -> _Dated:
        return ((_EVER, None, value, source.verified),)

    if source.codes is not None:
        if not source.codes:
            raise _Problem(f"parameter `{name}` lists no code")
        return ParameterType("codes"), always(Codes(source.codes))
    if source.values:
        return _read_dated(name, source)
    if source.bands is not None:
        kind, banded = _read_bands(name, source, scope)
        return kind, always(banded)
    if source.table is not None:
        kind, keyed = _read_table(name, source, scope)
        return kind, always(keyed)
    if source.set_by is not None:
        return _read_set_by(name, source)
    kind, value = _figure(name, source.value or "")
    return kind, always(value)


def _figure(name: str, text: str) -> tuple[ParameterType, Fixed]:
    day = _as_date(text)
    if day is not None:
        return ParameterType("date"), Fixed(day)
    found = parse_figure(text)
    if found is None:
        raise _Problem(
            f"parameter `{name}`: `{text}` is no figure", hint="write for example `5000 万元`"
        )
    return ParameterType("number", _unit(name, found[1]), "%" in text), Fixed(found[0])


def _as_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _unit(name: str, text: str) -> Unit:
    try:
        return Unit.parse(text) if text else PLAIN
    except JingkaiError as error:
        raise _Problem(f"parameter `{name}`: {error.what}", hint=error.hint) from error


def _read_dated(name: str, source: ParameterSource) -> tuple[ParameterType, _Dated]:
    rows = sorted(source.values, key=lambda row: row.from_)
    kinds, dated = [], []
    for row in rows:
        kind, value = _figure(name, row.value)
        kinds.append(kind)
        dated.append((row.from_, row.to, value, row.verified and source.verified))
    for before, after in itertools.pairwise(dated):
        if before[1] is None or before[1] >= after[0]:
            raise _Problem(
                f"parameter `{name}`: the dates from {before[0]} and from {after[0]} overlap",
                hint=f"end the first on {after[0] - timedelta(days=1)}",
            )
        if before[1] + timedelta(days=1) != after[0]:
            raise _Problem(
                f"parameter `{name}`: no value between {before[1]} and {after[0]}",
                hint="close the gap, or end the rule before it",
            )
    if len(set(kinds)) != 1:
        raise _Problem(f"parameter `{name}`: its values have different units")
    return kinds[0], tuple(dated)


def _read_bands(name: str, source: ParameterSource, scope: Scope) -> tuple[ParameterType, Banded]:
    assert source.bands is not None
    by, by_type = parse_expression(source.bands.by, scope)
    if by_type.kind != "number" or by_type.unit is None:
        raise _Problem(f"parameter `{name}`: `by` is not a number")
    steps, kinds = [], set()
    for step in source.bands.steps:
        kind, value = _figure(name, step.value)
        kinds.add(kind)
        to, below = (_edge(name, edge, by_type.unit) for edge in (step.to, step.below))
        if not isinstance(value.value, Fraction):
            raise _Problem(f"parameter `{name}`: steps must be numbers")
        steps.append(BandStep(to, below, value.value))
    if len(kinds) != 1:
        raise _Problem(f"parameter `{name}`: its steps have different units")
    _rising(name, steps)
    return kinds.pop(), Banded(by, tuple(steps))


def _edge(name: str, text: str | None, unit: Unit) -> Fraction | None:
    if text is None:
        return None
    kind, value = _figure(name, text)
    if kind.unit != unit or not isinstance(value.value, Fraction):
        raise _Problem(
            f"parameter `{name}`: the step `{text}` is not in {unit or 'a plain ratio'}",
            hint="write the step in the unit of `by`",
        )
    return value.value


def _rising(name: str, steps: list[BandStep]) -> None:
    edges = [s.to if s.to is not None else s.below for s in steps]
    if not steps or edges[-1] is not None:
        raise _Problem(
            f"parameter `{name}`: nothing is said above the last step",
            hint="end with `{value: ...}`",
        )
    if any(s.to is not None and s.below is not None for s in steps):
        raise _Problem(f"parameter `{name}`: a step has both `to` and `below`")
    inner = edges[:-1]
    if any(e is None for e in inner):
        raise _Problem(f"parameter `{name}`: only the last step may be open")
    known = [e for e in inner if e is not None]
    if any(b <= a for a, b in itertools.pairwise(known)):
        raise _Problem(
            f"parameter `{name}`: the steps do not rise", hint="order them from low to high"
        )


def _read_table(name: str, source: ParameterSource, scope: Scope) -> tuple[ParameterType, Keyed]:
    if source.by is None:
        raise _Problem(f"parameter `{name}` has a table but no `by`", hint="say by which code")
    by, by_type = parse_expression(source.by, scope)
    if by_type.kind != "code":
        raise _Problem(f"parameter `{name}`: `by` is not a code")
    rows, kinds = [], set()
    for key, text in (source.table or {}).items():
        kind, value = _figure(name, text)
        kinds.add(kind)
        if not isinstance(value.value, Fraction):
            raise _Problem(f"parameter `{name}`: `{key}` is not a number")
        rows.append((key, value.value))
    if len(kinds) != 1:
        raise _Problem(f"parameter `{name}`: its values have different units")
    return kinds.pop(), Keyed(by, tuple(rows))


def _read_set_by(name: str, source: ParameterSource) -> tuple[ParameterType, _Dated]:
    if source.default is None:
        kind = ParameterType(source.type, _unit(name, source.unit))
        return kind, ((_EVER, None, Unset(f"{name} is set by the {source.set_by}"), True),)
    kind, value = _figure(name, source.default)
    if source.unit and _unit(name, source.unit) != kind.unit:
        raise _Problem(f"parameter `{name}`: its default is not in {source.unit}")
    return kind, ((_EVER, None, value, source.verified),)


def _overridden(
    name: str, source: ParameterSource, given: str | tuple[str, ...], layer: str
) -> RuleParameter:
    if source.set_by is None:
        raise _Problem(
            f"parameter `{name}` is a national figure; a layer may not change it",
            hint="a change of national figures is a reform",
        )
    kind, value = _set_value(name, source, given)
    return RuleParameter(name, source, kind, ((_EVER, None, value, True),), layer)


def _set_value(
    name: str, source: ParameterSource, given: str | tuple[str, ...]
) -> tuple[ParameterType, Value]:
    if source.type == "codes":
        if isinstance(given, str):
            raise _Problem(f"parameter `{name}` is a list", hint="write [code, code, ...]")
        return ParameterType("codes"), Codes(given)
    if not isinstance(given, str):
        raise _Problem(f"parameter `{name}` is one figure, not a list", hint="write one value")
    kind, value = _figure(name, given)
    if kind.kind != source.type:
        raise _Problem(f"parameter `{name}`: {given} is no {source.type}")
    expected = _figure(name, source.default)[0].unit if source.default else _unit(name, source.unit)
    if kind.unit != expected:
        raise _Problem(
            f"parameter `{name}`: {given} is not in {expected or 'a plain ratio'}",
            hint="write it in that unit",
        )
    return kind, value

"""What differs between two rulebooks: rules in words for people, columns in plans for the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from jingkai.rulebook.parameters import Banded, BandStep, Codes, Fixed, Keyed, Value
from jingkai.rulebook.plan import Plan, digest, plan_columns
from jingkai.rulebook.program import Program
from jingkai.rulebook.rule import Rule, Rulebook
from jingkai.rulebook.share import share
from jingkai.vocabulary import Unit

__all__ = ["RuleChange", "changed_program", "leaves", "rule_changes"]

#: What a reader of a rule sees but no decision depends on.
_WORDS = {"title", "notes", "examples", "layer"}


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that a change adds, ends or changes.

    Parameters
    ----------
    what
        ``added``, ``ended`` or ``changed``.
    details
        Of a changed rule: place in the file, and the text there before and after (None: not there).
    """

    rule: str
    title: dict[str, str]
    what: str
    details: tuple[tuple[str, str | None, str | None], ...] = ()


def changed_program(before: Program, after: Program) -> tuple[Program, frozenset[str]]:
    """Return of a program only what does not stand in the results of another on the same facts.

    A column is computed again if the other has none of its name, computes it otherwise, or if it
    reads one that is computed again or a count of events in another window or up to another day.

    Parameters
    ----------
    before
        What the stored results were computed by.
    after
        What is asked for.

    Returns
    -------
    The program of the columns that change, with what they need that is not stored; and the stored
    columns that stand.
    """
    differs = _Differing(before, after)
    counts = [f"{c.name}__{end}" for c in after.events for end in ("low", "high")]
    stand = frozenset(
        name
        for name in before.outputs
        if (name in after.columns and not differs(name))
        or (name in counts and name not in differs.counts)
    )
    wanted = [name for name in after.columns if differs(name)]
    columns: dict[str, Plan] = {}
    while wanted:
        name = wanted.pop()
        if name not in columns:
            columns[name] = after.columns[name]
            read = plan_columns(columns[name])
            wanted += [c for c in read if c in after.columns and c not in stand]
    ordered = {name: plan for name, plan in after.columns.items() if name in columns}
    outputs = tuple(name for name in after.outputs if name in ordered)
    return replace(after, steps=share(ordered), outputs=outputs, columns=ordered), stand


class _Differing:
    """Whether a column of a program may have other values than the one of its name in another."""

    def __init__(self, before: Program, after: Program) -> None:
        self.before, self.after = before, after
        self.memos: tuple[dict[Plan, str], dict[Plan, str]] = ({}, {})
        self.known: dict[str, bool] = {}
        changed = [c for c in after.events if c not in before.events]
        self.counts = {f"{c.name}__{end}" for c in changed for end in ("low", "high")}

    def __call__(self, name: str) -> bool:
        if name not in self.known:
            plan, old = self.after.columns[name], self.before.columns.get(name)
            same = old is not None and self._digest(plan, 1) == self._digest(old, 0)
            read = list(plan_columns(plan))
            inner = [self(c) for c in read if c in self.after.columns]
            self.known[name] = not same or any(inner) or not self.counts.isdisjoint(read)
        return self.known[name]

    def _digest(self, plan: Plan, side: int) -> str:
        return digest(plan, self.memos[side])


def leaves(program: Program) -> set[str]:
    """Return the columns that a program reads and does not compute."""
    read = {c for plan in program.columns.values() for c in plan_columns(plan)}
    return read - program.columns.keys()


def rule_changes(before: Rulebook, after: Rulebook, days: tuple[date, date]) -> list[RuleChange]:
    """Return what a reader of the rules would see change.

    Parameters
    ----------
    before, after
        The rulebooks.
    days
        The date asked about with each: a rule that is in force on one only is added or ended.
    """
    found = []
    before, after = before.on(days[0]), after.on(days[1])
    for name in dict.fromkeys([*before.rules, *after.rules]):
        old, new = (book.rules.get(name) for book in (before, after))
        was, is_ = (
            rule is not None and rule.in_force(day)
            for rule, day in zip((old, new), days, strict=True)
        )
        rule = new or old
        assert rule is not None
        details = _details(old, new) if old and new else ()
        if was != is_ or details or (old is None) != (new is None):
            ended = new is None or (was and not is_)
            what = "added" if old is None else "ended" if ended else "changed"
            found.append(RuleChange(name, rule.source.title.model_dump(), what, details))
    return found


def _details(old: Rule, new: Rule) -> tuple[tuple[str, str | None, str | None], ...]:
    texts = [_flat(_content(rule)) for rule in (old, new)]
    return tuple(
        (place, texts[0].get(place), texts[1].get(place))
        for place in dict.fromkeys([*texts[0], *texts[1]])
        if texts[0].get(place) != texts[1].get(place)
    )


def _content(rule: Rule) -> dict[str, Any]:
    words = rule.source.model_dump(mode="json", by_alias=True, exclude_none=True)
    found = {k: v for k, v in words.items() if k not in _WORDS}
    found["parameters"] = {
        name: "；".join(
            _span(first, last) + _value(value, p.type.unit) for first, last, value, _ in p.dated
        )
        for name, p in rule.parameters.items()
    }
    found["conditions"] = {c["id"]: c for c in words.get("conditions", ())}
    return found


def _span(first: date, last: date | None) -> str:
    begun = f"{first} 起 " if first.year > 1 else ""
    return f"{first} 至 {last} " if last else begun


def _value(value: Value, unit: Unit) -> str:
    match value:
        case Fixed(figure):
            return _figure(figure, unit)
        case Codes(codes):
            return "、".join(codes)
        case Banded(_, steps):
            edges = [
                f"不高于 {_plain(s.to)}" if s.to is not None else _below(s) for s in steps[:-1]
            ]
            return "；".join(
                f"{edge}：{_figure(s.value, unit)}"
                for edge, s in zip([*edges, "其余"], steps, strict=True)
            )
        case Keyed(_, table):
            return " ".join(f"{key}：{_figure(number, unit)}" for key, number in table)
        case _:
            return "未设定"


def _below(step: BandStep) -> str:
    return f"低于 {_plain(step.below or Fraction(0))}"


def _figure(value: Fraction | date, unit: Unit) -> str:
    if isinstance(value, date):
        return str(value)
    return f"{_plain(value)} {unit}" if unit.factors else f"{_plain(value * 100)}%"


def _plain(value: Fraction) -> str:
    return format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")


def _flat(value: Any, place: str = "") -> dict[str, str]:
    if isinstance(value, dict | list | tuple):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        found: dict[str, str] = {}
        for key, inner in pairs:
            found |= _flat(inner, f"{place}.{key}" if place else str(key))
        return found
    return {place: str(value)}

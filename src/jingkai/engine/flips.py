"""Flips (变化): decisions that differ between two states of facts, rules and date, as expressions.

A state is a prefix of columns (``a:``, ``b:``) and the layout that the rule has there, None where it
is not in force. Amounts and scores flip up or down, verdicts and grades from one to another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field

import polars as pl

from jingkai.rulebook import Rule, Rulebook, RuleLayout

__all__ = [
    "RulePair",
    "View",
    "causes",
    "direction",
    "flipped",
    "numbers",
    "pair_of",
    "reason",
    "shown",
    "state",
]

_VERDICTS = ("eligibility", "duty")
_NUMBERS = ("amount", "score")
_ABSENT, _OPEN = "not_in_force", "undetermined"
#: Why a decision flipped where no condition of the rule did.
_OTHERWISE = {"grade": "分级标准", "score": "计分标准", "amount": "金额计算", "duty": "期限"}


@dataclass(frozen=True, slots=True)
class View:
    """A rule's results in one state: the prefix of their columns, and their layout there."""

    prefix: str
    layout: RuleLayout | None

    def col(self, name: str) -> pl.Expr:
        """Return a column of the state."""
        return pl.col(f"{self.prefix}:{name}")


@dataclass(frozen=True, slots=True)
class RulePair:
    """A rule before and after.

    Parameters
    ----------
    kind, unit
        Of its result; a rule that changes either counts as another one that begins.
    conditions
        Title, column before, column after (None: no such condition) of those that may differ.
    groups
        Title and columns of the groups of a score.
    reads
        Rules that it reads and that may flip too, with their titles.
    """

    rule: str
    kind: str
    unit: str
    before: View
    after: View
    conditions: tuple[tuple[str, str | None, str | None], ...] = ()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    reads: Mapping[str, str] = field(default_factory=dict)

    @property
    def numeric(self) -> bool:
        """Whether its result is a number."""
        return self.kind in _NUMBERS

    def columns(self, view: View) -> set[str]:
        """Return the columns of a state that its flips and their reasons need."""
        if view.layout is None:
            return set()
        if self.before.layout is None or self.after.layout is None:
            return set(compared(view))
        place = 1 if view.prefix == self.before.prefix else 2
        conditions = [c for row in self.conditions if (c := row[place]) is not None]
        return {*compared(view), *conditions, *(c for _, names in self.groups for c in names)}


def pair_of(
    name: str,
    rulebooks: tuple[Rulebook, Rulebook],
    layouts: tuple[Mapping[str, RuleLayout], Mapping[str, RuleLayout]],
    affected: Set[str],
    again: Collection[str] | None = None,
) -> RulePair:
    """Return a rule before and after a change.

    Parameters
    ----------
    rulebooks, layouts
        Of the two states; layouts by rule, of the rules in force.
    affected
        Rules that may flip.
    again
        Columns that may differ though they have one name; None: all.
    """
    rules = [book.rules.get(name) for book in rulebooks]
    before, after = (each.get(name) for each in layouts)
    if rules[0] and rules[1] and _sort(rules[0]) != _sort(rules[1]):
        before = None if after else before
    rule = next(r for r in (rules[1], rules[0]) if r is not None)
    both = layouts[0].keys() & affected & layouts[1].keys()
    return RulePair(
        name,
        rule.kind,
        str(rule.unit),
        View("a", before),
        View("b", after),
        _paired(rules, before, after, again),
        _groups(rule, before, after),
        {n: rulebooks[1].rules[n].source.title.zh for n in sorted(rule.reads_rules() & both)},
    )


def _paired(
    rules: Sequence[Rule | None],
    before: RuleLayout | None,
    after: RuleLayout | None,
    again: Collection[str] | None,
) -> tuple[tuple[str, str | None, str | None], ...]:
    titles = {c.id: c.label() for rule in rules if rule is not None for c in rule.conditions}
    old, new = (layout.conditions if layout else {} for layout in (before, after))
    rows = [(titles[n], old.get(n), new.get(n)) for n in dict.fromkeys([*new, *old])]
    return tuple(r for r in rows if r[1] != r[2] or again is None or r[1] in again)


def _groups(
    rule: Rule, before: RuleLayout | None, after: RuleLayout | None
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if before is None or after is None:
        return ()
    there = set(before.results) & set(after.results)
    names = {g: tuple(f"{rule.id}__{g.id}__{e}" for e in ("low", "high")) for g in rule.groups}
    return tuple((g.title.zh, ends) for g, ends in names.items() if there.issuperset(ends))


def _sort(rule: Rule) -> tuple[str, str, str]:
    return rule.kind, rule.entity, str(rule.unit)


def compared(view: View) -> list[str]:
    """Return the columns whose difference is a flip: the result and the day a duty is due."""
    if view.layout is None:
        return []
    due = [c for c in view.layout.results if c.endswith("__due")]
    return [view.layout.rule, *due]


def flipped(pair: RulePair) -> pl.Expr:
    """Return whether a row's decision differs.

    Where the rule is in force on one side only, only what was had or is had counts: a grant, a
    grade, an amount or a score other than zero.
    """
    if pair.before.layout is None or pair.after.layout is None:
        there = pair.before if pair.after.layout is None else pair.after
        result = there.col(pair.rule)
        if pair.numeric:
            return (result != 0).fill_null(False)
        return result.fill_null(False) if pair.kind in _VERDICTS else result.is_not_null()
    return _differs(pair, pair.before, pair.after)


def _differs(pair: RulePair, one: View, other: View) -> pl.Expr:
    """Return whether two states of a rule differ; in force or not is a difference."""
    if one.layout is None or other.layout is None:
        return pl.lit(one.layout is not other.layout)
    names = [compared(one), compared(other)]
    if pair.kind == "grade":
        return one.col(pair.rule).cast(pl.String).ne_missing(other.col(pair.rule).cast(pl.String))
    differs = [one.col(n).ne_missing(other.col(n)) for n in names[0] if n in names[1]]
    return pl.any_horizontal(differs)


def state(pair: RulePair, view: View) -> pl.Expr:
    """Return a result in words: granted, refused, undetermined, not_in_force, known, or the grade."""
    if view.layout is None:
        return pl.lit(_ABSENT)
    result = view.col(pair.rule)
    if pair.kind in _VERDICTS:
        known = pl.when(result).then(pl.lit("granted")).otherwise(pl.lit("refused"))
    elif pair.numeric:
        known = pl.lit("known")
    else:
        known = result.cast(pl.String)
    return pl.when(result.is_null()).then(pl.lit(_OPEN)).otherwise(known)


def shown(pair: RulePair, view: View) -> pl.Expr:
    """Return what a table of flips shows of a state: its word, or the day where only that moved."""
    word = state(pair, view)
    due = f"{pair.rule}__due"
    if not all(due in compared(each) for each in (pair.before, pair.after)):
        return word
    moved = state(pair, pair.before) != state(pair, pair.after)
    return pl.when(moved).then(word).otherwise(view.col(due).cast(pl.String).fill_null(_OPEN))


def direction(pair: RulePair) -> pl.Expr:
    """Return which way a flipped row went: ``refused→granted``, ``A→B``, ``up``, ``due_later``."""
    before, after = state(pair, pair.before), state(pair, pair.after)
    way = pl.concat_str(before, after, separator="→")
    if pair.before.layout is None or pair.after.layout is None:
        return way
    old, new = pair.before.col(pair.rule), pair.after.col(pair.rule)
    if pair.numeric:
        moved = pl.when(new > old).then(pl.lit("up")).when(new < old).then(pl.lit("down"))
        return moved.otherwise(way)
    due = f"{pair.rule}__due"
    if due in compared(pair.before) and due in compared(pair.after):
        was, will = pair.before.col(due), pair.after.col(due)
        later = pl.when(will > was).then(pl.lit("due_later"))
        earlier = later.when(will < was).then(pl.lit("due_earlier"))
        opened = earlier.when(will.is_null()).then(pl.lit("due_unknown"))
        moved_due = opened.otherwise(pl.lit("due_known"))
        return pl.when(before != after).then(way).otherwise(moved_due)
    return way


def numbers(pair: RulePair) -> tuple[pl.Expr, pl.Expr]:
    """Return an amount or score before and after, in stored integers; null where it has none."""
    none = pl.lit(None, dtype=pl.Int64)
    before, after = (
        view.col(pair.rule) if pair.numeric and view.layout is not None else none
        for view in (pair.before, pair.after)
    )
    return before, after


def reason(pair: RulePair) -> pl.Expr:
    """Return what decided a flip: the titles of the conditions whose verdict changed, joined.

    A condition that one side does not have holds there. Of rules without conditions that changed:
    the groups of a score, the rules read whose results changed, else what kind of figure it was.
    """
    if pair.before.layout is None:
        return pl.lit("规则施行或新增")
    if pair.after.layout is None:
        return pl.lit("规则不再施行")
    upstream: list[pl.Expr] = [
        pl.when(pl.col(f"a:{n}").cast(pl.String).ne_missing(pl.col(f"b:{n}").cast(pl.String))).then(
            pl.lit(title)
        )
        for n, title in pair.reads.items()
    ]
    found = [_joined(each) for each in (_moved(pair), upstream) if each]
    return pl.coalesce(*found, pl.lit(_OTHERWISE.get(pair.kind, "判定方式")))


def _joined(parts: list[pl.Expr]) -> pl.Expr:
    text = pl.concat_str(parts, separator="、", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _moved(pair: RulePair) -> list[pl.Expr]:
    holds = pl.lit(True)
    found: list[pl.Expr] = []
    for title, old, new in pair.conditions:
        was = pair.before.col(old) if old else holds
        will = pair.after.col(new) if new else holds
        found.append(pl.when(was.ne_missing(will)).then(pl.lit(title)))
    for title, names in pair.groups:
        differs = [pair.before.col(c).ne_missing(pair.after.col(c)) for c in names]
        found.append(pl.when(pl.any_horizontal(differs)).then(pl.lit(title)))
    return found


def causes(pair: RulePair, steps: list[tuple[str, View, View]]) -> pl.Expr:
    """Return which steps moved a decision, joined by ``+``.

    Parameters
    ----------
    steps
        A cause (facts, rules, date) with the states before and after it.
    """
    found = [pl.when(_differs(pair, one, other)).then(pl.lit(name)) for name, one, other in steps]
    return pl.concat_str(found, separator="+", ignore_nulls=True)

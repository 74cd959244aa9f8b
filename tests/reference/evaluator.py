"""A second opinion: rules evaluated row by row in plain Python, from their YAML text.

It shares no code with the engine: it reads the files itself. None is unknown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlglot import exp

from tests.reference.expressions import (
    Reading,
    Test,
    both,
    constant,
    contrary,
    either,
    enough,
    figure,
    tree,
)  # fmt: skip


@cache
def load_rules(folder: Path) -> dict[str, dict[str, Any]]:
    rules = {}
    for path in sorted(folder.rglob("*.yaml")):
        data = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)
        if "rule" in data:
            rules[data["rule"]] = data
    return rules


@dataclass
class Outcome:
    verdict: bool | None = None
    conditions: dict[str, bool | None] = field(default_factory=dict)
    low: Fraction | None = None
    high: Fraction | None = None
    value: Fraction | None = None
    groups: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    grade: str | None = None
    due: dt.date | None = None
    in_force: bool = True


class Evaluator:
    """Rules on a date; each is read once, however many rows ask."""

    def __init__(
        self,
        rules: dict[str, dict[str, Any]],
        as_of: dt.date,
        established: str = "established_on",
        shared: frozenset[str] = frozenset(),
    ):
        """`shared`: the columns of facts that offices share."""
        self.rules, self.as_of, self.established, self.shared = rules, as_of, established, shared
        self.read: dict[str, Callable[[Row], Outcome]] = {}

    def row(
        self, facts: dict[str, Any], events: dict[str, list[dict[str, Any]]] | None = None
    ) -> Row:
        """`events`: whole tables of the owner's events."""
        return Row(self, facts, events or {})

    def of_rule(self, name: str) -> Callable[[Row], Outcome]:
        if name not in self.read:
            self.read[name] = _Rule(self, name).outcome()
        return self.read[name]


class Row:
    """What is known of one subject; what a rule makes of it is computed once."""

    def __init__(self, owner: Evaluator, facts: dict[str, Any], events: dict[str, Any]):
        self.owner, self.facts, self.events = owner, facts, events
        self.outcomes: dict[str, Outcome] = {}
        self.apart: Row | None = None

    def outcome(self, rule: str) -> Outcome:
        if rule not in self.outcomes:
            self.outcomes[rule] = self.owner.of_rule(rule)(self)
        return self.outcomes[rule]

    def on_shared(self) -> Row:
        """Give the row on which only the facts count that offices share."""
        if self.apart is None:
            facts = {n: v for n, v in self.facts.items() if n in self.owner.shared}
            self.apart = Row(self.owner, facts, self.events)
        return self.apart

    def of_event(self, event: dict[str, Any]) -> Row:
        return Row(self.owner, event, {})


class _Rule:
    """Reads one rule on the evaluator's date into a function of a row, by its kind."""

    def __init__(self, owner: Evaluator, name: str):
        self.rule, self.as_of = owner.rules[name], owner.as_of
        self.texts = Reading(owner.rules, name, owner.as_of, owner.established)

    def outcome(self) -> Callable[[Row], Outcome]:
        spans = [self.rule["basis"], *self.rule.get("window", {}).get("rounds", [])]
        if not any(self._within(span) for span in spans):
            return lambda row: Outcome(in_force=False)
        return getattr(self, "_" + self.rule["kind"])()

    def _within(self, span: dict[str, str]) -> bool:
        first, last = span["from"], span.get("to") or "9999-12-31"
        return dt.date.fromisoformat(first) <= self.as_of <= dt.date.fromisoformat(last)

    def _eligibility(self) -> Callable[[Row], Outcome]:
        conditions = [(c["id"], self._condition(c)) for c in self.rule.get("conditions", [])]
        text = self.rule.get("decide", "all")
        verdict = (
            both([_found(name) for name, _ in conditions])
            if text == "all"
            else self._decide(tree(text))
        )

        def decided(row: Row) -> Outcome:
            found = Outcome(conditions={name: test(row) for name, test in conditions})
            found.verdict = verdict(found)
            return found

        return decided

    def _condition(self, condition: dict[str, Any]) -> Test:
        test = self.texts.test(condition["test"])
        if "applies" not in condition:
            return test
        return either([contrary(self.texts.test(condition["applies"])), test])

    def _decide(self, e: exp.Expr) -> Callable[[Outcome], bool | None]:
        if isinstance(e, exp.Column):
            return _found(e.name)
        if isinstance(e, exp.Paren):
            return self._decide(e.this)
        if isinstance(e, exp.Not):
            return contrary(self._decide(e.this))
        if isinstance(e, exp.Anonymous) and e.this.lower() == "at_least":
            verdicts = [self._decide(a) for a in e.expressions[1:]]
            return enough(int(e.expressions[0].this), verdicts)
        pair = [self._decide(side) for side in (e.left, e.right)]
        return both(pair) if isinstance(e, exp.And) else either(pair)

    def _duty(self) -> Callable[[Row], Outcome]:
        decided = self._eligibility()
        due = self.texts.value(tree(self.rule["due"])) if "due" in self.rule else constant(None)

        def found(row: Row) -> Outcome:
            outcome = decided(row)
            if outcome.verdict:
                outcome.due = due(row)
            return outcome

        return found

    def _amount(self) -> Callable[[Row], Outcome]:
        decided, step = self._eligibility(), self._step()
        whole = self.texts.value(tree(self.rule["value"]))
        cap = self.texts.value(tree(self.rule["cap"])) if "cap" in self.rule else None

        def found(row: Row) -> Outcome:
            outcome, value = decided(row), whole(row)
            if cap is not None:
                most = cap(row)
                value = None if value is None or most is None else min(value, most)
            if value is not None:
                value = (value / step + Fraction(1, 2)).__floor__() * step
            if outcome.verdict is False:
                outcome.low = outcome.high = outcome.value = Fraction(0)
            elif outcome.verdict:
                outcome.low = outcome.high = outcome.value = value
            else:
                outcome.low = Fraction(0)
                outcome.high = None if value is None else max(value, Fraction(0))
            return outcome

        return found

    def _step(self) -> Fraction:
        if "round" in self.rule:
            return figure(self.rule["round"]["to"])
        sizes = {"元": 1, "千元": 10**3, "万元": 10**4, "亿元": 10**8}
        unit = self.rule["unit"]
        return Fraction(1, 100 * sizes[unit]) if unit in sizes else Fraction(1, 10**4)

    def _grade(self) -> Callable[[Row], Outcome]:
        grades = [(g["grade"], self._asked(g)) for g in self.rule["grades"]]

        def found(row: Row) -> Outcome:
            for grade, test in grades:
                verdict = test(row)
                if verdict:
                    return Outcome(verdict=True, grade=grade)
                if verdict is None:
                    return Outcome()
            return Outcome()

        return found

    def _asked(self, given: dict[str, Any]) -> Test:
        return self.texts.test(given["test"]) if "test" in given else constant(True)

    def _score(self) -> Callable[[Row], Outcome]:
        groups = [
            (g["id"], [self._item(i) for i in g["items"]], figure(g["cap"]) if "cap" in g else None)
            for g in self.rule.get("groups") or [{"id": "", "items": self.rule["items"]}]
        ]

        def found(row: Row) -> Outcome:
            outcome = Outcome(low=Fraction(0), high=Fraction(0))
            for name, items, cap in groups:
                ends = [item(row) for item in items]
                low, high = (sum((e[k] for e in ends), Fraction(0)) for k in (0, 1))
                if cap is not None:
                    low, high = min(low, cap), min(high, cap)
                outcome.groups[name] = (low, high)
                outcome.low, outcome.high = outcome.low + low, outcome.high + high
            outcome.value = outcome.low if outcome.low == outcome.high else None
            return outcome

        return found

    def _item(self, item: dict[str, Any]) -> Callable[[Row], tuple[Fraction, Fraction]]:
        bands = [(self._asked(b), _ends(b["points"])) for b in item["bands"]]
        bands.append((constant(True), (Fraction(0), Fraction(0))))
        given = item.get("mark", "")

        def found(row: Row) -> tuple[Fraction, Fraction]:
            possible, sure, open_before = [], None, False
            for test, ends in bands:
                verdict = test(row)
                if verdict is not False:
                    possible.append(ends)
                if verdict and not open_before:
                    sure = ends
                open_before = open_before or verdict is None
                if verdict:
                    break
            mark = row.facts.get(given)
            if mark is not None and sure is not None and sure[0] < sure[1]:
                mark = Fraction(int(mark * 100), 100)
                if sure[0] <= mark <= sure[1]:
                    return mark, mark
            return min(p[0] for p in possible), max(p[1] for p in possible)

        return found


def _found(condition: str) -> Callable[[Outcome], bool | None]:
    return lambda outcome: outcome.conditions[condition]


def _ends(points: str | list[str]) -> tuple[Fraction, Fraction]:
    first, last = points if isinstance(points, list) else [points] * 2
    return figure(first), figure(last)

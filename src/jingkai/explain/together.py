"""Which rights may be had together: of those that exclude each other, the best lawful choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from jingkai.explain.row import RowEvaluator
from jingkai.explain.words import figure_text
from jingkai.rulebook import Rule
from jingkai.rulebook.grammar import unit_of
from jingkai.rulebook.program import quantum_of
from jingkai.rulebook.together import exclusions
from jingkai.vocabulary import Unit, units

__all__ = ["Choice", "Combination", "best_combination"]


@dataclass(slots=True)
class Choice:
    """Rights of which not all may be had, and what to take.

    Parameters
    ----------
    take, leave
        Titles of the rights to take and to leave; both empty where it cannot be said.
    alternatives
        Where a worth is unknown: every lawful selection, by titles.
    worth
        What the rights taken are worth together, in words; empty where unknown.
    basis
        The articles that exclude.
    """

    take: list[str] = field(default_factory=list)
    leave: list[str] = field(default_factory=list)
    alternatives: list[list[str]] = field(default_factory=list)
    worth: str = ""
    basis: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Combination:
    """The rights of one entity that may be had together.

    Parameters
    ----------
    choices
        One for each group of granted rights that exclude each other.
    total
        What all that can be had together is worth in 元 (exact, as text), rights without a known worth
        left out; empty where a choice is open or no right has a worth.
    words
        The same as people read it.
    open
        Pairs of titles: a granted right, and one still undetermined that it excludes.
    """

    choices: list[Choice] = field(default_factory=list)
    total: str = ""
    words: str = ""
    open: list[tuple[str, str]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def best_combination(
    rules: list[Rule], row: RowEvaluator, results: Mapping[str, Any], lang: str = "zh"
) -> Combination:
    """Return what of an entity's granted rights may be had together, and the best choice.

    Parameters
    ----------
    rules
        Rules of the entity that were run.
    row, results
        The entity's facts and results, and its stored columns.

    Notes
    -----
    An undetermined right is not counted: it is named where it would exclude a granted one.
    """
    return _Choosing(rules, row, results, lang).combination()


class _Choosing:
    def __init__(
        self, rules: list[Rule], row: RowEvaluator, results: Mapping[str, Any], lang: str
    ) -> None:
        self.row, self.results, self.lang = row, results, lang
        self.rules = {r.id: r for r in rules if r.kind in ("eligibility", "amount")}
        self.verdicts = {n: results.get(_verdict_column(r)) for n, r in self.rules.items()}
        granted = [n for n, v in self.verdicts.items() if v]
        self.worths = {n: self._worth(self.rules[n]) for n in granted}
        known = {n: exclusions(row.rulebook.rules, n) for n in self.rules}
        self.articles = {(n, o): e.basis for n, found in known.items() for o, e in found.items()}
        self.against = {n: {o for o in known[n] if o in self.worths} for n in granted}

    def combination(self) -> Combination:
        """Return the choices, and what everything together is worth."""
        found = Combination()
        total, counted, settled = Fraction(0), 0, True
        for group in self._groups():
            taken: list[str] | None = group
            if len(group) > 1:
                choice, taken = self._choice(group)
                found.choices.append(choice)
            settled = settled and taken is not None
            worths = [w for n in taken or [] if (w := self.worths[n]) is not None]
            total, counted = total + sum(worths), counted + len(worths)
        if counted and settled:
            fen = round(total * 100)
            found.total, found.words = f"{fen // 100}.{fen % 100:02d}", self._money(total)
        found.open = [
            (self._title(a), self._title(b))
            for a in self.worths
            for (x, b) in self.articles
            if x == a and b in self.verdicts and self.verdicts[b] is None
        ]
        return found

    def _worth(self, rule: Rule) -> Fraction | None:
        """Return what a right is worth in 元, None where unknown or of another kind."""
        if rule.worth is not None:
            value = self.row.number(self.row.plans.number(rule, rule.worth))
            return (
                None
                if value is None
                else _yuan(value, unit_of(rule.worth, self.row.plans.scope(rule)))
            )
        stored, quantum = self.results.get(rule.id), quantum_of(rule)
        if rule.kind != "amount" or rule.source.benefit not in ("cash", "tax"):
            return None
        return None if stored is None or quantum is None else _yuan(stored * quantum, rule.unit)

    def _groups(self) -> list[list[str]]:
        """Return granted rights in groups that hang together by exclusions, single ones too."""
        groups, seen = [], set[str]()
        for start in self.worths:
            if start in seen:
                continue
            group, stack = [], [start]
            while stack:
                name = stack.pop()
                if name not in seen:
                    seen.add(name)
                    group.append(name)
                    stack += self.against[name]
            groups.append([n for n in self.worths if n in group])
        return groups

    def _choice(self, group: list[str]) -> tuple[Choice, list[str] | None]:
        lawful = self._lawful(group)
        articles = (self.articles.get((a, b)) for a in group for b in self.against[a])
        choice = Choice(basis=list(dict.fromkeys(a for a in articles if a)))
        if any(self.worths[n] is None for n in group):
            choice.alternatives = [[self._title(n) for n in names] for names in lawful]
            return choice, None
        best = max(lawful, key=lambda names: sum(self.worths[n] or 0 for n in names))
        choice.take = [self._title(n) for n in best]
        choice.leave = [self._title(n) for n in group if n not in best]
        choice.worth = self._money(sum((self.worths[n] or Fraction(0) for n in best), Fraction(0)))
        return choice, best

    def _lawful(self, group: list[str]) -> list[list[str]]:
        """Return every selection without two that exclude each other and to which none can be added."""
        found: list[list[str]] = []

        def extend(chosen: list[str], rest: list[str], passed: list[str]) -> None:
            if not rest:
                if not any(self.against[p].isdisjoint(chosen) for p in passed):
                    found.append(chosen)
                return
            name, others = rest[0], rest[1:]
            if self.against[name].isdisjoint(chosen):
                extend([*chosen, name], others, passed)
                if self.against[name]:
                    extend(chosen, others, [*passed, name])
            else:
                extend(chosen, others, passed)

        extend([], group, [])
        return found

    def _title(self, name: str) -> str:
        return self.rules[name].source.title.text(self.lang)

    def _money(self, value: Fraction) -> str:
        if abs(value) >= 10_000:
            return figure_text(value / 10_000, Unit.parse("万元"), self.lang)
        return figure_text(value, Unit.parse("元"), self.lang)


def _verdict_column(rule: Rule) -> str:
    return f"{rule.id}__right" if rule.kind == "amount" else rule.id


def _yuan(value: Fraction, unit: Unit | None) -> Fraction | None:
    """Return a sum in 元; None in another currency, which no rate here converts."""
    if unit is None or unit.currency != "元":
        return None
    return units().convert(value, str(unit), "元")

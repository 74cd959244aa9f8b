"""The parts of a score or grade for one entity: each item's points, each class's test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from jingkai.explain.missing import verdict_of
from jingkai.explain.reason import AtomReason, PartReason
from jingkai.explain.row import RowEvaluator
from jingkai.explain.words import figure_text, grade_text
from jingkai.rulebook import Rule, tree

__all__ = ["Telling", "class_parts", "item_parts"]


@dataclass(frozen=True, slots=True)
class Telling:
    """How the tests of a rule are told: `atoms` and `missing` of a test, the `label` of a fact."""

    atoms: Callable[[tree.Node], list[AtomReason]]
    missing: Callable[[tree.Node], list[str]]
    label: Callable[[str], str]
    lang: str


def item_parts(rule: Rule, row: RowEvaluator, telling: Telling) -> Iterator[PartReason]:
    """Yield the items of a score with their points; nothing of another kind of rule."""
    for group in rule.groups:
        for item in group.items:
            low, high = (Fraction(row.value(w), 100) for w in row.plans.item(rule, group.id, item))
            tests = [b.test for b in item.bands if b.test is not None]
            names = {n: None for t in tests for n in row.missing_facts(t, rule)}
            wanted = list(names) or ([item.mark] if item.mark else [])
            yield PartReason(
                item.title.text(telling.lang),
                item.basis,
                _points(low, high, rule, telling.lang),
                atoms=_deciding(tests, rule, row, telling),
                missing=[telling.label(n) for n in wanted] if low != high else [],
            )


def class_parts(rule: Rule, row: RowEvaluator, telling: Telling) -> Iterator[PartReason]:
    """Yield the classes of a grade, down to the one that holds; nothing of another kind of rule."""
    open_before = False
    articles = {g.grade: g.basis for g in rule.source.grades}
    for grade, test in rule.grades:
        verdict = True if test is None else verdict_of(row.value(row.plans.test(rule, test)))
        missing = [] if test is None or verdict is not None else telling.missing(test)
        known = None if verdict and open_before else verdict  # one before it may hold yet
        atoms = [] if test is None else telling.atoms(test)
        title = grade_text(rule, grade, telling.lang)
        yield PartReason(title, articles[grade], verdict=known, atoms=atoms, missing=missing)
        if verdict:
            return
        open_before |= verdict is None


def _points(low: Fraction, high: Fraction, rule: Rule, lang: str) -> str:
    least, most = (figure_text(v, rule.unit, lang) for v in (low, high))
    if low == high:
        return most
    return f"{least.partition(' ')[0]} {'至' if lang == 'zh' else 'to'} {most}"


def _deciding(
    tests: list[tree.Node], rule: Rule, row: RowEvaluator, telling: Telling
) -> list[AtomReason]:
    """Return the comparisons of the first test that holds, where all before it are decided."""
    for test in tests:
        verdict = verdict_of(row.value(row.plans.test(rule, test)))
        if verdict is not False:
            return telling.atoms(test) if verdict else []
    return []

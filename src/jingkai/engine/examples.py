"""Runs a rule's examples through the engine, as tests that a lawyer can read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.engine.assessment_examples import assessment_outcome
from jingkai.engine.events import EventTable, with_events
from jingkai.engine.given import stored_value
from jingkai.engine.polars_engine import program_frame
from jingkai.rulebook import Rule, Rulebook, RulebookError, compile_program
from jingkai.rulebook.events import events_of
from jingkai.rulebook.model import ExampleSource
from jingkai.rulebook.parameters import read_parameter
from jingkai.rulebook.program import quantum_of
from jingkai.rulebook.scope import Scope
from jingkai.vocabulary import parse_figure, units

__all__ = ["Example", "ExampleOutcome", "examples_of", "run_examples"]


@dataclass(frozen=True, slots=True)
class Example:
    """An example with everything it inherits put in.

    `columns` are stored values by column (of an assessment: what is given, by zone), `given_rules` the
    rules whose results it states, `events` the events of each table that is known whole.
    """

    rule: str
    title: str
    as_of: date
    columns: dict[str, Any]
    given_rules: frozenset[str]
    parameters: tuple[tuple[str, Any], ...]
    events: dict[str, list[dict[str, Any]]]
    expect: str | dict[str, Any]
    missing: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class ExampleOutcome:
    """What an example came to: `found` in the words of `expect`, and what does not agree."""

    example: Example
    found: dict[str, Any]
    problems: tuple[str, ...]


def examples_of(rule: Rule, rulebook: Rulebook) -> list[Example]:
    """Return a rule's examples with inherited givens.

    Raises
    ------
    RulebookError
        If one names an unknown fact, an unknown example, or a value that cannot be read.
    """
    found: dict[str, tuple[dict[str, Any], dict[str, Any], date | None]] = {}
    examples = []
    for source in rule.source.examples:
        given, day = dict[str, Any](), source.as_of
        parameters: dict[str, Any] = dict(source.parameters)
        if source.like is not None:
            if source.like not in found:
                raise _problem(rule, source, f"there is no earlier example `{source.like}`")
            set_before, inherited, inherited_day = found[source.like]
            given, day = _merged(inherited, {}), day or inherited_day
            parameters = {**set_before, **parameters}
        given = _merged(given, source.given)
        if day is None:
            raise _problem(rule, source, "no `as_of` date is given")
        found[source.title] = (parameters, given, day)
        examples.append(_example(rule, rulebook, source, given, day, parameters))
    return examples


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = {**old, **value}
        else:
            result[key] = value
    return result


def _example(
    rule: Rule,
    rulebook: Rulebook,
    source: ExampleSource,
    given: dict[str, Any],
    day: date,
    parameters: dict[str, Any],
) -> Example:
    columns: dict[str, Any] = {}
    rules: set[str] = set()
    events: dict[str, list[dict[str, Any]]] = {}
    if rule.kind == "assessment":
        columns, given = given, {}
    for name, value in given.items():
        try:
            if _is_events(rulebook, name, value):
                events[name] = [_event(rulebook, name, row) for row in value or []]
                continue
            columns |= _columns(rulebook, rule, name, value, rules)
        except ValueError as error:
            raise _problem(rule, source, str(error)) from error
    return Example(
        rule.id,
        source.title,
        day,
        {k: v for k, v in columns.items() if v is not None},
        frozenset(rules),
        tuple(sorted(parameters.items())),
        events,
        source.expect,
        source.missing,
    )


def _is_events(rulebook: Rulebook, name: str, value: Any) -> bool:
    entity = rulebook.vocabulary.entities.get(name)
    return entity is not None and entity.event is not None and isinstance(value, list)


def _event(rulebook: Rulebook, entity: str, row: dict[str, Any]) -> dict[str, Any]:
    facts = rulebook.vocabulary.entities[entity].facts
    for name in row:
        if name not in facts:
            raise ValueError(f"{entity} has no fact `{name}`")
    return {name: stored_value(facts[name], value) for name, value in row.items()}


def _problem(rule: Rule, source: ExampleSource, what: str) -> RulebookError:
    return RulebookError(f"example “{source.title}”: {what}", where=rule.place)


def _columns(
    rulebook: Rulebook, rule: Rule, name: str, value: Any, rules: set[str]
) -> dict[str, Any]:
    entity = rulebook.vocabulary.entities[rule.entity]
    head, _, tail = name.partition(".")
    if head in rulebook.rules:
        rules.add(head)
        return _result_columns(rulebook.rules[head], tail, value)
    if name in rulebook.vocabulary.titles:
        return _title_columns(name, value)
    fact = entity.facts.get(name)
    prefix = ""
    if tail and head in entity.references:
        fact = rulebook.vocabulary.fact(entity.references[head], tail)
        prefix = f"{head}."
    if fact is None:
        raise ValueError(f"there is no fact `{name}`")
    if not fact.yearly:
        return {prefix + fact.name: stored_value(fact, value)}
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"`{name}` is yearly: write {{2024: ...}}")
    return {prefix + fact.column(int(y)): stored_value(fact, v) for y, v in value.items()}


def _result_columns(rule: Rule, group: str, value: Any) -> dict[str, Any]:
    name = rule.id + (f"__{group}" if group else "")
    if value is None or isinstance(value, bool):
        return {name: value}
    if rule.kind == "grade":
        return {name: str(value)}
    quantum = quantum_of(rule)
    figure = parse_figure(str(value))
    if quantum is None or figure is None:
        raise ValueError(f"`{value}` is no result of {rule.id}")
    stored = int(figure[0] / quantum)
    ends = {f"{name}__low": stored, f"{name}__high": stored}
    return ends if group else {name: stored, **ends}


def _title_columns(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if value is False:
        return {f"{name}_held": False}
    if not isinstance(value, dict) or not {"from", "to"} <= value.keys():
        raise ValueError(f"`{name}` is a title: write {{from: DAY, to: DAY}}, or false")
    return {
        f"{name}_held": True,
        f"{name}_from": date.fromisoformat(value["from"]),
        f"{name}_to": date.fromisoformat(value["to"]),
    }


def run_examples(rulebook: Rulebook, rules: Iterable[str] | None = None) -> list[ExampleOutcome]:
    """Run the examples of some rules, or of all, and compare with what they expect.

    Returns
    -------
    One outcome an example, in the file's order; `problems` is empty where it agrees.
    """
    outcomes = []
    for name in rules if rules is not None else rulebook.rules:
        rule = rulebook.rules[name]
        if rule.kind == "assessment":
            outcomes += [_assessed(rule, rulebook, e) for e in examples_of(rule, rulebook)]
            continue
        groups: dict[Any, list[Example]] = {}
        for example in examples_of(rule, rulebook):
            tables = tuple(sorted(example.events))
            key = (example.as_of, example.given_rules, repr(example.parameters), tables)
            groups.setdefault(key, []).append(example)
        for group in groups.values():
            outcomes += _run_group(rule, rulebook, group)
    return outcomes


def _assessed(rule: Rule, rulebook: Rulebook, example: Example) -> ExampleOutcome:
    book = with_parameters(rulebook, rule, dict(example.parameters))
    given, expect, day = example.columns, example.expect, example.as_of
    try:
        found, problems = assessment_outcome(book.rules[rule.id], book, day, given, expect)
    except ValueError as error:
        what = f"example “{example.title}”: {error}"
        raise RulebookError(what, where=rule.place) from error
    return ExampleOutcome(example, found, problems)


def _run_group(rule: Rule, rulebook: Rulebook, group: list[Example]) -> list[ExampleOutcome]:
    first = group[0]
    book = with_parameters(rulebook, rule, dict(first.parameters))
    if not rule.in_force(first.as_of):
        return [ExampleOutcome(e, {}, ("the rule is not in force on that date",)) for e in group]
    frame = example_frame(book, rule, group)
    program = compile_program(
        book, rule.entity, first.as_of, frame.columns, only=[rule.id], given=first.given_rules
    )
    rows = program_frame(program, frame.lazy()).collect().to_dicts()
    return [_outcome(rule, e, row) for e, row in zip(group, rows, strict=True)]


def with_parameters(rulebook: Rulebook, rule: Rule, values: dict[str, Any]) -> Rulebook:
    """Return the rulebook with parameters of one rule set as a zone would set them."""
    if not values:
        return rulebook
    scope = Scope(rulebook.vocabulary, rule.entity)
    parameters = dict(rule.parameters)
    for name, value in values.items():
        parameters[name] = read_parameter(name, parameters[name].source, scope, value, "example")
    changed = replace(rule, parameters=parameters)
    return replace(rulebook, rules={**rulebook.rules, rule.id: changed})


def example_frame(rulebook: Rulebook, rule: Rule, group: list[Example]) -> pl.DataFrame:
    """Return examples as facts, one row each, typed as a snapshot would be."""
    names = dict.fromkeys(name for e in group for name in e.columns)
    series = [
        pl.Series(n, [e.columns.get(n) for e in group], dtype=_type(rulebook, rule, n))
        for n in names
    ]
    keys = pl.Series("key", [str(i) for i in range(len(group))])
    frame = pl.DataFrame([keys, *series])
    return _with_example_events(frame, rulebook, rule, group) if group[0].events else frame


def _with_example_events(
    frame: pl.DataFrame, rulebook: Rulebook, rule: Rule, group: list[Example]
) -> pl.DataFrame:
    """Add the counts of the examples' own events; each example is an owner of its own."""
    counts = events_of(rulebook, rule.entity, group[0].as_of)
    tables = {}
    for name in group[0].events:
        entity = rulebook.vocabulary.entities[name]
        assert entity.event is not None
        if rule.entity == name and entity.event.owner not in frame.columns:
            frame = frame.with_columns(pl.col("key").alias(entity.event.owner))
        owners = frame["key" if rule.entity != name else entity.event.owner].to_list()
        schema = {"key": pl.String(), **{f.name: f.arrow_type for f in entity.facts.values()}}
        rows = [
            {"key": f"{i}/{j}", entity.event.owner: owner} | row
            for i, (owner, e) in enumerate(zip(owners, group, strict=True))
            for j, row in enumerate(e.events[name])
        ]
        tables[name] = EventTable(pl.LazyFrame(rows, schema=schema), group[0].as_of)
    lazy, _ = with_events(frame.lazy(), counts, tables, rulebook.vocabulary)
    return lazy.collect()


def _type(rulebook: Rulebook, rule: Rule, column: str) -> Any:
    entity = rulebook.vocabulary.entities[rule.entity]
    owner, _, inner = column.partition(".")
    if inner and owner in entity.references:
        entity, column = rulebook.vocabulary.entities[entity.references[owner]], inner
    known = entity.column(column)
    if known is not None:
        return known[0].arrow_type
    other = rulebook.rules[column.partition("__")[0]]
    if other.kind in ("eligibility", "duty"):
        return pl.Boolean()
    return pl.String() if other.kind == "grade" else pl.Int64()


def _outcome(rule: Rule, example: Example, row: dict[str, Any]) -> ExampleOutcome:
    found = found_in_row(rule, row)
    problems = [
        f"{key}: expected {want}, found {found.get(key)}"
        for key, want in _wanted(rule, example.expect).items()
        if found.get(key) != want
    ]
    return ExampleOutcome(example, found, tuple(problems))


def found_in_row(rule: Rule, row: dict[str, Any]) -> dict[str, Any]:
    """Return a rule's result out of a row of a run, in the words examples use."""
    value = row[rule.id]
    if rule.kind in ("eligibility", "duty"):
        words = {True: "granted", False: "refused", None: "undetermined"}
        found: dict[str, Any] = {"verdict": words[value]}
        if rule.due is not None:
            found["due"] = row[f"{rule.id}__due"]
        return found
    if rule.kind == "grade":
        return {"grade": value, "verdict": "undetermined" if value is None else "graded"}
    quantum = quantum_of(rule) or Fraction(1)
    ends = {e: row[f"{rule.id}__{e}"] for e in ("low", "high")}
    exact = {e: None if v is None else v * quantum for e, v in ends.items()}
    exact["value"] = None if value is None else value * quantum
    verdict = "undetermined" if value is None else "positive" if value > 0 else "zero"
    return {**exact, "verdict": verdict}


def _wanted(rule: Rule, expect: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(expect, str):
        return {"verdict": "zero" if expect == "inapplicable" else expect}
    wanted: dict[str, Any] = {}
    for key, value in expect.items():
        if key in ("low", "high", "value"):
            figure = parse_figure(str(value))
            wanted[key] = None if figure is None else _in_unit(rule, *figure)
        elif key == "due":
            wanted[key] = date.fromisoformat(str(value))
            wanted["verdict"] = "granted"
        else:
            wanted[key] = value
    return wanted


def _in_unit(rule: Rule, number: Fraction, unit: str) -> Fraction:
    return units().convert(number, unit, str(rule.unit)) if unit and str(rule.unit) else number

"""Every rule, over random enterprises with gaps, as the engine and as plain Python have it."""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

import jingkai.vocabulary
from jingkai.engine.events import EventTable, with_events
from jingkai.engine.polars_engine import program_frame
from jingkai.policies import policies_folder
from jingkai.population import some_enterprises, some_entities
from jingkai.rulebook import Rulebook, compile_program
from jingkai.rulebook.events import events_of
from jingkai.rulebook.program import APART, quantum_of
from jingkai.vocabulary import Fact
from tests.reference.evaluator import Evaluator, load_rules
from tests.reference.random_facts import RandomFacts

FACTS = Path(jingkai.vocabulary.__file__).parent / "facts"
AS_OF = dt.date(2026, 6, 30)


def known_facts(rulebook: Rulebook, entity: str, columns: list[str]) -> dict[str, Fact]:
    """The facts that columns hold, by column; those of nothing known are left out."""
    described = rulebook.vocabulary.entities[entity]
    found = {}
    for name in columns:
        owner, _, inner = name.partition(".")
        of = rulebook.vocabulary.entities[described.references[owner]] if inner else described
        known = of.column(inner or name)
        if known is not None:
            found[name] = known[0]
    return found


def facts_of(known: dict[str, Fact], row: dict) -> dict:
    return {
        name: row[name] * fact.quantum if fact.numeric else row[name]
        for name, fact in known.items()
        if row[name] is not None
    }


def check(
    rulebook: Rulebook,
    entity: str,
    frame: pl.DataFrame,
    as_of: dt.date,
    events: dict[str, pl.DataFrame] | None = None,
) -> int:
    events = events or {}
    tables = {name: EventTable(table.lazy(), as_of) for name, table in events.items()}
    counts = events_of(rulebook, entity, as_of)
    lazy, added = with_events(frame.lazy(), counts, tables, rulebook.vocabulary)
    program = compile_program(rulebook, entity, as_of, [*frame.columns, *added])
    if not program.layouts:
        return 0
    decided = program_frame(program, lazy).select(program.outputs).collect().to_dicts()
    known = known_facts(rulebook, entity, frame.columns)
    shared = frozenset(name for name, fact in known.items() if fact.shared)
    evaluator = Evaluator(load_rules(policies_folder()), as_of, shared=shared)
    owned = {name: by_owner(table) for name, table in events.items()}
    compared = 0
    for row, results in zip(frame.to_dicts(), decided, strict=True):
        owner = row["enterprise"] if entity in events else row["key"]
        mine = {
            name: [r for r in of.get(owner, []) if r["key"] != row["key"]]
            for name, of in owned.items()
        }
        reference = evaluator.row(facts_of(known, row), events=mine)
        for name, layout in program.layouts.items():
            found = reference.outcome(name)
            where = f"{name} of {row['key']} on {as_of}"
            for condition, column in layout.conditions.items():
                assert results[column] == found.conditions[condition], f"{condition}, {where}"
            compared += compare(rulebook, name, layout.kind, results, found, where)
    return compared


def by_owner(table: pl.DataFrame) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in table.to_dicts():
        found.setdefault(row["enterprise"], []).append(row)
    return found


def compare(rulebook, name, kind, results, found, where) -> int:
    if kind in ("eligibility", "duty"):
        assert results[name] == found.verdict, where
        if f"{name}__due" in results:
            assert results[f"{name}__due"] == found.due, where
    elif kind == "grade":
        assert results[name] == found.grade, where
    else:
        quantum = quantum_of(rulebook.rules[name]) or Fraction(1)
        for end in ("low", "high"):
            stored = results[f"{name}__{end}"]
            assert (None if stored is None else stored * quantum) == getattr(found, end), (
                f"{end}, {where}"
            )
        assert (None if results[name] is None else results[name] * quantum) == found.value, where
    return 1


ENTITIES = sorted(e.parent.name for e in (FACTS).glob("*/*.yaml"))


def event_rows(rulebook: Rulebook, entity: str, owners: list[str], day: dt.date) -> pl.DataFrame:
    """A whole table of events with every fact known: what the reference can count plainly."""
    rng = random.Random(entity)
    described = rulebook.vocabulary.entities[entity]
    rows = []
    for i in range(2 * len(owners)):
        row = {"key": f"{entity}{i}", "enterprise": rng.choice(owners)}
        for fact in described.facts.values():
            if fact.type == "bool":
                row[fact.name] = rng.random() < 0.5
            elif isinstance(fact.codes, dict):
                row[fact.name] = rng.choice(list(fact.codes))
        row["kind"] = row.get("kind") or rng.choice("xy")
        row["occurred_on"] = day - dt.timedelta(
            days=rng.choice((0, 1, 30, 364, 365, 366, 730, 900))
        )
        rows.append(row)
    schema = {"key": pl.String(), **{f.name: f.arrow_type for f in described.facts.values()}}
    return pl.DataFrame(rows, schema=schema)


def random_check(rulebook: Rulebook, entity: str, rows: int, as_of: dt.date, seed: int) -> int:
    frame = RandomFacts(rulebook, entity, as_of, seed).frame(rows)
    events, tables = {}, {c.entity for c in events_of(rulebook, entity, as_of)}
    owners = frame["key"].to_list()
    if entity in tables:  # rows that are events themselves: some owners, every fact of time known
        owners = [f"owner{i}" for i in range(max(rows // 2, 1))]  # two events each
        events[entity] = event_rows(rulebook, entity, owners, as_of)
        whole = events[entity].head(rows).select("key", "enterprise", "occurred_on", "kind")
        frame = frame.head(whole.height).drop(
            "key", "enterprise", "occurred_on", "kind", strict=False
        )
        frame = pl.concat([whole, frame], how="horizontal")
    for name in sorted(tables - {entity}):
        events[name] = event_rows(rulebook, name, owners, as_of)
    return check(rulebook, entity, frame, as_of, events)


@pytest.mark.parametrize("entity", dict.fromkeys(ENTITIES))
@pytest.mark.parametrize("as_of", [dt.date(2024, 7, 1), AS_OF, dt.date(2026, 12, 31)], ids=str)
def test_random_rows_on_the_lines_that_rules_draw_agree(rulebook, entity, as_of):
    rules = [r for r in rulebook.in_force(as_of, entity) if r.kind not in APART]
    compared = random_check(rulebook, entity, 150, as_of, seed=as_of.toordinal())
    assert compared >= 150 * len(rules)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_twenty_thousand_random_enterprises_agree_on_every_rule(rulebook, part):
    assert random_check(rulebook, "enterprise", 2500, AS_OF, seed=100 + part) > 25_000


def test_enterprises_of_the_demo_agree_on_every_rule(rulebook):
    assert check(rulebook, "enterprise", some_enterprises(300, seed=11), AS_OF) > 5_000


def test_reinvestments_agree_on_every_rule(rulebook):
    frame = some_entities("investment", 300, seed=5).with_columns(
        recovered_on=pl.when(pl.int_range(pl.len()) % 3 == 0).then(
            pl.col("invested_on").dt.offset_by("26mo")
        ),
        recovered_amount=pl.when(pl.int_range(pl.len()) % 4 != 1).then(pl.col("amount") // 3),
        credit_available=pl.when(pl.int_range(pl.len()) % 5 != 2).then(pl.col("amount") // 11),
    )
    assert check(rulebook, "investment", frame, dt.date(2029, 1, 1)) > 2000


def test_the_edition_in_force_on_the_date_is_the_one_compared(rulebook):
    assert (
        check(
            rulebook, "enterprise", some_enterprises(100, seed=3, year=2024), dt.date(2025, 6, 30)
        )
        > 1000
    )

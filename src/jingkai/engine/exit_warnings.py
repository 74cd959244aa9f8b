"""Exit warnings: the ordinary rules about zones, fed with bottom ranks that were worked out here.

An official rank counts before ours; ours counts only where all the zones are compared. A rank that is an interval is asked with both of its ends; nearer to
the last never makes an exit less likely, so where both answer alike that is the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from jingkai.engine.assessment import Assessment, Place, Span, taking_part
from jingkai.engine.polars_engine import program_frame
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rule, Rulebook, compile_program

__all__ = ["ExitWarning", "exit_warnings"]

#: The facts that a bottom rank is read as.
_RANKS = ("regional_bottom_rank", "national_bottom_rank")
#: A bottom rank that nothing counts as low: of a year in which a zone surely was not ranked.
_NOT_RANKED = 10**9


@dataclass(frozen=True, slots=True)
class ExitWarning:
    """What a rule about exit says of each zone.

    `verdicts` are by zone key: true (it is met), false, None (it may be); `ranks` the bottom ranks by
    zone and year that it went by (None: not known), `official` those of them that were given as facts.
    """

    rule: Rule
    verdicts: dict[str, bool | None] = field(default_factory=dict)
    ranks: dict[str, dict[int, Span | None]] = field(default_factory=dict)
    official: frozenset[tuple[str, int]] = frozenset()


def exit_warnings(
    rulebook: Rulebook, snapshot: Snapshot, as_of: date, years: Mapping[int, Assessment]
) -> list[ExitWarning]:
    """Ask every rule in force that reads bottom ranks.

    Parameters
    ----------
    rulebook, as_of
        The rules, and the day they are asked on.
    snapshot
        The zones, with official ranks where they are known.
    years
        Assessments by the year of their data. A rule is fed with those of the years after which its
        edition was in force; under another edition a zone was not ranked.
    """
    book = rulebook.on(as_of)
    facts = snapshot.scan("zone").collect()
    found = []
    for rule in book.in_force(as_of, "zone"):
        read = [name for name in rule.reads_facts() if name in _RANKS]
        if rule.kind == "eligibility" and read:
            found.append(_asked(rule, book, facts, as_of, read[0], years))
    return found


def _asked(
    rule: Rule,
    book: Rulebook,
    facts: pl.DataFrame,
    as_of: date,
    fact: str,
    years: Mapping[int, Assessment],
) -> ExitWarning:
    span = range(min([*years, as_of.year - 3]), as_of.year)
    keys = facts["key"].to_list()
    ranks: dict[int, list[Span | None]] = {}
    official: set[tuple[str, int]] = set()
    for year in span:
        column = f"{fact}_{year}"
        given = facts[column].to_list() if column in facts.columns else [None] * len(keys)
        ours = _ranks(rule, book, facts, fact, year, years.get(year))
        ranks[year] = [
            mine if g is None else Span(g, g) for g, mine in zip(given, ours, strict=True)
        ]
        official |= {(k, year) for k, g in zip(keys, given, strict=True) if g is not None}
    ends = [_verdicts(rule, book, facts, as_of, fact, ranks, end) for end in (0, 1)]
    verdicts = {
        key: near if near == far else None for key, near, far in zip(keys, *ends, strict=True)
    }
    shown = {
        key: {y: None if row[i] == _none() else row[i] for y, row in ranks.items()}
        for i, key in enumerate(keys)
    }
    return ExitWarning(rule, verdicts, shown, frozenset(official))


def _none() -> Span:
    return Span(_NOT_RANKED, _NOT_RANKED)


def _ranks(
    rule: Rule,
    book: Rulebook,
    facts: pl.DataFrame,
    fact: str,
    year: int,
    assessment: Assessment | None,
) -> list[Span | None]:
    """Return the bottom ranks of a year: none under another edition, or of a zone that took no part."""
    keys = facts["key"].to_list()
    if not rule.in_force(date(year + 1, 1, 1)):
        return [_none()] * len(keys)
    if assessment is None:
        return [None] * len(keys)
    places: dict[str, Place] = {p.zone.key: p for p in assessment.places}
    part = taking_part(assessment.rule, book, assessment.as_of, facts)
    found: list[Span | None] = []
    for key, took in zip(keys, part, strict=True):
        place = places.get(key)
        if place is None or not assessment.whole:
            found.append(None if took else _none())
        else:
            found.append(place.bottom if fact == "national_bottom_rank" else place.regional_bottom)
    return found


def _verdicts(
    rule: Rule,
    book: Rulebook,
    facts: pl.DataFrame,
    as_of: date,
    fact: str,
    ranks: Mapping[int, list[Span | None]],
    end: int,
) -> list[bool | None]:
    columns = [
        pl.Series(f"{fact}_{year}", [None if s is None else s[end] for s in row], dtype=pl.Int64)
        for year, row in ranks.items()
    ]
    frame = facts.with_columns(columns)
    program = compile_program(book, rule.entity, as_of, frame.columns, only=[rule.id])
    return program_frame(program, frame.lazy()).collect()[rule.id].to_list()

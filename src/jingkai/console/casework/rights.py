"""What an enterprise may have by the rules, as offers: confirm once, or apply with what is needed filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from jingkai.console.casework.errors import CaseRefused
from jingkai.console.casework.procedures import procedures
from jingkai.console.fact_values import read_value
from jingkai.console.opened import Opened
from jingkai.population.columns import columns_read
from jingkai.registry.snapshot import Match
from jingkai.services.catalogue import Item
from jingkai.services.entitlement import Entitlement, Entitlements, entitlement_row
from jingkai.services.errors import CaseError

__all__ = [
    "Offer",
    "decider_of",
    "needed_columns",
    "offer",
    "offers",
    "open_columns",
    "owner_column",
    "stated",
    "subjects",
]

_MOST_SUBJECTS = 200


@dataclass(frozen=True)
class Offer:
    """A right that an item pays out, for one row that it is about.

    Parameters
    ----------
    item, subject
        What is paid out, and the row: the enterprise itself, or one of its projects.
    entitlement
        What has to be done for it.
    row
        The facts that it was decided on, with what was stated.
    """

    item: Item
    subject: Match
    entitlement: Entitlement
    row: Mapping[str, Any]

    @property
    def at_once(self) -> bool:
        """Whether one confirmation is enough (免申即享): money, on what offices share alone."""
        return (
            self.entitlement.mode == "no_application"
            and self.item.source.kind == "payment"
            and self.entitlement.amount is not None
        )


def subjects(found: Opened, match: Match, entity: str) -> list[Match]:
    """Return the rows of an entity that belong to an enterprise: itself, or those that refer to it."""
    if entity == "enterprise":
        return [match]
    owner = owner_column(found, entity)
    if owner is None:
        return []
    have = found.snapshot.columns(entity)
    name = pl.col("name") if "name" in have else pl.lit("")
    rows = (
        found.snapshot.scan(entity)
        .with_row_index("position")
        .filter(pl.col(owner) == match.key)
        .select("key", name.fill_null("").alias("name"), "position")
        .head(_MOST_SUBJECTS)
        .collect()
    )
    return [Match(**row) for row in rows.iter_rows(named=True)]


def offers(found: Opened, match: Match) -> list[Offer]:
    """Return every right that some item pays out, decided for an enterprise, refused ones too."""
    items = [i for i in procedures(found.day).items.values() if i.source.rule is not None]
    made = []
    for item in items:
        decider = decider_of(found, item)
        if decider is not None:
            made += [
                _offer(found, item, s, decider, {})
                for s in subjects(found, match, item.source.entity)
            ]
    return made


def offer(
    found: Opened, match: Match, item: Item, subject: str, given: Mapping[str, str] | None = None
) -> Offer:
    """Return one right decided for one of an enterprise's rows.

    Parameters
    ----------
    subject
        The row's key.
    given
        Values that the applicant states, by column, as typed.

    Raises
    ------
    CaseRefused
        If the enterprise has no such row, the rule is not in force, or a stated value is not asked for.
    ConsoleError
        If a stated value cannot be read.
    """
    row = next((s for s in subjects(found, match, item.source.entity) if s.key == subject), None)
    decider = decider_of(found, item)
    if row is None or decider is None:
        raise CaseRefused(f"“{item.title.zh}”不能为这个对象办理", hint="从“办事”里选择")
    return _offer(found, item, row, decider, given or {})


def open_columns(found: Opened, offered: Offer) -> dict[str, str]:
    """Return the columns whose values the applicant has to state, with the fact that each is of.

    Only what the applicant itself holds: what an office holds and does not share, an expert's mark, is
    proved by a paper and put down by that office.
    """
    decider = decider_of(found, offered.item)
    assert decider is not None
    row = dict(offered.row)
    needed = offered.entitlement.needed
    asked = [n for n in needed if n.asked and not n.known and n.office == "enterprise"]
    return {c: n.fact for n in asked for c in decider.columns_of(n, row)}


def needed_columns(found: Opened, offered: Offer) -> dict[str, list[str]]:
    """Return by needed fact its columns, known or not; none of what is no fact of a row."""
    decider = decider_of(found, offered.item)
    assert decider is not None
    return {n.fact: decider.columns_of(n, {}) for n in offered.entitlement.needed}


def stated(found: Opened, entity: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Return stated values as a snapshot stores them.

    Raises
    ------
    ConsoleError
        If a column is not known or a value cannot be read.
    """
    vocabulary = found.rulebook.vocabulary
    values = {}
    for column, text in given.items():
        known = vocabulary.entities[entity].column(column)
        if known is None:
            raise CaseRefused(f"没有数据项“{column}”", hint="从申请页面填写")
        values[column] = read_value(text, known[0], vocabulary, found.day)
    return values


def _offer(
    found: Opened, item: Item, subject: Match, decider: Entitlements, given: Mapping[str, str]
) -> Offer:
    entity = item.source.entity
    row = entitlement_row(found.explainer, entity, subject.position)
    row |= stated(found, entity, given)
    return Offer(item, subject, decider.of(row), row)


def decider_of(found: Opened, item: Item) -> Entitlements | None:
    """Return what decides an item's right; None where its rule is not in force or it has no data."""
    entity = item.source.entity
    if item.source.rule not in found.run.rules or not found.snapshot.rows(entity):
        return None

    def made() -> Entitlements | None:
        # What the register has no column for may be stated by the applicant all the same.
        read = columns_read(found.rulebook, entity, found.day, [str(item.source.rule)])
        columns = dict.fromkeys([*entitlement_row(found.explainer, entity, 0), *read])
        try:
            return Entitlements(item, found.every, found.day, columns)
        except CaseError:
            return None

    return found.kept(("entitlements", item.id, item.place), made)


def owner_column(found: Opened, entity: str) -> str | None:
    """Return the column that says to which enterprise a row belongs."""
    if entity not in found.snapshot.entities:
        return None
    references = found.rulebook.vocabulary.entities[entity].references
    have = found.snapshot.columns(entity)
    return next((n for n, to in references.items() if to == "enterprise" and n in have), None)

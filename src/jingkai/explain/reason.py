"""A rule explained for one entity, as plain values: verdict, conditions, comparisons, what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

__all__ = ["AtomReason", "ConditionReason", "PartReason", "RuleReason"]


@dataclass(slots=True)
class AtomReason:
    """One comparison of a condition: what was found, what was needed, how far off.

    `facts` are the columns it rests on; `hidden` says why nothing found is shown, empty where it is.
    """

    text: str
    found: str
    needed: str
    verdict: bool | None
    distance: str = ""
    facts: tuple[str, ...] = ()
    hidden: str = ""


@dataclass(slots=True)
class ConditionReason:
    """A condition with its article, verdict and comparisons.

    `applies` is False where the condition does not bind the entity (不适用). `hidden` says why its
    verdict is not shown, empty where it is or is unknown.
    """

    id: str
    title: str
    basis: str
    verdict: bool | None
    applies: bool | None = True
    atoms: list[AtomReason] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    say: str = ""
    hidden: str = ""


@dataclass(slots=True)
class PartReason:
    """An item of a score with its points, or a class of a grade with whether its test holds.

    `result` are points, or from which to which; of a class `verdict`. `atoms` are the comparisons that
    told, `missing` the facts that are not known.
    """

    title: str
    basis: str = ""
    result: str = ""
    verdict: bool | None = None
    atoms: list[AtomReason] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(slots=True)
class RuleReason:
    """A rule explained for one entity.

    Parameters
    ----------
    verdict
        True, False or None (undetermined); of an amount its right, of a score or grade None.
    result
        The amount, score or grade in words; empty where nothing bounds it.
    missing
        The smallest set of facts that, known favourably, would grant it.
    materials
        What the applicant must bring for those that no office shares.
    blocking
        The smallest set of failed conditions that would have to change.
    parts
        Of a score its items, of a grade its classes in the order in which they are tried.
    figures
        Of a score or amount ``value``, ``low``, ``high`` as exact decimals in ``unit``; None: unknown.
    near_miss
        ``"one"`` where one condition alone refused, ``"possible"`` where some others are unknown.
    hidden
        Why points, amount, possible grades and due date are not shown; empty where they are.
    """

    rule: str
    title: str
    measure: str
    kind: str
    document: str
    verified: bool
    verdict: bool | None
    result: str = ""
    conditions: list[ConditionReason] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)
    materials: list[str] = field(default_factory=list)
    blocking: list[str] = field(default_factory=list)
    near_miss: str = ""
    notes: str = ""
    due: str = ""
    possible: list[str] = field(default_factory=list)
    figures: dict[str, str | None] = field(default_factory=dict)
    hidden: str = ""
    parts: list[PartReason] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        found: dict[str, Any] = _plain(self)
        return found


def _plain(value: Any) -> Any:
    """Return a value as dicts and lists; `asdict` copies every text, which takes longer than explaining."""
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return dict(value) if isinstance(value, dict) else value

"""The lowered expression: whole numbers, bits, dates and texts, and nothing that rounds.

An engine only has to map these operators to its own. `Plan` nodes are hashed, so that the same
computation is recognised wherever it stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Literal

__all__ = [
    "INT64",
    "INT128",
    "Plan",
    "PlanKind",
    "col",
    "digest",
    "lit",
    "null",
    "plan_columns",
    "renamed",
]

PlanKind = Literal["bool", "int", "wide", "date", "text"]

#: Largest absolute values of the two widths.
INT64 = 2**63 - 1
INT128 = 2**127 - 1


class Plan:
    """One operator with its arguments.

    Parameters
    ----------
    op
        ``col`` (name), ``lit`` (value), ``null``; on ints ``add sub mul floordiv neg``; ``eq ne lt
        le gt ge``; ``and or not`` by Kleene; ``when`` (test, then, otherwise; an unknown test takes
        otherwise); ``isnull``; ``year month day`` of a date, ``daydiff`` (b - a), ``dayadd``,
        ``monthadd`` (date, months; the month's last day where the day does not exist);
        ``prefix`` and ``isin`` (text, texts); ``wide`` (to 128 bits), ``narrow`` (to 64); ``fill``
        (x, value); ``sumtrue`` (tests; counts those that hold); ``min max`` over non-null ints.
    args
        Plans, or plain values for ``col``, ``lit``, ``prefix`` and ``isin``.
    kind
        What it yields; ``wide`` is a 128-bit int.
    """

    __slots__ = ("_hash", "args", "kind", "op")

    def __init__(self, op: str, args: tuple[Any, ...], kind: PlanKind) -> None:
        self.op, self.args, self.kind = op, args, kind
        self._hash = hash((op, args, kind))

    def __hash__(self) -> int:
        """Return the hash computed once."""
        return self._hash

    def __eq__(self, other: object) -> bool:
        """Whether the other computes the same."""
        if self is other:
            return True
        return (
            isinstance(other, Plan)
            and self._hash == other._hash
            and (self.op, self.kind, self.args) == (other.op, other.kind, other.args)
        )

    def __repr__(self) -> str:
        """Return ``op(args)``."""
        return f"{self.op}({', '.join(map(repr, self.args))})"


def col(name: str, kind: PlanKind) -> Plan:
    """Return a column."""
    return Plan("col", (name,), kind)


def lit(value: bool | int | date | str) -> Plan:
    """Return a constant; an int beyond 64 bits is wide."""
    if isinstance(value, bool):
        return Plan("lit", (value,), "bool")
    if isinstance(value, int):
        return Plan("lit", (value,), "int" if abs(value) <= INT64 else "wide")
    return Plan("lit", (value,), "date" if isinstance(value, date) else "text")


def null(kind: PlanKind) -> Plan:
    """Return the unknown of a kind."""
    return Plan("null", (), kind)


def plan_columns(plan: Plan) -> Iterator[str]:
    """Yield the names of the columns a plan reads, each once."""
    seen: set[Plan] = set()
    names: set[str] = set()
    stack = [plan]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.op == "col" and node.args[0] not in names:
            names.add(node.args[0])
            yield node.args[0]
        stack += [a for a in node.args if isinstance(a, Plan)]


def digest(plan: Plan, memo: dict[Plan, str] | None = None) -> str:
    """Return ten hex digits that name a computation, the same wherever it stands."""
    memo = {} if memo is None else memo
    found = memo.get(plan)
    if found is None:
        parts = [digest(a, memo) if isinstance(a, Plan) else repr(a) for a in plan.args]
        text = f"{plan.op}:{plan.kind}({','.join(parts)})"
        found = memo[plan] = hashlib.sha256(text.encode()).hexdigest()[:10]
    return found


def renamed(plan: Plan, name: Callable[[str], str], done: dict[Plan, Plan] | None = None) -> Plan:
    """Return the same computation over columns of other names."""
    done = {} if done is None else done
    found = done.get(plan)
    if found is None:
        if plan.op == "col":
            found = Plan("col", (name(plan.args[0]),), plan.kind)
        else:
            args = tuple(renamed(a, name, done) if isinstance(a, Plan) else a for a in plan.args)
            found = Plan(plan.op, args, plan.kind)
        done[plan] = found
    return found

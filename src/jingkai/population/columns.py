"""Which columns of an entity the rules read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from jingkai.rulebook import Rulebook, compile_program
from jingkai.rulebook.plan import plan_columns

__all__ = ["columns_read"]


def columns_read(
    rulebook: Rulebook, entity: str, day: date, only: Iterable[str] | None = None
) -> list[str]:
    """Return the columns of an entity's own facts that its rules in force on a day read.

    Parameters
    ----------
    only
        Of these rules and those that they read; all by default.
    """
    program = compile_program(rulebook, entity, day, None, only)
    read = dict.fromkeys(c for plan in program.columns.values() for c in plan_columns(plan))
    return [c for c in read if c not in program.columns and "." not in c and "#" not in c]

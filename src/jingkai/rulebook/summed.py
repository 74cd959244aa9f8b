"""What an indicator's sum adds up: `sum(enterprise.last(x))` or `sum(enterprise, last(x) + last(y))`."""

from __future__ import annotations

from sqlglot import exp

from jingkai.rulebook.errors import ExpressionError

__all__ = ["summed"]


def summed(args: list[exp.Expr]) -> tuple[str, exp.Expr]:
    """Return the entity that a sum goes over and the expression it adds up.

    Raises
    ------
    ExpressionError
        If the arguments are neither of the two forms.
    """
    first = args[0] if args else exp.Null()
    if len(args) == 2 and isinstance(first, exp.Column) and not first.table:
        return first.name, args[1]
    if len(args) == 1 and isinstance(first, exp.Dot):
        return first.this.name, first.expression
    if len(args) == 1 and isinstance(first, exp.Column) and first.table:
        return first.table, exp.column(first.name)
    raise ExpressionError(f"`{first.sql()}`: write sum(enterprise, last(fact))")

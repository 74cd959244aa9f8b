"""Gives every computation that is used twice a column of its own, and orders columns in steps.

Without it an expression is written out at each of its uses and grows beyond what an engine can
plan; with it each distinct computation runs once, whatever reads it. What is constant is worked out first.
"""

from __future__ import annotations

from collections import Counter

from jingkai.rulebook.fold import fold
from jingkai.rulebook.plan import Plan, col, digest

__all__ = ["share"]

_LEAVES = ("col", "lit", "null")
_CHEAP = ("isnull", "wide", "fill", "not", "narrow")


def share(columns: dict[str, Plan]) -> tuple[dict[str, Plan], ...]:
    """Return the same columns in steps, with columns of their own for shared computations.

    Parameters
    ----------
    columns
        Name to plan; a plan may read other names of this mapping as columns.

    Returns
    -------
    Steps of name to plan; each reads facts and earlier steps only. Added columns are named
    ``t_`` and a digest.
    """
    return _Sharing(fold(columns)).steps()


class _Sharing:
    def __init__(self, columns: dict[str, Plan]) -> None:
        self.columns = columns
        self.named: dict[Plan, str] = {}
        for name, plan in columns.items():
            self.named.setdefault(plan, name)
        self.uses = self._count()
        self.memo: dict[Plan, str] = {}
        self.level: dict[str, int] = {}
        self.rewritten: dict[str, Plan] = {}
        self.done: dict[Plan, tuple[Plan, int]] = {}

    def _count(self) -> Counter[Plan]:
        uses: Counter[Plan] = Counter()
        seen: set[Plan] = set()
        stack = list(self.columns.values())
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            inner = [a for a in node.args if isinstance(a, Plan)]
            uses.update(inner)
            stack += inner
        return uses

    def steps(self) -> tuple[dict[str, Plan], ...]:
        """Rewrite every column and group by level."""
        for name in self.columns:
            self._column(name)
        count = max(self.level.values(), default=-1) + 1
        steps: list[dict[str, Plan]] = [{} for _ in range(count)]
        for name, level in self.level.items():
            steps[level][name] = self.rewritten[name]
        return tuple(steps)

    def _column(self, name: str) -> int:
        """Rewrite a named column; returns the level at which it is computed."""
        if name not in self.level:
            plan = self.columns[name]
            first = self.named[plan] == name or plan.op in _LEAVES
            inner, ready = self._inside(plan) if first else self._place(plan)
            self.rewritten[name], self.level[name] = inner, ready
        return self.level[name]

    def _rewrite(self, plan: Plan) -> tuple[Plan, int]:
        """Return a plan with shared parts as columns, and the first level it can stand in."""
        found = self.done.get(plan)
        if found is None:
            found = self.done[plan] = self._place(plan)
        return found

    def _place(self, plan: Plan) -> tuple[Plan, int]:
        if plan.op == "col":
            name = plan.args[0]
            return plan, (self._column(name) + 1 if name in self.columns else 0)
        if plan.op in _LEAVES:
            return plan, 0
        if plan in self.named:
            name = self.named[plan]
            return col(name, plan.kind), self._column(name) + 1
        inner, ready = self._inside(plan)
        if self.uses[plan] < 2 or self._cheap(plan):
            return inner, ready
        name = f"t_{digest(plan, self.memo)}"
        self.rewritten[name], self.level[name] = inner, ready
        return col(name, plan.kind), ready + 1

    def _cheap(self, plan: Plan) -> bool:
        return plan.op in _CHEAP and all(
            not isinstance(a, Plan) or a.op in _LEAVES or self.uses[a] > 1 for a in plan.args
        )

    def _inside(self, plan: Plan) -> tuple[Plan, int]:
        if plan.op in _LEAVES:
            return self._rewrite(plan) if plan.op == "col" else (plan, 0)
        args, ready = [], 0
        for arg in plan.args:
            if isinstance(arg, Plan):
                inner, level = self._rewrite(arg)
                args.append(inner)
                ready = max(ready, level)
            else:
                args.append(arg)
        return Plan(plan.op, tuple(args), plan.kind), ready

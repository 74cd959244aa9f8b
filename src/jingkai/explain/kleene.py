"""What it would take to make a test true: the smallest sets of things to know or to change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations

from jingkai.rulebook.tree import AtLeast, BoolConstant, Logic, Node, Not

__all__ = ["Family", "decide_with", "ways"]

#: Alternative sets, each enough; an empty tuple: impossible; a set without members: already so.
Family = tuple[frozenset[str], ...]
_ALREADY: Family = (frozenset(),)
_MOST = 48

#: For an atom: the families that make it true and false.
Atom = Callable[[Node], tuple[Family, Family]]


def ways(node: Node, atom: Atom) -> tuple[Family, Family]:
    """Return the smallest sets that make a test true, and those that make it false.

    Parameters
    ----------
    node
        A test.
    atom
        Gives both families of anything that is not and, or, not, at_least.
    """
    if isinstance(node, BoolConstant):
        return (_ALREADY, ()) if node.value else ((), _ALREADY)
    if isinstance(node, Not):
        true, false = ways(node.arg, atom)
        return false, true
    if isinstance(node, Logic):
        parts = [ways(arg, atom) for arg in node.args]
        holds, fails = [p[0] for p in parts], [p[1] for p in parts]
        if node.op == "and":
            return _all(holds), _any(fails)
        return _any(holds), _all(fails)
    if isinstance(node, AtLeast):
        parts = [ways(arg, atom) for arg in node.args]
        hold = [_all([parts[i][0] for i in c]) for c in combinations(range(len(parts)), node.count)]
        spare = len(parts) - node.count + 1
        fail = [_all([parts[i][1] for i in c]) for c in combinations(range(len(parts)), spare)]
        return _any(hold), _any(fail)
    return atom(node)


def decide_with(node: Node, value: Callable[[Node], bool | None]) -> bool | None:
    """Return a test by Kleene, atoms given by `value`."""
    true, false = ways(node, lambda n: _known(value(n)))
    if true:
        return True
    return False if false else None


def _known(value: bool | None) -> tuple[Family, Family]:
    if value is None:
        return (), ()
    return (_ALREADY, ()) if value else ((), _ALREADY)


def _any(families: Iterable[Family]) -> Family:
    return _minimal(s for family in families for s in family)


def _all(families: Iterable[Family]) -> Family:
    result: Family = _ALREADY
    for family in families:
        result = _minimal(a | b for a in result for b in family)
    return result


def _minimal(sets: Iterable[frozenset[str]]) -> Family:
    kept: list[frozenset[str]] = []
    for candidate in sorted(set(sets), key=lambda s: (len(s), sorted(s))):
        if not any(k <= candidate for k in kept):
            kept.append(candidate)
        if len(kept) >= _MOST:
            break
    return tuple(kept)

"""Places of boxes and arrows in layers from top to bottom, with few crossings (after Sugiyama).

Every arrow passes each layer between its ends at a place of its own, and its words have one of those places, so that
neither boxes nor words lie over each other.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Layout", "lay_out"]

Key = Hashable
_SWEEPS = 12
_GAP = 14.0


@dataclass(frozen=True)
class Layout:
    """Where everything is.

    Parameters
    ----------
    nodes
        The middle of each box.
    routes
        By arrow: its points from the upper to the lower end, boxes' middles included.
    words
        By arrow: the middle of its words.
    turned
        Arrows that run upwards; their routes too go from the upper to the lower end.
    width, layers
        Of the whole; and the height of each layer's middle.
    """

    nodes: Mapping[str, tuple[float, float]]
    routes: Mapping[tuple[str, str], Sequence[tuple[float, float]]]
    words: Mapping[tuple[str, str], tuple[float, float]]
    turned: frozenset[tuple[str, str]]
    width: float
    height: float


def lay_out(
    names: Sequence[str],
    arrows: Mapping[tuple[str, str], int],
    node_width: Mapping[str, float],
    word_width: Mapping[tuple[str, str], float],
    rise: tuple[float, float],
) -> Layout:
    """Lay boxes and arrows out.

    Parameters
    ----------
    names
        The boxes.
    arrows
        With how often each is gone; what runs upwards is to be little.
    node_width, word_width
        In pixels.
    rise
        Height of a layer of boxes and of a layer of words.
    """
    order = _order(names, arrows)
    place = {name: i for i, name in enumerate(order)}
    turned = frozenset(a for a in arrows if place[a[0]] > place[a[1]])
    downward = {a: (a[1], a[0]) if a in turned else a for a in arrows}
    rank = _ranks(order, downward.values())
    chains = {a: _chain(a, upper, lower, rank) for a, (upper, lower) in downward.items()}
    widths: dict[Key, float] = {}
    widths.update((name, width) for name, width in node_width.items())
    for arrow, chain in chains.items():
        middle = _word_at(chain)
        widths |= {k: word_width[arrow] if k == middle else 6.0 for k in chain[1:-1]}
    rows = _rows(order, rank, chains)
    links = _links(chains)
    _uncross(rows, links)
    x = _across(rows, links, widths)
    y = _down(len(rows), rise)
    level = {k: i for i, row in enumerate(rows) for k in row}
    at = {k: (x[k], y[level[k]]) for k in x}
    right = max(x[k] + widths[k] / 2 for k in x)
    return Layout(
        {n: at[n] for n in order},
        {a: [at[k] for k in chain] for a, chain in chains.items()},
        {a: at[_word_at(chain)] for a, chain in chains.items()},
        turned,
        right,
        y[-1] + rise[0] / 2,
    )


def _order(names: Sequence[str], arrows: Mapping[tuple[str, str], int]) -> list[str]:
    """Return the boxes so that little runs against their order (greedy, after Eades, Lin and Smyth).

    Of those in a circle, one that something placed before it leads to comes first.
    """
    left = list(names)
    head: list[str] = []
    tail: list[str] = []
    while left:
        out, into = dict.fromkeys(left, 0), dict.fromkeys(left, 0)
        for (a, b), count in arrows.items():
            if a in out and b in out:
                out[a] += count
                into[b] += count
        last = [n for n in left if not out[n]]
        first = [n for n in left if not into[n] and out[n]]
        if last:
            tail[:0] = last
        else:
            led = {b for a, b in arrows if a in head}
            head += first or [max(left, key=lambda n: (n in led, out[n] - into[n]))]
        left = [n for n in left if n not in head and n not in tail]
    return head + tail


def _ranks(order: Sequence[str], arrows: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return each box's layer: below everything that leads to it; even, for words lie between."""
    rank = dict.fromkeys(order, 0)
    into: dict[str, list[str]] = {n: [] for n in order}
    for upper, lower in arrows:
        into[lower].append(upper)
    for name in order:
        rank[name] = max((rank[u] + 2 for u in into[name]), default=0)
    return rank


def _chain(arrow: tuple[str, str], upper: str, lower: str, rank: Mapping[str, int]) -> list[Key]:
    between = range(rank[upper] + 1, rank[lower])
    return [upper, *((arrow, level) for level in between), lower]


def _word_at(chain: Sequence[Key]) -> Key:
    """Return where an arrow's words are: the layer of words nearest to its middle."""
    between = chain[1:-1:2]
    return between[len(between) // 2]


def _rows(
    order: Sequence[str], rank: Mapping[str, int], chains: Mapping[tuple[str, str], Sequence[Key]]
) -> list[list[Key]]:
    rows: list[list[Key]] = [[] for _ in range(max(rank.values()) + 1)]
    for name in order:
        rows[rank[name]].append(name)
    for chain in chains.values():
        for level, key in enumerate(chain[1:-1], rank[str(chain[0])] + 1):
            rows[level].append(key)
    return rows


def _links(chains: Mapping[tuple[str, str], Sequence[Key]]) -> dict[bool, dict[Key, list[Key]]]:
    """Return each place's neighbours: above (True) and below (False)."""
    above: dict[Key, list[Key]] = {}
    below: dict[Key, list[Key]] = {}
    for chain in chains.values():
        for upper, lower in pairwise(chain):
            below.setdefault(upper, []).append(lower)
            above.setdefault(lower, []).append(upper)
    return {True: above, False: below}


def _uncross(rows: list[list[Key]], links: Mapping[bool, Mapping[Key, list[Key]]]) -> None:
    """Order each row by the middle of its neighbours, downwards and upwards in turn; keep the best found."""
    best, fewest = [list(r) for r in rows], _crossings(rows, links[False])
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        indices = range(1, len(rows)) if down else range(len(rows) - 2, -1, -1)
        for i in indices:
            fixed = {k: p for p, k in enumerate(rows[i - 1 if down else i + 1])}
            own = {k: p for p, k in enumerate(rows[i])}
            near = links[down]
            rows[i].sort(key=lambda k: _middle([fixed[n] for n in near.get(k, [])], own[k]))
        crossings = _crossings(rows, links[False])
        if crossings < fewest:
            best, fewest = [list(r) for r in rows], crossings
    rows[:] = best


def _middle(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise


def _crossings(rows: Sequence[Sequence[Key]], below: Mapping[Key, list[Key]]) -> int:
    count = 0
    for upper, lower in pairwise(rows):
        place = {k: p for p, k in enumerate(lower)}
        ends = [p for k in upper for p in sorted(place[n] for n in below.get(k, []))]
        count += sum(a > b for i, a in enumerate(ends) for b in ends[i + 1 :])
    return count


def _across(
    rows: Sequence[Sequence[Key]],
    links: Mapping[bool, Mapping[Key, list[Key]]],
    widths: Mapping[Key, float],
) -> dict[Key, float]:
    """Place each row's members near the middle of their neighbours, in order and apart."""
    x: dict[Key, float] = {}
    for row in rows:
        _spread(row, dict.fromkeys(row, 0.0), widths, x)
    for sweep in range(_SWEEPS * 2):
        near = links[sweep % 2 == 0]
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = {k: _middle([x[n] for n in near.get(k, [])], x[k]) for k in row}
            _spread(row, wanted, widths, x)
    left = min(x[k] - widths[k] / 2 for k in x)
    return {k: v - left for k, v in x.items()}


def _spread(
    row: Sequence[Key],
    wanted: Mapping[Key, float],
    widths: Mapping[Key, float],
    x: dict[Key, float],
) -> None:
    """Set the places that are nearest to those wanted (least squares), keeping order and distance."""
    offset, offsets = 0.0, []
    for i, key in enumerate(row):
        offset += (widths[row[i - 1]] + widths[key]) / 2 + _GAP if i else 0.0
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []  # mean and size of members that stand as close as they may
    for key, shift in zip(row, offsets, strict=True):
        mean, size = wanted[key] - shift, 1
        while blocks and blocks[-1][0] > mean:
            other, count = blocks.pop()
            mean, size = (mean * size + other * count) / (size + count), size + count
        blocks.append((mean, size))
    means = [m for m, size in blocks for _ in range(size)]
    x.update({k: m + o for k, m, o in zip(row, means, offsets, strict=True)})


def _down(rows: int, rise: tuple[float, float]) -> list[float]:
    y, found = rise[0] / 2, []
    for _ in range(rows):
        found.append(y)
        y += (rise[0] + rise[1]) / 2
    return found

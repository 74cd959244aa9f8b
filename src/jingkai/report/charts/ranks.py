"""Ranks over years: one zone's in the nation and in its region, and the tracks of the leading zones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jingkai.report.charts.drawing import GRID, INK, STRONG, WIDE, Sheet, draw_chart, shorten
from jingkai.report.figures import places
from jingkai.report.page import Ends, RankYear, Track

__all__ = ["rank_chart", "track_chart"]

#: What most zones' names end in, left out where room is short.
_KIND = "经济技术开发区"
_HATCH: dict[str, Any] = {
    "facecolor": "white",
    "edgecolor": "#7c8a92",
    "hatch": "////",
    "linewidth": 0,
}


@dataclass(frozen=True, slots=True)
class _Panel:
    """Places of the years: (year, from best to worst, how many were ranked)."""

    title: str
    rows: list[tuple[int, Ends, int]]
    last_five: bool = False

    @property
    def deepest(self) -> int:
        """The last place shown: all of them only where the zone is far down."""
        most = max(of for *_, of in self.rows)
        worst = max(last for _, (_, last), _ in self.rows)
        return most if 2 * worst > most else min(most, max(10, 2 * worst))

    @property
    def warns(self) -> bool:
        """Whether the last five come into sight."""
        return self.last_five and any(of - 5 < self.deepest for *_, of in self.rows)


def rank_chart(ranks: Sequence[RankYear]) -> dict[str, str]:
    """Return a zone's places over years: one panel for the nation, one for its region."""
    panels = [_Panel("全国名次", [(r.year, r.national, r.of) for r in ranks])]
    regional = [(r.year, r.regional, r.regional_of) for r in ranks if r.regional is not None]
    if regional:
        panels.append(_Panel("本地区名次", regional, last_five=True))
    said = "；".join(f"{r.year}年{places(r.national)}" for r in ranks)
    return draw_chart("ranks", f"综合评价历年名次：{said}", _panels(panels))


def _panels(panels: list[_Panel]) -> Callable[[int], Sheet]:
    def draw(width: int) -> Sheet:
        beside = width >= WIDE
        warns = any(p.warns for p in panels)
        sheet = Sheet(width, 226 * (1 if beside else len(panels)) + (24 if warns else 0))
        across = width / len(panels) if beside else width
        for i, panel in enumerate(panels):
            left, top = (i * across, 0) if beside else (0, i * 226)
            _panel(sheet, panel, left, top, across)
        if warns:
            key = {"color": INK, "marker": "o", "linewidth": 1.4, "markersize": 5}
            last = ("本地区末五名", {**_HATCH, "linewidth": 0.5})
            sheet.key(sheet.height - 12, ("名次", key), last)
        return sheet

    return draw


def _panel(sheet: Sheet, panel: _Panel, left: float, top: float, across: float) -> None:
    sheet.text(left, top + 12, panel.title, fontweight="bold")
    right = sheet.width - left - across + 14
    axes = sheet.axes(left + 52, top + 34, right, sheet.height - top - 190)
    most = panel.deepest
    if panel.warns:
        for x, (*_, of) in enumerate(panel.rows):
            _last_five(axes, x, of)
    _marks(axes, panel.rows, most)
    axes.set_xlim(-0.5, len(panel.rows) - 0.5)
    axes.set_ylim(most + 0.5, 1 - most * 0.06)
    axes.set_xticks(range(len(panel.rows)), [f"{year}年" for year, *_ in panel.rows])
    axes.set_yticks([1, most], ["第1名", f"第{most}名"])
    axes.spines["bottom"].set_visible(True)
    axes.spines["bottom"].set_color(GRID)


def _last_five(axes: Any, x: int, of: int) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((x - 0.5, max(of - 4.5, 1.5)), 1, min(5, of - 1), **_HATCH))


def _marks(axes: Any, rows: list[tuple[int, Ends, int]], most: int) -> None:
    middle = [(first + last) / 2 for _, (first, last), _ in rows]
    axes.plot(range(len(rows)), middle, color=STRONG, linewidth=1.4, zorder=3)
    for x, (_, ends, _) in enumerate(rows):
        first, last = ends
        axes.plot([x, x], [first, last], color=INK, linewidth=4, alpha=0.55, zorder=3)
        axes.plot([x], [middle[x]], color=INK, marker="o", markersize=5, zorder=4)
        below = middle[x] < most * 0.5
        near = last if below else first
        axes.annotate(
            str(first) if first == last else f"{first}—{last}",
            (x, near),
            xytext=(0, -9 if below else 9),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize=10.5,
            color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
            zorder=5,
        )


def track_chart(tracks: Sequence[Track]) -> dict[str, str]:
    """Return how the leading zones' national places moved, each line named at its last year."""
    years = sorted({year for track in tracks for year, _ in track.years})
    lines = _lines(tracks, years)
    deepest = max(line for track in lines for _, line, _ in track)

    def draw(width: int) -> Sheet:
        sheet = Sheet(width, 34 + 23 * deepest)
        axes = sheet.axes(24, 4, 150 if sheet.narrow else 250, 26)
        for track, points in zip(tracks, lines, strict=True):
            _track(axes, track.name, points)
        axes.set_xlim(-0.15, len(years) - 1 + 0.12)
        axes.set_ylim(deepest + 0.6, 0.4)
        axes.set_xticks(range(len(years)), [f"{y}年" for y in years])
        axes.set_yticks([])
        return sheet

    said = "；".join(f"{t.name}{places(t.years[-1][1])}" for t in tracks)
    return draw_chart("tracks", f"领先经开区历年名次：{said}", draw)


#: A year's index, the line it is drawn on, and the place written there.
_Point = tuple[int, int, str]


def _lines(tracks: Sequence[Track], years: Sequence[int]) -> list[list[_Point]]:
    """Return each track's points: in a year one a line, by place; equal places below each other."""
    found: list[list[_Point]] = [[] for _ in tracks]
    for x, year in enumerate(years):
        held = [(dict(t.years)[year], i) for i, t in enumerate(tracks) if year in dict(t.years)]
        used = 0
        for (first, last), i in sorted(held):
            # What is further down than the chart reaches stands below it, with its number.
            used = max(used + 1, min(first, len(tracks) + 1))
            found[i].append((x, used, str(first) if first == last else f"{first}—{last}"))
    return found


def _track(axes: Any, name: str, points: list[_Point]) -> None:
    xs, lines = [x for x, *_ in points], [line for _, line, _ in points]
    axes.plot(xs, lines, color=STRONG, linewidth=1.5)
    style = {"boxstyle": "round,pad=0.22", "facecolor": "white", "edgecolor": INK, "linewidth": 0.8}
    for x, line, words in points:
        axes.text(x, line, words, ha="center", va="center", fontsize=10, bbox=style, zorder=4)
    narrow = axes.figure.get_figwidth() * 72 < WIDE
    axes.annotate(
        shorten(name.removesuffix(_KIND), 9 if narrow else 18),
        (xs[-1], lines[-1]),
        xytext=(18 if "—" not in points[-1][2] else 26, 0),
        textcoords="offset points",
        va="center",
        fontsize=11,
        color=INK,
        annotation_clip=False,
    )

"""Ranks over years: one zone's in the nation and in its region, and the tracks of the leading zones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jingkai.report.charts.drawing import GRID, INK, STRONG, WIDE, Sheet, draw_chart, shorten
from jingkai.report.figures import places
from jingkai.report.page import Ends, RankYear, Track

__all__ = ["rank_chart", "track_chart"]

_HATCH: dict[str, Any] = {
    "facecolor": "white",
    "edgecolor": "#7c8a92",
    "hatch": "////",
    "linewidth": 0,
}


def rank_chart(ranks: Sequence[RankYear]) -> dict[str, str]:
    """Return a zone's places over years: one panel for the nation, one for its region."""
    regional = [r for r in ranks if r.regional is not None]
    panels: list[tuple[str, list[tuple[int, Ends, int]]]] = [
        ("全国位次", [(r.year, r.national, r.of) for r in ranks])
    ]
    if regional:
        rows = [(r.year, r.regional or (1, 1), r.regional_of) for r in regional]
        panels.append(("本区域位次", rows))
    said = "；".join(f"{r.year}年{places(r.national)}" for r in ranks)
    return draw_chart("ranks", f"综合排名历年位次：{said}", _panels(panels))


def _panels(panels: list[tuple[str, list[tuple[int, Ends, int]]]]) -> Callable[[int], Sheet]:
    def draw(width: int) -> Sheet:
        beside = width >= WIDE
        sheet = Sheet(width, 250 if beside else 226 * len(panels) + 24)
        across = width / len(panels) if beside else width
        for i, (title, rows) in enumerate(panels):
            left, top = (i * across, 0) if beside else (0, i * 226)
            _panel(sheet, title, rows, left, top, across)
        key = {"color": INK, "marker": "o", "linewidth": 1.4, "markersize": 5}
        last = {**_HATCH, "linewidth": 0.5}
        seen = any(_deepest(rows) > of - 5 for _, rows in panels for *_, of in rows)
        sheet.key(sheet.height - 12, ("位次", key), *([("末五位", last)] if seen else []))
        return sheet

    return draw


def _deepest(rows: list[tuple[int, Ends, int]]) -> int:
    """Return the last place that a panel shows: all of them only where the zone is far down."""
    most = max(of for *_, of in rows)
    worst = max(last for _, (_, last), _ in rows)
    return most if 2 * worst > most else min(most, max(10, 2 * worst))


def _panel(
    sheet: Sheet,
    title: str,
    rows: list[tuple[int, Ends, int]],
    left: float,
    top: float,
    across: float,
) -> None:
    sheet.text(left, top + 12, title, fontweight="bold")
    axes = sheet.axes(
        left + 52, top + 34, sheet.width - left - across + 14, sheet.height - top - 190
    )
    most = _deepest(rows)
    for x, (_, _, of) in enumerate(rows):
        if of - 5 < most:
            _last_five(axes, x, of)
    _marks(axes, rows, most)
    axes.set_xlim(-0.5, len(rows) - 0.5)
    axes.set_ylim(most + 0.5, 1 - most * 0.06)
    axes.set_xticks(range(len(rows)), [f"{year}年" for year, *_ in rows])
    axes.set_yticks([1, most], ["第1位", f"第{most}位"])
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
            places(ends),
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

    def draw(width: int) -> Sheet:
        sheet = Sheet(width, 40 + 23 * len(tracks))
        axes = sheet.axes(40, 8, 172 if sheet.narrow else 250, 26)
        deepest = len(tracks)
        for track in tracks:
            _track(axes, track, years, deepest)
        axes.set_xlim(-0.15, len(years) - 1 + 0.12)
        axes.set_ylim(deepest + 1.6, 0.4)
        axes.set_xticks(range(len(years)), [f"{y}年" for y in years])
        axes.set_yticks([])
        return sheet

    said = "；".join(f"{t.name}{places(t.years[-1][1])}" for t in tracks)
    return draw_chart("tracks", f"领先经开区历年位次：{said}", draw)


def _track(axes: Any, track: Track, years: list[int], deepest: int) -> None:
    """Draw a line; a place below the chart's last is drawn at its lower edge with its number."""
    xs = [years.index(year) for year, _ in track.years]
    ranks = [ends[0] for _, ends in track.years]
    shown = [min(rank, deepest + 1) for rank in ranks]
    axes.plot(
        xs,
        shown,
        color=STRONG,
        linewidth=1.5,
        marker="o",
        markersize=15,
        markerfacecolor="white",
        markeredgecolor=INK,
        clip_on=False,
    )
    for x, y, rank in zip(xs, shown, ranks, strict=True):
        axes.text(x, y, str(rank), ha="center", va="center", fontsize=10, color=INK, clip_on=False)
    axes.annotate(
        shorten(track.name, 13 if axes.figure.get_figwidth() < 6 else 24),
        (xs[-1], shown[-1]),
        xytext=(14, 0),
        textcoords="offset points",
        va="center",
        fontsize=11,
        color=INK,
        annotation_clip=False,
    )

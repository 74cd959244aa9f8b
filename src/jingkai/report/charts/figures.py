"""Indicators drawn: what each region has of the nation's, and where a zone stands among all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jingkai.report.charts.drawing import GRID, INK, PALE, STRONG, Sheet, draw_chart, shorten
from jingkai.report.figures import percent
from jingkai.report.page import Figure, RegionShares

__all__ = ["place_chart", "region_chart"]

#: Fills of regions that stay apart without colour.
_FILLS: tuple[dict[str, Any], ...] = (
    {"facecolor": STRONG, "edgecolor": INK},
    {"facecolor": "white", "edgecolor": INK, "hatch": "////"},
    {"facecolor": PALE, "edgecolor": INK},
    {"facecolor": "white", "edgecolor": INK},
)


def region_chart(shares: Sequence[RegionShares]) -> dict[str, str]:
    """Return a bar of one hundred percent an indicator, parted by region."""
    names = list(dict.fromkeys(name for row in shares for name, _ in row.parts))
    fills = dict(zip(names, _FILLS, strict=False))

    def draw(width: int) -> Sheet:
        narrow = width < 600
        step = 46 if narrow else 30
        sheet = Sheet(width, 30 + step * len(shares))
        sheet.key(10, *((n, {**fills[n], "linewidth": 0.8}) for n in names))
        left, right = 1 if narrow else 190, 42
        axes = sheet.axes(left, 28, right, 2)
        axes.set_xlim(0, 1)
        axes.set_ylim(len(shares) * step, 0)
        axes.set_xticks([])
        axes.set_yticks([])
        for i, row in enumerate(shares):
            y = 28 + i * step + (9 if narrow else step / 2)
            sheet.text(0 if narrow else 180, y, row.title, ha="left" if narrow else "right")
            middle = i * step + (30 if narrow else step / 2)
            _stacked(axes, row, middle, fills, 38 / (width - left - right))
        return sheet

    said = "；".join(
        f"{row.title}：" + "，".join(f"{n}{percent(v)}" for n, v in row.parts) for row in shares
    )
    return draw_chart("regions", f"各地区占比。{said}", draw)


def _stacked(
    axes: Any, row: RegionShares, y: float, fills: dict[str, dict[str, Any]], least: float
) -> None:
    """Draw a bar; a share too small for its label has none, but for the last, beside the bar."""
    start = 0.0
    for name, share in row.parts:
        fill, size = fills[name], float(share)
        axes.barh(y, size, left=start, height=18, linewidth=0.8, **fill)
        if size >= least:
            dark = fill["facecolor"] == STRONG
            box = (
                None if dark else {"facecolor": fill["facecolor"], "edgecolor": "none", "pad": 1.5}
            )
            axes.text(
                start + size / 2,
                y,
                percent(share),
                ha="center",
                va="center",
                fontsize=10,
                color="white" if dark else INK,
                bbox=box,
            )
        elif name == row.parts[-1][0] and share:
            axes.text(1.01, y, percent(share), va="center", fontsize=10, clip_on=False)
        start += size


def place_chart(figures: Sequence[Figure]) -> dict[str, str]:
    """Return where a zone stands in each indicator, from the first place (left) to the last."""

    def draw(width: int) -> Sheet:
        narrow = width < 600
        step = 42 if narrow else 20
        sheet = Sheet(width, 22 + step * len(figures))
        left, right = (8, 72) if narrow else (212, 88)
        sheet.text(left, 8, "第一", fontsize=10, ha="center")
        sheet.text(width - right, 8, "最末", fontsize=10, ha="center")
        axes = sheet.axes(left, 18, right, 4)
        axes.set_xlim(0, 1)
        axes.set_ylim(len(figures) * step, 0)
        axes.set_xticks([])
        axes.set_yticks([])
        for i, row in enumerate(figures):
            top = i * step + (27 if narrow else step / 2)
            at = ((row.rank or 1) - 1) / max(row.ranked - 1, 1)
            axes.plot([0, 1], [top, top], color=GRID, linewidth=1)
            axes.plot([0.5], [top], color="#7c8a92", marker="|", markersize=9)
            axes.plot([0, at], [top, top], color=STRONG, linewidth=3)
            axes.plot([at], [top], color=INK, marker="o", markersize=7, clip_on=False)
            words = {"ha": "left"} if narrow else {"ha": "right"}
            y = 18 + i * step + (10 if narrow else step / 2)
            sheet.text(0 if narrow else 196, y, shorten(row.title, 16), **words)
            sheet.text(width, 18 + top, f"{row.rank} / {row.ranked}", ha="right", fontsize=10.5)
        return sheet

    said = "；".join(f"{f.title}第{f.rank}名（共{f.ranked}个）" for f in figures)
    return draw_chart("places", f"各项指标在全国的名次。{said}", draw)

"""Points of the assessment's items: a zone against the median and the zone above, and how all zones lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from jingkai.report.charts.drawing import GRID, INK, PALE, STRONG, Sheet, draw_chart, shorten
from jingkai.report.figures import points
from jingkai.report.page import ItemPoints, ItemSpread

__all__ = ["item_chart", "spread_chart"]

_ZONE: dict[str, Any] = {"marker": "o", "color": INK, "markersize": 8, "linestyle": ""}
_MEDIAN: dict[str, Any] = {
    "marker": "d",
    "color": INK,
    "markersize": 7.5,
    "markerfacecolor": "white",
    "linestyle": "",
}
_ABOVE: dict[str, Any] = {**_MEDIAN, "marker": "^"}
_UNKNOWN: dict[str, Any] = {"facecolor": "white", "edgecolor": "#7c8a92", "hatch": "////"}


def item_chart(items: Sequence[ItemPoints], floor: Fraction, above: str = "") -> dict[str, str]:
    """Return a zone's points an item beside the median's and those of the zone ten places above.

    Parameters
    ----------
    items
        By group, in the assessment's order.
    floor
        The least points an item can have.
    above
        The name of the zone ten places above, empty where there is none.
    """
    keys: list[tuple[str, dict[str, Any]]] = [("本区", _ZONE), ("全国中位数", _MEDIAN)]
    if above:
        keys.append((f"高十名：{shorten(above, 13)}", _ABOVE))
    if any(i.points is None for i in items):
        keys.append(("未知，按最低至满分", {**_UNKNOWN, "linewidth": 0.6}))

    def mark(axes: Any, row: ItemPoints, y: float) -> str:
        _item(axes, row, y, floor)
        return "" if row.to_median is None else _cost(row)

    said = "；".join(f"{i.title}{points(i.points)}分，中位数{points(i.median)}分" for i in items)
    draw = _rows(items, floor, keys, "与中位数相比", mark)
    return draw_chart("items", f"二级指标得分（加权前）。{said}", draw)


def spread_chart(spreads: Sequence[ItemSpread], floor: Fraction) -> dict[str, str]:
    """Return where the middle half and the median of all zones lie, an item a line."""
    keys: list[tuple[str, dict[str, Any]]] = [
        ("中间一半经开区", {"facecolor": PALE, "edgecolor": INK, "linewidth": 0.8}),
        ("中位数", _MEDIAN),
    ]

    def mark(axes: Any, row: ItemSpread, y: float) -> str:
        if row.median is None or row.quarter is None or row.three_quarters is None:
            return "未知"
        low, high = float(row.quarter), float(row.three_quarters)
        axes.barh(y, high - low, left=low, height=11, color=PALE, edgecolor=INK, linewidth=0.8)
        axes.plot([float(row.median)], [y], **_MEDIAN)
        return points(row.median, 1)

    said = "；".join(f"{s.title}中位数{points(s.median)}分" for s in spreads)
    draw = _rows(spreads, floor, keys, "中位数", mark)
    return draw_chart("items", f"二级指标得分（加权前）的分布。{said}", draw)


def _cost(row: ItemPoints) -> str:
    gap = row.to_median or Fraction(0)
    if gap == 0:
        return "持平"
    if row.points is None:
        return f"最多落后{points(gap)}"
    return f"落后{points(gap)}" if gap > 0 else f"领先{points(-gap)}"


def _item(axes: Any, row: ItemPoints, y: float, floor: Fraction) -> None:
    if row.points is None:
        axes.barh(y, 100 - float(floor), left=float(floor), height=9, linewidth=0.6, **_UNKNOWN)
    elif row.median is not None:
        ends = sorted((float(row.points), float(row.median)))
        axes.plot(ends, [y, y], color=STRONG, linewidth=3, solid_capstyle="butt", zorder=2)
    for value, style in ((row.median, _MEDIAN), (row.above, _ABOVE), (row.points, _ZONE)):
        if value is not None:
            axes.plot([float(value)], [y], zorder=3, clip_on=False, **style)


def _rows(
    rows: Sequence[Any],
    floor: Fraction,
    keys: list[tuple[str, dict[str, Any]]],
    last: str,
    mark: Callable[[Any, Any, float], str],
) -> Callable[[int], Sheet]:
    """Return what draws a line an item under headings of groups, a word at each line's end."""
    groups = list(dict.fromkeys(row.group for row in rows))

    def draw(width: int) -> Sheet:
        narrow = width < 600
        step, head, top = (42 if narrow else 25), 26, (58 if narrow and len(keys) > 2 else 40)
        height = top + head * len(groups) + step * len(rows) + 22
        sheet = Sheet(width, height)
        sheet.key(10, *keys)
        left, right = (8, 92) if narrow else (222, 106)
        axes = sheet.axes(left, top, right, 22)
        axes.set_xlim(float(floor), 100)
        axes.set_ylim(height - top - 22, 0)
        axes.set_xticks([float(floor), (float(floor) + 100) / 2, 100])
        axes.set_xticklabels([points(floor, 0), points((floor + 100) / 2, 0), "100分"])
        axes.xaxis.grid(True, color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_yticks([])
        sheet.text(width, top - 8, last, ha="right", fontsize=10)
        y = 0.0
        for group in groups:
            sheet.text(0, top + y + head / 2 + 2, group, fontweight="bold")
            y += head
            for row in (r for r in rows if r.group == group):
                at = y + (29 if narrow else step / 2)
                axes.plot([float(floor), 100], [at, at], color=GRID, linewidth=0.8, zorder=1)
                words = mark(axes, row, at)
                label = top + y + (11 if narrow else step / 2)
                title = shorten(row.title, 26 if narrow else 17)
                sheet.text(
                    0 if narrow else left - 12, label, title, ha="left" if narrow else "right"
                )
                sheet.text(width, top + at, words, ha="right", fontsize=10.5)
                y += step
        return sheet

    return draw

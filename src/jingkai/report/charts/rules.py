"""Rules drawn: what each measure grants, and which conditions alone refuse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jingkai.report.charts.drawing import INK, STRONG, Sheet, draw_chart, shorten
from jingkai.report.figures import number
from jingkai.report.page import MeasureUptake, NearMiss

__all__ = ["near_chart", "uptake_chart"]

_GRANTED: dict[str, Any] = {"facecolor": STRONG, "edgecolor": INK}
_REFUSED: dict[str, Any] = {"facecolor": "white", "edgecolor": INK, "hatch": "////"}
_OPEN: dict[str, Any] = {"facecolor": "white", "edgecolor": INK}


def uptake_chart(measures: Sequence[MeasureUptake]) -> dict[str, str]:
    """Return a bar of one hundred percent a measure: granted, refused, undetermined."""
    keys = (("符合", _GRANTED), ("不符合", _REFUSED), ("待定", _OPEN))

    def draw(width: int) -> Sheet:
        narrow = width < 600
        step = 46 if narrow else 28
        sheet = Sheet(width, 42 + step * len(measures))
        sheet.key(10, *((words, {**fill, "linewidth": 0.8}) for words, fill in keys))
        left, right = (1, 86) if narrow else (196, 106)
        sheet.text(width, 30, "符合（户次）", ha="right", fontsize=10)
        axes = sheet.axes(left, 40, right, 2)
        axes.set_xlim(0, 1)
        axes.set_ylim(len(measures) * step, 0)
        axes.set_xticks([])
        axes.set_yticks([])
        for i, row in enumerate(measures):
            middle = i * step + (31 if narrow else step / 2)
            start = 0.0
            for count, (_, fill) in zip(
                (row.granted, row.refused, row.undetermined), keys, strict=True
            ):
                size = count / max(row.decisions, 1)
                if size:
                    axes.barh(
                        middle, size, left=start, height=16, linewidth=0.8, clip_on=False, **fill
                    )
                start += size
            y = 40 + i * step + (11 if narrow else step / 2)
            sheet.text(
                0 if narrow else left - 10,
                y,
                shorten(row.title, 16),
                ha="left" if narrow else "right",
            )
            sheet.text(width, 40 + middle, number(row.granted), ha="right", fontsize=10.5)
        return sheet

    said = "；".join(f"{m.title}符合{number(m.granted)}，共{number(m.decisions)}" for m in measures)
    return draw_chart("uptake", f"各举措认定结果。{said}", draw)


def near_chart(misses: Sequence[NearMiss], within: str) -> dict[str, str]:
    """Return how many are near each condition that alone refuses them, longest first."""
    most = max(m.near or 0 for m in misses)

    def draw(width: int) -> Sheet:
        narrow = width < 600
        step, left, right = (54, 1, 150) if narrow else (38, 290, 160)
        sheet = Sheet(width, 6 + step * len(misses))
        axes = sheet.axes(left, 4, right, 2)
        axes.set_xlim(0, 1)
        axes.set_ylim(len(misses) * step, 0)
        axes.set_xticks([])
        axes.set_yticks([])
        for i, row in enumerate(misses):
            middle = i * step + (42 if narrow else step / 2)
            size = (row.near or 0) / most
            axes.barh(middle, size, height=14, linewidth=0.8, **_GRANTED)
            axes.annotate(
                f"{number(row.near or 0)}（共{number(row.alone)}）",
                (size, middle),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=10.5,
                annotation_clip=False,
            )
            _labels(sheet, row, 4 + i * step, left, narrow)
        return sheet

    said = "；".join(f"{m.title}—{m.condition}{number(m.near or 0)}" for m in misses)
    return draw_chart("near", f"仅因一项条件不符合、差距不超过{within}的数目。{said}", draw)


def _labels(sheet: Sheet, row: NearMiss, top: float, left: float, narrow: bool) -> None:
    """Write the condition, and under it in small the rule."""
    room = 28 if narrow else 23
    x, side = (0.0, "left") if narrow else (left - 10, "right")
    first, second = (10, 25) if narrow else (12, 27)
    sheet.text(x, top + first, shorten(row.condition, room), ha=side)
    sheet.text(x, top + second, shorten(row.title, room), ha=side, fontsize=10, color="#4d5c65")

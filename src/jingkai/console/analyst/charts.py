"""Charts of the desk as options for the browser; every number in them stands in a table beside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from jingkai.vocabulary import Unit, units

__all__ = ["Axis", "axis_of", "grouped_bars", "rank_band", "ranked_bars", "year_bars"]

_COLOURS = ["#1f4e79", "#c55a11", "#548235", "#7f6000", "#7030a0", "#2e8b9a", "#a6a6a6"]
_INK, _MARK = "#1f4e79", "#c55a11"
_SIZES = ((10**9, "billion "), (10**6, "million "))
Number = float | None


class Axis:
    """How numbers of a unit are drawn: what they are multiplied by, and what the axis is called."""

    def __init__(self, factor: float, name: str) -> None:
        self.factor, self.name = factor, name

    def __call__(self, value: Number) -> Number:
        """Return a number as it is drawn, to five digits, a percentage to three."""
        digits = 2 if self.name == "%" and value and abs(value * self.factor) < 1 else 3
        digits = digits if self.name == "%" else 5
        return None if value is None else float(f"{value * self.factor:.{digits}g}")


def axis_of(values: Sequence[Number], unit: str, lang: str) -> Axis:
    """Return the axis for some numbers in a unit; a plain ratio is drawn in percent."""
    if not unit:
        return Axis(100, "%")
    most = max((abs(v) for v in values if v is not None), default=0)
    if lang == "zh":
        for size, name in ((10**8, "亿"), (10**4, "万")):
            if most >= size and unit in ("元", "美元", "家", "人", "宗"):
                return Axis(1 / size, name + unit)
        if most >= 10**4 and unit in ("万元", "万美元"):
            return Axis(1 / 10**4, f"亿{unit[1:]}")
        return Axis(1, unit)
    parts = Unit.parse(unit).factors
    if len(parts) != 1:
        return Axis(1, unit)
    factor, name = units().english(parts[0][0])
    for size, word in _SIZES:
        if most * float(factor) >= size:
            return Axis(float(factor) / size, word + name)
    return Axis(float(factor), name)


def _base(label: str, **more: Any) -> dict[str, Any]:
    """Return what every chart has: no motion, patterns beside colour, its label for who hears it."""
    return {
        "color": _COLOURS,
        "animation": False,
        "aria": {"enabled": True, "label": {"description": label}, "decal": {"show": True}},
        "tooltip": {"renderMode": "richText", "confine": True},
        **more,
    }


def ranked_bars(
    label: str, names: Sequence[str], values: Sequence[Number], axis: Axis, mark: int = -1
) -> dict[str, Any]:
    """Return one bar a name in the order given; the one at `mark` stands out."""
    data: list[Any] = [axis(v) for v in values]
    if 0 <= mark < len(data):
        data[mark] = {"value": data[mark], "itemStyle": {"color": _MARK}}
    return _base(
        label,
        grid={"left": 8, "right": 72, "top": 8, "bottom": 28, "containLabel": True},
        xAxis={"type": "value", "name": axis.name, "nameLocation": "middle", "nameGap": 24,
               "axisLabel": {"hideOverlap": True}},
        yAxis={"type": "category", "data": list(names), "inverse": True,
               "axisLabel": {"width": 140, "overflow": "truncate", "interval": 0}},
        series=[{"type": "bar", "barMaxWidth": 22, "data": data, "itemStyle": {"color": _INK},
                 "label": {"show": True, "position": "right"}}],
    )  # fmt: skip


def grouped_bars(
    label: str, names: Sequence[str], series: dict[str, list[Number]], axis: Axis
) -> dict[str, Any]:
    """Return bars side by side: a group a name, a bar a series."""
    return _base(
        label,
        grid={"left": 8, "right": 40, "top": 40, "bottom": 28, "containLabel": True},
        legend={"top": 0, "left": 0, "type": "plain"},
        xAxis={"type": "value", "name": axis.name, "nameLocation": "middle", "nameGap": 24,
               "axisLabel": {"hideOverlap": True}},
        yAxis={"type": "category", "data": list(names), "inverse": True,
               "axisLabel": {"width": 140, "overflow": "break", "interval": 0}},
        series=[{"name": name, "type": "bar", "barMaxWidth": 14, "data": [axis(v) for v in values]}
                for name, values in series.items()],
    )  # fmt: skip


def year_bars(
    label: str, years: Sequence[int], values: Sequence[Number], axis: Axis, top: Number
) -> dict[str, Any]:
    """Return one of several small charts: a bar a year; `top` is the end of the axis that they share."""
    return _base(
        label,
        grid={"left": 8, "right": 8, "top": 28, "bottom": 4, "containLabel": True},
        xAxis={"type": "category", "data": [str(y) for y in years]},
        yAxis={"type": "value", "name": axis.name, "max": _round_up(axis(top)), "splitNumber": 3,
               "nameTextStyle": {"align": "left"}},
        series=[{"type": "bar", "barMaxWidth": 36, "data": [axis(v) for v in values],
                 "label": {"show": True, "position": "top"}}],
    )  # fmt: skip


def _round_up(value: Number) -> Number:
    """Return a round number a little over one, to end an axis at; None for none or nothing."""
    if not value or value <= 0:
        return None
    size = 10 ** math.floor(math.log10(value))
    return next(n * size for n in (1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10) if n * size >= value)


def rank_band(
    label: str,
    years: Sequence[int],
    spans: Sequence[Sequence[int] | None],
    words: tuple[str, str],
    last: int,
) -> dict[str, Any]:
    """Return ranks over years, the first on top: between the best and the worst place lies a band.

    Parameters
    ----------
    words
        What the best and the worst place are called.
    last
        How many zones were ranked at most.
    """
    best = [None if s is None else s[0] for s in spans]
    worst = [None if s is None else s[1] for s in spans]
    width = [None if s is None else s[1] - s[0] for s in spans]
    plain: dict[str, Any] = {"type": "line", "symbolSize": 9, "label": {"show": True}}
    return _base(
        label,
        # fixed: with labels measured, a round end next to `max` squeezes the plot to nothing
        grid={"left": 48, "right": 40, "top": 40, "bottom": 32},
        legend={"top": 0, "left": 0, "data": list(words)},
        xAxis={"type": "category", "data": [str(y) for y in years]},
        yAxis={"type": "value", "inverse": True, "min": 1, "max": last + last // 10 + 1, "minInterval": 1},
        series=[
            {"type": "line", "stack": "band", "data": best, "symbol": "none", "silent": True,
             "lineStyle": {"opacity": 0}, "tooltip": {"show": False}},
            {"type": "line", "stack": "band", "data": width, "symbol": "none", "silent": True,
             "lineStyle": {"opacity": 0}, "areaStyle": {"color": _INK, "opacity": 0.18}},
            {**plain, "name": words[0], "data": best, "symbol": "circle", "color": _INK,
             "label": {"show": True, "position": "top"}},
            {**plain, "name": words[1], "data": worst, "symbol": "triangle", "color": _MARK,
             "lineStyle": {"type": "dashed"}, "label": {"show": True, "position": "bottom"}},
        ],
    )  # fmt: skip

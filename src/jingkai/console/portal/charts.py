"""Charts as options for the browser to draw; the same numbers always stand in a table beside."""

from __future__ import annotations

from typing import Any

__all__ = ["stacked_bars"]

#: Told apart by lightness too, and by the decals that `aria` draws on print and for who sees no colour.
_COLOURS = ["#1f4e79", "#c55a11", "#548235", "#7f6000", "#7030a0", "#2e8b9a", "#a6a6a6"]


def stacked_bars(groups: list[str], series: dict[str, list[float]]) -> dict[str, Any]:
    """Return a chart of shares: one bar a group, one part a series, each a share of one."""
    return {
        "color": _COLOURS,
        "animation": False,
        "aria": {"enabled": True, "decal": {"show": True}},
        "grid": {"left": 8, "right": 24, "top": 72, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0, "type": "plain"},
        "tooltip": {"renderMode": "richText", "confine": True},
        "xAxis": {"type": "value", "max": 100, "axisLabel": {"formatter": "{value}%"}},
        "yAxis": {"type": "category", "data": groups, "inverse": True,
                  "axisLabel": {"width": 132, "overflow": "break"}},
        "series": [
            {"name": name, "type": "bar", "stack": "all", "barMaxWidth": 34,
             "data": [round(v * 100, 1) for v in values]}
            for name, values in series.items()
        ],
    }  # fmt: skip

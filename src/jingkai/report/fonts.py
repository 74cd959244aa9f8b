"""A font with Chinese characters, found on the machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jingkai.report.errors import ReportError

__all__ = ["STACK", "chinese_family"]

#: Families with Chinese characters, in the order they are preferred; what a browser is offered too.
STACK = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Sans CJK JP",
    "SimHei",
    "Noto Serif CJK SC",
    "SimSun",
)


def chinese_family(families: Sequence[str] = STACK) -> str:
    """Return the first of some families with Chinese characters that is here.

    Raises
    ------
    ReportError
        If there is none.
    """
    from matplotlib import font_manager

    found = _there(font_manager, families)
    if not found:  # fonts may have come since the list was kept
        known = {entry.fname for entry in font_manager.fontManager.ttflist}
        for path in set(font_manager.findSystemFonts()) - known:
            _add(font_manager, path)
        found = _there(font_manager, families)
    if not found:
        raise ReportError(
            "这台机器上没有中文字体，图表无法标注",
            hint="安装 fonts-noto-cjk（apt-get install fonts-noto-cjk），再运行一次",
        )
    return found[0]


def _there(font_manager: Any, families: Sequence[str]) -> list[str]:
    there = {e.name for e in font_manager.fontManager.ttflist if Path(e.fname).exists()}
    return [name for name in families if name in there]


def _add(font_manager: Any, path: str) -> None:
    try:
        font_manager.fontManager.addfont(path)
    except (RuntimeError, OSError, ValueError):  # a font that FreeType cannot read
        return

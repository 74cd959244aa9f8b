"""What the commands print: tables and lines for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from jingkai.errors import JingkaiError

__all__ = ["console", "console_error", "money", "print_json", "progress_bar"]

console = Console(highlight=False, soft_wrap=False)
_errors = Console(stderr=True, highlight=False)


def console_error(error: JingkaiError) -> None:
    """Print an error: what, where, what to do, and every finding."""
    _errors.print(Text("错误：", style="bold red") + Text(error.what))
    if error.where:
        _errors.print(Text(f"  位置：{error.where}"))
    if error.hint:
        _errors.print(Text(f"  处理：{error.hint}"))
    for finding in error.findings[:50]:
        _errors.print(Text(f"  · {finding}"))
    if len(error.findings) > 50:
        _errors.print(Text(f"  …… 另有{len(error.findings) - 50}处"))


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=_plain) + "\n")


def _plain(value: object) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, date | Path):
        return str(value)
    return list(value)  # type: ignore[call-overload]


def money(value: Fraction, unit: str) -> str:
    """Return an amount as people read it: 1.23 亿元, 4,567.8 万元, 12 元."""
    sizes = {"元": 1, "千元": 1000, "万元": 10_000, "亿元": 100_000_000}
    if unit not in sizes:
        return f"{float(value):,.4f}".rstrip("0").rstrip(".") + f" {unit}"
    yuan = value * sizes[unit]
    name = "亿元" if abs(yuan) >= 10**8 else "万元" if abs(yuan) >= 10**4 else "元"
    return f"{float(yuan / sizes[name]):,.2f}".rstrip("0").rstrip(".") + f" {name}"


@contextmanager
def progress_bar(what: str, quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar on a terminal, plain lines elsewhere, nothing where quiet."""
    if quiet:
        yield lambda *_: None
        return
    if not _errors.is_terminal:
        yield lambda stage, done, total: _plain_line(what, stage, done, total)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_errors, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda stage, done, total: bar.update(
            task, description=f"{what} {stage}", completed=done, total=total
        )


def _plain_line(what: str, stage: str, done: int, total: int) -> None:
    if total > 1:
        sys.stderr.write(f"{what} {stage} {done}/{total}\n")

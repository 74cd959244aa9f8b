"""What the commands print: tables and lines for people, JSON for programs."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from jingkai.errors import JingkaiError
from jingkai.vocabulary import Unit, at_size, load_vocabulary

__all__ = [
    "ChineseTable",
    "console",
    "console_error",
    "fold",
    "line",
    "money",
    "print_json",
    "progress_bar",
    "show_table",
]

_PLAIN_WIDTH = 120
_LEAST = 20  # cells below which a column may break a name
_OPENING, _CLOSING = "（《“‘【(", "，。、；：？！）》”’】)%"


def _open(stderr: bool = False) -> Console:
    # What an enterprise calls itself is text, never markup or an emoji's name.
    found = Console(highlight=False, markup=False, emoji=False, stderr=stderr)
    if not found.is_terminal and "COLUMNS" not in os.environ:
        found.width = _PLAIN_WIDTH
    return found


console, _errors = _open(), _open(stderr=True)


def line(text: Text | str, hang: int = 2, to: Console | None = None) -> None:
    """Print a line; on a terminal broken where Chinese may be broken, its rest indented by `hang`."""
    to = to or console
    text = Text(text) if isinstance(text, str) else text
    if not to.is_terminal:
        to.print(text, soft_wrap=True)
        return
    for i, part in enumerate(fold(text, to.width, hang)):
        to.print((Text(" " * hang) if i else Text()) + part, soft_wrap=True)


def fold(text: Text, width: int, hang: int) -> list[Text]:
    """Break a text into lines; none starts with closing or ends with opening punctuation.

    Parameters
    ----------
    width, hang
        Cells of the first line; how many fewer the others have.
    """
    cuts, used, room = [], 0, width
    for start, word in _words(text.plain, min(width, max(1, width - hang))):
        size = cell_len(word.rstrip())
        if used and used + size > room:
            cuts.append(start)
            used, room = 0, width - hang
        used += cell_len(word)
    parts = list(text.divide(cuts))
    for part in parts:
        part.rstrip()
    return parts


def _words(text: str, room: int) -> Iterator[tuple[int, str]]:
    """Yield what may not be broken: a Chinese character or a Latin word with its punctuation.

    A name longer than the room of a line is broken after its underscores, or where it must be.
    """
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or _may_break(text[i - 1], text[i]):
            for part in _within(text[start:i], room):
                yield start, part
                start += len(part)


def _within(word: str, room: int) -> list[str]:
    if cell_len(word.rstrip()) <= room:
        return [word]
    parts = re.findall(r"[^_./]*[_./]+|[^_./]+", word)
    if all(cell_len(p) <= room for p in parts):
        return parts
    return list(word)


def _may_break(before: str, after: str) -> bool:
    if after in _CLOSING or after == " " or before in _OPENING:
        return False
    return before == " " or ord(before) > 0x2E7F or ord(after) > 0x2E7F


class _Folded:
    """A table's cell that is broken as Chinese is set."""

    def __init__(self, text: Text) -> None:
        self.lines = text.split("\n", allow_blank=True)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        for text in self.lines:
            yield from fold(text, options.max_width, 0)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widest = max(cell_len(text.plain) for text in self.lines)
        words = (word.rstrip() for text in self.lines for _, word in _words(text.plain, _LEAST))
        least = max((cell_len(word) for word in words), default=0)
        return Measurement(least, widest).with_maximum(options.max_width)


class ChineseTable(Table):
    """A table whose cells are broken as Chinese is set, its title at the left."""

    def __init__(self, title: str, **options: Any) -> None:
        super().__init__(title=title, title_justify="left", **options)

    def add_row(self, *cells: Any, **options: Any) -> None:
        """Add a row."""
        texts = (Text(c) if isinstance(c, str) else c for c in cells)
        folded = (_Folded(t) if isinstance(t, Text) else t for t in texts)
        super().add_row(*folded, **options)


def console_error(error: JingkaiError) -> None:
    """Print an error: what, where, what to do, and every finding."""
    line(Text("错误：", style="bold red") + Text(error.what), to=_errors)
    if error.where:
        line(Text(f"  位置：{error.where}"), 4, _errors)
    if error.hint:
        line(Text(f"  处理：{error.hint}"), 4, _errors)
    for finding in error.findings[:50]:
        line(Text(f"  · {finding}"), 4, _errors)
    if len(error.findings) > 50:
        line(Text(f"  …… 另有{len(error.findings) - 50}处"), to=_errors)


def show_table(title: str, columns: list[str], rows: list[list[str]], right: int = 99) -> None:
    """Print rows: a table on a terminal, plain lines elsewhere.

    Parameters
    ----------
    right
        The column (from 0) from which on figures are set to the right.
    """
    if not console.is_terminal:
        line(Text(title))
        heads = [c for c in columns if c]
        line("  " + "  ".join(heads), 4)
        for row in rows:
            line(Text("  " + "  ".join(cell or "—" for cell in row)), 4)
        return
    table = ChineseTable(title=title, header_style="bold")
    for i, name in enumerate(columns):
        table.add_column(name, justify="right" if i >= right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=_plain) + "\n")


def _plain(value: object) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, date | Path):
        return str(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def money(value: Fraction, unit: str) -> str:
    """Return an amount as people read it: 16.9 万亿元, 272 亿美元, 4,567.8 万元, 12 元."""
    if Unit.parse(unit).currency is None:
        return f"{float(value):,.4f}".rstrip("0").rstrip(".") + f" {unit}"
    amount, name = at_size(value, unit)
    return f"{float(amount):,.2f}".rstrip("0").rstrip(".") + f" {name}"


@contextmanager
def progress_bar(what: str, quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar on a terminal, plain lines elsewhere, nothing where quiet."""
    if quiet:
        yield lambda *_: None
        return
    said = {"done": "完成"} | {e.id: e.title.zh for e in load_vocabulary().entities.values()}
    if not _errors.is_terminal:
        yield _plain_lines(what, said)
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
            task, description=f"{what} {said.get(stage, stage)}", completed=done, total=total
        )


def _plain_lines(what: str, said: dict[str, str]) -> Callable[[str, int, int], None]:
    """Return what prints a line whenever another tenth of a stage is done."""
    told: dict[str, int] = {}

    def tell(stage: str, done: int, total: int) -> None:
        tenth = done * 10 // max(total, 1)
        if total > 1 and told.get(stage) != tenth:
            told[stage] = tenth
            sys.stderr.write(f"{what} {said.get(stage, stage)} {done}/{total}\n")

    return tell

"""What every reader returns: cells as text, with where they stood."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

__all__ = ["ROW", "BadRow", "RawTable"]

#: The column with each data row's number in the file, counted from 1.
ROW = "__row"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be split into cells."""

    row: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as it stands in a file.

    Parameters
    ----------
    path, sheet, encoding
        Where it was read, and for text files as what.
    frame
        One row a data row, every column text (null: empty cell), and `__row`.
    header_row
        The row of the header in the file, from 1.
    unit_note
        A unit stated for the whole table (单位：万元), None if none is.
    bad_rows
        Rows that could not be split into cells; they count as read.
    notes
        What a person should know about the reading.
    """

    path: Path
    sheet: str | None
    encoding: str | None
    frame: pl.DataFrame
    header_row: int
    unit_note: str | None = None
    bad_rows: tuple[BadRow, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def columns(self) -> list[str]:
        """The names of its columns, without the row number."""
        return [c for c in self.frame.columns if c != ROW]

    @property
    def rows_read(self) -> int:
        """How many data rows the file has, bad ones included."""
        return self.frame.height + len(self.bad_rows)

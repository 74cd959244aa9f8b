"""Writes a table for people and programs: CSV, XLSX or Parquet by the file's name."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import polars as pl
import xlsxwriter

from jingkai.errors import JingkaiError

__all__ = ["SYNTHETIC", "marked", "spreadsheet_safe", "write_table"]

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)
SYNTHETIC = "合成数据，不是任何真实经开区或企业的情况"
_NATURE = "数据性质"
_FIGURE = r"^[+\-]?[0-9][0-9.,]*%?$"
#: Rows up to which columns are fitted to their cells, and how wide they are beyond, in pixels.
_FITTED, _WIDE = 20_000, 140
_FORMULA = r"^[=+\-@\t\r]"


def write_table(
    frame: pl.DataFrame, path: Path, *, synthetic: bool = False, notes: Sequence[str] = ()
) -> None:
    """Write a table whose columns have the headings that people read.

    Parameters
    ----------
    frame
        The rows.
    path
        Ends in .csv, .xlsx or .parquet.
    synthetic
        Whether every row says that it is.
    notes
        What a reader must know: a sheet of its own, metadata of Parquet; CSV has no place for them.

    Raises
    ------
    JingkaiError
        If the name ends otherwise.
    OSError
        If the file cannot be written.
    """
    writer = {".csv": _csv, ".xlsx": _xlsx, ".parquet": _parquet}.get(path.suffix.lower())
    if writer is None:
        raise JingkaiError(
            f"不知道 {path.name} 是什么格式", hint="文件名以 .csv、.xlsx 或 .parquet 结尾"
        )
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(path))
    writer(marked(frame, synthetic), path, [SYNTHETIC, *notes] if synthetic else list(notes))


def marked(frame: Frame, synthetic: bool) -> Frame:
    """Return a table each row of which says that it is synthetic, where it is."""
    return frame.with_columns(pl.lit(SYNTHETIC).alias(_NATURE)) if synthetic else frame


def spreadsheet_safe(frame: Frame) -> Frame:
    """Return a table no text of which a spreadsheet would take for a formula."""
    text = pl.col(pl.String)
    return frame.with_columns(
        pl.when(text.str.contains(_FORMULA) & ~text.str.contains(_FIGURE))
        .then("'" + text)
        .otherwise(text)
        .name.keep()
    )


def _csv(frame: pl.DataFrame, path: Path, notes: Sequence[str]) -> None:
    spreadsheet_safe(frame).write_csv(path, include_bom=True)


def _parquet(frame: pl.DataFrame, path: Path, notes: Sequence[str]) -> None:
    frame.write_parquet(path, metadata={"notes": "\n".join(notes)})


def _xlsx(frame: pl.DataFrame, path: Path, notes: Sequence[str]) -> None:
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        fitted = frame.height <= _FITTED
        widths = None if fitted else _WIDE
        frame.write_excel(book, "数据", autofit=fitted, column_widths=widths, freeze_panes=(1, 0))
        sheet = book.add_worksheet("说明")
        sheet.set_column(0, 0, 80)
        for i, note in enumerate(notes):
            sheet.write_string(i, 0, note)

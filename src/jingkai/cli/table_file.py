"""What every command says of its data's nature and of a file it wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.text import Text

from jingkai.cli.output import line
from jingkai.engine import table_file
from jingkai.engine.table_file import SYNTHETIC

__all__ = ["OUT", "SYNTHETIC", "say_synthetic", "write_table"]

OUT = "写入文件，按扩展名为 CSV、XLSX 或 Parquet"


def say_synthetic(manifest: Mapping[str, Any]) -> None:
    """Print that a snapshot's or run's data are synthetic, where they are."""
    if manifest.get("synthetic"):
        line(Text(f"{SYNTHETIC} · synthetic data", style="yellow"))


def write_table(
    frame: pl.DataFrame, path: Path, *, synthetic: bool = False, notes: Sequence[str] = ()
) -> None:
    """Write a table as `jingkai.engine.table_file.write_table` does, and say so."""
    table_file.write_table(frame, path, synthetic=synthetic, notes=notes)
    line(f"已写入 {path}，{frame.height:,} 行")

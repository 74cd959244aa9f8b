"""What a load leaves to read: rejected rows and cells with reasons, differences, early figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.registry.collect import Collected
from jingkai.registry.merge import Merged
from jingkai.registry.reading import ROW, read_table
from jingkai.registry.snapshot import SourceFile
from jingkai.vocabulary import Entity, Vocabulary

__all__ = ["report_frames", "report_texts"]


def report_texts(report: dict[str, Any], frames: Mapping[str, pl.DataFrame]) -> dict[str, str]:
    """Return the files of a load's report folder by name: ``report.json`` and the tables as CSV."""
    told = {k: v for k, v in report.items() if k not in ("snapshot", "reports")}
    texts = {"report.json": json.dumps(told, ensure_ascii=False, indent=1, default=_plain)}
    return texts | {f"{name}.csv": frame.write_csv() for name, frame in frames.items()}


def report_frames(
    collected: Collected,
    merged: Merged,
    early: pl.DataFrame,
    sources: list[SourceFile],
    entity: Entity,
    vocabulary: Vocabulary,
) -> dict[str, pl.DataFrame]:
    """Return the tables of a load's report by name, those that have rows.

    Returns
    -------
    ``rejects`` (file, row, column, value, reason), ``rejected_rows`` (those rows as they stood, to
    mend and load again), ``problems`` (cells taken as unknown), ``differences`` (what offices give
    differently, in the fact's unit) and ``early_years`` (figures of years before establishment).
    """
    names = {i: f.path.name for i, f in enumerate(collected.files)}
    named = pl.col("file").replace_strict(names, return_dtype=pl.String)
    frames = {
        "rejects": _in_order(collected.refusal.rejects).with_columns(named),
        "rejected_rows": _rejected_rows(collected),
        "problems": _in_order(collected.refusal.problems).with_columns(named),
        "differences": _differences(merged.differences, sources, entity, vocabulary),
        "early_years": early,
    }
    return {name: frame for name, frame in frames.items() if frame.height}


def _in_order(refused: pl.DataFrame) -> pl.DataFrame:
    return refused.sort("file", "row", maintain_order=True)


def _rejected_rows(collected: Collected) -> pl.DataFrame:
    """Return the rejected rows with their own columns, file by file, read once more."""
    found = []
    for index, count in enumerate(collected.files):
        rejects = collected.refusal.rejects.filter(pl.col("file") == index)
        if rejects.height == 0 or not count.path.exists():
            continue
        reasons = rejects.group_by("row").agg(
            pl.col("reason").unique().sort().str.join("；").alias("原因")
        )
        table = read_table(count.path, count.sheet)
        bad = [(b.row, b.text) for b in table.bad_rows]
        split = pl.DataFrame(bad, schema={ROW: pl.Int64, "原文": pl.String}, orient="row")
        whole = table.frame.with_columns(pl.col(ROW).cast(pl.Int64))
        rows = pl.concat([whole, split], how="diagonal") if bad else whole
        kept = rows.join(reasons, left_on=ROW, right_on="row", how="inner").sort(ROW)
        place = pl.lit(count.path.name).alias("文件"), pl.col(ROW).alias("行")
        found.append(kept.select(*place, "原因", pl.exclude(ROW, "原因")))
    return pl.concat(found, how="diagonal") if found else pl.DataFrame()


def _differences(
    found: pl.DataFrame, sources: list[SourceFile], entity: Entity, vocabulary: Vocabulary
) -> pl.DataFrame:
    """Return differences as people read them: labels, values in the fact's unit, whose they are."""
    if found.height == 0:
        return found
    said = [
        f"{s.file}（{vocabulary.offices[s.office].label.zh}，{s.as_of}）"
        if s.office in vocabulary.offices
        else s.file
        for s in sources
    ]
    rows = []
    for row in found.iter_rows(named=True):
        known = entity.column(row["column"])
        label = (
            f"{known[0].label.zh}{f' {known[1]}' if known[1] else ''}" if known else row["column"]
        )
        unit = known[0].unit if known else ""
        rows.append(
            {
                "key": row["key"],
                "column": row["column"],
                "名称": label,
                "单位": unit,
                "原值": _figure(row["old"], entity, row["column"]),
                "原来源": said[row["old_source"]],
                "新值": _figure(row["new"], entity, row["column"]),
                "新来源": said[row["new_source"]],
                "采用": "新值" if row["kept"] == "new" else "原值",
            }
        )
    return pl.DataFrame(rows)


def _figure(stored: str, entity: Entity, column: str) -> str:
    """Return a stored value as text in the fact's unit."""
    known = entity.column(column)
    if known is None or not known[0].numeric or known[0].quantum is None:
        return stored
    value = int(stored) * known[0].quantum
    whole = Fraction(value)
    digits = 0
    while whole.denominator != 1 and digits < 12:
        whole, digits = whole * 10, digits + 1
    text = f"{abs(whole.numerator):0{digits + 1}d}"
    sign = "-" if value < 0 else ""
    return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def _plain(value: object) -> Any:
    return list(value) if isinstance(value, Iterable) else str(value)

"""A run as a workbook: one sheet of totals, one of verdicts a row, safe to open."""

from __future__ import annotations

import errno
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from jingkai.engine.store import DecisionRun, EngineError
from jingkai.engine.table_file import SYNTHETIC
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook

__all__ = ["decision_workbook"]

_MOST = 1_000_000
_WORDS = {True: "符合", False: "不符合", None: "待定"}


def decision_workbook(run: DecisionRun, snapshot: Snapshot, rulebook: Rulebook, path: Path) -> None:
    """Write a run's results: a sheet of totals, then one sheet an entity with a row each.

    Raises
    ------
    EngineError
        If an entity has more rows than a sheet holds.
    OSError
        If the file cannot be written.
    """
    if not path.parent.is_dir():  # before rows are kept in files of their own, which would stay
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(path))
    # Text is never taken for a formula, whatever an enterprise calls itself.
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format(
        {"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    _totals(book, head, run, rulebook)
    for entity in run.manifest["entities"]:
        rules = [n for n, r in run.rules.items() if r["entity"] == entity]
        if rules:
            _sheet(book, head, run, snapshot, rulebook, entity, rules)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise error.args[0] from error


def _totals(book: Any, head: Any, run: DecisionRun, rulebook: Rulebook) -> None:
    """Write how many came out how, rule by rule, with what a reader must know."""
    sheet = book.add_worksheet("汇总")
    said = [f"查询日 {run.as_of}"]
    said += [SYNTHETIC] if run.manifest["synthetic"] else []
    sheet.write_string(0, 0, "　".join(said))
    for i, (title, width) in enumerate(_TOTALS.items()):
        sheet.write_string(1, i, title, head)
        sheet.set_column(i, i, width)
    sheet.freeze_panes(2, 1)
    for row, name in enumerate(rulebook.in_order(run.rules), start=2):
        described, counts = run.rules[name], run.summary[name]
        yes = counts.get("granted", counts.get("positive"))
        no = counts.get("refused", counts.get("zero"))
        texts = (described["title"]["zh"], name, "" if described["verified"] else "含未核实的数字")
        for i, text in zip((0, 1, 6), texts, strict=True):
            sheet.write_string(row, i, text)
        for i, count in enumerate((yes, no, counts["undetermined"]), start=2):
            if count is not None:
                sheet.write_number(row, i, count)
        if counts.get("total") is not None:
            total = f"{float(Fraction(counts['total'])):,.2f} {counts['unit']}"
            sheet.write_string(row, 5, total)


_TOTALS = {"规则": 40, "代号": 36, "符合": 10, "不符合": 10, "待定": 10, "合计": 24, "核实": 16}


def _sheet(
    book: Any,
    head: Any,
    run: DecisionRun,
    snapshot: Snapshot,
    rulebook: Rulebook,
    entity: str,
    rules: list[str],
) -> None:
    if snapshot.rows(entity) > _MOST:
        raise EngineError(
            f"{snapshot.rows(entity):,} 行超出 Excel 的上限",
            hint="用 decisions 文件夹里的 Arrow 文件",
        )
    sheet = book.add_worksheet(rulebook.vocabulary.entities[entity].title.zh[:31])
    titles = ["标识", "名称", *(run.rules[r]["title"]["zh"] + _unit(run.rules[r]) for r in rules)]
    sheet.set_row(0, 48)
    for i, title in enumerate(titles):
        sheet.write_string(0, i, title, head)
        sheet.set_column(i, i, 26 if i < 2 else 16)
    sheet.freeze_panes(1, 2)
    name = pl.col("name") if "name" in snapshot.columns(entity) else pl.lit("").alias("name")
    facts = snapshot.scan(entity).select("key", name)
    frame = pl.concat([facts, run.scan(entity).select(rules)], how="horizontal").collect()
    quanta = [Fraction(run.rules[r]["quantum"]) if run.rules[r]["quantum"] else None for r in rules]
    for i, row in enumerate(frame.iter_rows(), start=1):
        sheet.write_string(i, 0, row[0])
        sheet.write_string(i, 1, row[1] or "")
        for j, (value, quantum) in enumerate(zip(row[2:], quanta, strict=True), start=2):
            _cell(sheet, i, j, value, quantum)
    sheet.autofilter(0, 0, frame.height, len(titles) - 1)


def _unit(described: dict[str, Any]) -> str:
    return f"（{described['unit']}）" if described["unit"] and described["quantum"] else ""


def _cell(sheet: Any, row: int, column: int, value: Any, quantum: Fraction | None) -> None:
    if value is None or isinstance(value, bool):
        sheet.write_string(row, column, _WORDS[value])
    elif quantum is not None:
        sheet.write_number(row, column, float(value * quantum))
    else:
        sheet.write_string(row, column, str(value))

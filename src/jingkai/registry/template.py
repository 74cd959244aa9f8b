"""An empty workbook with the columns, labels and units that the rules ask for."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from jingkai.vocabulary import Entity, Fact, Vocabulary

__all__ = ["template"]

_FONT = "Microsoft YaHei"
_ROWS = 5000
_Chosen = Sequence[tuple[Fact, int | None]]


def template(entity: Entity, columns: Sequence[str], vocabulary: Vocabulary) -> bytes:
    """Return an xlsx file that loads back without a map.

    Parameters
    ----------
    entity
        Whose register it is.
    columns
        Snapshot columns (``revenue_2024``); names that are no fact are left out.
    vocabulary
        For offices and code lists.
    """
    chosen = [found for c in columns if (found := entity.column(c)) is not None]
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    head = book.add_format(
        {
            "bold": True,
            "font_name": _FONT,
            "text_wrap": True,
            "valign": "vcenter",
            "align": "center",
            "bg_color": "#E8EEF4",
            "border": 1,
        }
    )
    text = book.add_format({"num_format": "@", "font_name": _FONT})
    _data_sheet(book.add_worksheet("数据"), entity, chosen, vocabulary, head, text)
    _notes_sheet(book.add_worksheet("说明"), chosen, vocabulary, head, book)
    book.close()
    return buffer.getvalue()


def _data_sheet(
    sheet: Any, entity: Entity, chosen: _Chosen, vocabulary: Vocabulary, head: Any, text: Any
) -> None:
    first = "统一社会信用代码" if entity.id == "enterprise" else "编号"
    sheet.set_row(0, 48)
    sheet.write(0, 0, first, head)
    sheet.set_column(0, 0, 24, text)
    for i, (fact, year) in enumerate(chosen, start=1):
        title = header(fact, year)
        sheet.write(0, i, title, head)
        sheet.set_column(
            i, i, max(12, min(28, len(title) * 2)), text if fact.type in ("text", "code") else None
        )
        allowed = _allowed(fact, vocabulary)
        if allowed:
            sheet.data_validation(1, i, _ROWS, i, {"validate": "list", "source": allowed})
    sheet.freeze_panes(1, 1)


def header(fact: Fact, year: int | None) -> str:
    """Return a column's header: 营业收入（2024年，万元）."""
    parts = ([f"{year}年"] if year else []) + ([fact.unit] if fact.unit else [])
    return fact.label.zh + (f"（{'，'.join(parts)}）" if parts else "")


def _allowed(fact: Fact, vocabulary: Vocabulary) -> list[str]:
    if fact.type == "bool":
        return ["是", "否"]
    codes = vocabulary.code_list(fact) if fact.type == "code" else None
    listed = list(codes.names) if codes is not None and len(codes.names) <= 20 else []
    return listed if len(",".join(listed)) < 250 else []


def _notes_sheet(sheet: Any, chosen: _Chosen, vocabulary: Vocabulary, head: Any, book: Any) -> None:
    wrap = book.add_format({"font_name": _FONT, "text_wrap": True, "valign": "top"})
    titles = ("数据项", "含义", "单位", "持有部门", "证明材料", "取值", "依据")
    for i, (title, width) in enumerate(zip(titles, (28, 48, 10, 18, 28, 36, 40), strict=True)):
        sheet.write(0, i, title, head)
        sheet.set_column(i, i, width, wrap)
    facts = {fact.name: fact for fact, _ in chosen}
    for row, fact in enumerate(facts.values(), start=1):
        codes = vocabulary.code_list(fact) if fact.type == "code" else None
        values = "、".join(f"{c} {n}" for c, n in list(codes.names.items())[:20]) if codes else ""
        cells = (
            fact.label.zh,
            fact.definition.zh,
            fact.unit,
            vocabulary.offices[fact.holder].label.zh,
            fact.material.zh if fact.material else ("部门共享，无需提供" if fact.shared else ""),
            "是、否" if fact.type == "bool" else values,
            f"{fact.source.document}{fact.source.article}",
        )
        for i, cell in enumerate(cells):
            sheet.write(row, i, cell, wrap)
    sheet.freeze_panes(1, 1)

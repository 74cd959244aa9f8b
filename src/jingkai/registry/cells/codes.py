"""Unified social credit codes, checked to their last digit."""

from __future__ import annotations

import re
import unicodedata

import polars as pl
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from jingkai.registry.cells.column import ParsedColumn, _by_distinct
from jingkai.registry.cells.figures import UNKNOWN, CellProblem

__all__ = ["parse_credit_codes"]


def parse_credit_codes(raw: pl.Series) -> ParsedColumn:
    """Read a column of unified social credit codes (统一社会信用代码) into their normal form.

    Parameters
    ----------
    raw
        Cells as text, null for empty.

    Returns
    -------
    Codes of 18 characters; null and a problem with its reason where a cell is none.
    """
    return _by_distinct(raw.cast(pl.String).alias("raw"), _code, pl.String())


def _code(text: str) -> str | None:
    plain = re.sub(r"[\s\-']", "", unicodedata.normalize("NFKC", text)).upper()
    if plain.lower() in UNKNOWN:
        return None
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+", plain):
        raise CellProblem("信用代码被表格软件改成了科学计数法，请按文本重新导出")
    if len(plain) == 15 and plain.isdigit():
        raise CellProblem("这是15位注册号，不是18位统一社会信用代码")
    if len(plain) != 18:
        raise CellProblem(f"统一社会信用代码应为18位，这里有{len(plain)}位")
    if re.search(r"[IOSVZ]", plain):
        raise CellProblem(
            "统一社会信用代码不含字母 I、O、S、V、Z，请检查是否把数字 0、1 写成了字母"
        )
    try:
        return str(uscc.validate(plain))
    except ValidationError as error:
        raise CellProblem("统一社会信用代码校验位不符") from error

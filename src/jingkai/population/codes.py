"""Unified social credit codes of no one."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

__all__ = ["PLACE", "synthetic_code", "synthetic_codes"]

_SYMBOLS = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", dtype=np.uint8)
#: A place that does not exist, six digits.
PLACE = 999_999


def synthetic_code(number: int) -> str:
    """Return a credit code with a right check digit and an organisation code of no one."""
    return str(synthetic_codes(np.array([number]))[0])


def synthetic_codes(numbers: NDArray[np.int64], kind: int = 91, place: int = PLACE) -> pl.Series:
    """Return credit codes, one for each number, sorted as the numbers are.

    Parameters
    ----------
    numbers
        Up to nine digits each.
    kind
        91 of enterprises, 92 of individual businesses.
    place
        Six digits in the place of a division's code.
    """
    heads = [int(d) for d in f"{kind}{place:06d}"]
    digits = [np.full(len(numbers), d) for d in heads]
    digits += [numbers // 10**k % 10 for k in range(8, -1, -1)]
    checked = sum(d * (3**i % 31) for i, d in enumerate(digits))
    check = (31 - checked % 31) % 31
    table = np.stack([_SYMBOLS[d] for d in (*digits, check)], axis=1)
    text = np.ascontiguousarray(table).view("S18").reshape(-1)
    return pl.Series("key", text.astype(str).tolist() if len(text) else [], dtype=pl.String)

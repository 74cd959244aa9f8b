"""Text as it is kept: Latin letters and digits narrow, Chinese punctuation as Chinese is set."""

from __future__ import annotations

import re

__all__ = ["plain_text"]

_WIDE = {0xFF01 + i: 0x21 + i for i in range(94) if chr(0x21 + i).isalnum()} | {0x3000: 0x20}
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_BRACKETS = str.maketrans("()", "（）")


def plain_text(text: str) -> str:
    """Return a name or other text in the one form that is kept, so that offices' spellings agree.

    Wide letters and digits become narrow, runs of spaces one; in Chinese text brackets become wide
    (``示例(苏州)有限公司`` and ``示例（苏州）有限公司`` are one name).
    """
    plain = re.sub(r"\s+", " ", text.translate(_WIDE)).strip()
    return plain.translate(_BRACKETS) if _CHINESE.search(plain) else plain

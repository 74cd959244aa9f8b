"""Lines on a terminal are broken as Chinese is set."""

from __future__ import annotations

import io
import itertools

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from jingkai.cli.output import ChineseTable, fold

_PIECES = st.sampled_from(
    [
        "研发费用",
        "（税务部门）",
        "、",
        "，需不低于",
        " 3%",
        "“小巨人”",
        "revenue ",
        "2,600 万元",
        "：",
        "《办法》",
    ]
)


@given(st.lists(_PIECES, min_size=1, max_size=30), st.integers(24, 90))
def test_no_line_starts_with_closing_or_ends_with_opening_punctuation(pieces, width):
    text = "".join(pieces).strip()
    parts = [p.plain for p in fold(Text(text), width, 4)]
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")  # nothing is lost
    for before, after in itertools.pairwise(parts):
        assert after[0] not in "，。、；：？！）》”%" and before[-1] not in "（《“"


@given(
    st.lists(st.sampled_from("研发费用占比营业收入"), min_size=1, max_size=200), st.integers(24, 90)
)
def test_lines_fit_the_width(characters, width):
    parts = [p.plain for p in fold(Text("".join(characters)), width, 4)]
    assert cell_len(parts[0]) <= width
    assert all(cell_len(p) <= width - 4 for p in parts[1:])


@given(st.lists(_PIECES, min_size=1, max_size=12), st.integers(24, 60))
def test_cells_of_a_table_are_broken_as_chinese_is_set(pieces, width):
    text = "".join(pieces).strip()
    table = ChineseTable("", show_header=False, box=None, padding=0)
    table.add_column()
    table.add_row(text)
    console = Console(width=width, file=io.StringIO())
    console.print(table)
    lines = [found.strip() for found in console.file.getvalue().splitlines() if found.strip()]
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for before, after in itertools.pairwise(lines):
        assert after[0] not in "，。、；：？！）》”%" and before[-1] not in "（《“"


def test_a_name_longer_than_its_column_is_broken_after_an_underscore():
    parts = [p.plain for p in fold(Text("reinvestment_credit_overused"), 21, 0)]
    assert parts == ["reinvestment_credit_", "overused"]

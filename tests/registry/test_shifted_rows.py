"""A delimiter too many in one row shifts its cells: the row is refused, never misread."""

from __future__ import annotations

import datetime as dt

from jingkai.population import synthetic_code
from jingkai.registry.load import load
from jingkai.registry.reading.text import read_text

DAY = dt.date(2026, 6, 30)


def test_an_unquoted_thousands_comma_does_not_shift_a_row(workspace):
    path = workspace.path.parent / "a.csv"
    rows = [
        f"{synthetic_code(1)},4,350(万元人民币),2015-01-01,",
        f"{synthetic_code(2)},300(万元人民币),2015-01-01,",
    ]
    path.write_text("信用代码,注册资本,成立日期,备注\n" + "\n".join(rows) + "\n", "utf-8")
    report = load(workspace, "enterprise", [path], as_of=DAY)
    assert (report.accepted, report.rejected) == (1, 1)


def test_a_trailing_delimiter_on_every_row_is_an_exports_habit(workspace):
    path = workspace.path.parent / "a.csv"
    path.write_text(
        f"信用代码,企业名称\n{synthetic_code(1)},甲,\n{synthetic_code(2)},乙,\n", "utf-8"
    )
    assert load(workspace, "enterprise", [path], as_of=DAY).accepted == 2


def test_quotes_around_whole_cells_are_read_quickly_and_the_same(tmp_path):
    rows = ['"a","b"', '"1","2"', '"","x"', '3,"甲"']
    plain = [row.replace('"', "") for row in rows]
    for end in ("\n", "\r\n"):
        quoted = read_text(tmp_path / "quoted.csv", end.join(rows).encode())
        assert quoted.frame.equals(
            read_text(tmp_path / "plain.csv", end.join(plain).encode()).frame
        )
    odd = read_text(tmp_path / "odd.csv", b'a,b\n"1,5",2\n"x""y",z\n"two\nlines",4\n')
    assert odd.frame["a"].to_list() == ["1,5", 'x"y', "two\nlines"]

"""Files as they should not be: each gives a clear message, and loses nothing that was there."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlwt

from jingkai.population import synthetic_code
from jingkai.registry.errors import RegistryError
from jingkai.registry.load import load
from jingkai.registry.snapshot import Snapshot

DAY = dt.date(2026, 6, 30)
GOOD = f"统一社会信用代码,企业名称,营业收入（2025年，万元）\n{synthetic_code(1)},甲公司,100\n"
CODE = synthetic_code(2)


def xlsx(rows: list[list[object]], **sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, content in sheets.items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


HEAD = ["统一社会信用代码", "企业名称", "营业收入（2025年，万元）"]
ROW = [CODE, "乙公司", 12]


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"x")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            for _ in range(260):
                member.write(b"0" * 1_000_000)
    return buffer.getvalue()


def xls(rows: list[list[object]]) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("一")
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            sheet.write(i, j, cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "空的"),
    "only blanks": ("a.csv", b"\n \n", "空的"),
    "header only": ("a.csv", ",".join(HEAD).encode(), "没有数据行"),
    "mixed encodings": (
        "a.csv",
        GOOD.encode() + "丙".encode("gb18030") + b"\xff\xff,x,1\n",
        "UTF-8",
    ),
    "nul bytes": ("a.csv", GOOD.encode() + b"\x00\x00\x00", "零字节"),
    "binary": ("a.csv", bytes(range(256)) * 4, "零字节|UTF-8"),
    "unclosed quote": ("a.csv", (GOOD + f'{CODE},"乙公司,12\n').encode(), "引号"),
    "duplicate headers": (
        "a.csv",
        f"统一社会信用代码,企业名称,企业名称\n{CODE},乙,丙\n".encode(),
        "第2列和第3列",
    ),
    "nameless column": (
        "a.csv",
        f"统一社会信用代码,企业名称,\n{CODE},乙,5\n".encode(),
        "第3列有数据但没有表头",
    ),
    "no key column": ("a.csv", "收入（2025年）,人数\n5,3\n".encode(), "找不到标识列"),
    "one fact twice": (
        "a.csv",
        f"统一社会信用代码,营收2025,营业收入2025\n{CODE},1,2\n".encode(),
        "都对应营业收入",
    ),
    "truncated xlsx": ("a.xlsx", xlsx([HEAD, ROW])[:1500], "不完整或已损坏"),
    "zip bomb": ("a.xlsx", bomb(), "压缩炸弹"),
    "two sheets": ("a.xlsx", xlsx([HEAD, ROW], 二=[HEAD, ROW]), "2个工作表有数据"),
    "empty workbook": ("a.xlsx", xlsx([]), "没有数据"),
    "xlsx header only": ("a.xlsx", xlsx([HEAD]), "没有数据行"),
    "xlsx duplicate headers": (
        "a.xlsx",
        xlsx([["企业名称", "企业名称"], ["甲", "乙"]]),
        "第1列和第2列",
    ),
    "a zip that is no workbook": ("a.xlsx", bomb()[:200], "损坏"),
    "web page as xls": (
        "a.xls",
        "<html><table><tr><td>甲</td></tr></table></html>".encode(),
        "网页",
    ),
    "truncated xls": ("a.xls", xls([HEAD, ROW])[:700], "无法打开"),
    "truncated parquet": (
        "a.parquet",
        parquet(pl.DataFrame({"企业名称": ["甲"]}))[:-20],
        "Parquet",
    ),
    "nested parquet": (
        "a.parquet",
        parquet(pl.DataFrame({"企业名称": ["甲"], "x": [[1]]})),
        "嵌套",
    ),
    "parquet without rows": (
        "a.parquet",
        parquet(pl.DataFrame({"企业名称": pl.Series([], dtype=pl.String)})),
        "没有数据行",
    ),
    "half a utf-16 file": ("a.csv", GOOD.encode("utf-16")[:-1], "utf-16"),
    "40-character code": (
        "a.csv",
        f"统一社会信用代码,企业名称\n{'9' * 40},乙\n".encode(),
        "应为18位，这里有40位",
    ),
    "wrong check digit": (
        "a.csv",
        f"统一社会信用代码,企业名称\n{CODE[:17]}0,乙\n".encode(),
        "校验位",
    ),
    "scientific code": ("a.csv", "统一社会信用代码,企业名称\n9.13E+17,乙\n".encode(), "科学计数法"),
    "old registration number": (
        "a.csv",
        "统一社会信用代码,企业名称\n110108012345678,乙\n".encode(),
        "15位注册号",
    ),
    "conflicting duplicates": (
        "a.csv",
        f"统一社会信用代码,员工人数2025\n{CODE},5\n{CODE},6\n".encode(),
        "互相矛盾",
    ),
}


@pytest.fixture
def loaded(workspace):
    path = workspace.path.parent / "good.csv"
    path.write_text(GOOD, "utf-8")
    load(workspace, "enterprise", [path], as_of=DAY)
    return workspace


def state(workspace) -> tuple[str, str, list[str]]:
    snapshot = Snapshot.current(workspace)
    listed = sorted(p.name for p in workspace.snapshots.iterdir())
    return snapshot.id, json.dumps(snapshot.manifest), listed


@pytest.mark.parametrize("name", REFUSED)
def test_a_damaged_file_is_refused_and_nothing_is_lost(loaded, name):
    file, content, words = REFUSED[name]
    path = loaded.path.parent / file
    path.write_bytes(content)
    before = state(loaded)
    with pytest.raises(RegistryError, match=words) as caught:
        load(loaded, "enterprise", [path], as_of=DAY)
    assert caught.value.exit_code == 2
    assert state(loaded) == before
    assert Snapshot.current(loaded).scan("enterprise").collect()["name"].to_list() == ["甲公司"]


def test_a_folder_and_a_missing_file_are_refused(loaded):
    for path, words in ((loaded.path, "文件夹"), (Path("nowhere.csv"), "没有这个文件")):
        with pytest.raises(RegistryError, match=words):
            load(loaded, "enterprise", [path], as_of=DAY)


def cell_case(workspace, header: str, cell: str):
    path = workspace.path.parent / "cells.csv"
    path.write_text(f"统一社会信用代码,{header}\n{CODE},{cell}\n", "utf-8")
    return load(workspace, "enterprise", [path], as_of=DAY)


@pytest.mark.parametrize(
    ("header", "cell", "reason"),
    [
        ("营业收入2025", "-5", "不应为负数"),
        ("成立日期", "2099-01-01", "晚于数据日期"),
        ("成立日期", "2024年13月1日", "没有这一天"),
        ("成立日期", "2024年3月", "只有年月"),
        ("注册资本", "14(万美元)", "外币"),
        ("注册资本", "三百万", "不是数字"),
        ("员工人数2025", "3.5", "应为整数"),
        ("行业代码", "Z999", "不在代码表"),
        ("是否外商投资企业", "大概", "不是是或否"),
        ("外资股比", "65", "比率大于1"),
        ("营业收入2025", "#REF!", "表格错误值"),
    ],
)
def test_a_cell_that_cannot_be_read_is_unknown_and_reported(workspace, header, cell, reason):
    report = cell_case(workspace, header, cell)
    assert (report.accepted, report.rejected, report.problems) == (1, 0, 1)
    assert (
        reason in report.examples[0]
        and "第2行" in report.examples[0]
        and header in report.examples[0]
    )


def test_a_ragged_row_is_rejected_and_counted(workspace):
    path = workspace.path.parent / "ragged.csv"
    path.write_text(GOOD + f"{CODE},乙,5,多余\n{synthetic_code(3)},丙\n", "utf-8")
    report = load(workspace, "enterprise", [path], as_of=DAY)
    assert (report.rows_read, report.accepted, report.merged, report.rejected) == (3, 1, 0, 2)
    rejects = (Path(report.reports) / "rejects.csv").read_text("utf-8-sig")
    assert "有4个单元格" in rejects and "有2个单元格" in rejects


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_are_found_without_being_told(workspace, encoding):
    path = workspace.path.parent / "a.csv"
    path.write_bytes(GOOD.replace("甲公司", "喆䶮公司").encode(encoding))
    load(workspace, "enterprise", [path], as_of=DAY)
    assert Snapshot.current(workspace).scan("enterprise").collect()["name"].to_list() == [
        "喆䶮公司"
    ]


def test_kinds_of_file_are_told_by_content(workspace):
    contents = {
        "a.xlsx": xlsx([["2025年度企业名册"], ["单位：万元"], HEAD, ROW]),
        "b.xls": xls([HEAD, ROW]),
        "c.xlsx": GOOD.encode(),
        "d.tsv": GOOD.replace(",", "\t").encode(),
        "e.parquet": parquet(pl.DataFrame({HEAD[0]: [CODE], HEAD[1]: ["乙公司"], HEAD[2]: [12.5]})),
        "f.txt": GOOD.replace(",", ";").encode(),
    }
    for name, content in contents.items():
        path = workspace.path.parent / name
        path.write_bytes(content)
        assert load(workspace, "enterprise", [path], as_of=DAY).accepted == 1, name


def test_a_two_row_header_is_merged(workspace):
    path = workspace.path.parent / "a.xlsx"
    rows = [["统一社会信用代码", "营业收入", None], [None, "2024年", "2025年"], [CODE, 3, 4]]
    path.write_bytes(xlsx(rows))
    load(workspace, "enterprise", [path], as_of=DAY)
    frame = Snapshot.current(workspace).scan("enterprise").collect()
    assert frame["revenue_2024"][0] == 3_000_000 and frame["revenue_2025"][0] == 4_000_000


def test_a_formula_counts_as_last_computed(workspace):
    path = workspace.path.parent / "a.xlsx"
    path.write_bytes(xlsx([HEAD, [CODE, "乙公司", "=1+1"]]))
    report = load(workspace, "enterprise", [path], as_of=DAY)
    assert report.accepted == 1  # never computed by a program: the cell is empty, hence unknown
    assert "revenue_2025" in Snapshot.current(workspace).columns("enterprise")
    assert Snapshot.current(workspace).scan("enterprise").collect()["revenue_2025"][0] is None


def test_parquet_headers_have_the_same_names_as_elsewhere(workspace):
    frame = pl.DataFrame(
        {
            "统一社会信用代码 ": [CODE],
            "营业收入2025（元）": [12_345.5],
            "照片": [b"\xff\xfe"],
            "时长": [dt.timedelta(1)],
            "备注": [""],
        }
    )
    path = workspace.path.parent / "a.parquet"
    path.write_bytes(parquet(frame))
    report = load(workspace, "enterprise", [path], as_of=DAY)
    kept = Snapshot.current(workspace).scan("enterprise").collect()
    assert kept["revenue_2025"].to_list() == [1_234_550]
    assert "照片”“时长" in report.files[0]["notes"][0]


def test_lines_about_the_whole_table_are_no_header(workspace):
    rows = [
        ["某区企业情况表"],
        ["单位：万元", None, "填报日期：2026年"],
        ["企业名称", "信用代码", "营业收入2025"],
        ["甲公司", CODE, 5],
    ]
    path = workspace.path.parent / "a.xlsx"
    path.write_bytes(xlsx(rows))
    assert load(workspace, "enterprise", [path], as_of=DAY).accepted == 1
    kept = Snapshot.current(workspace).scan("enterprise").collect()
    assert kept["revenue_2025"].to_list() == [5_000_000]


def test_a_row_of_years_under_a_whole_header_belongs_to_it(workspace):
    rows = [["信用代码", "营业收入", "研发费用"], [None, "2025年", "2025年"], [CODE, 3, 4]]
    path = workspace.path.parent / "a.xlsx"
    path.write_bytes(xlsx(rows))
    report = load(workspace, "enterprise", [path], as_of=DAY)
    assert (report.rows_read, report.accepted) == (1, 1)
    kept = Snapshot.current(workspace).scan("enterprise").collect()
    assert kept["rd_expense_2025"].to_list() == [4_000_000]


def test_yearly_columns_without_a_year_are_named(workspace):
    path = workspace.path.parent / "a.csv"
    path.write_text(f"信用代码,企业名称,营业收入\n{CODE},甲,5\n", "utf-8")
    report = load(workspace, "enterprise", [path], as_of=DAY)
    assert "没有写年份" in report.files[0]["notes"][0] and not report.files[0]["unmatched"]


def test_a_snapshot_damaged_later_is_told(workspace):
    path = workspace.path.parent / "a.csv"
    path.write_bytes(GOOD.encode())
    load(workspace, "enterprise", [path], as_of=DAY)
    table = Snapshot.current(workspace).path / "enterprise.arrow"
    table.write_bytes(table.read_bytes()[:300])
    with pytest.raises(RegistryError, match="已损坏"):
        Snapshot.current(workspace)

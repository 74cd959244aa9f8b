"""``jingkai indicators`` on screen and in files."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from typer.testing import CliRunner

from jingkai.cli import app
from jingkai.engine.table_file import spreadsheet_safe
from jingkai.registry.snapshot import SourceFile, write_snapshot

DAY = dt.date(2025, 6, 30)
YI = 10**10


@pytest.fixture
def nation(workspace, monkeypatch):
    zones = pl.DataFrame(
        {
            "key": ["甲", "=乙"],
            "province": ["江苏", "四川"],
            "region": ["east", "west"],
            "gdp_2024": [169 * 10**13, None],
        }
    )
    source = [SourceFile("合成", "", "statistics", str(DAY), "zone", None, 2, 2)]
    write_snapshot(workspace, {"zone": zones}, as_of=DAY, sources=source, synthetic=True)
    monkeypatch.chdir(workspace.path)
    return workspace


def run(*words):
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_part_is_never_shown_as_the_whole_and_the_release_stands_beside(nation):
    shown = " ".join(run("indicators").split())
    assert "合成数据" in shown and "数据内 2 家经开区合计" in shown
    assert "—（16.9 万亿元）" in shown and "1/2 已知" in shown
    assert "12.5%" in shown and "135.2 万亿元（134.3—136.1）" in shown


def test_files_say_that_they_are_synthetic_and_hold_no_formula(nation):
    run("indicators", "--level", "zone", "--only", "zone_gdp", "--out", "z.csv")
    frame = pl.read_csv("z.csv")
    assert frame["经开区"].to_list() == ["'=乙", "甲"]
    assert set(frame["数据性质"]) == {"合成数据，不是任何真实经开区或企业的情况"}
    assert frame["数值"].to_list() == [None, 169_000.0]
    for name in ("z.xlsx", "z.parquet"):
        run("indicators", "--out", name)
    assert pl.read_parquet("z.parquet").filter(pl.col("指标代码") == "zone_gdp")[
        "公布值"
    ].to_list() == ["16.9 万亿元"]


def test_a_file_of_an_unknown_kind_is_refused(nation):
    result = CliRunner().invoke(app, ["indicators", "--out", "z.doc"])
    assert "不知道 z.doc 是什么格式" in str(result.exception.what)


def test_text_that_a_spreadsheet_would_run_is_quoted_and_figures_are_not():
    texts = ["=1+1", "-5.2", "-1+2", "+x", "ok", None, "@a", "-3%"]
    safe = spreadsheet_safe(pl.DataFrame({"a": texts}))["a"].to_list()
    assert safe == ["'=1+1", "-5.2", "'-1+2", "'+x", "ok", None, "'@a", "-3%"]

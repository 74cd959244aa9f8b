"""Pages from a workspace: their figures are the indicators', their counts weighted, their ranks the assessment's."""

from __future__ import annotations

import datetime as dt
import json
import re
from fractions import Fraction

import polars as pl
import pytest
from typer.testing import CliRunner

from jingkai.cli import app
from jingkai.engine.indicators import indicator_table
from jingkai.engine.run import decide
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot, SourceFile, write_snapshot
from jingkai.report.compose import nation_page, zone_page
from jingkai.report.errors import ReportError
from jingkai.report.fonts import chinese_family
from jingkai.report.from_decisions import Decided, uptake_table
from jingkai.report.render import page_html
from jingkai.rulebook import load_rulebook
from jingkai.rulebook.results import amount_quantum
from jingkai.workspace import Workspace, ZoneSettings
from tests.engine.zones import alike

pytestmark = pytest.mark.slow

pytest.importorskip("matplotlib", reason="matplotlib is not installed: no reports")
DAY = dt.date(2026, 6, 30)
WAN = 10**6  # 分 of one 万元


def _zones() -> pl.DataFrame:
    """Four zones of two regions, alike but for foreign capital; 丙 does not say what it used."""
    usual, rows = alike(2023, 2024, 2025), []
    capital = {"甲": 100, "乙": 50, "丙": None, "丁": 0}
    for name, used in capital.items():
        region = "west" if name == "丁" else "east"
        about = {"key": name, "name": f"{name}经济技术开发区", "province": "江苏", "region": region}
        used = {"foreign_capital_used_2025": None if used is None else used * WAN}
        rows.append(about | usual | {"established_on": dt.date(2000, 1, 1)} | used)
    return pl.DataFrame(rows, infer_schema_length=None)


def _enterprises() -> pl.DataFrame:
    """Six rows that stand for 1,000 enterprises; the floor of exports is 1,000 万元, of growth 5 %."""
    rows = [
        # key, zone, weight, registered, exports of 2024 and 2025 in 万元
        ("a", "甲", 100, True, 1000, 2000),  # granted
        ("b", "甲", 20, True, 800, 950),  # refused: 50 short of the floor
        ("c", "甲", 7, True, 100, 500),  # refused: far from the floor
        ("d", "乙", 50, True, 1000, None),  # undetermined
        ("e", "乙", 3, False, 1000, 2000),  # refused: not registered
        ("f", None, 820, True, 1000, 1020),  # refused: grows by 2 %
    ]
    return pl.DataFrame(
        {
            "key": [r[0] for r in rows],
            "zone": [r[1] for r in rows],
            "weight": [r[2] for r in rows],
            "customs_registered": [r[3] for r in rows],
            "export_value_2024": [r[4] * WAN for r in rows],
            "export_value_2025": [None if r[5] is None else r[5] * WAN for r in rows],
        }
    )


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    workspace = Workspace.init(tmp_path_factory.mktemp("report") / "w", ZoneSettings(key="甲"))
    text = "key_exporter: {export_floor: 1000 万元, growth_floor: 5 %}\n"
    (workspace.rules / "parameters.yaml").write_text(text, "utf-8")
    frames = {"zone": _zones(), "enterprise": _enterprises()}
    sources = [SourceFile("试", "", "commerce", str(DAY), e, None, f.height, f.height) for e, f in frames.items()]  # fmt: skip
    write_snapshot(workspace, frames, as_of=DAY, sources=sources, synthetic=True)
    return workspace, load_rulebook([policies_folder(), *workspace.layers])


@pytest.fixture(scope="module")
def pages(nation):
    return {"": nation_page(*nation, 2025)} | {z: zone_page(*nation, z, 2025) for z in "甲丙"}


@pytest.mark.parametrize("name", ["", "甲", "丙"])
def test_the_figures_are_those_of_the_indicator_table(nation, pages, name):
    workspace, rulebook = nation
    level = "zone" if name else "nation"
    book, snapshot = rulebook.on(DAY), Snapshot.current(workspace)
    table = indicator_table(book, snapshot, DAY, [level])[level]
    rows = {r["indicator"]: r for r in table.filter(pl.col("group") == name).to_dicts()}
    assert len(pages[name].figures) > 15
    for f in pages[name].figures:
        row, size = rows[f.indicator], amount_quantum(book.rules[f.indicator].unit)
        assert f.value == (None if row["value"] is None else row["value"] * size)
        assert f.partial == (None if row["partial"] is None else row["partial"] * size)
        assert (f.known, f.of) == (row["known"], row["of"])


def test_shares_ranks_and_growth_are_told_only_of_what_is_known(pages):
    figures = {f.indicator: f for f in pages["甲"].figures}
    assert (figures["zone_gdp"].share, figures["zone_gdp"].growth) == (Fraction(1, 4), 0)
    capital = figures["foreign_capital_used_reported"]
    assert (capital.share, capital.rank, capital.ranked) == (None, 1, 3)  # 丙 is not known
    nation = {f.indicator: f for f in pages[""].figures}
    assert nation["foreign_capital_used_reported"].value is None
    assert nation["foreign_capital_used_reported"].partial == 150
    assert "foreign_capital_used_reported" not in {f.indicator for f in pages["丙"].figures}


def test_regions_have_their_shares_of_what_is_whole(pages):
    shares = {r.title: dict(r.parts) for r in pages[""].regions}
    assert shares["地区生产总值"] == {"东部": Fraction(3, 4), "中部": 0, "西部": Fraction(1, 4)}
    assert "实际使用外资" not in shares


def test_uptake_counts_the_enterprises_that_rows_stand_for(pages):
    def of(name: str) -> tuple[int, int, int]:
        rules = {r.rule: r for m in pages[name].uptake for r in m.rules}
        rule = rules["key_exporter"]
        return rule.granted, rule.refused, rule.undetermined

    assert of("") == (100, 20 + 7 + 3 + 820, 50)
    assert of("甲") == (100, 27, 0)


def test_uptake_by_zone_adds_up_and_keeps_what_is_of_no_zone(nation):
    workspace, rulebook = nation
    snapshot = Snapshot.current(workspace)
    run = decide(workspace, snapshot, rulebook, DAY)
    table = uptake_table(Decided(rulebook.on(DAY), snapshot, run))
    rows = {z: row for z, _, *row in table.filter(pl.col("rule") == "key_exporter").iter_rows()}
    assert rows == {"甲": [100, 27, 0], "乙": [0, 3, 50], None: [0, 820, 0]}


def test_near_misses_are_weighted_and_of_the_zone_alone(pages):
    def of(name: str) -> dict[str, tuple[int, int | None]]:
        return {m.rule: (m.alone, m.near) for m in pages[name].near}

    assert of("甲")["key_exporter"] == (27, 20)
    binding = {m.rule: (m.condition, m.alone, m.granted) for m in pages[""].binding}
    assert binding["key_exporter"] == ("出口增速达到本区下限", 820, 100)
    assert pages["丙"].near == ()


def test_ranks_are_the_assessments_with_what_they_rest_on(pages):
    # As worked out for `assess`: 甲 100; 丙 from 94 to 100, perhaps the first.
    ranks = {r.year: r for r in pages["甲"].ranks}
    assert (ranks[2025].national, ranks[2025].low) == ((1, 1), 100)  # 丙 may draw level, not pass
    assert ranks[2024].national == (1, 1) and ranks[2025].regional == (1, 1)
    unknown = pages["丙"].ranks[-1]
    assert (unknown.national, unknown.low, unknown.high) == ((1, 3), 94, 100)
    assert {i.title: i.points for i in pages["丙"].items}["实际使用外资金额"] is None
    for page in pages.values():
        assert "不是公布的结果" in page.stand_in and "未核实" in page.stand_in
        html = page_html(page)
        assert html.count(page.stand_in) > 2 and "※" in html
    # Four zones are not all: no warning can be drawn from their ranks.
    assert dict(pages["甲"].warnings)["降级备选名单"] is None
    assert [s.name[0] for s in pages[""].standings] == ["甲", "乙", "丙", "丁"]


def test_every_page_tells_that_data_are_made_up_and_what_has_gaps(pages):
    for page in pages.values():
        assert page.synthetic
    assert any("实际使用外资" in note and "不作总数" in note for note in pages[""].notes)


def test_a_part_of_the_zones_is_not_called_the_nation_nor_held_against_what_was_published(pages):
    assert pages[""].name == "数据内的经济技术开发区"
    assert not any(f.printed and f.printed.agrees is not None for f in pages[""].figures)


def test_a_workspace_without_a_table_of_zones_reports_its_own_zone(workspace, rulebook):
    frame = _enterprises().with_columns(zone=pl.lit("测试经开区"))
    source = SourceFile("试", "", "commerce", str(DAY), "enterprise", None, 6, 6)
    write_snapshot(workspace, {"enterprise": frame}, as_of=DAY, sources=[source])
    page = zone_page(workspace, rulebook, "测试经开区", 2025)
    counts = {f.indicator: f.value for f in page.figures}
    assert counts["market_entities"] == 1000
    assert page.uptake and not page.ranks and not page.synthetic
    assert any("没有综合评价" in note for note in page.notes)
    assert nation_page(workspace, rulebook, 2025).regions == ()


def test_an_unknown_zone_and_an_ambiguous_one_are_said(nation):
    with pytest.raises(ReportError, match="没有经开区“戊”"):
        zone_page(*nation, "戊", 2025)
    with pytest.raises(ReportError, match="4 家经开区"):
        zone_page(*nation, "经济技术", 2025)


def _run(*words: str):
    return CliRunner().invoke(app, ["report", *words])


def test_the_command_writes_one_page_and_a_pdf_and_says_where(nation, tmp_path, monkeypatch):
    try:
        chinese_family()
    except ReportError as error:
        pytest.skip(error.what)
    monkeypatch.chdir(nation[0].path)
    out, pdf = tmp_path / "甲.html", tmp_path / "甲.pdf"
    done = _run("甲", "--year", "2025", "--out", str(out), "--pdf", str(pdf), "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["subject"], said["year"], said["synthetic"]) == ("甲经济技术开发区", 2025, True)
    html = out.read_text("utf-8")
    assert re.search(r"<h1>甲经济技术开发区 <span>2025年度报告", html) and "合成数据" in html
    assert pdf.read_bytes().startswith(b"%PDF")


def test_a_wrong_file_name_is_refused_before_anything_is_computed(nation, tmp_path, monkeypatch):
    monkeypatch.chdir(nation[0].path)
    wrong = _run("甲", "--out", str(tmp_path / "甲.docx"))
    assert "应以 .html 结尾" in str(wrong.exception)
    nowhere = _run("甲", "--out", str(tmp_path / "no" / "甲.html"))
    assert "没有文件夹" in str(nowhere.exception)
    assert not list(tmp_path.iterdir())

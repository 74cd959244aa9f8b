"""Loads: duplicates, several offices, precedence, sources of every cell, killed processes."""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingkai.engine.joins import facts_frame
from jingkai.population import synthetic_code
from jingkai.registry.errors import RegistryError
from jingkai.registry.load import load
from jingkai.registry.outcomes import load_outcomes, load_register
from jingkai.registry.snapshot import Snapshot, SourceFile, write_snapshot
from jingkai.workspace import Workspace, WorkspaceError

DAY = dt.date(2026, 6, 30)
A, B, C = (synthetic_code(i) for i in (1, 2, 3))


def write(workspace: Workspace, name: str, text: str) -> Path:
    path = workspace.path.parent / name
    path.write_text(text, "utf-8")
    return path


def table(workspace: Workspace) -> pl.DataFrame:
    return Snapshot.current(workspace).scan("enterprise").collect().sort("key")


def test_agreeing_duplicates_merge_and_conflicting_ones_are_named(workspace):
    text = f"信用代码,企业名称,员工人数2025,营收2025\n{A},甲,10,\n{A},甲,,500\n{B},乙,5,1\n{B},乙,6,1\n{C},丙,7,1\n"
    report = load(workspace, "enterprise", [write(workspace, "a.csv", text)], as_of=DAY)
    assert (report.rows_read, report.accepted, report.merged, report.rejected) == (5, 2, 1, 2)
    frame = table(workspace)
    assert frame["key"].to_list() == sorted([A, C])
    assert frame.filter(pl.col("key") == A).row(0, named=True)["staff_2025"] == 10
    assert frame.filter(pl.col("key") == A).row(0, named=True)["revenue_2025"] == 500_000_000
    rejects = (Path(report.reports) / "rejects.csv").read_text("utf-8-sig")
    assert "第4行、第5行互相矛盾" in rejects and "职工总数 2025" in rejects


def test_offices_join_by_key_and_the_holder_counts_first(workspace):
    market = write(
        workspace,
        "市场.csv",
        f"信用代码,企业名称,成立日期,营收2025\n{A},甲,2015-03-01,90\n{B},乙,2016-01-01,\n",
    )
    tax = write(
        workspace,
        "税务.csv",
        f"信用代码,营收2025（万元）,成立日期\n{A},100,2015-03-02\n{C},7,2020-01-01\n",
    )
    load(workspace, "enterprise", [market], office="market_supervision", as_of=DAY)
    report = load(workspace, "enterprise", [tax], office="tax", as_of=DAY)
    frame = table(workspace)
    first = frame.filter(pl.col("key") == A).row(0, named=True)
    assert first["revenue_2025"] == 100_000_000  # the tax authority holds revenue
    assert first["established_on"] == dt.date(2015, 3, 1)  # the market supervision holds the date
    assert frame["key"].to_list() == sorted([A, B, C])
    assert report.differences == 2
    snapshot = Snapshot.current(workspace)
    position = snapshot.find("enterprise", A)[0].position
    sources = snapshot.sources("enterprise", position)
    assert sources["revenue_2025"].file == "税务.csv" and sources["revenue_2025"].office == "tax"
    assert (
        sources["established_on"].file == "市场.csv"
        and sources["established_on"].as_of == "2026-06-30"
    )


def test_the_reports_can_be_read_and_rejected_rows_loaded_again(workspace):
    tax = write(workspace, "税.csv", f"信用代码,营收2023(元),备注\n{A},12000,\n{A[:-1]}0,5,重点\n")
    report = load(workspace, "enterprise", [tax], office="tax", as_of=DAY)
    with (Path(report.reports) / "rejected_rows.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(r["文件"], r["行"], r["备注"]) for r in rows] == [("税.csv", "3", "重点")]
    assert "校验位" in rows[0]["原因"]
    statistics = write(workspace, "统.csv", f"信用代码,营收2023(元)\n{A},12000.5\n")
    report = load(workspace, "enterprise", [statistics], office="statistics", as_of=DAY)
    with (Path(report.reports) / "differences.csv").open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert (row["名称"], row["单位"]) == ("营业收入 2023", "万元")
    assert (row["原值"], row["新值"], row["采用"]) == ("1.2", "1.20005", "原值")
    assert row["原来源"].startswith("税.csv（税务部门") and "统计部门" in row["新来源"]


def test_a_months_update_makes_a_new_snapshot_and_keeps_the_old(workspace):
    load(
        workspace,
        "enterprise",
        [write(workspace, "a.csv", f"信用代码,员工人数2025\n{A},10\n")],
        office="human_resources",
        as_of=DAY,
    )
    first = Snapshot.current(workspace)
    load(
        workspace,
        "enterprise",
        [write(workspace, "b.csv", f"信用代码,员工人数2025\n{A},12\n")],
        office="human_resources",
        as_of=dt.date(2026, 7, 31),
    )
    second = Snapshot.current(workspace)
    assert second.manifest["previous"] == first.id
    assert first.scan("enterprise").collect()["staff_2025"][0] == 10
    assert second.scan("enterprise").collect()["staff_2025"][0] == 12
    load(
        workspace,
        "enterprise",
        [write(workspace, "c.csv", f"信用代码,员工人数2025\n{A},9\n")],
        office="human_resources",
        as_of=DAY,
    )
    assert table(workspace)["staff_2025"][0] == 12  # an older file does not undo a newer one


def test_what_is_loaded_into_a_synthetic_population_leaves_it_synthetic_and_known_how_made(
    workspace,
):
    frames = {"enterprise": pl.DataFrame({"key": [A], "name": ["甲"]})}
    source = SourceFile("合成", "0" * 64, "zone_committee", "2026-06-30", "enterprise")
    made = {"scale": 0.01, "seed": 7, "year": 2024}
    write_snapshot(workspace, frames, as_of=DAY, sources=[source], synthetic=True, population=made)
    path = write(workspace, "a.csv", f"统一社会信用代码,企业名称,员工人数2025\n{A},甲,7")
    load(workspace, "enterprise", [path], office="human_resources", as_of=DAY)
    manifest = Snapshot.current(workspace).manifest
    assert (manifest["synthetic"], manifest["population"]) == (True, made)


def test_the_same_content_has_the_same_id(tmp_path):
    ids = []
    for name in ("one", "two"):
        workspace = Workspace.init(tmp_path / name)
        path = tmp_path / "same.csv"
        path.write_text(f"信用代码,企业名称\n{A},甲\n", "utf-8")
        load(workspace, "enterprise", [path], as_of=DAY)
        ids.append(Snapshot.current(workspace).id)
    assert ids[0] == ids[1]


def test_rows_without_a_code_take_the_stock_code_or_the_name_and_say_so(workspace):
    by_stock = write(workspace, "s.csv", "股票代码,企业名称\n2727,某公司\n")
    report = load(workspace, "enterprise", [by_stock], as_of=DAY)
    assert table(workspace)["key"].to_list() == ["stock:002727"]
    assert "股票代码" in report.notes[0]
    by_name = write(workspace, "n.csv", "企业名称,员工人数2025\n另一公司(天津),5\n某公司,8\n")
    load(workspace, "enterprise", [by_name], as_of=DAY)
    frame = table(workspace)
    assert frame["key"].to_list() == ["name:测试经开区/另一公司（天津）", "stock:002727"]
    assert frame["staff_2025"].to_list() == [5, 8]  # the known name joined its stock code


def test_parcels_known_by_name_are_told_as_parcels(workspace):
    path = write(workspace, "p.csv", "宗地名称,宗地面积\n一号地,3.5万平方米\n")
    report = load(workspace, "parcel", [path], as_of=DAY)
    assert report.notes[0] == "没有标识列：1 行以所在经开区内的宗地名称为标识"
    found = Snapshot.current(workspace).scan("parcel").collect()
    assert found["land_area"].to_list() == [350_000_000]  # 35,000 m2 in 0.0001 m2


def test_a_figure_before_establishment_is_reported(workspace):
    path = write(workspace, "a.csv", f"信用代码,成立日期,营收2023\n{A},2024-05-01,5\n")
    assert load(workspace, "enterprise", [path], as_of=DAY).early_years == 1


def test_the_map_says_unit_year_key_and_blanks(workspace):
    data = write(workspace, "a.csv", f"代码,收入,天然气\n{A},12345678.9,\n")
    mapped = write(
        workspace,
        "map.yaml",
        "entity: enterprise\noffice: statistics\nyears: 2025\nkey: {credit_code: 代码}\ncolumns:\n"
        "  收入: {fact: revenue, unit: 元}\n  天然气: {fact: natural_gas_use, blank: '0'}\n",
    )
    load(workspace, "enterprise", [data], map_file=mapped, as_of=DAY)
    row = table(workspace).row(0, named=True)
    assert row["revenue_2025"] == 1_234_567_890 and row["natural_gas_use_2025"] == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("columns: {不存在: {fact: revenue, year: 2025}}\n", "没有列“不存在”"),
        ("columns: {收入: {fact: revenu, year: 2025}}\n", "没有数据项“revenu”"),
        ("columns: {收入: {fact: revenue}}\n", "没有写明年份"),
        ("columns: {收入: {fact: revenue, year: 2025, unit: 人}}\n", "不能换算"),
        ("kolumns: {}\n", "没有这一项"),
        ("- 收入\n", "不是列表"),
    ],
)
def test_a_wrong_map_is_refused(workspace, text, words):
    data = write(workspace, "a.csv", f"信用代码,收入\n{A},5\n")
    with pytest.raises(RegistryError) as caught:
        load(workspace, "enterprise", [data], map_file=write(workspace, "m.yaml", text), as_of=DAY)
    assert words in str(caught.value)


def test_outcomes_stand_beside_the_facts(workspace):
    load(
        workspace,
        "enterprise",
        [write(workspace, "a.csv", f"信用代码,企业名称\n{A},甲\n{B},乙\n{C},丙\n")],
        as_of=DAY,
    )
    listed = write(
        workspace,
        "名单.csv",
        f"信用代码,称号,发证日期,有效期至\n{A},高新技术企业,2024-12-01,\n{B},高企,2020-01-01,2022-12-31\n",
    )
    load_outcomes(workspace, [listed], office="science_technology", as_of=DAY, complete=True)
    rows = {r["key"]: r for r in table(workspace).to_dicts()}
    assert rows[A]["high_tech_enterprise_title_to"] == dt.date(
        2027, 11, 30
    )  # three years, last day
    assert rows[B]["high_tech_enterprise_title_to"] == dt.date(2022, 12, 31)
    assert rows[C]["high_tech_enterprise_title_held"] is False


def test_an_incomplete_list_leaves_absence_unknown(workspace):
    load(
        workspace,
        "enterprise",
        [write(workspace, "a.csv", f"信用代码,企业名称\n{A},甲\n{C},丙\n")],
        as_of=DAY,
    )
    listed = write(
        workspace,
        "名单.csv",
        f"信用代码,称号,有效期起,有效期止\n{A},小巨人,2024-07-01,2027-06-30\n",
    )
    load_outcomes(workspace, [listed], office="industry_it", as_of=DAY)
    rows = {r["key"]: r for r in table(workspace).to_dicts()}
    assert rows[A]["little_giant_title_held"] is True and rows[C]["little_giant_title_held"] is None


def test_a_register_kept_whole_says_no_of_everyone_else(workspace):
    facts = write(workspace, "a.csv", f"信用代码,企业名称\n{A},甲公司\n{B},乙公司\n")
    load(workspace, "enterprise", [facts], as_of=DAY)
    stranger = synthetic_code(77)
    listed = write(workspace, "名单.csv", f"统一社会信用代码,列入原因\n{B},某\n{stranger},某\n")
    report = load_register(workspace, "serious_dishonesty_list", listed, as_of=DAY)
    assert (report.rows_read, report.accepted, report.merged, report.rejected) == (2, 2, 0, 0)
    assert table(workspace)["serious_dishonesty"].to_list() == [False, True]
    assert "1 户不在本工作区" in report.files[0]["notes"][0]
    snapshot = Snapshot.current(workspace)
    assert snapshot.manifest["registers"] == {"serious_dishonesty_list": {"as_of": "2026-06-30"}}
    assert snapshot.sources("enterprise", 0)["serious_dishonesty"].office == "market_supervision"
    later = write(workspace, "b.csv", f"信用代码,企业名称\n{stranger},丙公司\n")
    load(workspace, "enterprise", [later], as_of=DAY)
    assert table(workspace)["serious_dishonesty"].to_list() == [False, True, None]
    with pytest.raises(RegistryError, match="serious_dishonesty_list"):
        load_register(workspace, "no_such_list", listed, as_of=DAY)


def test_a_zones_facts_reach_the_enterprises_that_name_it(workspace, rulebook):
    zones = write(workspace, "区.csv", "经开区名称,所在省份\n测试经开区,四川\n")
    load(workspace, "zones", [zones], as_of=DAY)
    file = write(workspace, "企.csv", f"信用代码,企业名称,所在经开区\n{A},甲公司,测试经开区\n")
    load(workspace, "enterprise", [file], as_of=DAY)
    frame, _ = facts_frame(Snapshot.current(workspace), rulebook, "enterprise", DAY)
    assert frame.collect()["zone.province"].to_list() == ["四川"]


def test_registers_as_zones_export_them(workspace):
    """Capital with its currency, empty columns, no industry code, old districts, a file a year."""
    rng, files, total = random.Random(3), [], 0
    for year in (1992, 2003, 2016):
        lines = ["序号,企业名称,统一社会信用代码,注册资本,成立日期,住所,经营范围,联系电话,备注"]
        for _ in range(2000):
            total += 1
            capital = rng.choice(
                ["300(万元人民币)", "4,350(万元人民币)", "14(万美元)", "N/A", "", "50万元"]
            )
            scope = "机械设备、五金产品的研发、生产、销售；" * rng.randrange(1, 8)
            lines.append(
                f'{total},登记{total}号公司,{synthetic_code(total)},"{capital}",{year}年{rng.randrange(1, 13)}月{rng.randrange(1, 28)}日,原市辖区工业路{total}号,"{scope}",,'
            )
        files.append(write(workspace, f"名录{year}.csv", "\n".join(lines) + "\n"))
    report = load(workspace, "enterprise", files, office="market_supervision", as_of=DAY)
    assert report.accepted == report.rows_read == total
    frame = table(workspace)
    assert frame["established_on"].min().year == 1992
    assert set(frame["registered_capital"].drop_nulls().unique()) == {
        300 * 10**6,
        4350 * 10**6,
        50 * 10**6,
    }
    assert report.problems == sum(
        '"14(万美元)"' in f.read_text("utf-8") and f.read_text("utf-8").count("14(万美元)")
        for f in files
    )


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.sampled_from(["", "5", "7"]), st.booleans()),
        min_size=1,
        max_size=25,
    )
)
@settings(max_examples=40, deadline=None)
def test_rows_always_add_up(tmp_path_factory, rows):
    workspace = Workspace.init(tmp_path_factory.mktemp("w") / "zone")
    lines = [f"{synthetic_code(n) if ok else '123'},{staff}" for n, staff, ok in rows]
    path = write(workspace, "a.csv", "信用代码,员工人数2025\n" + "\n".join(lines) + "\n")
    try:
        report = load(workspace, "enterprise", [path], as_of=DAY)
    except RegistryError as error:
        assert "没有一行可以接收" in str(error)
        return
    assert report.accepted + report.merged + report.rejected == report.rows_read == len(rows)


def test_two_loads_at_once_do_not_interleave(workspace):
    path = write(workspace, "a.csv", f"信用代码,企业名称\n{A},甲\n")
    with workspace.locked(), pytest.raises(WorkspaceError, match="另一个进程"):
        load(workspace, "enterprise", [path], as_of=DAY)


LOADER = """
import datetime as dt, sys
from pathlib import Path
from jingkai.registry.load import load
from jingkai.workspace import Workspace
print("ready", flush=True)
load(Workspace.open(Path(sys.argv[1])), "enterprise", [Path(sys.argv[2])], as_of=dt.date(2026, 7, 31))
"""


@pytest.mark.slow
def test_a_killed_load_leaves_the_old_snapshot_and_no_half_one(workspace):
    load(
        workspace,
        "enterprise",
        [write(workspace, "a.csv", f"信用代码,企业名称\n{A},甲\n")],
        as_of=DAY,
    )
    before = Snapshot.current(workspace).id
    lines = "\n".join(f"{synthetic_code(i)},公司{i},{i},{i}" for i in range(10, 40_000))
    big = write(workspace, "big.csv", "信用代码,企业名称,员工人数2025,营收2025\n" + lines + "\n")
    rng, killed = random.Random(5), 0
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", LOADER, str(workspace.path), str(big)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rng.uniform(0.0, 0.9))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        snapshot = Snapshot.current(workspace)
        frame = snapshot.scan("enterprise").collect()
        assert (snapshot.id == before and frame.height == 1) or frame.height == 39_991
        killed += snapshot.id == before
        if snapshot.id != before:
            break
    assert killed >= 1
    load(workspace, "enterprise", [big], as_of=dt.date(2026, 8, 31))
    assert table(workspace).height == 39_991
    assert not list(workspace.snapshots.glob(".tmp-*"))


def test_several_lists_of_outcomes_load_and_nothing_in_them_is_dropped(workspace):
    facts = write(workspace, "a.csv", f"信用代码,企业名称\n{A},甲\n{B},乙\n")
    load(workspace, "enterprise", [facts], as_of=DAY)
    one = write(
        workspace,
        "一.csv",
        f"信用代码,称号,有效期起,有效期止\n{A},高新技术企业,2021-11-01,2024-10-31\n"
        f"{A},高新技术企业,2024-11-01,2027-10-31\n{B},瞪羚企业,2024-01-01,\n",
    )
    two = write(
        workspace,
        "二.csv",
        f"信用代码,企业名称,称号,发证日期\n{C},丙,小巨人,2024年\n{B},乙,小巨人,\n",
    )
    report = load_outcomes(workspace, [one, two], office="science_technology", as_of=DAY)
    assert (report.rows_read, report.accepted, report.merged, report.rejected) == (5, 3, 1, 1)
    folder = Path(report.reports)
    assert "不认识的称号" in (folder / "rejects.csv").read_text("utf-8-sig")
    assert "2024年" in (folder / "problems.csv").read_text("utf-8-sig")
    assert any("多张证书" in n for n in report.files[0]["notes"])
    rows = {r["key"]: r for r in table(workspace).to_dicts()}
    assert rows[A]["high_tech_enterprise_title_to"] == dt.date(2027, 10, 31)
    assert rows[C]["name"] == "丙" and rows[C]["little_giant_title_held"] is True


def test_certificates_that_contradict_each_other_are_rejected(workspace):
    facts = write(workspace, "a.csv", f"信用代码,企业名称\n{A},甲\n{B},乙\n")
    load(workspace, "enterprise", [facts], as_of=DAY)
    text = (
        f"信用代码,称号,有效期起,有效期止\n{A},高企,2024-11-01,2027-10-31\n"
        f"{A},高企,2024-11-01,2026-10-31\n{B},高企,2024-11-01,2027-10-31\n"
    )
    listed = write(workspace, "名单.csv", text)
    report = load_outcomes(workspace, [listed], office="science_technology", as_of=DAY)
    assert (report.accepted, report.rejected) == (1, 2)
    only = write(workspace, "怪.csv", f"信用代码,称号\n{A},不知何物\n")
    with pytest.raises(RegistryError, match="没有一行可以接收"):
        load_outcomes(workspace, [only], office="science_technology", as_of=DAY, complete=True)


def test_duplicates_across_files_name_the_files(workspace):
    one = write(workspace, "一.csv", f"信用代码,企业名称\n{A},甲\n{C},丙\n")
    two = write(workspace, "二.csv", f"信用代码,企业名称\n{A},乙\n")
    report = load(workspace, "enterprise", [one, two], as_of=DAY)
    rejects = (Path(report.reports) / "rejects.csv").read_text("utf-8-sig")
    assert "一.csv 第2行、二.csv 第2行" in rejects and "企业名称" in rejects


def test_a_map_that_contradicts_the_header_is_said(workspace):
    data = write(workspace, "a.csv", f"信用代码,营业收入（2025年，万元）\n{A},5\n")
    text = 'columns: {"营业收入（2025年，万元）": {fact: revenue, year: 2025, unit: 亿元}}\n'
    report = load(
        workspace, "enterprise", [data], map_file=write(workspace, "m.yaml", text), as_of=DAY
    )
    assert any("按对应表的亿元读取，不按表头的万元" in n for n in report.files[0]["notes"])
    assert table(workspace)["revenue_2025"].to_list() == [50_000_000_000]


def test_words_in_brackets_narrow_a_header(workspace):
    text = (
        f"信用代码,企业名称,职工总数（2025年，人）,营业收入（境外）（2025年，万元）\n{A},甲,5,7\n"
    )
    report = load(workspace, "enterprise", [write(workspace, "a.csv", text)], as_of=DAY)
    assert list(report.files[0]["unmatched"]) == ["营业收入(境外)(2025年,万元)"]
    row = table(workspace).row(0, named=True)
    assert row["staff_2025"] == 5 and "revenue_2025" not in row

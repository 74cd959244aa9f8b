"""103 real companies of national zones, decided as of 2022-09-30 from their annual reports.

Skips, saying so, where the data beside the repository is absent.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from jingkai.engine.differences import official_differences
from jingkai.engine.run import decide
from jingkai.explain import Explainer
from jingkai.registry.load import load
from jingkai.registry.outcomes import load_outcomes
from jingkai.registry.snapshot import Snapshot
from jingkai.workspace import Workspace, ZoneSettings

HERE = Path(__file__).parent
DAY = date(2022, 9, 30)
TITLES = {
    "little_giant": "专精特新“小巨人”企业",
    "single_champion": "制造业单项冠军",
    "zjtx_sme": "专精特新中小企业",
    "hnte_recognised": "高新技术企业",
}


@pytest.fixture(scope="module")
def companies(shared):
    with (shared / "data/enterprises/real_facts_a_wide.csv").open(encoding="utf-8") as file:
        return {row["company"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def decided(shared, companies, rulebook, tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    workspace = Workspace.init(folder / "zone", ZoneSettings(key="国家级经开区"))
    report = load(
        workspace,
        "enterprise",
        [shared / "data/enterprises/real_facts_a_wide.csv"],
        map_file=HERE / "companies.map.yaml",
        as_of=DAY,
    )
    load_outcomes(workspace, [_titles(shared, companies, folder)], office="industry_it", as_of=DAY)
    snapshot = Snapshot.current(workspace)
    return report, snapshot, decide(workspace, snapshot, rulebook, DAY)


def _titles(shared: Path, companies: dict, folder: Path) -> Path:
    """Write the titles awarded by 2022 as an official list; the sources give the year alone."""
    listed = folder / "称号名单.csv"
    with (
        (shared / "data/enterprises/real_facts_a.csv").open(encoding="utf-8") as file,
        listed.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out)
        writer.writerow(["企业名称", "所在经开区", "股票代码", "称号"])
        for row in csv.DictReader(file):
            if row["fact"] in TITLES and int(row["year"]) <= DAY.year:
                company = companies[row["company"]]
                writer.writerow(
                    [row["company"], company["zone"], company["stock_code"], TITLES[row["fact"]]]
                )
    return listed


def _shares(companies: dict) -> dict[str, tuple[Decimal, Decimal]]:
    """Return by company its R&D share of three years and the floor of its tier, in percent."""
    found = {}
    for name, row in companies.items():
        cells = [[row[f"{f}_{y}"] for y in (2019, 2020, 2021)] for f in ("rd_expense", "revenue")]
        if not all(cell for part in cells for cell in part):
            continue
        spent, sold = ([Decimal(cell) for cell in part] for part in cells)
        floor = 5 if sold[2] <= 50_000_000 else 4 if sold[2] <= 200_000_000 else 3
        found[name] = sum(spent) * 100 / sum(sold), Decimal(floor)
    return found


def test_every_row_is_taken_under_another_key_and_the_load_says_so(decided):
    report, snapshot, _ = decided
    assert (report.rows_read, report.accepted, report.merged, report.rejected) == (103, 103, 0, 0)
    assert (
        "没有统一社会信用代码：87 行以股票代码为标识，16 行以所在经开区内的企业名称为标识"
        in report.notes
    )
    assert snapshot.rows("enterprise") == 103


def test_the_tier_of_research_is_decided_by_exact_arithmetic(decided, companies):
    _, snapshot, run = decided
    column = run.rules["high_tech_enterprise"]["conditions"]["rd_intensity"]
    names = snapshot.scan("enterprise").select("name").collect()["name"]
    verdicts = dict(
        zip(names, run.scan("enterprise").select(column).collect()[column], strict=True)
    )
    shares = _shares(companies)
    assert verdicts == {
        name: shares[name][0] >= shares[name][1] if name in shares else None for name in companies
    }
    assert Counter(verdicts.values()) == {True: 45, False: 21, None: 37}
    near = {n: round(s - f, 4) for n, (s, f) in shares.items() if abs(s - f) < Decimal("0.3")}
    assert near == {
        "南通醋酸化工股份有限公司": Decimal("-0.0264"),
        "新疆天业股份有限公司": Decimal("-0.0548"),
        "江西耐普矿机股份有限公司": Decimal("-0.0812"),
        "汉马科技集团股份有限公司": Decimal("0.2087"),
        "天津滨海能源发展股份有限公司": Decimal("0.2598"),
    }


def test_only_figures_that_are_there_refuse_and_nothing_is_granted(decided):
    _, _, run = decided
    refused = {n: s["refused"] for n, s in run.summary.items() if s.get("refused")}
    assert refused == {
        "technology_sme": 80,
        "high_tech_enterprise": 21,
        "specialised_sme_2022": 25,
        "little_giant_2022": 27,
        "bse_standard_2": 49,
        "bse_standard_3": 3,
    }
    for name, counts in run.summary.items():
        assert not counts.get("granted") and not counts.get("positive"), name
        assert counts["missing"], name  # what holds the others up is named


def test_what_refused_is_the_share_of_research_alone(decided, rulebook):
    _, snapshot, run = decided
    explainer = Explainer(rulebook, snapshot, run)
    expected = {
        "high_tech_enterprise": {"rd_intensity"},
        "specialised_sme_2022": {"rd_share", "rd_amount"},
        "little_giant_2022": {"research"},
    }
    for rule, conditions in expected.items():
        refused = run.scan("enterprise").select(rule).collect()[rule]
        for position in (refused == False).arg_true():  # noqa: E712 - null is not false
            reason = explainer.explain("enterprise", position, [rule])[0]
            assert {c.id for c in reason.conditions if c.verdict is False} <= conditions
            assert reason.near_miss != "one"  # the rest is unknown, not held


def test_the_exchange_for_smaller_companies_refuses_by_revenue_and_its_growth(decided, companies):
    _, snapshot, run = decided
    names = snapshot.scan("enterprise").select("name").collect()["name"]
    rules = ["bse_standard_2", "bse_standard_3"]
    verdicts = run.scan("enterprise").select(rules).collect()
    for name, second, third in zip(names, *(verdicts[r] for r in rules), strict=True):
        before, last = (companies[name][f"revenue_{year}"] for year in (2020, 2021))
        small = bool(last) and Decimal(last) < 200_000_000
        assert (third is False) == small, name
        flat = bool(before and last) and (
            Decimal(before) + Decimal(last) < 200_000_000
            or Decimal(last) < Decimal(before) * Decimal("1.3")
        )
        assert (second is False) == flat, name


def test_a_near_miss_says_how_near_in_points_and_money(decided, rulebook):
    _, snapshot, run = decided
    explainer = Explainer(rulebook, snapshot, run)
    entity, match = explainer.find("南通醋酸化工股份有限公司")
    reason = explainer.explain(entity, match.position, ["high_tech_enterprise"])[0]
    atom = next(c for c in reason.conditions if c.id == "rd_intensity").atoms[0]
    assert (atom.found, atom.needed) == ("约2.9736%", "不低于 3%")
    assert atom.distance.startswith("差约 0.0264 个百分点")


def test_no_titled_company_fails_a_condition_all_wait_for_facts(decided, rulebook):
    _, snapshot, run = decided
    frame = official_differences(snapshot, run, rulebook.vocabulary)
    held = Counter(frame.filter(pl.col("official"))["title"])
    assert held == {
        "little_giant_title": 3,
        "specialised_sme_title": 2,
        "high_tech_enterprise_title": 1,
    }
    assert frame["computed"].is_null().all()
    explainer = Explainer(rulebook, snapshot, run)
    for row in frame.iter_rows(named=True):
        position = explainer.find(row["key"])[1].position
        reason = explainer.explain("enterprise", position, [row["rule"]])[0]
        assert not any(c.verdict is False for c in reason.conditions)
        assert reason.missing


def test_a_list_without_facts_leaves_everything_open(shared, rulebook, tmp_path):
    workspace = Workspace.init(tmp_path / "listed", ZoneSettings(key="上市公司"))
    report = load(
        workspace,
        "enterprise",
        [shared / "data/listed/a_share_companies_en.csv"],
        map_file=HERE / "listed.map.yaml",
        as_of=DAY,
    )
    assert (report.rows_read, report.accepted + report.merged + report.rejected) == (3626, 3626)
    run = decide(workspace, Snapshot.current(workspace), rulebook, DAY)
    for name, counts in run.summary.items():
        assert counts["undetermined"] == report.accepted, name


def test_the_tax_administrations_examples_are_examples_of_the_rules(shared, rulebook):
    with (shared / "data/enterprises/reinvestment_cases.csv").open(encoding="utf-8") as file:
        cases = {row["case_id"]: row for row in csv.DictReader(file)}
    credit = rulebook.rules["reinvestment_credit"].source.examples
    printed = f"{cases['STA-1']['credit_yuan']} 元"
    assert any("STA-1" in e.title and e.expect == {"value": printed} for e in credit)
    titles = [e.title for r in rulebook.rules.values() for e in r.source.examples]
    for case in ("STA-5a", "STA-5b"):
        assert case in cases and any(case in title for title in titles)

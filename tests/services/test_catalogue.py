"""The items and bundles that are shipped, what a zone adds, and what the checker refuses."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from jingkai.services.clock import Term
from jingkai.services.errors import CatalogueError
from jingkai.services.load import item_folders, load_catalogue
from jingkai.services.working_days import CHINA


def test_a_dozen_items_and_more_are_shipped_each_with_its_source(catalogue):
    assert len(catalogue.items) >= 12
    for item in catalogue.items.values():
        basis = item.source.basis
        assert basis.url.startswith("http") and basis.evidence and basis.document
        assert not basis.verified or basis.evidence != "memory"
    kinds = {i.source.kind for i in catalogue.items.values()}
    assert kinds == {"licence", "confirmation", "payment", "filing", "public_service"}


def test_no_count_of_days_stands_without_its_source(catalogue):
    for item in catalogue.items.values():
        for figure in (item.statutory, item.extension, item.notice, item.delivery):
            assert figure is None or (figure.basis and figure.url and figure.evidence)
        assert item.promised is None or item.source.promised_basis


def test_a_licence_without_a_law_of_its_own_takes_the_general_one(catalogue):
    land = catalogue.items["land_planning_permit"]
    assert land.statutory.term == Term(20) and land.extension.days == 10
    assert (land.notice.days, land.delivery.days) == (5, 10)
    permit = catalogue.items["construction_permit"]
    assert permit.statutory.term == Term(7, "calendar")
    assert permit.extension is None  # its own law gives none
    filing = catalogue.items["seal_filing"]
    assert filing.statutory is None and filing.notice is None


def test_shared_facts_and_other_items_results_are_not_asked_for(catalogue):
    permit = catalogue.items["construction_permit"]
    assert {m.id for m in permit.materials if m.result_of} == {
        "land_planning_permit_paper",
        "works_planning_permit_paper",
        "fire_opinion",
    }
    assert "builder_contract" in {m.id for m in permit.asked}
    seal = catalogue.items["seal_filing"]
    assert [m.id for m in seal.materials if m.facts] == ["business_licence"] and not seal.asked


def test_a_payout_asks_for_what_its_rule_reads_and_offices_do_not_share(catalogue, rulebook):
    item = catalogue.items["key_little_giant_payout"]
    read = set(rulebook.rules["key_little_giant"].reads_facts())
    proved = {f.name for m in item.materials for f in m.facts}
    assert read & proved and all(f.shared for m in item.materials if m.shared for f in m.facts)
    assert [m.facts[0].name for m in item.asked] == ["key_giant_plan_investment"]


def test_measures_list_the_items_that_belong_to_them(catalogue, rulebook):
    for name, measure in rulebook.measures.items():
        mine = {i.id for i in catalogue.items.values() if i.source.measure == name}
        assert mine == set(measure.procedures), name


# --- a zone's layer


def zone(folder: Path, **files: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return item_folders(folder)


ITEM = """item: probe
title: {zh: 试办事项, en: Probe}
kind: licence
entity: project
office: natural_resources
basis: {document: 某法, from: 2020-01-01}
pauses: [hearing]
steps:
  - {id: one, title: {zh: 一, en: One}, office: natural_resources}
  - {id: two, title: {zh: 二, en: Two}, office: natural_resources, after: [one]}
materials:
  - {id: plan, title: {zh: 方案, en: Plan}, original: true}
  - {id: field, facts: [renewal_field], title: {zh: 领域, en: Field}}
"""


def test_a_zone_adds_items_and_sets_what_is_its_own(tmp_path, rulebook):
    year = CHINA.last_known.year + 1
    settings = f"""warning: 5
items:
  probe: {{promised: 8, trips: 1, fee: {{amount: 0 元, basis: 本区收费清单}}, steps: {{one: 2, two: 6}}}}
  land_planning_permit: {{promised: 10}}
bundles: {{open_an_enterprise: 0}}
calendar:
  {year}: {{basis: 放假安排, rest: [{year}-01-01], work: []}}
"""
    found = load_catalogue(rulebook, zone(tmp_path / "items", probe=ITEM, settings=settings))
    probe = found.items["probe"]
    assert (probe.promised, probe.trips, probe.fee.amount, probe.layer) == (8, 1, "0 元", "items")
    assert probe.way().days == 8 and probe.compression == pytest.approx(0.6)
    assert found.items["land_planning_permit"].compression == 0.5
    assert found.bundles["open_an_enterprise"].trips == 0
    assert found.warning == 5
    assert found.calendar.is_working_day(date(year, 1, 1)) is False


def test_a_zone_replaces_an_item_from_a_day_on(tmp_path, rulebook):
    text = ITEM.replace("item: probe", "item: seal_filing").replace(
        "pauses:", "replaces: {from: 2026-07-01, why: 本区〔2026〕3号}\npauses:"
    )
    found = load_catalogue(rulebook, zone(tmp_path / "items", seal_filing=text))
    assert found.on(date(2026, 6, 30)).items["seal_filing"].source.kind == "filing"
    after = found.on(date(2026, 7, 1))
    assert after.items["seal_filing"].source.kind == "licence"
    assert after.bundles["open_an_enterprise"].items is after.items


def refuse(folders: list[Path], rulebook) -> str:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(rulebook, folders)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("item: probe", "item: prob", r"probe.yaml:1: 事项 `prob` 写在 probe.yaml 中"),
        ("office: natural_resources\nb", "office: nature\nb", r"probe.yaml:5: 没有部门 `nature`"),
        ("office: natural_resources}\n  - {id: two", "office: natural_resource}\n  - {id: two", r"probe.yaml:9: 没有部门 `natural_resource` → 是不是 `natural_resources`"),
        ("entity: project", "entity: projekt", r"probe.yaml:4: 没有主体 `projekt` → 是不是 `project`"),
        ("kind: licence", "kind: license", r"probe.yaml:3: `kind`"),
        ("kind: licence", "kind: filing", r"probe.yaml:7: 暂停事由 `hearing` 没有法律依据"),
        ("[hearing]", "[lunch]", r"probe.yaml:7: 暂停事由 `lunch` 没有法律依据 → 行政许可可用：hearing"),
        ("after: [one]", "after: [on]", r"probe.yaml:10: 没有环节 `on` → 是不是 `one`"),
        ("after: [one]", "after: [two]", r"probe.yaml:8: 环节互相等待"),
        ("id: two", "id: one", r"probe.yaml:10: 环节 `one` 写了两次"),
        ("id: field", "id: plan", r"probe.yaml:13: 材料 `plan` 写了两次"),
        ("facts: [renewal_field]", "facts: [renewal_fields]", r"probe.yaml:13: 没有数据项 `renewal_fields` → 是不是 `renewal_field`"),
        ("facts: [renewal_field]", "facts: [renewal_field], shared: true", r"probe.yaml:13: 材料 `field` 证明的数据项已有持有部门"),
        ("original: true", "original: true, result_of: seal_filing", r"probe.yaml:12: 材料 `plan` 须是三者之一"),
        ("original: true", "result_of: seal_filin", r"probe.yaml:12: 没有事项 `seal_filin` → 是不是 `seal_filing`"),
        ("{id: plan, title: {zh: 方案, en: Plan}", "{id: plan", r"probe.yaml:12: 材料 `plan` 没有名称"),
        ("id: plan", "id: articles", r"材料 `articles` 在 `establishment_registration` 中名为|这里名为"),
        ("pauses:", "promised: 10\npauses:", r"probe.yaml:7: 承诺时限没有依据"),
        ("pauses:", "promised: 21\npromised_basis: 清单\npauses:", r"probe.yaml:7: 承诺 21 个工作日，超过法定的 20个工作日"),
        ("pauses:", "trips: 1\npauses:", r"probe.yaml:7: 到现场次数没有依据"),
        ("pauses:", "fee: {amount: 两百, basis: 某}\npauses:", r"probe.yaml:7: 收费 `两百` 不是金额"),
        ("pauses:", "rule: idle_land\npauses:", r"probe.yaml:7: 规则 `idle_land` 不能由此事项兑现"),
        ("pauses:", "rule: idle_lamd\npauses:", r"probe.yaml:7: 没有规则 `idle_lamd`"),
        ("pauses:", "rule: equipment_renewal_interest_subsidy\npauses:", r"probe.yaml:14: 材料 `field` 与规则"),
        ("pauses:", "surprise: 1\npauses:", r"probe.yaml:7: `surprise`"),
        ("pauses:", "replaces: {from: 2026-01-01, why: x}\npauses:", r"probe.yaml:7: 下层没有事项 `probe` 可以替代"),
        ("kind: licence", "kind: filing\nhandling: joint", r"probe.yaml:4: 不是行政许可，办理方式不带来法定期限"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_item_is_said_with_its_line(tmp_path, rulebook, old, new, words):
    assert old in ITEM
    text = ITEM.replace(old, new, 1)
    assert re.search(words, refuse(zone(tmp_path / "items", probe=text), rulebook))


def test_steps_may_not_take_longer_than_the_promise(tmp_path, rulebook):
    settings = "items: {probe: {promised: 5, steps: {one: 2, two: 4}}}\n"
    said = refuse(zone(tmp_path / "items", probe=ITEM, settings=settings), rulebook)
    assert "环节最长一路 6 个工作日（one → two），超过承诺的 5" in said


def test_a_layer_may_not_change_an_item_silently(tmp_path, rulebook):
    text = ITEM.replace("item: probe", "item: seal_filing")
    said = refuse(zone(tmp_path / "items", seal_filing=text), rulebook)
    assert "不声不响" in said and "replaces" in said


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("items: {seal_filin: {promised: 1}}", "settings.yaml:1: 设定了没有的事项 `seal_filin` → 是不是 `seal_filing`"),
        ("bundles: {opening: 1}", "设定了没有的事项 `opening`"),
        ("items: {seal_filing: {steps: {engrav: 1}}}", "没有环节 `engrav` → 是不是 `engrave`"),
        ("items: {seal_filing: {promised: -1}}", "settings.yaml:1"),
        ("calendar: {2026: {basis: x, rest: []}}", "settings.yaml:1: 2026 年的放假安排已在系统中"),
        ("items: {land_planning_permit: {promised: 21}}", "超过法定的 20个工作日"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_settings_is_said(tmp_path, rulebook, settings, words):
    assert words in refuse(zone(tmp_path / "items", settings=settings), rulebook)


BUNDLE = {
    "bundle": "both",
    "title": {"zh": "两件", "en": "Both"},
    "basis": {"document": "某文", "from": "2024-01-01"},
    "items": [{"item": "seal_filing"}, {"item": "tax_start", "after": ["seal_filing"]}],
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"items": [{"item": "seal_filing"}, {"item": "tax_star"}]}, "没有事项 `tax_star` → 是不是 `tax_start`"),
        ({"items": [{"item": "seal_filing"}, {"item": "seal_filing"}]}, "事项 `seal_filing` 写了两次"),
        ({"items": [{"item": "seal_filing", "after": ["bank_account"]}, {"item": "tax_start"}]}, "没有事项 `bank_account` → after 只能是"),
        ({"items": [{"item": "seal_filing", "after": ["tax_start"]}, {"item": "tax_start", "after": ["seal_filing"]}]}, "事项互相等待"),
        ({"bundle": "other"}, "文件名改为 other.yaml"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_bundle_is_said(tmp_path, rulebook, change, words):
    text = yaml.safe_dump({**BUNDLE, **change}, allow_unicode=True)
    said = refuse(zone(tmp_path / "items", both=text), rulebook)
    assert words in said and "both.yaml:" in said


def test_a_file_that_is_no_item_and_one_that_is_no_yaml_are_named(tmp_path, rulebook):
    said = refuse(zone(tmp_path / "items", plain="- 1\n", broken="a: [\n"), rulebook)
    assert "plain.yaml: 文件不是事项" in said and "不是有效的 YAML" in said


def test_an_unknown_item_is_answered_with_the_nearest_name(catalogue):
    with pytest.raises(CatalogueError) as caught:
        catalogue.item("seal_filling")
    assert "是不是 seal_filing？" in str(caught.value)

"""The command line as a person and as a program uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jingkai.cli import app
from jingkai.population import synthetic_code
from jingkai.registry.reading import read_table
from tests.cli.typed import run, started

pytestmark = pytest.mark.slow
CODE = synthetic_code(1)


@pytest.fixture(scope="module")
def zone(tmp_path_factory) -> Path:
    """A workspace with a filled-in template loaded."""
    import openpyxl

    folder = tmp_path_factory.mktemp("cli")
    run(folder, "init", "my-zone", "--zone", "示例经开区", "--province", "江苏")
    register = folder / "register.xlsx"
    register.write_bytes(started(folder, "template", "enterprises", "--as-of", "2026-06-30")[0])
    book = openpyxl.load_workbook(register)
    sheet = book["数据"]
    headers = {cell.value: cell.column for cell in sheet[1]}
    given = {
        "统一社会信用代码": CODE, "企业名称": "示例机械有限公司", "成立日期": "2018年3月1日", "行业代码": "C3411",
        "是否法人单位": "是", "主营业务收入（2025年，万元）": 2600, "营业收入（2025年，万元）": 3000,
    }  # fmt: skip
    for header, value in given.items():
        sheet.cell(2, headers[header], value)
    book.save(register)
    run(folder / "my-zone", "load", "enterprises", "../register.xlsx", "--as-of", "2026-06-30")
    return folder / "my-zone"


@pytest.mark.parametrize(
    "words",
    [
        ("differences",),
        ("materials", "--rule", "high_tech_enterprise"),
        ("decide", "--as-of", "去年", "--json"),
        ("nonsense",),
    ],
)
def test_a_process_of_its_own_prints_and_ends_the_same(zone, words):
    said, complained, code = started(zone, *words)
    assert (said.decode(), complained.decode(), code) == run(zone, *words, check=False)


def test_the_template_asks_for_what_the_rules_read_and_loads_back(zone):
    table = read_table(zone.parent / "register.xlsx")
    assert "研发费用(2023年,万元)" in table.columns and "购入电力(2025年,MWh)" in table.columns
    assert table.sheet == "数据"


def test_decide_prints_a_table_and_json(zone):
    text, _, _ = run(zone, "decide", "--as-of", "2026-06-30")
    assert "规模以上工业企业" in text and "最缺的数据" in text
    found = json.loads(run(zone, "decide", "--json")[0])
    rules = {r["rule"]: r for r in found["rules"]}
    assert rules["above_scale_industrial"]["granted"] == 1
    assert rules["high_tech_enterprise"]["undetermined"] == 1
    assert found["synthetic"] is False


def test_explain_by_code_and_by_name(zone):
    by_code, _, _ = run(zone, "explain", CODE)
    by_name, _, _ = run(zone, "explain", "示例机械有限公司")
    assert by_code == by_name
    one, _, _ = run(zone, "explain", CODE, "--rule", "above_scale_industrial")
    assert "2,600 万元，需不低于 2,000 万元" in one
    assert "register.xlsx" in one  # where the figure comes from
    english, _, _ = run(zone, "explain", CODE, "--rule", "above_scale_industrial", "--lang", "en")
    assert "26,000,000 yuan, needs at least 20,000,000 yuan" in english
    found = json.loads(run(zone, "explain", CODE, "--json")[0])
    assert {r["rule"] for r in found["rules"]} >= {"high_tech_enterprise", "little_giant"}


def test_decide_writes_a_workbook(zone, tmp_path):
    run(zone, "decide", "--xlsx", str(tmp_path / "out.xlsx"))
    table = read_table(tmp_path / "out.xlsx", "企业")
    assert table.frame["规模以上工业企业"].to_list() == ["符合"]


def test_rules_list_show_test(zone):
    listed = json.loads(run(zone, "rules", "list", "--json")[0])
    assert {"rule", "kind", "entity", "measure", "verified"} <= listed[0].keys()
    assert "高新技术企业认定" in run(zone, "rules", "list")[0]
    shown, _, _ = run(zone, "rules", "show", "high_tech_enterprise")
    assert "第十一条（五）" in shown and "≤5000 万元" in shown
    assert "未核实" in run(zone, "rules", "show", "specialised_sme_2022")[0]
    assert "0 个不符" in run(zone, "rules", "test", "above_scale_industrial")[0]


def test_a_rule_of_every_shape_can_be_shown(rulebook, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shapes = {
        (r.kind, r.entity, bool(r.window), bool(r.source.excludes)): r
        for r in rulebook.rules.values()
    }
    for rule in shapes.values():
        name = rule.id
        shown = CliRunner().invoke(app, ["rules", "show", name])
        assert shown.exit_code == 0 and rule.source.title.zh in shown.stdout.replace("\n", "")


def test_rules_check_names_file_and_line(zone, tmp_path):
    path = tmp_path / "bad_rule.yaml"
    path.write_text(
        "rule: bad_rule\ntitle: {zh: 坏, en: Bad}\nmeasure: statistics\nentity: enterprise\nkind: eligibility\n"
        "basis: {document: 试, from: 2020-01-01}\nconditions:\n  - {id: c, basis: 一, test: read_csv('/etc/passwd')}\n",
        "utf-8",
    )
    _, err, code = run(zone, "rules", "check", str(path), check=False)
    assert code == 1 and "bad_rule.yaml:8" in err and "read_csv" in err and "Traceback" not in err


def test_suggest_map_writes_a_map_that_loads(zone, tmp_path):
    data = tmp_path / "税务.csv"
    data.write_text(f"纳税人识别号,销售收入2025(元),神秘列\n{CODE},30000000,x\n", "utf-8")
    text, _, _ = run(zone, "load", "enterprises", str(data), "--suggest-map")
    assert "神秘列" in text and "fact: revenue" in text and "unit: '元'" in text
    (tmp_path / "map.yaml").write_text(text, "utf-8")
    report = json.loads(
        run(
            zone,
            "load",
            "enterprises",
            str(data),
            "--map",
            str(tmp_path / "map.yaml"),
            "--office",
            "tax",
            "--as-of",
            "2026-06-30",
            "--json",
        )[0]
    )
    assert report["accepted"] == 1 and report["problems"] == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("explain", "不存在的公司"), 3, "没有找到"),
        (("rules", "show", "high_tech_entrprise"), 1, "high_tech_enterprise"),
        (("load", "enterprises", "nowhere.csv"), 2, "没有这个文件"),
        (("decide", "--as-of", "去年"), 1, "不是日期"),
        (("load", "widgets", "x.csv"), 2, "没有主体"),
    ],
)
def test_errors_are_messages_with_a_code(zone, words, code, says):
    _, err, returned = run(zone, *words, check=False)
    assert returned == code and says in err and "Traceback" not in err
    assert run(zone, *words, "--json", check=False)[2] == code


def test_outside_a_workspace_the_command_says_what_to_do(tmp_path):
    _, err, code = run(tmp_path, "decide", check=False)
    assert code == 2 and "jingkai init" in err


def test_outcomes_and_differences(zone, tmp_path):
    listed = tmp_path / "名单.csv"
    listed.write_text(
        f"统一社会信用代码,称号,有效期起,有效期止\n{CODE},高新技术企业,2024-01-01,2026-12-31\n",
        "utf-8",
    )
    run(
        zone,
        "load",
        "outcomes",
        str(listed),
        "--office",
        "science_technology",
        "--as-of",
        "2026-06-30",
    )
    text, _, _ = run(zone, "differences")
    assert "高新技术企业证书" in text and "高新技术企业认定" in text


def test_the_demo_runs_and_says_it_is_synthetic(tmp_path):
    text, _, _ = run(tmp_path, "demo", "--enterprises", "300")
    assert "合成数据" in text and "接下来可以试" in text
    again, _, _ = run(tmp_path, "demo", "--enterprises", "300")
    assert again == text  # the same seed, the same zone
    kept = tmp_path / "demo-zone" / "rules" / "parameters.yaml"
    kept.write_text(kept.read_text("utf-8") + "# mine\n", "utf-8")
    program = json.loads(run(tmp_path, "demo", "--enterprises", "300", "--json")[0])
    assert program["synthetic"] and program["example"]["rules"][0]["rule"] == "high_tech_enterprise"
    assert kept.read_text("utf-8").endswith("# mine\n")  # a second demo takes nothing away
    commands = [
        line.strip().split("jingkai ", 1)[1]
        for line in text.splitlines()
        if line.startswith("  ") and "jingkai " in line and "cd " not in line
    ]
    assert commands
    for command in commands:
        if command.split()[0] in ("explain", "decide", "rules"):
            run(tmp_path / "demo-zone", *command.split())


def test_rules_open_lists_what_can_be_applied_for(tmp_path):
    out, _, _ = run(tmp_path, "rules", "open", "--as-of", "2026-05-01")
    assert "的申报期" in out and "条现在可以申报" in out
    listed = json.loads(run(tmp_path, "rules", "open", "--as-of", "2026-05-01", "--json")[0])
    assert all({"rule", "state", "from", "to"} <= row.keys() for row in listed)


def test_a_day_past_the_sources_is_said_and_can_be_told_to_stop(zone):
    out, _, _ = run(zone, "decide", "--as-of", "2099-06-30")
    assert "来源只核对到 2026-11-23" in out
    _, said, code = run(zone, "decide", "--as-of", "2099-06-30", "--current", check=False)
    assert code == 1 and "未核对到 2099-06-30" in said


def test_strict_takes_unverified_figures_for_unknown(zone):
    plain, strict = (
        json.loads(run(zone, "decide", "--json", *more)[0]) for more in ((), ("--strict",))
    )
    assert plain["run"] != strict["run"]
    unverified = [r["rule"] for r in plain["rules"] if not r["verified"]]
    assert unverified
    explained = json.loads(run(zone, "explain", CODE, "--strict", "--json")[0])
    assert "together" in explained


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("nonsense",), 2, "没有命令“nonsense”"),
        (("decide", "--foo"), 2, "没有选项 --foo"),
        (("decide", "x"), 2, "多余的参数"),
        (("load", "enterprises"), 2, "缺少参数"),
        (("near",), 2, "缺少选项 --rule"),
        (("explain", CODE, "--lang", "fr"), 2, "可以是 zh、en"),
        (("decide", "--xlsx", "nowhere/out.xlsx"), 2, "路径不存在"),
        (("near", "--rule", "high_tech_enterprise", "--csv", "nowhere/a.csv"), 2, "路径不存在"),
        (("template", "enterprises", "--out", "nowhere/a.xlsx"), 2, "路径不存在"),
        (("template", "enterprises", "--rule", "nothing"), 1, "没有规则"),
        (("load", "enterprises", "x.csv", "--map", "nowhere.yaml"), 2, "没有这个对应表"),
        (("load", "outcomes", "x.csv", "--map", "map.yaml"), 1, "不用对应表"),
        (("rules", "check", "snapshots"), 1, "没有规则文件"),
    ],
)
def test_wrong_commands_are_told_in_chinese(zone, words, code, says):
    _, err, returned = run(zone, *words, check=False)
    assert returned == code and says in err and "Traceback" not in err
    if words[0] != "template":  # which prints its columns where asked for JSON
        told = run(zone, *words, "--json", check=False)[1]
        assert says in told and json.loads(told[told.index("{") :])["error"]


def test_what_nobody_foresaw_is_a_message_with_the_traceback_in_a_file(monkeypatch):
    from jingkai.cli.refusals import readable

    known = readable(ZeroDivisionError("by zero"))
    assert known.exit_code == 70 and "ZeroDivisionError" in known.what
    file = Path(known.where)
    assert "by zero" in file.read_text("utf-8")
    file.unlink()


def test_the_workbook_has_totals_and_a_sheet_an_entity(zone, tmp_path):
    import openpyxl

    run(zone, "decide", "--xlsx", str(tmp_path / "out.xlsx"))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx", read_only=True)
    rows = {r[1]: r for r in book["汇总"].iter_rows(min_row=3, values_only=True)}
    assert rows["above_scale_industrial"][2:5] == (1, 0, 0)
    assert "企业" in book.sheetnames


def test_names_are_printed_as_they_are(tmp_path):
    run(tmp_path, "init", "w")
    name = "示例[bold]一:smile:[/b]公司"
    (tmp_path / "a.csv").write_text(f"信用代码,企业名称\n{CODE},{name}\n", "utf-8")
    run(tmp_path / "w", "load", "enterprises", "../a.csv", "--as-of", "2026-06-30")
    out, _, _ = run(tmp_path / "w", "explain", CODE)
    assert name in out


def test_a_template_and_a_suggested_map_are_said_to_programs_too(zone, tmp_path):
    words = ("template", "enterprises", "--as-of", "2026-06-30", "--rule", "above_scale_industrial")
    columns = {c["column"]: c for c in json.loads(run(zone, *words, "--json")[0])}
    assert columns["main_business_revenue_2025"]["unit"] == "万元"
    data = tmp_path / "a.csv"
    data.write_text(f"信用代码,营收2025(元),甲列\n{CODE},3,\n", "utf-8")
    found = json.loads(run(zone, "load", "enterprises", str(data), "--suggest-map", "--json")[0])
    assert found["columns"]["营收2025(元)"] == {"fact": "revenue", "year": 2025, "unit": "元"}
    text = run(zone, "load", "enterprises", str(data), "--suggest-map")[0]
    assert "整列为空" in text


def test_wrong_settings_are_named(tmp_path):
    run(tmp_path, "init", "w")
    file = tmp_path / "w" / "jingkai.toml"
    kept = file.read_text("utf-8")
    file.write_text(kept + "colour = 1\n", "utf-8")
    _, err, code = run(tmp_path / "w", "decide", check=False)
    assert code == 2 and "colour：没有这一项设置" in err


_RULE = """rule: big
title: {zh: 大户, en: Big}
measure: statistics
entity: enterprise
kind: eligibility
basis:
  document: 试行办法
  title: 试行办法
  issuer: 某区
  url: https://example.org
  from: 2020-01-01
  evidence: transcription
  checked: 2026-11-23
parameters:
  floor: {value: 100 人, basis: 一}
conditions:
  - {id: many, basis: 一, test: "last(staff) >= floor"}
examples:
  - {title: 甲, as_of: 2025-06-30, given: {staff: {2024: 100}}, expect: granted}
  - {title: 乙, as_of: 2025-06-30, given: {staff: {2024: 99}}, expect: refused}
  - {title: 丙, as_of: 2025-06-30, given: {}, expect: undetermined}
"""


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("{staff: {2024: 99}}", "{staff: {2024: 100}}", 20, "乙：verdict"),
        ("{staff: {2024: 99}}", "{stafff: {2024: 99}}", 20, "no fact `stafff`"),
        ("{staff: {2024: 99}}", "{high_tech_enterprise_title: true}", 20, "is a title"),
        ("  document: 试行办法\n", "", 6, "add it"),
    ],
)
def test_rules_check_runs_the_examples(tmp_path, before, after, line, says):
    file = tmp_path / "big.yaml"
    file.write_text(_RULE, "utf-8")
    out, _, _ = run(tmp_path, "rules", "check", "big.yaml")
    assert "3 个算例相符" in out
    file.write_text(_RULE.replace(before, after), "utf-8")
    _, err, code = run(tmp_path, "rules", "check", "big.yaml", check=False)
    assert code == 1 and says in err and f"big.yaml:{line}" in err


def test_one_broken_example_does_not_hide_the_others(tmp_path):
    run(tmp_path, "init", "w")
    broken = _RULE.replace("{staff: {2024: 99}}", "{stafff: {2024: 99}}")
    (tmp_path / "w" / "rules" / "big.yaml").write_text(broken, "utf-8")
    out, _, code = run(
        tmp_path / "w", "rules", "test", "big", "above_scale_industrial", check=False
    )
    assert code == 1 and "no fact `stafff`" in out and "1 个不符" in out


def test_the_summary_names_what_is_wanted_by_its_label(rulebook):
    from jingkai.cli.deciding import _wanted

    entity = rulebook.vocabulary.entities["enterprise"]
    rule = rulebook.rules["high_tech_enterprise"]
    assert "zone" in entity.references
    counts = {"missing": [("zone.province", 3)]}
    said = _wanted(counts, {"entity": "enterprise"}, rule, rulebook.vocabulary)
    assert said == f"{rulebook.vocabulary.fact('zone', 'province').label.zh} 3"

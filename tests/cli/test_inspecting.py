"""jingkai inspect as a person and as a program uses it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from jingkai.allocation.inspections.errors import InspectionError, PlanFileError
from jingkai.allocation.inspections.plan import prepare
from jingkai.engine.run import decide
from jingkai.engine.store import DecisionRun
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import stored_rulebook
from jingkai.workspace import Workspace
from tests.cli.typed import run

pytestmark = pytest.mark.slow


def _fill(folder: Path) -> None:
    """Set what the example leaves to the zone."""
    file = folder / "inspections" / "plan.yaml"
    text = file.read_text("utf-8")
    for name, value in (("cap", "2"), ("cap_basis", "试验"), ("visits_per_day", "3")):
        text = re.sub(rf"(?m)^( +{name}:).*", rf"\1 {value}", text)
    text = text.replace("{A: 5 %,", "{A: 5 %, unknown: 10 %,").replace(
        "{A: 1,", "{A: 1, unknown: 1,"
    )
    file.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def zone(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("inspecting")
    run(folder, "demo", "--enterprises", "300")
    run(folder / "demo-zone", "inspect", "template")
    return folder / "demo-zone"


@pytest.fixture(scope="module")
def filled(zone) -> Path:
    _fill(zone)
    return zone


def test_the_example_is_refused_until_the_zone_sets_its_figures(zone):
    _, err, code = run(
        zone, "inspect", "plan", "inspections/plan.yaml", "--out", "none", check=False
    )
    assert code == 2 and "cap：没有设定" in err and "不代为设定" in err
    assert re.search(r"plan\.yaml:\d+", err) and not (zone / "none").exists()


def test_announced_then_drawn_then_verified(filled):
    plan = ("inspect", "plan", "inspections/plan.yaml", "--out", "year")
    text, _, _ = run(filled, *plan)
    assert "抽取前公布整个文件夹" in text and "合成数据" in text
    assert run(filled, "inspect", "verify", "year", check=False)[2] == 1
    text, _, _ = run(filled, *plan, "--seed", "甲的话", "--seed", "3512.77")
    assert "全部相符" in text and "联合后" in text and "外人无从知道" not in text
    found = json.loads(run(filled, *plan, "--seed", "甲的话", "--seed", "3512.77", "--json")[0])
    assert found["synthetic"] and found["announced_before"] and found["visits"] < found["separate"]
    assert all(c["holds"] for c in found["checks"])
    assert "全部相符" in run(filled, "inspect", "verify", "year")[0]
    assert "全部相符" in run(filled, "inspect", "verify", "year/published")[0]
    tables = {f.name for f in (filled / "year" / "internal" / "plan").iterdir()}
    assert {"visits.parquet", "visits.csv", "visits.xlsx", "unassigned.csv"} <= tables


def test_a_seed_given_at_once_is_told_to_prove_nothing(filled):
    text, _, _ = run(
        filled, "inspect", "plan", "inspections/plan.yaml", "--out", "at-once", "--seed", "a", "--seed", "b"
    )  # fmt: skip
    assert "外人无从知道种子不是挑出来的" in text


def test_an_enterprise_asks_about_itself(filled):
    run(
        filled,
        "inspect",
        "plan",
        "inspections/plan.yaml",
        "--out",
        "own",
        "--seed",
        "a",
        "--seed",
        "b",
    )
    head, first = (filled / "own/internal/receipts.csv").read_text("utf-8").splitlines()[:2]
    row = dict(zip(head.split(","), first.split(","), strict=True))
    ask = ("inspect", "verify", "own/published", "--key", row["key"])
    text, _, _ = run(filled, *ask, "--nonce", row["nonce"])
    assert "抽中" in text
    err = run(filled, *ask, "--nonce", "0", check=False)[1]
    assert "不在名单中" in err
    assert "一起给" in run(filled, *ask, check=False)[1]


@pytest.fixture(scope="module")
def decided(filled) -> tuple[Snapshot, DecisionRun]:
    workspace = Workspace.open(filled)
    snapshot = Snapshot.current(workspace)
    rules = stored_rulebook([policies_folder(), *workspace.layers])
    return snapshot, decide(workspace, snapshot, rules, snapshot.as_of)


def _prepared(filled: Path, decided, objects: str, **changes: str):
    """Prepare the filled-in plan with another list for the safety of industry."""
    text = (filled / "inspections" / "plan.yaml").read_text("utf-8")
    text = text.replace("objects: {industries: [C]} ", f"objects: {objects} ")
    for old, new in changes.items():
        text = re.sub(rf"(?m)^{old}: .*", f"{old}: {new}", text)
    path = filled / "inspections" / "other.yaml"
    path.write_text(text, "utf-8")
    return prepare(path, *decided, "盐")


def test_a_list_may_be_a_rules_or_a_files(filled, decided):
    ready = _prepared(filled, decided, "{rule: high_tech_enterprise}")
    column = ready.enterprises.frame["rule:high_tech_enterprise"]
    left = ready.pool.left_out[1]
    assert left["listed"] == column.sum() > 0 and left["open"] == column.null_count() > 0
    keys = ready.enterprises.keys[:3].to_list()
    (filled / "inspections" / "list.csv").write_text("信用代码\n" + "\n".join(keys), "utf-8")
    assert _prepared(filled, decided, "{file: list.csv}").pool.left_out[1]["listed"] == 3
    (filled / "inspections" / "list.csv").write_text("信用代码\n91X", "utf-8")
    with pytest.raises(PlanFileError, match="1 户不在数据中，如 91X"):
        _prepared(filled, decided, "{file: list.csv}")


@pytest.mark.parametrize(
    ("objects", "changes", "said"),
    [
        ("{rule: random_inspection_rate}", {}, "不是所需的类型"),
        ("{rule: no_such_rule}", {}, "没有可用的规则"),
        ("{industries: [C]}", {"class_rule": "high_tech_enterprise"}, "不是所需的类型"),
        ("{industries: [C]}", {"# zone": "x\nzone: 别处"}, "没有可以列入计划的企业"),
    ],
)
def test_rules_and_zones_that_do_not_fit_are_refused(filled, decided, objects, changes, said):
    with pytest.raises(InspectionError, match=said):
        _prepared(filled, decided, objects, **changes)


def test_the_ledger_tells_visits_of_the_year_and_of_one_enterprise(filled):
    text, _, _ = run(filled, "inspect", "ledger", "--out", "counts.csv")
    assert "2026年检查台账，记录完整至 2026-06-30" in text and "上限未设定的不能说谁超过" in text
    key = (filled / "counts.csv").read_text("utf-8-sig").splitlines()[1].split(",")[0]
    own = json.loads(run(filled, "inspect", "ledger", "--enterprise", key, "--json")[0])
    assert own["key"] == key and own["visits"] and "class" not in own["visits"][0]
    assert (
        "没有企业" in run(filled, "inspect", "ledger", "--enterprise", "无此企业", check=False)[1]
    )

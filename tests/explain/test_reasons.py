"""Why, what is missing, how near."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import polars as pl
import pytest

from jingkai.engine.examples import examples_of
from jingkai.engine.run import decide
from jingkai.explain import Explainer, ExplainError
from jingkai.explain.examples import explain_example
from jingkai.explain.kleene import decide_with, ways
from jingkai.population import some_enterprises
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.rulebook.tree import AtLeast, ConditionRef, Logic, Not

DAY = dt.date(2026, 6, 30)


def example(rulebook, rule: str, title: str):
    return next(e for e in examples_of(rulebook.rules[rule], rulebook) if e.title == title)


def reason_of(rulebook, rule: str, title: str, lang: str = "zh"):
    return explain_example(rulebook, example(rulebook, rule, title), lang)


def condition(reason, name: str):
    return next(c for c in reason.conditions if c.id == name)


def test_a_ratio_that_fails_says_how_far_in_percentage_points(rulebook):
    title = "第十一条（四）：科技人员占比不足百分之十"
    found = condition(reason_of(rulebook, "high_tech_enterprise", title), "tech_staff_share")
    atom = found.atoms[0]
    assert (atom.found, atom.needed) == ("9%", "不低于 10%")
    assert atom.distance == "差 1 个百分点（上年科技人员数再增加 1 人即可）"


def test_a_number_that_is_no_share_is_not_told_in_percent(rulebook):
    reason = reason_of(rulebook, "new_data_centre_efficiency", "2021年方案：恰1.3不够")
    atom = condition(reason, "below_2021_line").atoms[0]
    assert (atom.found, atom.needed) == ("1.3", "低于 1.3")
    reason = reason_of(rulebook, "industrial_land_control", "附件：容积率略低于0.8")
    atom = condition(reason, "floor_area_ratio").atoms[0]
    assert (atom.found, atom.needed) == ("0.799998", "不低于 0.8")
    assert atom.distance == "差 0.000002（计容建筑面积再增加 0.1 m2即可）"


def test_an_expression_is_bracketed_where_it_would_read_otherwise(rulebook):
    reason = reason_of(rulebook, "industrial_land_control", "附件：建筑系数略低")
    atom = condition(reason, "coefficient").atoms[0]
    assert atom.text == "（建筑物占地面积 + 构筑物占地面积 + 堆场面积） ÷ 宗地面积"
    reason = reason_of(rulebook, "industrial_land_recommended", "一：投资强度差一分")
    atom = condition(reason, "investment").atoms[0]
    assert atom.text.startswith("项目固定资产总投资 ÷ （宗地面积 ÷ ")


def test_english_units_of_one_are_singular(rulebook):
    reason = reason_of(rulebook, "idle_land_fee", "第十四条（一）：差一天满一年", "en")
    assert condition(reason, "one_year").atoms[0].needed == "at least 1 year"


def test_english_units_are_translated_in_quotients_too(rulebook):
    title = "六等地，鼓励类集约项目，成本低于七成"
    reason = reason_of(rulebook, "industrial_land_price_floor", title, "en")
    assert reason.result == "235.2 yuan/m2"
    reason = reason_of(rulebook, "tax_per_mu", "税收200万元、用地20亩", "en")
    assert reason.result == "100,000 yuan/mu"


def test_a_code_is_told_by_its_title(rulebook):
    reason = reason_of(rulebook, "mixed_use_land", "单一工业用地")
    atom = condition(reason, "mixed").atoms[0]
    assert (atom.found, atom.needed) == ("工业用地", "为“混合用地”")


def test_a_grade_is_told_by_its_title_and_its_letter_only_where_it_has_one(rulebook):
    reason = reason_of(rulebook, "digital_park_grade", "经开区未设线")
    assert reason.result == "较高标准（经开区自定）、建设中"
    assert reason.possible == ["upper", "developing"]
    assert reason_of(rulebook, "tax_per_mu_grade", "名次恰在60%").result == "B 鼓励提升"


def test_a_parameter_not_set_is_told_with_its_basis(rulebook):
    reason = reason_of(rulebook, "industrial_land_recommended", "一：本区未设定控制值")
    assert reason.missing[1]["label"] == (
        "经开区未设定的参数 output_floor（一：土地产出率，各地可制定控制值）"
    )


def test_one_failed_condition_is_a_near_miss(rulebook):
    reason = reason_of(rulebook, "high_tech_enterprise", "第十一条（四）：科技人员占比不足百分之十")
    assert reason.verdict is False
    assert (reason.blocking, reason.near_miss) == (["tech_staff_share"], "one")


def test_a_score_on_its_line_has_to_pass_it(rulebook):
    reason = reason_of(rulebook, "high_tech_enterprise", "第十一条（七）：得分恰为七十分不达标")
    assert condition(reason, "innovation_score").atoms[0].distance == "恰在线上，须越过"


def test_what_offices_share_is_not_asked_of_the_applicant(rulebook):
    reason = reason_of(rulebook, "high_tech_enterprise", "第十一条（二）：不知核心知识产权数")
    assert [m["fact"] for m in reason.missing] == ["core_ip_count"]
    assert reason.missing[0]["shared"] and reason.materials == []
    other = reason_of(rulebook, "high_tech_enterprise", "缺2023年研发费用")
    assert other.materials == ["研发费用辅助账或专项审计报告"]


def test_the_smallest_set_takes_one_of_two_ways(rulebook):
    reason = reason_of(rulebook, "little_giant", "附件2：不知市场占有率和名次")
    assert [m["fact"] for m in reason.missing] == ["market_share"]


def test_english_is_there(rulebook):
    reason = reason_of(
        rulebook, "high_tech_enterprise", "第十一条（四）：科技人员占比不足百分之十", "en"
    )
    atom = condition(reason, "tech_staff_share").atoms[0]
    assert atom.needed == "at least 10%" and "percentage points" in atom.distance


A, B, C = (ConditionRef(n) for n in "abc")


def atoms(known: dict[str, bool | None]):
    def families(node):
        value = known[node.id]
        if value is None:
            whole = (frozenset({node.id}),)
            return whole, whole
        return ((frozenset(),), ()) if value else ((), (frozenset(),))

    return families


@pytest.mark.parametrize(
    ("node", "known", "true"),
    [
        (Logic("and", (A, B)), {"a": True, "b": None}, [{"b"}]),
        (Logic("or", (A, B)), {"a": None, "b": None}, [{"a"}, {"b"}]),
        (Logic("or", (A, Logic("and", (B, C)))), {"a": False, "b": None, "c": None}, [{"b", "c"}]),
        (Not(A), {"a": None}, [{"a"}]),
        (Not(A), {"a": True}, []),
        (AtLeast(2, (A, B, C)), {"a": True, "b": None, "c": None}, [{"b"}, {"c"}]),
    ],
)
def test_ways_are_the_smallest_sets(node, known, true):
    assert sorted(map(sorted, ways(node, atoms(known))[0])) == sorted(map(sorted, true))


def test_decide_with_follows_kleene():
    node = Logic("and", (A, Logic("or", (B, C))))
    assert decide_with(node, lambda n: {"a": True, "b": None, "c": True}[n.id]) is True
    assert decide_with(node, lambda n: {"a": True, "b": None, "c": False}[n.id]) is None
    assert decide_with(node, lambda n: {"a": False, "b": None, "c": None}[n.id]) is False


@pytest.fixture
def explainer(workspace, rulebook):
    frame = some_enterprises(400)
    source = SourceFile("合成", "", "zone_committee", str(DAY), "enterprise", None, 400, 400)
    zone = pl.DataFrame({"key": ["示范经开区"], "name": ["示范经开区"], "province": ["江苏"]})
    snapshot = write_snapshot(
        workspace, {"enterprise": frame, "zone": zone}, as_of=DAY, sources=[source]
    )
    return Explainer(rulebook, snapshot, decide(workspace, snapshot, rulebook, DAY))


@pytest.mark.slow
def test_every_enterprise_is_explained_with_the_stored_verdict(explainer):
    stored = explainer.run.scan("enterprise").collect().to_dicts()
    for position, row in enumerate(stored):
        for reason in explainer.explain("enterprise", position):
            if reason.kind == "eligibility":
                assert reason.verdict == row[reason.rule]
            layout = explainer.run.rules[reason.rule]["conditions"]
            for c in reason.conditions:
                assert c.verdict == row[layout[c.id]], (reason.rule, c.id)
            if reason.verdict is None and reason.kind == "eligibility":
                assert reason.missing, (reason.rule, row["key"])


def test_knowing_the_missing_facts_favourably_grants(explainer, rulebook):
    """The set is enough: no other fact is needed to make the rule undetermined no longer."""
    rule = rulebook.rules["specialised_sme"]
    stored = explainer.run.scan("enterprise").select("specialised_sme").collect()["specialised_sme"]
    for position in [i for i, v in enumerate(stored) if v is None][:40]:
        reason = explainer.explain("enterprise", position, ["specialised_sme"])[0]
        open_conditions = [c for c in reason.conditions if c.verdict is None]
        wanted = {m["fact"] for m in reason.missing}
        assert open_conditions and wanted <= set(rule.reads_facts()) | {
            "innovative_sme_title_from",
            "innovative_sme_title_to",
            "technology_sme_title_from",
            "technology_sme_title_to",
            "established_on",
        }


def test_an_entity_that_is_not_there_says_so(explainer):
    with pytest.raises(ExplainError, match="没有找到"):
        explainer.find("不存在的公司")
    with pytest.raises(ExplainError, match="多个结果"):
        explainer.find("有限公司")


def test_a_rule_that_is_not_in_force_says_so(explainer):
    with pytest.raises(ExplainError, match="未施行"):
        explainer.explain("enterprise", 0, ["little_giant_2022"])


def test_growth_below_its_floor_says_how_far(rulebook):
    title = next(
        e.title
        for e in rulebook.rules["little_giant"].source.examples
        if "复合增长率略低于" in e.title
    )
    reason = reason_of(rulebook, "little_giant", title)
    found = [a.distance for c in reason.conditions for a in c.atoms if "复合增长率" in a.text]
    assert any("个百分点（上年营业收入再增加 " in d for d in found)


def test_a_group_of_a_score_has_its_own_name(rulebook):
    rule = rulebook.rules["innovative_sme"]
    texts = {
        a.text
        for e in rule.source.examples
        for c in reason_of(rulebook, "innovative_sme", e.title).conditions
        for a in c.atoms
    }
    assert "创新型中小企业评价·成长性" in texts


def test_a_score_is_told_item_by_item_and_a_grade_class_by_class(rulebook):
    rule = rulebook.rules["innovative_sme_score"]
    found = explain_example(rulebook, examples_of(rule, rulebook)[0])
    assert [p.title for p in found.parts] == [i.title.zh for g in rule.groups for i in g.items]
    assert all(p.basis and p.result.endswith("分") for p in found.parts)


def test_after_a_class_that_is_open_none_is_said_to_hold(rulebook):
    rule = rulebook.rules["credit_risk_class_by_points"]
    found = [explain_example(rulebook, e).parts for e in examples_of(rule, rulebook)]
    after_open = [
        (before, after)
        for parts in found
        for before, after in pairwise(parts)
        if before.verdict is None
    ]
    assert after_open
    assert not any(after.verdict for _, after in after_open)

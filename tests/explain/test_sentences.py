from __future__ import annotations

from datetime import date

import pytest

from jingkai.explain.parameter_words import parameter_values
from jingkai.explain.sentences import Sentences
from jingkai.rulebook import Rulebook

DAY = date(2026, 6, 30)


def _words(rulebook: Rulebook, name: str, lang: str = "zh") -> Sentences:
    titles = {n: r.source.title.text(lang) for n, r in rulebook.rules.items()}
    return Sentences(rulebook.rules[name], rulebook.vocabulary, DAY, titles, lang)


def _test(rulebook: Rulebook, rule: str, condition: str, lang: str = "zh") -> str:
    words = _words(rulebook, rule, lang)
    return words.test(rulebook.rules[rule].condition(condition).test)


@pytest.mark.parametrize(
    ("rule", "condition", "text"),
    [
        ("high_tech_enterprise", "tech_staff_share", "上年科技人员数 ÷ 上年职工总数 不低于 10%"),
        ("high_tech_enterprise", "mainland_resident", "居民企业，且境内注册"),
        ("high_tech_enterprise", "in_field", "并非：核心技术所属高新技术领域为“不属于任何领域”"),
        ("high_tech_enterprise", "innovation_score", "高新技术企业创新能力评价 高于 70 分"),
        ("high_tech_enterprise", "rd_intensity", "近3年研发费用合计 ÷ 近3年营业收入合计 不低于 参数 rd_floor（按档次）"),
        ("western_income_tax_rate", "year_covered", "上年末 不晚于 2030-12-31"),
        ("encouraged_foreign_project", "access", "符合“外商投资准入（负面清单2024年版）”"),
    ],
)  # fmt: skip
def test_a_test_reads_as_a_sentence(
    rulebook: Rulebook, rule: str, condition: str, text: str
) -> None:
    known = {c.id for c in rulebook.rules[rule].conditions}
    if condition not in known:
        pytest.fail(f"{rule} has {known}")
    assert _test(rulebook, rule, condition) == text


def test_english_is_english(rulebook: Rulebook) -> None:
    text = _test(rulebook, "high_tech_enterprise", "tech_staff_share", "en")
    assert text.endswith("at least 10%")
    field = _test(rulebook, "high_tech_enterprise", "in_field", "en")
    assert field == "not: High-tech field is one of “Outside all fields”"


def test_every_test_of_every_rule_has_words_in_both_languages(rulebook: Rulebook) -> None:
    count = 0
    for rule in rulebook.rules.values():
        tests = [t for c in rule.conditions for t in (c.test, c.applies) if t is not None]
        tests += [
            b.test for g in rule.groups for i in g.items for b in i.bands if b.test is not None
        ]
        tests += [t for _, t in rule.grades if t is not None]
        for lang in ("zh", "en"):
            words = _words(rulebook, rule.id, lang)
            for test in tests:
                assert words.test(test).strip(), rule.id
                count += 1
    assert count > 1000


def test_a_band_is_a_line_with_its_edge_and_unit(rulebook: Rulebook) -> None:
    rule = rulebook.rules["high_tech_enterprise"]
    values = parameter_values(rule.parameters["rd_floor"], _words(rulebook, rule.id))
    assert [v.lines for v in values] == [
        (
            "上年营业收入 不高于 5000 万元：5%",
            "上年营业收入 不高于 20000 万元：4%",
            "上年营业收入 更高：3%",
        )
    ]


def test_what_nobody_has_set_has_no_line(rulebook: Rulebook) -> None:
    unset = [
        (r.id, p)
        for r in rulebook.rules.values()
        for p in r.parameters.values()
        if p.source.set_by and p.source.default is None and p.source.type == "number"
    ]
    assert unset
    for rule, parameter in unset:
        assert parameter_values(parameter, _words(rulebook, rule))[0].lines == ()


def test_dated_figures_keep_their_dates_and_whether_they_were_verified(rulebook: Rulebook) -> None:
    dated = [
        (r.id, p)
        for r in rulebook.rules.values()
        for p in r.parameters.values()
        if len(p.source.values) > 1
    ]
    assert dated
    for rule, parameter in dated:
        values = parameter_values(parameter, _words(rulebook, rule))
        assert [v.first for v in values] == [v.from_ for v in parameter.source.values]
        assert all(v.lines for v in values)

"""Rights that may not be had together: the best lawful choice, with its worth."""

from __future__ import annotations

import datetime as dt

import polars as pl

from jingkai.engine.run import decide
from jingkai.explain import Explainer
from jingkai.explain.row import RowEvaluator, RulePlans
from jingkai.explain.together import best_combination
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.rulebook import load_rulebook
from tests.rulebook.tiny import evaluate, rule_file

DAY = dt.date(2025, 6, 30)


def right(folder, name, amount, test="resident_enterprise", excludes=(), benefit="cash"):
    lines = "".join(f"  - {{rule: {o}, choose: applicant, basis: 第{o}条}}\n" for o in excludes)
    path = rule_file(
        folder,
        (f"excludes:\n{lines}" if lines else "")
        + f"benefit: {benefit}\nunit: 元\nvalue: a\n"
        + f"parameters: {{a: {{value: {amount} 元, basis: 一}}}}\n"
        + f"conditions:\n  - {{id: c, basis: 一, test: {test}}}\n",
        "amount",
        name,
    )
    path.write_text(path.read_text("utf-8").replace("zh: 试", f"zh: {name}"), "utf-8")


def combined(folder, **facts):
    rulebook = load_rulebook([folder], examples_needed=False)
    columns = {"resident_enterprise": [True]} | {k: [v] for k, v in facts.items()}
    results = evaluate(rulebook, columns, DAY).to_dicts()[0]
    plans = RulePlans(rulebook, DAY, frozenset(rulebook.rules))
    row = RowEvaluator(plans, {k: v[0] for k, v in columns.items()} | results)
    return best_combination(list(rulebook.rules.values()), row, results)


class TestChoice:
    def test_two_smaller_rights_may_be_worth_more_than_the_one_they_exclude(self, tmp_path):
        right(tmp_path, "big", 100, excludes=["one", "two"])
        right(tmp_path, "one", 60)
        right(tmp_path, "two", 50)
        right(tmp_path, "other", 7)
        found = combined(tmp_path)
        (choice,) = found.choices
        assert (sorted(choice.take), choice.leave) == (["one", "two"], ["big"])
        assert sorted(choice.basis) == ["第one条", "第two条"]
        assert (found.total, found.words) == ("117.00", "117 元")

    def test_a_right_of_unknown_worth_leaves_the_choice_to_the_applicant(self, tmp_path):
        right(tmp_path, "big", 100, excludes=["rate"])
        right(tmp_path, "rate", 1, benefit="deduction")
        found = combined(tmp_path)
        assert sorted(map(sorted, found.choices[0].alternatives)) == [["big"], ["rate"]]
        assert found.total == "" and not found.choices[0].take

    def test_a_refused_right_excludes_nothing_and_an_open_one_is_named(self, tmp_path):
        right(tmp_path, "mine", 10, excludes=["gone", "open"])
        right(tmp_path, "gone", 99, test="not resident_enterprise")
        right(tmp_path, "open", 99, test="is_sme")
        found = combined(tmp_path)
        assert found.choices == [] and found.total == "10.00"
        assert found.open == [("mine", "open")]


def test_what_a_deduction_is_worth_may_be_said(tmp_path):
    rule_file(
        tmp_path,
        "benefit: deduction\nworth: a * rate\nunit: 元\nvalue: a\n"
        "parameters:\n  a: {value: 100000 元, basis: 一}\n  rate: {value: 25 %, basis: 二}\n"
        "conditions:\n  - {id: c, basis: 一, test: resident_enterprise}\n",
        "amount",
    )
    found = combined(tmp_path)
    assert (found.total, found.words) == ("25000.00", "2.5 万元")


def test_a_credit_is_worth_what_was_not_recovered_early(workspace, rulebook):
    day, into = dt.date(2026, 6, 30), dt.date(2025, 6, 6)
    frame = pl.DataFrame(
        {"key": ["early", "kept", "open"], "non_resident_investor": [True] * 3,
         "mode": ["capital_increase"] * 3, "listed_shares": [False] * 3,
         "realised_profit": [True] * 3, "national_catalogue": [True] * 3,
         "direct_transfer": [True] * 3, "invested_on": [into] * 3, "amount": [100_000_000] * 3,
         "chosen_rate": [10_000_000] * 3, "recovered_amount": [25_000_000, 0, None],
         "recovered_on": [dt.date(2025, 12, 23), None, None]},
    )  # fmt: skip
    source = SourceFile("合成", "", "commerce", str(day), "investment", None, 3, 3)
    snapshot = write_snapshot(workspace, {"investment": frame}, as_of=day, sources=[source])
    explainer = Explainer(rulebook, snapshot, decide(workspace, snapshot, rulebook, day))
    words = [explainer.together("investment", i).words for i in range(3)]
    assert words == ["7.5 万元", "10 万元", ""]  # 10% of 1,000,000 元, a quarter less; unknown

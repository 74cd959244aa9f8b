from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from jingkai.explain.trial import Trial
from jingkai.rulebook import Rulebook

DAY = date(2026, 6, 30)
WAN = 10**6  # fen in ten thousand yuan


@pytest.fixture(scope="module")
def zones() -> pl.DataFrame:
    return pl.DataFrame(
        {"key": ["东", "西", "南", "谁知道"], "province": ["江苏", "四川", "海南", None]}
    )


def _trial(rulebook: Rulebook, zones: pl.DataFrame, **enterprise: Any) -> Trial:
    given = {"enterprise": enterprise, "project": {}, "parcel": {}}
    return Trial(rulebook.on(DAY), DAY, zones, given, frozenset({"established_on"}))


def _income(share: int) -> dict[str, Any]:
    return {
        "encouraged_catalogue_revenue_2025": share * WAN,
        "gross_income_2025": 100 * WAN,
        "taxable_income_2025": 10 * WAN,
        "western_equivalent_area": False,
        "established_on": date(2025, 1, 1),
    }


def _verdicts(trial: Trial, rule: str) -> dict[str, str]:
    return next(t.verdicts for t in trial.rules if t.rule.id == rule)


def test_the_same_project_is_granted_where_the_zone_makes_it_so(
    rulebook: Rulebook, zones: pl.DataFrame
) -> None:
    trial = _trial(rulebook, zones, **_income(60))
    assert _verdicts(trial, "western_income_tax_rate") == {
        "东": "refused", "西": "granted", "南": "refused", "谁知道": "undetermined",
    }  # fmt: skip


def test_the_line_of_sixty_percent_is_exact(rulebook: Rulebook, zones: pl.DataFrame) -> None:
    trial = _trial(
        rulebook, zones, **_income(60) | {"encouraged_catalogue_revenue_2025": 60 * WAN - 1}
    )
    assert _verdicts(trial, "western_income_tax_rate")["西"] == "refused"


def test_a_reason_in_a_zone_names_what_the_zone_is(rulebook: Rulebook, zones: pl.DataFrame) -> None:
    trial = _trial(rulebook, zones, **_income(60))
    reason = trial.explain("东", ["western_income_tax_rate"])[0]
    assert reason.verdict is False
    where = next(c for c in reason.conditions if c.id == "in_the_west")
    assert where.verdict is False
    assert any(a.found == "江苏" for a in where.atoms)


def test_every_reason_agrees_with_its_verdict(rulebook: Rulebook, zones: pl.DataFrame) -> None:
    words = {"granted": True, "refused": False, "undetermined": None}
    trial = _trial(
        rulebook, zones, **_income(70), revenue_2025=30000 * WAN, staff_2025=200, tech_staff_2025=30,
        rd_expense_2025=2000 * WAN, industry_code="C3985",
    )  # fmt: skip
    tried = [t for t in trial.rules if t.rule.kind != "grade"]
    assert len(tried) > 10
    for zone in zones["key"]:
        reasons = trial.explain(zone, [t.rule.id for t in tried])
        for t, reason in zip(tried, reasons, strict=True):
            assert reason.verdict is words[t.verdicts[zone]], (t.rule.id, zone)


def test_only_rules_that_read_what_is_given_are_tried(
    rulebook: Rulebook, zones: pl.DataFrame
) -> None:
    assert _trial(rulebook, zones, established_on=date(2025, 1, 1)).rules == []
    tried = {t.rule.id for t in _trial(rulebook, zones, land_used_2025=10 * 10**4).rules}
    assert "tax_per_mu" in tried
    assert "western_income_tax_rate" not in tried


def test_what_is_the_same_everywhere_says_so(rulebook: Rulebook, zones: pl.DataFrame) -> None:
    trial = _trial(rulebook, zones, **_income(60))
    same = {t.rule.id: t.same for t in trial.rules}
    assert same["western_income_tax_rate"] is None
    assert all(t.same is None or set(t.verdicts.values()) == {t.same} for t in trial.rules)

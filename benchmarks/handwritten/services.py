"""Services 政务服务: rights that need no application."""

from __future__ import annotations

from benchmarks.handwritten.terms import Columns, any_of, c

__all__ = ["columns"]

#: The amounts that are granted unasked, and the reduced rates; offices share every fact of each.
_AMOUNTS = {
    "apprentice": "apprentice_training_subsidy",
    "education_credit": "industry_education_credit",
    "vat_deduction": "advanced_manufacturing_vat_deduction",
    "rd_deduction": "rd_super_deduction",
}
_RATES = {
    "high_tech_rate": "hte_income_tax_rate",
    "western_rate": "western_income_tax_rate",
    "service_rate": "technology_advanced_service_tax_rate",
}


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    rule = "no_application_entitlement"
    rights = {f"{right}__right@shared": c(f"{right}__right") for right in _AMOUNTS.values()}
    rates = {f"{rate}@shared": c(rate) for rate in _RATES.values()}
    return {
        **rights,
        **rates,
        **{
            f"{rule}.{name}": c(f"{right}__right@shared") & (c(right) > 0)
            for name, right in _AMOUNTS.items()
        },
        **{f"{rule}.{name}": c(f"{rate}@shared") for name, rate in _RATES.items()},
        rule: any_of(rule, *_AMOUNTS, *_RATES),
    }

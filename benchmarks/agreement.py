"""Which hand-written column is which of the engine's, and whether the two agree."""

from __future__ import annotations

import polars as pl

from jingkai.rulebook import Program

__all__ = ["WRITTEN", "disagreements", "pairs"]

_CONDITIONS = {
    "above_scale_industrial": "industrial.legal industrial.industry industrial.revenue",
    "encouraged_foreign_enterprise": "foreign.invested foreign.catalogue foreign.negative",
    "equipment_one_off_deduction": "equipment.window",
    "rd_super_deduction": "rd.resident rd.accounts rd.industry",
    "high_tech_enterprise": "hte.resident hte.old hte.ip hte.field hte.staff hte.rd hte.domestic "
    "hte.income hte.score hte.clean",
    "innovative_sme": "sme.is sme.scored sme.award sme.title sme.body sme.equity",
    "specialised_sme": "sme.is spec.title spec.niche spec.size spec.main spec.debt spec.rd "
    "spec.rd_before spec.share spec.share_before spec.ip spec.leading spec.score",
    "little_giant": "sme.is giant.title spec.niche giant.revenue giant.main giant.growth giant.debt "
    "giant.rd spec.share spec.share_before giant.ip giant.market giant.link giant.score "
    "giant.champion",
}

#: The rules that are also written by hand; only these are compared and timed beside it.
WRITTEN = (
    *_CONDITIONS,
    "credit_risk_class",
    "credit_risk_class_by_points",
    "enterprise_co2",
    "hte_innovation_score",
    "innovative_sme_score",
)


def pairs(program: Program) -> dict[str, str]:
    """Return the hand-written column of every column that the program stores."""
    found = {name: name for layout in program.layouts.values() for name in layout.results}
    for rule, layout in program.layouts.items():
        names = _CONDITIONS.get(rule, "").split()
        found |= dict(zip(layout.conditions.values(), names, strict=True))
    return found


def disagreements(program: Program, engine: pl.DataFrame, written: pl.DataFrame) -> dict[str, int]:
    """Return by stored column in how many rows the two differ; empty where all agree."""
    found = {}
    for stored, hand in pairs(program).items():
        ours, theirs = engine[stored].cast(pl.String), written[hand].cast(pl.String)
        differ = int(ours.ne_missing(theirs).sum())
        if differ:
            found[f"{stored}={hand}"] = differ
    return found

"""Puts a page together: indicators, assessments and decisions of a year, of a zone or of the nation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from jingkai.engine.assessed_years import assess_years
from jingkai.engine.assessment import Assessment
from jingkai.engine.exit_warnings import exit_warnings
from jingkai.engine.published import published_figures
from jingkai.engine.run import decide
from jingkai.engine.store import EngineError
from jingkai.explain.assessment_marks import assessment_marks
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot
from jingkai.report.errors import ReportError
from jingkai.report.from_assessment import (
    item_points,
    item_spreads,
    ranks_of,
    standings_of,
    tracks_of,
)
from jingkai.report.from_decisions import Decided, Progress, near_of, uptake_of
from jingkai.report.from_indicators import (
    Indicated,
    figures_of_nation,
    figures_of_zone,
    indicated,
    region_shares,
)
from jingkai.report.page import Page
from jingkai.rulebook import Rulebook
from jingkai.workspace import Workspace

__all__ = ["nation_page", "zone_page"]

_BACK = 4
_WITHIN = Fraction(1, 10)


def nation_page(
    workspace: Workspace, rulebook: Rulebook, year: int, progress: Progress | None = None
) -> Page:
    """Return the nation's page of a year.

    Parameters
    ----------
    workspace, rulebook
        Whose snapshots, by which rules with their layers.
    year
        The year told of.
    progress
        Called with stage, done and total while decisions are made.
    """
    found = indicated(workspace, rulebook, year, ("nation", "region"))
    published = published_figures([policies_folder(), *workspace.layers])
    figures = figures_of_nation(found, published, year)
    whole = found.whole(published, year)
    name = "国家级经济技术开发区" if whole else "数据内的经济技术开发区"
    page = _page(found, year, name, _zones(found), nation=True)
    page = replace(page, figures=figures, regions=region_shares(found))
    page = _ranked_nation(page, workspace, rulebook, found)
    return _decided(page, workspace, found, None, progress)


def zone_page(
    workspace: Workspace,
    rulebook: Rulebook,
    zone: str,
    year: int,
    progress: Progress | None = None,
) -> Page:
    """Return a zone's page of a year.

    Parameters
    ----------
    zone
        Its key or name, or a part of its name that no other has.

    Raises
    ------
    ReportError
        If no zone, or more than one, is called so.
    """
    subject = _zone(workspace, Snapshot.of_year(workspace, year), zone)
    found = indicated(workspace, rulebook, year, ("nation", "zone"))
    region = _regions(found.rulebook).get(subject.region, "")
    since = f"{subject.since}批准" if subject.since else ""
    about = tuple(a for a in (subject.province, region, since) if a)
    page = _page(found, year, subject.name, about, nation=False)
    page = replace(page, figures=figures_of_zone(found, subject.key))
    page = _ranked_zone(page, workspace, rulebook, found, subject.key)
    return _decided(page, workspace, found, subject.key, progress)


@dataclass(frozen=True, slots=True)
class _Subject:
    key: str
    name: str
    province: str = ""
    region: str = ""
    since: str = ""


def _zone(workspace: Workspace, snapshot: Snapshot, text: str) -> _Subject:
    """Return the zone of a name: of the snapshot's table, else the one that the workspace belongs to."""
    matches = snapshot.find("zone", text) if "zone" in snapshot.entities else []
    own = workspace.settings.zone
    if len(matches) == 1:
        row = snapshot.table("zone").slice(matches[0].position, 1).to_pylist()[0]
        facts = (str(row.get(n) or "") for n in ("province", "region", "established_on"))
        return _Subject(matches[0].key, matches[0].name or matches[0].key, *facts)
    if matches:
        names = "、".join(m.name or m.key for m in matches[:10])
        raise ReportError(f"“{text}”对应 {len(matches)} 家经开区：{names}", hint="写全名称")
    if own is not None and text in (own.key, own.name):
        return _Subject(own.key, own.name or own.key, own.province)
    raise ReportError(
        f"数据里没有经开区“{text}”", hint="先用 jingkai load zones 装载，或写 nation 看全部"
    )


def _zones(found: Indicated) -> tuple[str, ...]:
    count = found.snapshot.rows("zone") if "zone" in found.snapshot.entities else 0
    return (f"数据内{count}个经开区" if count else "数据内没有经开区的登记册",)


def _regions(rulebook: Rulebook) -> dict[str, str]:
    codes = rulebook.vocabulary.entities["zone"].facts["region"].codes
    return {c: label.zh for c, label in codes.items()} if isinstance(codes, dict) else {}


def _page(found: Indicated, year: int, name: str, about: tuple[str, ...], *, nation: bool) -> Page:
    return Page(
        name,
        nation,
        year,
        found.snapshot.day_of(year).isoformat(),
        about,
        synthetic=_synthetic(found.snapshot.manifest),
        within=_WITHIN,
        snapshot=found.snapshot.id,
        rules=found.rulebook.hash,
    )


def _synthetic(manifest: dict[str, Any]) -> str:
    """Return what to say of made-up data; empty for real ones."""
    if not manifest.get("synthetic"):
        return ""
    made = manifest.get("population")
    how = (
        f"按公布的全国总数随机生成（比例 {made['scale']}，种子 {made['seed']}）"
        if made
        else "随机生成"
    )
    return f"{how}，不反映任何真实企业或经开区的情况"


def _ranked_nation(page: Page, workspace: Workspace, rulebook: Rulebook, found: Indicated) -> Page:
    try:
        years = assess_years(workspace, rulebook, page.year, _BACK)
    except EngineError as error:
        return replace(page, notes=(*page.notes, f"没有综合评价：{error.what}"))
    newest = years[page.year]
    warnings = exit_warnings(rulebook, found.snapshot, newest.as_of, years)
    return replace(
        page,
        stand_in="；".join(assessment_marks(newest)),
        tracks=tracks_of(years),
        standings=standings_of(newest, warnings, _regions(found.rulebook)),
        spreads=item_spreads(newest),
        floor=newest.floor,
        notes=(*page.notes, *_apart(newest)),
    )


def _apart(found: Assessment) -> list[str]:
    if not found.apart:
        return []
    names = "、".join(z.name for z in found.apart)
    return [f"不满一个自然年、没有参加综合评价的{len(found.apart)}个经开区：{names}"]


def _ranked_zone(
    page: Page, workspace: Workspace, rulebook: Rulebook, found: Indicated, zone: str
) -> Page:
    try:
        years = assess_years(workspace, rulebook, page.year, _BACK)
    except EngineError as error:
        return replace(page, notes=(*page.notes, f"没有综合评价：{error.what}"))
    newest = years[page.year]
    warnings = exit_warnings(rulebook, found.snapshot, newest.as_of, years)
    items, above = item_points(newest, zone)
    return replace(
        page,
        stand_in="；".join(assessment_marks(newest)),
        ranks=ranks_of(years, zone),
        items=items,
        above=above,
        warnings=tuple((w.rule.source.title.zh, w.verdicts.get(zone)) for w in warnings),
        floor=newest.floor,
    )


def _decided(
    page: Page,
    workspace: Workspace,
    found: Indicated,
    zone: str | None,
    progress: Progress | None,
) -> Page:
    """Add what rules grant and which conditions bind, from a run on the page's day."""
    day = found.snapshot.day_of(page.year)
    run = decide(workspace, found.snapshot, found.rulebook, day, progress=progress)
    decided = Decided(found.rulebook, found.snapshot, run, zone)
    uptake = uptake_of(decided)
    near, binding = near_of(decided, uptake, page.within, progress=progress)
    page = replace(page, uptake=uptake, near=near, binding=binding)
    return replace(page, notes=(*page.notes, *_notes(page, found.rulebook)))


def _notes(page: Page, rulebook: Rulebook) -> list[str]:
    """Return what a reader must know of gaps and of what nobody has verified."""
    notes = []
    gaps = [f.title for f in page.figures if f.known < f.of]
    if gaps:
        notes.append(
            f"{len(gaps)}项指标有部分数据未知，只列已知部分，不作总数，也不参与排名：{'、'.join(gaps)}"
        )
    doubtful = [f.title for f in page.figures if not rulebook.rules[f.indicator].verified]
    if doubtful:
        notes.append(f"名称或口径未核实的指标：{'、'.join(doubtful)}")
    rules = [r for m in page.uptake for r in m.rules]
    unknown = sum(not r.verified for r in rules)
    if unknown:
        notes.append(
            f"认定用到的{len(rules)}条规则中，{unknown}条的依据或数字未核实，附表中逐条标明"
        )
    if not page.nation:
        notes.append("各项指标的名次按数值排列；综合评价的名次另列")
    return notes

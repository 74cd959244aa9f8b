"""Whom the lists hold: a snapshot's enterprises with their class, and visits they had this year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from jingkai.allocation.inspections.errors import InspectionError, PlanFileError
from jingkai.allocation.inspections.plan_file import Objects, PlanFile, office_titles
from jingkai.engine.store import DecisionRun
from jingkai.registry.mapping import CREDIT_CODE_HEADERS
from jingkai.registry.reading import read_table
from jingkai.registry.snapshot import Snapshot

__all__ = ["Enterprises", "read_enterprises", "visits_made", "whole_until"]


@dataclass(frozen=True)
class Enterprises:
    """The enterprises that a plan is about.

    Parameters
    ----------
    frame
        `position` (row from 0), `key`, `name`, `class` (null: open), `industry`, and a column a rule
        that a list asks for (null: open).
    folder
        Where files that lists name lie.
    """

    frame: pl.DataFrame
    folder: Path

    @cached_property
    def keys(self) -> pl.Series:
        """Their credit codes, by position."""
        return self.frame["key"]

    def within(self, objects: Objects) -> pl.Series:
        """Return the positions of those a list holds; where membership is open, they are not in it.

        Raises
        ------
        PlanFileError
            If a file names enterprises that are not there.
        """
        if objects.all:
            return self.frame["position"]
        if objects.rule is not None:
            return self.frame.filter(pl.col(f"rule:{objects.rule}"))["position"]
        if objects.file is not None:
            return self._listed(self.folder / objects.file)
        under = pl.any_horizontal(
            pl.col("industry").str.starts_with(code) for code in objects.industries or ()
        )
        return self.frame.filter(under)["position"]

    def open_for(self, objects: Objects) -> int:
        """Count those of whom it is not known whether a list holds them."""
        if objects.rule is not None:
            return self.frame[f"rule:{objects.rule}"].null_count()
        return self.frame["industry"].null_count() if objects.industries else 0

    def _listed(self, path: Path) -> pl.Series:
        table = read_table(path)
        column = next((c for c in table.columns if c.lower() in CREDIT_CODE_HEADERS), None)
        if column is None:
            raise PlanFileError("名单没有统一社会信用代码列", where=str(path))
        keys = table.frame[column].str.strip_chars().drop_nulls().unique()
        found = self.frame.filter(pl.col("key").is_in(keys.implode()))
        if found.height < len(keys):
            missing = keys.filter(~keys.is_in(self.keys.implode())).sort().head(3).to_list()
            raise PlanFileError(
                f"名单中有 {len(keys) - found.height} 户不在数据中，如 {'、'.join(missing)}",
                where=str(path),
                hint="核对代码，或先装载这些企业",
            )
        return found["position"]


def read_enterprises(
    plan: PlanFile, folder: Path, snapshot: Snapshot, run: DecisionRun
) -> Enterprises:
    """Read the enterprises with their class from the decision run.

    Raises
    ------
    InspectionError
        If a rule that the plan names was not run, or a class is found that the plan does not know.
    """
    tasks = [*plan.draws, *plan.priority, *plan.campaigns]
    rules = {t.objects.rule for t in tasks if t.objects.rule}
    for name in (plan.class_rule, *rules):
        kind = run.rules.get(name, {}).get("kind")
        wanted = ("grade",) if name == plan.class_rule else ("eligibility", "duty")
        if kind not in wanted:
            raise InspectionError(
                f"查询日没有可用的规则“{name}”" if kind is None else f"规则“{name}”不是所需的类型",
                hint="class_rule 用分类规则，objects 的 rule 用资格规则；见 jingkai rules list",
            )
    decided = run.scan("enterprise").select(
        pl.col(plan.class_rule).cast(pl.String).alias("class"),
        *(pl.col(name).alias(f"rule:{name}") for name in sorted(rules)),
    )
    had = snapshot.columns("enterprise")
    facts = snapshot.scan("enterprise").select(
        "key", *_or_null(had, "name", "name"), *_or_null(had, "industry_code", "industry"),
        *_or_null(had, "zone", "zone"),
    )  # fmt: skip
    frame = pl.concat([facts, decided], how="horizontal").collect()
    if plan.zone:
        frame = frame.filter(pl.col("zone") == plan.zone)
    if frame.is_empty():
        raise InspectionError("没有可以列入计划的企业", hint=f"核对计划的 zone：{plan.zone}")
    _known_classes(frame, plan)
    return Enterprises(frame.with_row_index("position"), folder)


def _or_null(columns: list[str], column: str, name: str) -> list[pl.Expr]:
    found = pl.col(column) if column in columns else pl.lit(None, pl.String)
    return [found.alias(name)]


def _known_classes(frame: pl.DataFrame, plan: PlanFile) -> None:
    strange = set(frame["class"].drop_nulls().unique()) - set(plan.classes)
    if strange:
        raise InspectionError(
            f"认定结果中有计划没有的类别：{'、'.join(sorted(strange))}",
            hint="在 classes、ratios、times 中写上；五类地区写 A 至 E",
        )


def visits_made(snapshot: Snapshot, keys: pl.Series, year: int) -> pl.DataFrame | None:
    """Return visits of a year that count towards caps, as `position`, `office`, `done`.

    A visit of which it is not known whether it was ordered from above counts, and one whose office is
    not known counts for every office: a cap that may have been reached is not passed. None where no
    inspections are loaded.
    """
    needed = {"enterprise", "occurred_on", "inspecting_office"}
    if "inspection" not in snapshot.entities or not needed <= set(snapshot.columns("inspection")):
        return None
    above = "ordered_from_above" in snapshot.columns("inspection")
    ordered = pl.col("ordered_from_above").fill_null(False) if above else pl.lit(False)
    places = pl.DataFrame({"key": keys}).with_row_index("position")
    offices = list(office_titles())
    events = (
        snapshot.scan("inspection")
        .filter((pl.col("occurred_on").dt.year() == year) & ~ordered)
        .select(pl.col("enterprise").alias("key"), pl.col("inspecting_office").alias("office"))
    )
    every = pl.LazyFrame({"office": offices})
    anyones = events.filter(pl.col("office").is_null()).select("key").join(every, how="cross")
    return (
        pl.concat([events.drop_nulls(), anyones])
        .group_by("key", "office")
        .agg(pl.len().alias("done"))
        .join(places.lazy(), on="key")
        .select("position", "office", "done")
        .collect()
    )


def whole_until(snapshot: Snapshot) -> date | None:
    """Return the day up to which every inspection is loaded, None where the table is not whole."""
    register = snapshot.manifest["registers"].get("inspection")
    return date.fromisoformat(register["as_of"]) if register else None

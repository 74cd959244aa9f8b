"""One load: files in, a new snapshot out, nothing silently lost or picked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from jingkai.errors import Finding
from jingkai.registry.collect import FILE, Collected, FileCount, collect
from jingkai.registry.duplicates import merge_duplicates
from jingkai.registry.errors import RegistryError
from jingkai.registry.mapping import LoadMap, read_map
from jingkai.registry.merge import MOST_SOURCES, Merged, merge_into
from jingkai.registry.reading import ROW
from jingkai.registry.reports import report_frames, report_texts
from jingkai.registry.scope import known_enterprises, no_part_whole, reject_others
from jingkai.registry.snapshot import Snapshot, SourceFile, write_snapshot
from jingkai.vocabulary import Entity, Vocabulary, load_vocabulary
from jingkai.workspace import Workspace

__all__ = ["LoadReport", "Prepared", "join", "load", "nothing_accepted", "prepare", "write_load"]

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class LoadReport:
    """What a load came to; accepted + merged + rejected = rows read, always.

    `problems` are cells that could not be read (their rows were accepted, the cell unknown);
    `differences` cells where an office's figure differs from another's; `early_years` figures for
    years before establishment.
    """

    entity: str
    snapshot: str = ""
    key_kind: str = ""
    rows_read: int = 0
    accepted: int = 0
    merged: int = 0
    rejected: int = 0
    problems: int = 0
    differences: int = 0
    early_years: int = 0
    rounded: dict[str, int] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reports: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A load that was read and joined to what is there; nothing is written yet."""

    entity: Entity
    vocabulary: Vocabulary
    collected: Collected
    merged: Merged
    early: pl.DataFrame
    before: Snapshot | None
    sources: list[SourceFile]
    as_of: date
    registers: Mapping[str, Any]

    @property
    def report(self) -> LoadReport:
        """What the load comes to."""
        return _report(self.entity, self.collected, self.merged, self.early)

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The tables of the load's report, by name."""
        return report_frames(
            self.collected, self.merged, self.early, self.sources, self.entity, self.vocabulary
        )


def load(
    workspace: Workspace,
    entity: str,
    files: list[Path],
    *,
    map_file: Path | None = None,
    office: str | None = None,
    as_of: date,
    sheet: str | None = None,
    strict_cells: bool = False,
    complete: bool = False,
    vocabulary: Vocabulary | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Load files about one entity into a new snapshot.

    Parameters
    ----------
    workspace
        Where to.
    entity
        ``enterprise``, ``investment``, ``zone``.
    files
        Read together; a key in several of them is a duplicate.
    map_file
        Which column is which fact; without it headers are matched by label and alias.
    office
        Whose files they are; the map may say it. Default: the zone's own.
    as_of
        The date the files are as of.
    sheet, strict_cells
        Which sheet; whether an unreadable cell rejects its row.
    complete
        Of a table of events: every event up to `as_of` is in it, so that who has none has none.

    Raises
    ------
    RegistryError
        If a file cannot be taken at all or no row is accepted; nothing that was there changes.
    """
    given = read_map(map_file) if map_file else LoadMap()
    with workspace.locked():
        prepared = prepare(
            workspace,
            given.entity or entity,
            files,
            given,
            office=office,
            as_of=as_of,
            sheet=sheet,
            strict_cells=strict_cells,
            complete=complete,
            vocabulary=vocabulary,
            progress=progress,
        )
        return write_load(workspace, prepared)


def prepare(
    workspace: Workspace,
    entity: str,
    files: list[Path],
    given: LoadMap,
    *,
    office: str | None = None,
    as_of: date,
    sheet: str | None = None,
    strict_cells: bool = False,
    complete: bool = False,
    vocabulary: Vocabulary | None = None,
    progress: Progress | None = None,
    only_zone: str | None = None,
    whole: bool = True,
) -> Prepared:
    """Read a load and join it to what is there, as `load` does, but write nothing.

    Parameters
    ----------
    given
        Which column is which fact.
    only_zone
        Whose load it is: rows that belong to another zone are rejected.
    whole
        Whether the joined table has every row that was there (to be written), or only those that
        the load is about (to be looked at).

    Raises
    ------
    RegistryError
        As `load`.
    """
    vocabulary = vocabulary or load_vocabulary()
    described = _entity(vocabulary, entity)
    office = office or given.office or "zone_committee"
    _known_office(vocabulary, office)
    registers = _events_whole(described, as_of, only_zone) if complete else {}
    before = Snapshot.current(workspace) if workspace.current_snapshot_id else None
    zone = only_zone or _zone(workspace)
    collected = collect(
        files,
        described,
        vocabulary,
        given,
        as_of=as_of,
        sheet=sheet,
        zone=zone,
        names=known_enterprises(before, described.id, only_zone),
        strict_cells=strict_cells,
        progress=progress or (lambda *_: None),
    )
    if only_zone:
        reject_others(collected, described, before, only_zone)
    return join(
        workspace,
        described,
        collected,
        before,
        office,
        as_of,
        vocabulary,
        zone,
        registers,
        whole=whole,
    )


def join(
    workspace: Workspace,
    entity: Entity,
    collected: Collected,
    before: Snapshot | None,
    office: str,
    as_of: date,
    vocabulary: Vocabulary,
    zone: str | None = None,
    registers: Mapping[str, Any] | None = None,
    *,
    whole: bool = True,
) -> Prepared:
    """Merge collected rows into the snapshot before.

    `registers` are those loaded whole, by name, with the date they are as of.
    """
    if collected.frame.height == 0:
        raise nothing_accepted(collected)
    frame, merged_rows = merge_duplicates(collected, entity)
    if frame.height == 0:
        raise nothing_accepted(collected)
    if zone and entity.id == "enterprise" and "zone" not in frame.columns:
        frame = frame.with_columns(pl.lit(zone).alias("zone"))
    _count(collected, frame, merged_rows)
    old_sources = _old_sources(before)
    base = len(old_sources)
    if base + len(collected.files) > MOST_SOURCES:
        raise RegistryError(
            f"来源文件超过{MOST_SOURCES:,}个", hint="新建工作区，把仍在使用的文件重新装载"
        )
    new_sources = [_source(f, office, as_of, entity.id) for f in collected.files]
    merged = merge_into(
        frame.select("key", pl.exclude("key", FILE, ROW)),
        frame[FILE] + base,
        before,
        entity,
        vocabulary,
        sources=old_sources,
        office=office,
        as_of=as_of,
        order=[*workspace.settings.precedence, *(o for o in vocabulary.offices)],
        whole=whole,
    )
    return Prepared(
        entity,
        vocabulary,
        collected,
        merged,
        _early_years(merged.frame, entity),
        before,
        [*old_sources, *new_sources],
        as_of,
        registers or {},
    )


def write_load(workspace: Workspace, prepared: Prepared) -> LoadReport:
    """Write the next snapshot; the caller has held the workspace's lock since before it prepared."""
    report = prepared.report
    snapshot = _write(workspace, prepared, report)
    report.snapshot = snapshot.id
    report.reports = str(snapshot.path / "reports")
    return report


def _zone(workspace: Workspace) -> str | None:
    return workspace.settings.zone.key if workspace.settings.zone else None


def _events_whole(entity: Entity, as_of: date, only_zone: str | None) -> dict[str, Any]:
    """Return what the manifest says of a table of events that is loaded whole."""
    if entity.event is None:
        raise RegistryError(
            f"{entity.title.zh}不是事件，不能按完整名单装载",
            hint="--complete 用于 outcomes 和处罚、检查等事件表",
        )
    no_part_whole(only_zone)
    return {entity.id: {"as_of": as_of.isoformat()}}


def _entity(vocabulary: Vocabulary, name: str) -> Entity:
    found = vocabulary.entity_named(name)
    if found is None:
        known = "、".join(e.plural for e in vocabulary.entities.values())
        raise RegistryError(f"没有主体“{name}”", hint=f"可以是 {known}")
    return found


def _known_office(vocabulary: Vocabulary, office: str) -> None:
    if office not in vocabulary.offices:
        raise RegistryError(f"没有部门“{office}”", hint="可以是 " + "、".join(vocabulary.offices))


def nothing_accepted(collected: Collected) -> RegistryError:
    """Return the refusal of a load of which no row was accepted, with its first reasons."""
    rows = collected.refusal.rejects.head(5).iter_rows(named=True)
    findings = [
        Finding(
            f"{r['value']}：{r['reason']}" if r["value"] else r["reason"],
            f"{collected.files[r['file']].path.name} 第{r['row']}行 {r['column'] or ''}",
        )
        for r in rows
    ]
    return RegistryError(
        "没有一行可以接收，工作区保持原样", findings=findings, hint="按提示修改文件或对应表"
    )


def _count(collected: Collected, frame: pl.DataFrame, merged: pl.DataFrame) -> None:
    for index, count in enumerate(collected.files):
        own = (pl.col(FILE) == index) & (pl.col(ROW) > 0)  # a row 0 says no of one not listed
        count.accepted = frame.filter(own).height + count.elsewhere
        count.merged = merged.filter(pl.col("file") == index).height + count.joined
        rejects = collected.refusal.rejects.filter(pl.col("file") == index)
        count.rejected = rejects["row"].n_unique()
        if count.accepted + count.merged + count.rejected != count.rows:
            raise RegistryError(
                f"行数对不上：接收{count.accepted}＋合并{count.merged}＋拒收{count.rejected}≠读入{count.rows}",
                where=count.path.name,
                hint="请报告此问题",
            )


def _old_sources(before: Snapshot | None) -> list[SourceFile]:
    if before is None:
        return []
    return [
        SourceFile(**{k: v for k, v in s.items() if k != "index"})
        for s in before.manifest["sources"]
    ]


def _source(count: FileCount, office: str, as_of: date, entity: str) -> SourceFile:
    return SourceFile(
        count.path.name,
        count.sha256,
        office,
        as_of.isoformat(),
        entity,
        count.sheet,
        count.rows,
        count.accepted,
        count.merged,
        count.rejected,
    )


def _early_years(frame: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return figures (not zero) for years before the year of establishment."""
    schema = {"key": pl.String(), "column": pl.String(), "established": pl.Date()}
    if entity.established is None or entity.established not in frame.columns:
        return pl.DataFrame(schema=schema)
    found = []
    for column in frame.columns:
        known = entity.column(column)
        if known is None or known[1] is None or not known[0].numeric:
            continue
        early = (pl.col(entity.established).dt.year() > known[1]) & (pl.col(column) != 0)
        found.append(
            frame.filter(early).select(
                "key",
                pl.lit(column).alias("column"),
                pl.col(entity.established).alias("established"),
            )
        )
    return pl.concat(found) if found else pl.DataFrame(schema=schema)


def _report(
    entity: Entity, collected: Collected, merged: Merged, early: pl.DataFrame
) -> LoadReport:
    report = LoadReport(entity.id, key_kind=collected.files[0].key_kind)
    for count in collected.files:
        report.rows_read += count.rows
        report.accepted += count.accepted
        report.merged += count.merged
        report.rejected += count.rejected
        described = asdict(count)
        described["path"] = count.path.name
        report.files.append(described)
    report.problems = collected.refusal.problems.height
    report.differences, report.early_years = merged.differences.height, early.height
    report.rounded = collected.rounded
    for row in (
        pl.concat([collected.refusal.rejects, collected.refusal.problems])
        .head(10)
        .iter_rows(named=True)
    ):
        place = f"{collected.files[row['file']].path.name} 第{row['row']}行"
        cell = f"“{row['column']}”" if row["column"] else ""
        value = f" {row['value']}" if row["value"] else ""
        report.examples.append(f"{place}{cell}{value}：{row['reason']}")
    report.notes += _other_keys(collected.frame["key"], entity)
    return report


def _other_keys(keys: pl.Series, entity: Entity) -> list[str]:
    """Say how many rows are known by something else than a credit code or number."""
    kinds = (("stock:", "股票代码"), ("name:", f"所在经开区内的{entity.title.zh}名称"))
    counts = [(keys.str.starts_with(prefix).sum(), words) for prefix, words in kinds]
    said = "，".join(f"{n:,} 行以{words}为标识" for n, words in counts if n)
    code = "统一社会信用代码" if entity.id == "enterprise" else "标识列"
    return [f"没有{code}：{said}"] if said else []


def _write(workspace: Workspace, prepared: Prepared, report: LoadReport) -> Snapshot:
    entity, merged, before = prepared.entity, prepared.merged, prepared.before
    frames = (
        {}
        if before is None
        else {e: before.scan(e).collect() for e in before.entities if e != entity.id}
    )
    cells, columns, kinds = _kept_sources(before, entity.id)
    frames[entity.id] = merged.frame
    columns[entity.id], several = {}, []
    for name in merged.frame.columns[1:]:
        found = merged.cells[name].drop_nulls().unique().sort().to_list()
        columns[entity.id][name] = found or [len(prepared.sources) - 1]
        if len(found) > 1:
            several.append(name)
    cells[entity.id] = merged.cells.select("key", *several)
    kinds[entity.id] = report.key_kind
    latest = max(prepared.as_of, before.as_of) if before is not None else prepared.as_of
    return write_snapshot(
        workspace,
        frames,
        as_of=latest,
        sources=prepared.sources,
        cell_sources=cells,
        column_sources=columns,
        key_kinds=kinds,
        registers={**(before.manifest["registers"] if before else {}), **prepared.registers},
        reports=report_texts(report.to_dict(), prepared.frames),
        synthetic=bool(before.manifest["synthetic"]) if before else False,
        population=before.manifest.get("population") if before else None,
    )


def _kept_sources(
    before: Snapshot | None, changed: str
) -> tuple[dict[str, pl.DataFrame], dict[str, dict[str, list[int]]], dict[str, str]]:
    cells: dict[str, pl.DataFrame] = {}
    columns: dict[str, dict[str, list[int]]] = {}
    kinds: dict[str, str] = {}
    for entity in before.entities if before else []:
        if before is None or entity == changed:
            continue
        described: Mapping[str, Any] = before.manifest["entities"][entity]
        columns[entity] = {c: d["sources"] for c, d in described["columns"].items()}
        kinds[entity] = described["key_kind"]
        path = before.path / f"{entity}.sources.arrow"
        if path.exists():
            keys = before.scan(entity).select("key").collect()
            cells[entity] = pl.concat([keys, pl.read_ipc(path)], how="horizontal")
    return cells, columns, kinds

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
from jingkai.registry.reports import report_texts
from jingkai.registry.snapshot import Snapshot, SourceFile, write_snapshot
from jingkai.vocabulary import Entity, Vocabulary, load_vocabulary
from jingkai.workspace import Workspace

__all__ = ["LoadReport", "load", "nothing_accepted", "store"]

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
    vocabulary = vocabulary or load_vocabulary()
    given = read_map(map_file) if map_file else LoadMap()
    described = _entity(vocabulary, given.entity or entity)
    office = office or given.office or "zone_committee"
    _known_office(vocabulary, office)
    if complete and described.event is None:
        raise RegistryError(
            f"{described.title.zh}不是事件，不能按完整名单装载",
            hint="--complete 用于 outcomes 和处罚、检查等事件表",
        )
    registers = {described.id: {"as_of": as_of.isoformat()}} if complete else None
    with workspace.locked():
        before = Snapshot.current(workspace) if workspace.current_snapshot_id else None
        zone = workspace.settings.zone.key if workspace.settings.zone else None
        collected = collect(
            files,
            described,
            vocabulary,
            given,
            as_of=as_of,
            sheet=sheet,
            zone=zone,
            names=_names(before, described.id),
            strict_cells=strict_cells,
            progress=progress or (lambda *_: None),
        )
        if collected.frame.height == 0:
            raise nothing_accepted(collected)
        return store(
            workspace, described, collected, before, office, as_of, vocabulary, zone, registers
        )


def store(
    workspace: Workspace,
    entity: Entity,
    collected: Collected,
    before: Snapshot | None,
    office: str,
    as_of: date,
    vocabulary: Vocabulary,
    zone: str | None = None,
    registers: Mapping[str, Any] | None = None,
) -> LoadReport:
    """Merge collected rows into the snapshot before and write the next one.

    `registers` are those loaded whole, by name, with the date they are as of.
    """
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
    order = [*workspace.settings.precedence, *(o for o in vocabulary.offices)]
    merged = merge_into(
        frame.select("key", pl.exclude("key", FILE, ROW)),
        frame[FILE] + base,
        before,
        entity,
        vocabulary,
        sources=old_sources,
        office=office,
        as_of=as_of,
        order=order,
    )
    early = _early_years(merged.frame, entity)
    report = _report(entity, collected, merged, early)
    snapshot = _write(
        workspace,
        entity,
        merged,
        before,
        [*old_sources, *new_sources],
        as_of,
        report,
        collected,
        early,
        vocabulary,
        registers or {},
    )
    report.snapshot = snapshot.id
    report.reports = str(snapshot.path / "reports")
    return report


def _entity(vocabulary: Vocabulary, name: str) -> Entity:
    found = vocabulary.entity_named(name)
    if found is None:
        known = "、".join(e.plural for e in vocabulary.entities.values())
        raise RegistryError(f"没有主体“{name}”", hint=f"可以是 {known}")
    return found


def _known_office(vocabulary: Vocabulary, office: str) -> None:
    if office not in vocabulary.offices:
        raise RegistryError(f"没有部门“{office}”", hint="可以是 " + "、".join(vocabulary.offices))


def _names(before: Snapshot | None, entity: str) -> pl.DataFrame | None:
    if before is None or entity not in before.entities or "name" not in before.columns(entity):
        return None
    return before.scan(entity).select("key", "name").collect()


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


def _write(
    workspace: Workspace,
    entity: Entity,
    merged: Merged,
    before: Snapshot | None,
    sources: list[SourceFile],
    as_of: date,
    report: LoadReport,
    collected: Collected,
    early: pl.DataFrame,
    vocabulary: Vocabulary,
    registers: Mapping[str, Any],
) -> Snapshot:
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
        columns[entity.id][name] = found or [len(sources) - 1]
        if len(found) > 1:
            several.append(name)
    cells[entity.id] = merged.cells.select("key", *several)
    kinds[entity.id] = report.key_kind
    latest = max(as_of, before.as_of) if before is not None else as_of
    return write_snapshot(
        workspace,
        frames,
        as_of=latest,
        sources=sources,
        cell_sources=cells,
        column_sources=columns,
        key_kinds=kinds,
        registers={**(before.manifest["registers"] if before else {}), **registers},
        reports=report_texts(
            report.to_dict(), collected, merged, early, sources, entity, vocabulary
        ),
        synthetic=bool(before.manifest["synthetic"]) if before else False,
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

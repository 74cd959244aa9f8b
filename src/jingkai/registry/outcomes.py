"""Official outcomes: titles held and certificates with their validity, and closed registers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from jingkai.registry.cells import parse_column
from jingkai.registry.collect import FILE, Collected, add_refusals, collect
from jingkai.registry.errors import MappingError, RegistryError
from jingkai.registry.load import LoadReport, Prepared, join, nothing_accepted, write_load
from jingkai.registry.mapping import LoadMap
from jingkai.registry.reading import ROW, read_table
from jingkai.registry.reading.header import normal_header
from jingkai.registry.scope import known_enterprises, no_part_whole, reject_others
from jingkai.registry.snapshot import Snapshot
from jingkai.vocabulary import Fact, Title, Vocabulary, load_vocabulary
from jingkai.workspace import Workspace

__all__ = [
    "closed_registers",
    "load_outcomes",
    "load_register",
    "prepare_outcomes",
    "prepare_register",
]

_TITLE = {"称号", "认定名称", "资质", "证书名称", "title", "认定类型", "称号名称"}
_FROM = {"有效期起", "发证日期", "认定日期", "起始日期", "valid_from", "发证时间", "认定时间"}
_TO = {"有效期止", "有效期至", "到期日期", "截止日期", "valid_to", "有效期"}


@dataclass(frozen=True, slots=True)
class _Columns:
    title: str
    since: str | None
    until: str | None


def load_outcomes(
    workspace: Workspace,
    files: Sequence[Path],
    *,
    office: str,
    as_of: date,
    complete: bool = False,
    sheet: str | None = None,
    vocabulary: Vocabulary | None = None,
) -> LoadReport:
    """Load lists of official titles (one row a title) beside the computed verdicts.

    A row whose title is not known is rejected; of several certificates of one title the newest counts.

    Parameters
    ----------
    workspace, files, sheet
        A list has a column of the enterprise, of the title, and of its validity.
    office, as_of
        Whose list it is, as of when.
    complete
        The list is whole for the titles it names: an enterprise of the snapshot that is not on it
        does not hold them. Otherwise absence stays unknown.

    Raises
    ------
    RegistryError
        If columns or titles cannot be told, or nothing was loaded before.
    """
    with workspace.locked():
        prepared = prepare_outcomes(
            workspace,
            files,
            office=office,
            as_of=as_of,
            complete=complete,
            sheet=sheet,
            vocabulary=vocabulary,
        )
        return write_load(workspace, prepared)


def prepare_outcomes(
    workspace: Workspace,
    files: Sequence[Path],
    *,
    office: str,
    as_of: date,
    complete: bool = False,
    sheet: str | None = None,
    vocabulary: Vocabulary | None = None,
    only_zone: str | None = None,
    whole: bool = True,
) -> Prepared:
    """Read lists of official titles and join them to what is there, as `load_outcomes`, but write nothing.

    Parameters
    ----------
    only_zone, whole
        As of `registry.load.prepare`.
    """
    vocabulary = vocabulary or load_vocabulary()
    entity = vocabulary.entities["enterprise"]
    before = Snapshot.current(workspace)
    given = LoadMap(columns=_ignored(files, sheet))
    collected = _keys(workspace, before, files, given, as_of, sheet, vocabulary, only_zone)
    if only_zone:
        reject_others(collected, entity, before, only_zone)
    raw = _certificates(collected, sheet, vocabulary)
    wide = _wide(raw, collected, before, vocabulary)
    if wide.height == 0:
        raise nothing_accepted(collected)
    _notes(collected, raw, wide, before)
    if complete:
        no_part_whole(only_zone)
        held = [f"{t}_held" for t in vocabulary.titles if f"{t}_held" in wide.columns]
        wide = _absent(wide, before, held)
    found = _as_collected(wide, raw, collected)
    return join(workspace, entity, found, before, office, as_of, vocabulary, only_zone, whole=whole)


def load_register(
    workspace: Workspace,
    register: str,
    file: Path,
    *,
    office: str | None = None,
    as_of: date,
    sheet: str | None = None,
    vocabulary: Vocabulary | None = None,
) -> LoadReport:
    """Load a register that its holder keeps whole: who is not on it is known not to be.

    Parameters
    ----------
    workspace, file, sheet
        The list has one row an enterprise; only its key counts.
    register
        The register's name, as a fact's `closed_by` has it.
    office, as_of
        Whose list it is (the fact's holder by default), as of when.

    Returns
    -------
    The report; every enterprise of the snapshot has the fact, true or false. One that comes later is
    unknown until the register is loaded again.

    Raises
    ------
    RegistryError
        If there is no such register, or nothing was loaded before.
    """
    with workspace.locked():
        prepared = prepare_register(
            workspace,
            register,
            file,
            office=office,
            as_of=as_of,
            sheet=sheet,
            vocabulary=vocabulary,
        )
        return write_load(workspace, prepared)


def prepare_register(
    workspace: Workspace,
    register: str,
    file: Path,
    *,
    office: str | None = None,
    as_of: date,
    sheet: str | None = None,
    vocabulary: Vocabulary | None = None,
    whole: bool = True,
) -> Prepared:
    """Read a register that is kept whole and join it to what is there, but write nothing."""
    vocabulary = vocabulary or load_vocabulary()
    entity = vocabulary.entities["enterprise"]
    facts = [f for f in entity.facts.values() if f.closed_by == register]
    if not facts:
        known = closed_registers(vocabulary)
        raise RegistryError(f"没有登记名单“{register}”", hint="可以是 " + "、".join(known))
    before = Snapshot.current(workspace)
    collected = _keys(workspace, before, [file], LoadMap(), as_of, sheet, vocabulary)
    listed = collected.frame.select("key", FILE, ROW).unique("key", keep="first")
    listed = listed.with_columns(pl.lit(True).alias(f.name) for f in facts)
    everyone = before.scan("enterprise").select("key").collect()
    unknown = listed.join(everyone, on="key", how="anti").height
    here = listed.join(everyone, on="key", how="semi")
    listing = _absent(here, before, [f.name for f in facts])
    count = collected.files[0]
    count.elsewhere, count.joined = unknown, collected.frame.height - listed.height
    count.notes += (f"名单上有 {unknown:,} 户不在本工作区",) if unknown else ()
    kept = Collected(listing, collected.files, collected.refusal)
    registers = {register: {"as_of": as_of.isoformat()}}
    holder = office or facts[0].holder
    return join(
        workspace,
        entity,
        kept,
        before,
        holder,
        as_of,
        vocabulary,
        registers=registers,
        whole=whole,
    )


def closed_registers(vocabulary: Vocabulary) -> list[str]:
    """Return the names of the registers that are loaded whole."""
    facts = vocabulary.entities["enterprise"].facts.values()
    return sorted({f.closed_by for f in facts if f.closed_by})


def _keys(
    workspace: Workspace,
    before: Snapshot,
    files: Sequence[Path],
    load_map: LoadMap,
    as_of: date,
    sheet: str | None,
    vocabulary: Vocabulary,
    only_zone: str | None = None,
) -> Collected:
    """Read a list of enterprises and find each among those that are there."""
    own = workspace.settings.zone.key if workspace.settings.zone else None
    return collect(
        list(files),
        vocabulary.entities["enterprise"],
        vocabulary,
        load_map,
        as_of=as_of,
        sheet=sheet,
        zone=only_zone or own,
        names=known_enterprises(before, "enterprise", only_zone),
        strict_cells=False,
        progress=lambda *_: None,
    )


def _ignored(files: Sequence[Path], sheet: str | None) -> dict[str, object]:
    """Say of the columns that every file has which are the list's own."""
    tables = [read_table(file, sheet) for file in files]
    headers = {h for table in tables for h in table.columns}
    return {h: "ignore" for h in headers if h.lower() in _TITLE | _FROM | _TO}


def _titled(collected: Collected, index: int, sheet: str | None, fact: Fact) -> pl.DataFrame:
    """Return one list's rows that have a key: `key`, where they stood, `title`, `from`, `to`."""
    path = collected.files[index].path
    table = read_table(path, sheet)
    columns = _columns(table.columns, path)
    found = [table.frame[ROW], table.frame[columns.title].alias("title")]
    for name, column in (("from", columns.since), ("to", columns.until)):
        if column is None:
            found.append(pl.Series(name, [None] * table.frame.height, dtype=pl.Date))
            continue
        parsed = parse_column(table.frame[column], fact)
        found.append(parsed.values.alias(name))
        problems = collected.refusal.problems
        collected.refusal.problems = add_refusals(problems, parsed.problems, table, column, index)
    mine = collected.frame.filter(pl.col(FILE) == index).select("key", FILE, ROW)
    return mine.join(pl.DataFrame(found), on=ROW, how="left")


def _certificates(collected: Collected, sheet: str | None, vocabulary: Vocabulary) -> pl.DataFrame:
    """Return every row whose title is known and contradicts no other; the rest is rejected."""
    fact = next(iter(vocabulary.titles.values())).facts()[1]
    raw = pl.concat(_titled(collected, i, sheet, fact) for i in range(len(collected.files)))
    known = _titles_by_name(vocabulary)
    ids = [known.get(normal_header(t or "").lower()) for t in raw["title"]]
    raw = raw.with_columns(pl.Series("id", ids, dtype=pl.String))
    labels = "、".join(t.label.zh for t in vocabulary.titles.values())
    strange = raw.filter(pl.col("id").is_null())
    _reject(collected, strange, f"不认识的称号，可以是 {labels}")
    raw = raw.filter(pl.col("id").is_not_null())
    ends = pl.col("to").drop_nulls().n_unique().over("key", "id", "from") > 1
    _reject(collected, raw.filter(ends), "同一称号、同一起始日有不同的截止日")
    return raw.filter(~ends)


def _reject(collected: Collected, rows: pl.DataFrame, reason: str) -> None:
    found = rows.select(
        pl.col(FILE).alias("file"),
        pl.col(ROW).alias("row"),
        pl.lit("称号").alias("column"),
        pl.col("title").alias("value"),
        pl.lit(reason).alias("reason"),
    )
    refusal = collected.refusal
    refusal.rejects = pl.concat([refusal.rejects, found.cast(refusal.rejects.schema)])


def _notes(collected: Collected, raw: pl.DataFrame, wide: pl.DataFrame, before: Snapshot) -> None:
    """Say which certificates count where there are several, and who is new."""
    several = raw.group_by("key", "id").agg(pl.col("from").n_unique().alias("n"))
    count = several.filter(pl.col("n") > 1).height
    notes = [f"{count:,} 户的同一称号有多张证书，采用最新的一张"] if count else []
    everyone = before.scan("enterprise").select("key").collect()
    new = wide.join(everyone, on="key", how="anti").height
    notes += [f"名单上有 {new:,} 户原来不在本工作区，已加入"] if new else []
    collected.files[0].notes += tuple(notes)


def _columns(headers: list[str], file: Path) -> _Columns:
    lower = {h.lower(): h for h in headers}

    def one(names: set[str]) -> str | None:
        return next((lower[n] for n in names if n in lower), None)

    title = one(_TITLE)
    if title is None:
        raise MappingError("找不到称号列", where=str(file), hint="列名可用：称号、认定名称、资质")
    return _Columns(title, one(_FROM), one(_TO))


def _titles_by_name(vocabulary: Vocabulary) -> dict[str, str]:
    return {
        normal_header(name).lower(): title.id
        for title in vocabulary.titles.values()
        for name in (title.id, title.label.zh, title.label.en, *title.aliases)
    }


def _wide(
    raw: pl.DataFrame, collected: Collected, before: Snapshot, vocabulary: Vocabulary
) -> pl.DataFrame:
    """Return one row an enterprise with its titles; with its name where it was not there before."""
    frame = raw.select("key", FILE, ROW).unique("key", keep="first", maintain_order=True)
    if "name" in collected.frame.columns:
        new = frame.join(before.scan("enterprise").select("key").collect(), on="key", how="anti")
        names = collected.frame.join(new, on=["key", FILE, ROW]).select("key", "name")
        frame = frame.join(names, on="key", how="left") if names.height else frame
    for title in vocabulary.titles.values():
        mine = raw.filter(pl.col("id") == title.id)
        if mine.height == 0:
            continue
        latest = mine.sort("from", nulls_last=False).unique("key", keep="last")
        until = _until(latest, title)
        held = latest.select(
            "key",
            pl.lit(True).alias(f"{title.id}_held"),
            pl.col("from").alias(f"{title.id}_from"),
            until.alias(f"{title.id}_to"),
        )
        frame = frame.join(held, on="key", how="left")
    return frame


def _until(frame: pl.DataFrame, title: Title) -> pl.Series:
    if title.valid_years is None:
        return frame["to"]
    ends = [
        to if to is not None or since is None else _years_later(since, title.valid_years)
        for since, to in zip(frame["from"], frame["to"], strict=True)
    ]
    return pl.Series(ends, dtype=pl.Date)


def _years_later(since: date, years: int) -> date:
    """Return the last day of a validity of some years: three from 2023-07-01 end 2026-06-30."""
    try:
        anniversary = since.replace(year=since.year + years)
    except ValueError:
        anniversary = date(since.year + years, 3, 1)
    return anniversary - timedelta(days=1)


def _absent(wide: pl.DataFrame, before: Snapshot, facts: list[str]) -> pl.DataFrame:
    """Add every enterprise that the list does not have, with no for each of its facts."""
    everyone = before.scan("enterprise").select("key").collect()
    others = everyone.join(wide, on="key", how="anti").with_columns(
        pl.lit(0, dtype=pl.Int64).alias(FILE), pl.lit(0, dtype=pl.Int64).alias(ROW)
    )
    both = pl.concat([wide, others], how="diagonal")
    return both.with_columns(pl.col(fact).fill_null(False) for fact in facts)


def _as_collected(wide: pl.DataFrame, raw: pl.DataFrame, collected: Collected) -> Collected:
    for index, count in enumerate(collected.files):
        rows = raw.filter(pl.col(FILE) == index).height
        count.joined = rows - wide.filter((pl.col(FILE) == index) & (pl.col(ROW) > 0)).height
    return Collected(wide, collected.files, collected.refusal)

"""What a register would do if it were loaded: read and joined as a load does, and nothing written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from jingkai.console.access import SENSITIVE, may_see_fact
from jingkai.console.fact_values import value_text
from jingkai.console.files import path_of
from jingkai.console.imports.columns import columns_shown
from jingkai.console.imports.kinds import mapped
from jingkai.console.imports.reading import import_map, prepared, under_its_name
from jingkai.console.models import Account, Upload
from jingkai.console.opened import rulebook
from jingkai.console.trail import record_as
from jingkai.errors import JingkaiError
from jingkai.registry.errors import MappingError
from jingkai.registry.load import Prepared
from jingkai.registry.mapping import LoadMap
from jingkai.registry.reading import ROW, read_table
from jingkai.registry.reports import report_texts
from jingkai.vocabulary import Entity, Vocabulary
from jingkai.workspace import publish_folder

__all__ = ["entity_of", "preview", "preview_folder", "seen_by", "sensitive_in"]

Tell = Callable[[str, int, int], None]
_ROWS = 8
_COLUMNS = 60


def preview(upload: Upload, tell: Tell) -> None:
    """Read an upload and keep what a load of it would come to; an error is kept as one to mend."""
    found: dict[str, Any] = {"snapshot": settings.WORKSPACE.current_snapshot_id or ""}
    vocabulary = rulebook().vocabulary
    try:
        with under_its_name(upload.file) as path:
            found |= _columns(upload, path, vocabulary)
            ready = prepared(upload, path, vocabulary, tell, whole=False)
            found |= _result(ready, vocabulary)
            _keep_tables(upload, ready)
            _record(upload, ready)
    except JingkaiError as error:
        found["error"] = error.to_dict()
    Upload.objects.filter(pk=upload.pk).update(preview=found)
    upload.preview = found


def preview_folder(upload: Upload) -> Path:
    """Return where the tables of an upload's preview lie."""
    path = path_of(upload.file)
    return path.with_name(f"{path.name}-preview")


def entity_of(upload: Upload, vocabulary: Vocabulary) -> Entity:
    """Return whose facts an upload gives; lists are about enterprises."""
    return vocabulary.entities.get(upload.entity, vocabulary.entities["enterprise"])


def seen_by(account: Account, differences: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return differences without what other offices hold and do not share."""
    hidden = {}
    for column in differences["column"].unique() if differences.height else ():
        known = entity.column(column)
        if known is not None and not may_see_fact(account, known[0]):
            holder = rulebook().vocabulary.offices[known[0].holder].label.zh
            hidden[column] = f"由{holder}持有，未共享"
    if not hidden:
        return differences
    said = pl.col("column").replace_strict(hidden, default=None, return_dtype=pl.String)
    return differences.with_columns(pl.coalesce(said, "原值").alias("原值"))


def sensitive_in(account: Account, differences: pl.DataFrame, entity: Entity) -> set[str]:
    """Return the sensitive facts that differences show an account."""
    found = set(differences["column"].unique()) if differences.height else set()
    known = {c: entity.column(c) for c in found}
    return {
        c
        for c, k in known.items()
        if k and k[0].sensitivity in SENSITIVE and may_see_fact(account, k[0])
    }


def _columns(upload: Upload, path: Path, vocabulary: Vocabulary) -> dict[str, Any]:
    given = import_map(upload).columns
    table = read_table(path, given.sheet)
    if not mapped(vocabulary, upload.entity):
        return {"columns": [], "headers": table.columns, "sheet": table.sheet}
    entity = vocabulary.entities[upload.entity]
    try:
        shown = columns_shown(table, entity, given)
    except MappingError:  # a header that contradicts itself: nothing is matched, all can be mended
        shown = columns_shown(
            table, entity, LoadMap(columns=dict.fromkeys(table.columns, "ignore"))
        )
    return {**shown, "headers": table.columns, "sheet": table.sheet}


def _result(ready: Prepared, vocabulary: Vocabulary) -> dict[str, Any]:
    keys, before = ready.merged.frame.lazy().select("key"), ready.before
    if before is not None and ready.entity.id in before.entities:
        keys = keys.join(before.scan(ready.entity.id).select("key"), on="key", how="anti")
    return {
        "report": ready.report.to_dict(),
        "new": keys.collect().height,
        "rows": _rows(ready, vocabulary),
    }


def _rows(ready: Prepared, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the first rows as they were read: typed, in words with their units."""
    frame, facts = ready.collected.frame.filter(pl.col(ROW) > 0).sort(ROW).head(_ROWS), {}
    for column in frame.columns[:_COLUMNS]:
        known = ready.entity.column(column)
        if known is not None:
            facts[column] = known
    return {
        "columns": [f"{f.label.zh}{f' {year}' if year else ''}" for f, year in facts.values()],
        "rows": [
            {
                "row": r[ROW],
                "key": r["key"],
                "cells": [value_text(r[c], f, vocabulary) for c, (f, _) in facts.items()],
            }
            for r in frame.iter_rows(named=True)
        ],
    }


def _keep_tables(upload: Upload, ready: Prepared) -> None:
    """Put the tables beside the file, as a load puts them beside its snapshot."""
    folder = preview_folder(upload)
    tmp = settings.WORKSPACE.temporary(folder.parent)
    for name, text in report_texts(ready.report.to_dict(), ready.frames).items():
        encoding = "utf-8-sig" if name.endswith(".csv") else "utf-8"
        (tmp / name).write_text(text, encoding)
    shutil.rmtree(folder, ignore_errors=True)
    publish_folder(tmp, folder)


def _record(upload: Upload, ready: Prepared) -> None:
    """Write down which sensitive facts of others the officer gets to see."""
    by, differences = upload.by, ready.frames.get("differences", pl.DataFrame())
    facts = sensitive_in(by, differences, ready.entity)
    record_as(by.username, by.role, "import.preview", str(upload.pk), facts)

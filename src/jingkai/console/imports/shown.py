"""An import as a page and a program read it, and the tables that it leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.http import HttpRequest

from jingkai.console.errors import NotFound
from jingkai.console.imports.columns import KEYS
from jingkai.console.imports.kinds import kinds, mapped, only_zone
from jingkai.console.imports.preview import entity_of, preview_folder, seen_by, sensitive_in
from jingkai.console.imports.reading import import_map
from jingkai.console.models import Account, Upload
from jingkai.console.opened import rulebook
from jingkai.console.trail import record
from jingkai.console.work.shown import job_shown
from jingkai.errors import JingkaiError
from jingkai.registry.undo import check_undo

__all__ = ["TABLES", "import_shown", "state_title", "table_of"]

#: The tables of a load's report: how they are called.
TABLES = {
    "rejects": ("拒收的行", "Rejected rows, with reasons"),
    "rejected_rows": ("拒收行的原文", "Rejected rows as they stood"),
    "problems": ("读不出的单元格", "Cells that cannot be read"),
    "differences": ("与已有数据不一致", "Differences from what is there"),
    "early_years": ("早于成立年份的数据", "Figures before establishment"),
}
_SHOWN = 10
#: What says the same in every row of one file, or only a program reads.
_LEFT_OUT = {"file", "文件", "新来源"}


_STATES_EN = {
    "previewed": "to be confirmed",
    "loading": "being loaded",
    "loaded": "loaded",
    "undone": "taken back",
    "refused": "refused",
    "discarded": "discarded",
}


def state_title(upload: Upload, lang: str) -> str:
    """Return where an import stands, in words."""
    return _STATES_EN[upload.state] if lang == "en" else str(upload.get_state_display())


def import_shown(upload: Upload, account: Account, lang: str) -> dict[str, Any]:
    """Return an import: its file, its columns and how they are read, what it does or did, what may be done."""
    vocabulary, preview = rulebook().vocabulary, upload.preview or {}
    entity, given = entity_of(upload, vocabulary), import_map(upload)
    kind = next((k for k in kinds(vocabulary, account, lang) if k["id"] == upload.entity), None)
    report = upload.report or preview.get("report")
    return {
        "id": upload.pk,
        "file": upload.file.name,
        "bytes": upload.file.size,
        "sha256": upload.file.sha256,
        "entity": upload.entity,
        "kind": kind["title"] if kind else upload.entity,
        "office": vocabulary.offices[upload.office].label.text(lang),
        "zone": only_zone(upload.zone) or "",
        "as_of": upload.as_of.isoformat(),
        "by": upload.by.username,
        "at": upload.at,
        "state": upload.state,
        "state_title": state_title(upload, lang),
        "before": upload.before,
        "snapshot": upload.snapshot,
        "error": preview.get("error"),
        "stale": _stale(upload, preview),
        "columns": preview.get("columns", []),
        "headers": preview.get("headers", []),
        "key": preview.get("key", {}),
        "keys": [{"id": k, "title": t[lang == "en"]} for k, t in KEYS.items()],
        "mapped": mapped(vocabulary, upload.entity),
        "facts": _fact_names(entity) if upload.state == Upload.State.PREVIEWED else [],
        "sheet": given.columns.sheet or preview.get("sheet") or "",
        "years": given.columns.years,
        "strict_cells": given.strict_cells,
        "complete": given.complete,
        "may_be_whole": bool(kind and kind["whole"]),
        "report": report,
        "new": preview.get("new"),
        "rows": preview.get("rows"),
        "tables": _tables(upload, account, lang) if report else [],
        "job": job_shown(upload.job, lang) if upload.job else None,
        "undo": _undo(upload),
    }


def table_of(request: HttpRequest, upload: Upload, name: str) -> pl.DataFrame:
    """Return a table of an import whole, as its office may see it; that it was read is written down."""
    if name not in TABLES:
        raise NotFound("没有这张表", hint="可以是 " + "、".join(TABLES))
    entity = entity_of(upload, rulebook().vocabulary)
    table = _read(_folder(upload) / f"{name}.csv")
    if name == "differences":
        facts = sensitive_in(request.user, table, entity)
        record(request, "import.read", str(upload.pk), facts, table=name)
        return seen_by(request.user, table, entity)
    return table


def _tables(upload: Upload, account: Account, lang: str) -> list[dict[str, Any]]:
    """Return the beginning of each table that has rows."""
    found, entity = [], entity_of(upload, rulebook().vocabulary)
    for name, titles in TABLES.items():
        table = _read(_folder(upload) / f"{name}.csv")
        if table.height == 0:
            continue
        if name == "differences":
            table = seen_by(account, table, entity)
        left_out = _LEFT_OUT | ({"column"} if name == "differences" else set())
        head = table.head(_SHOWN).drop(left_out & set(table.columns))
        found.append(
            {
                "name": name,
                "title": titles[lang == "en"],
                "rows": table.height,
                "sensitive": sorted(sensitive_in(account, table.head(_SHOWN), entity))
                if name == "differences"
                else [],
                "columns": [
                    _TITLES.get(c, c)[lang == "en"] if c in _TITLES else c for c in head.columns
                ],
                "head": [["" if v is None else v for v in row] for row in head.rows()],
            }
        )
    return found


_TITLES = {
    "file": ("文件", "File"),
    "row": ("行", "Row"),
    "column": ("列", "Column"),
    "value": ("内容", "Content"),
    "reason": ("原因", "Reason"),
    "key": ("标识", "Key"),
    "established": ("成立日期", "Established on"),
    "行": ("行", "Row"),
    "原因": ("原因", "Reason"),
    "名称": ("数据项", "Fact"),
    "单位": ("单位", "Unit"),
    "原值": ("原值", "There before"),
    "原来源": ("原来源", "From"),
    "新值": ("新值", "In this file"),
    "采用": ("采用", "Which counts"),
}


def _folder(upload: Upload) -> Path:
    """Return where the tables lie: beside the snapshot that was written, before that beside the file."""
    if upload.snapshot:
        path: Path = settings.WORKSPACE.snapshots / upload.snapshot / "reports"
        return path
    return preview_folder(upload)


def _read(path: Path) -> pl.DataFrame:
    if not path.exists():
        return pl.DataFrame()
    return pl.read_csv(path, infer_schema=False)


def _fact_names(entity: Any) -> list[str]:
    return sorted({f.label.zh for f in entity.facts.values()})


def _stale(upload: Upload, preview: dict[str, Any]) -> bool:
    """Return whether data changed since the preview."""
    now = settings.WORKSPACE.current_snapshot_id or ""
    return upload.state == Upload.State.PREVIEWED and preview.get("snapshot", now) != now


def _undo(upload: Upload) -> dict[str, Any]:
    """Return whether a load can be taken back, and why not."""
    if upload.state != Upload.State.LOADED:
        return {"may": False, "why": ""}
    try:
        check_undo(settings.WORKSPACE, upload.snapshot)
    except JingkaiError as error:
        return {"may": False, "why": error.what}
    return {"may": True, "why": ""}

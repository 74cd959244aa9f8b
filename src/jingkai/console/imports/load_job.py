"""Loads an upload, looks at a large one, and takes one back: each may be killed at any moment and run again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction

from jingkai.console.imports.preview import preview
from jingkai.console.imports.reading import prepared, under_its_name
from jingkai.console.jobs import kind
from jingkai.console.models import Job, Upload
from jingkai.console.opened import rulebook
from jingkai.console.reload import decide_now, loaded_since
from jingkai.console.trail import record_as
from jingkai.errors import JingkaiError
from jingkai.registry.load import write_load
from jingkai.registry.snapshot import UNDONE, Snapshot
from jingkai.registry.undo import undo
from jingkai.workspace import Workspace

__all__ = ["load_upload", "preview_upload", "undo_upload"]

Tell = Callable[[str, int, int], None]
State = Upload.State
#: What `before` says where nothing was there; empty it says that the load has not begun.
_NOTHING = "-"


@kind("preview")
def preview_upload(job: Job, tell: Tell) -> dict[str, Any]:
    """Look at an upload that is too large to be read while a page waits."""
    upload = _upload(job)
    preview(upload, tell)
    return {"upload": upload.pk}


@kind("load")
def load_upload(job: Job, tell: Tell) -> dict[str, Any]:
    """Load an upload and decide the new snapshot.

    Returns
    -------
    dict
        ``upload``, ``snapshot``, and the rows ``accepted``, ``merged``, ``rejected``.
    """
    upload, workspace = _upload(job), settings.WORKSPACE
    if upload.state == State.LOADING:
        try:
            snapshot = _already(workspace, upload) or _load(workspace, upload, tell)
        except JingkaiError:
            waiting = Upload.objects.filter(pk=upload.pk, state=State.LOADING)
            waiting.update(state=State.PREVIEWED, before="")
            raise
        _loaded(upload, snapshot)
    decide_now(workspace, tell)
    upload.refresh_from_db()
    counts = {name: upload.report[name] for name in ("accepted", "merged", "rejected")}
    return {"upload": upload.pk, "snapshot": upload.snapshot, **counts}


@kind("undo")
def undo_upload(job: Job, tell: Tell) -> dict[str, Any]:
    """Take a load back and see that what was before is decided."""
    upload, workspace = _upload(job), settings.WORKSPACE
    if upload.state == State.LOADED:
        tell("撤销", 0, 1)
        if not _taken_back(workspace, upload):
            undo(workspace, upload.snapshot)
        _undone(upload, job)
    decide_now(workspace, tell)
    return {"upload": upload.pk, "snapshot": upload.before}


def _upload(job: Job) -> Upload:
    found: Upload = Upload.objects.select_related("by", "file").get(pk=job.arguments["upload"])
    return found


def _already(workspace: Workspace, upload: Upload) -> Snapshot | None:
    """Return the snapshot of a load that was killed before it could say so; remember where it begins."""
    if upload.before:
        before = None if upload.before == _NOTHING else upload.before
        found = loaded_since(workspace, before, upload.file.sha256)
        if found is not None:
            return found
    upload.before = workspace.current_snapshot_id or _NOTHING
    upload.save(update_fields=["before"])
    return None


def _load(workspace: Workspace, upload: Upload, tell: Tell) -> Snapshot:
    vocabulary = rulebook().vocabulary
    tell("读取", 0, 3)
    with under_its_name(upload.file) as path, workspace.locked():
        ready = prepared(upload, path, vocabulary, lambda *_: None, whole=True)
        tell("写入", 1, 3)
        report = write_load(workspace, ready)
    return Snapshot(workspace.snapshots / report.snapshot)


def _loaded(upload: Upload, snapshot: Snapshot) -> None:
    """Say that an upload is in the register, once."""
    report = json.loads((snapshot.path / "reports" / "report.json").read_text("utf-8"))
    with transaction.atomic():
        waiting = Upload.objects.filter(pk=upload.pk, state=State.LOADING)
        if waiting.update(state=State.LOADED, snapshot=snapshot.id, report=report):
            record_as(
                upload.by.username, upload.by.role, "import.loaded", str(upload.pk),
                file=upload.file.name, sha256=upload.file.sha256, entity=upload.entity,
                before=upload.before, snapshot=snapshot.id,
                rows={n: report[n] for n in ("accepted", "merged", "rejected")},
            )  # fmt: skip


def _taken_back(workspace: Workspace, upload: Upload) -> bool:
    """Return whether the load was taken back by a job that was killed before it could say so."""
    marked = (workspace.snapshots / upload.snapshot / UNDONE).exists()
    return marked and workspace.current_snapshot_id != upload.snapshot


def _undone(upload: Upload, job: Job) -> None:
    with transaction.atomic():
        there = Upload.objects.filter(pk=upload.pk, state=State.LOADED)
        if there.update(state=State.UNDONE):
            record_as(
                job.by.username, job.by.role, "import.undone", str(upload.pk),
                file=upload.file.name, snapshot=upload.snapshot, before=upload.before,
            )  # fmt: skip

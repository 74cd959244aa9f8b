"""What an officer does with an import, each step only from the state that it follows."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from jingkai.console import jobs
from jingkai.console.errors import ConsoleError
from jingkai.console.imports.columns import read_columns
from jingkai.console.imports.kinds import mapped
from jingkai.console.imports.preview import entity_of, preview
from jingkai.console.imports.reading import ImportMap, import_map, under_its_name
from jingkai.console.models import Account, Job, Upload
from jingkai.console.opened import rulebook
from jingkai.console.trail import record
from jingkai.registry.mapping import plan_columns
from jingkai.registry.reading import read_table
from jingkai.registry.undo import check_undo
from jingkai.vocabulary import Vocabulary

__all__ = ["act", "look", "settle"]

State = Upload.State
#: A larger file is looked at in the background.
_AT_ONCE = 1024 * 1024


def act(request: HttpRequest, upload: Upload) -> None:
    """Do what the form asks for: ``map``, ``load``, ``discard`` or ``undo``.

    Raises
    ------
    ConsoleError
        If that cannot be done now.
    """
    step = _STEPS.get(request.POST.get("do", ""))
    if step is None:
        raise ConsoleError("不知道要做什么", hint="用页面上的按钮")
    step(request, upload)


def look(upload: Upload, account: Account) -> None:
    """Preview an upload: at once, or in the background where it is large."""
    if upload.file.size <= _AT_ONCE:
        preview(upload, lambda *_: None)
        return
    with transaction.atomic():
        upload.job = jobs.start("preview", account, account.zone, upload=upload.pk)
        upload.preview = None
        upload.save(update_fields=["job", "preview"])


def settle(upload: Upload) -> None:
    """Let a load whose job was given up be asked for again."""
    given_up = upload.job is not None and upload.job.state == Job.State.FAILED
    if upload.state == State.LOADING and given_up:
        stuck = Upload.objects.filter(pk=upload.pk, state=State.LOADING, job=upload.job)
        stuck.update(state=State.PREVIEWED)
        upload.refresh_from_db()


def _map(request: HttpRequest, upload: Upload) -> None:
    _only_from(upload, "previewed")
    vocabulary = rulebook().vocabulary
    if mapped(vocabulary, upload.entity):
        headers = (upload.preview or {}).get("headers", [])
        given = read_columns(request.POST, headers, entity_of(upload, vocabulary))
        if headers and given.columns.sheet in (None, (upload.preview or {}).get("sheet")):
            _check(upload, given, vocabulary)
    else:
        given = ImportMap(complete="complete" in request.POST)
        sheet = request.POST.get("sheet", "").strip() or None
        given.columns.sheet = sheet
    if given.columns.sheet != import_map(upload).columns.sheet:
        given.columns.columns, given.columns.key = {}, None  # another sheet has other columns
    upload.mapping = given.model_dump_json()
    upload.save(update_fields=["mapping"])
    look(upload, request.user)


def _check(upload: Upload, given: ImportMap, vocabulary: Vocabulary) -> None:
    """Refuse a mapping by which the file cannot be read, before it is kept."""
    with under_its_name(upload.file) as path:
        table = read_table(path, given.columns.sheet)
        plan_columns(table, entity_of(upload, vocabulary), given.columns)


def _load(request: HttpRequest, upload: Upload) -> None:
    found = upload.preview or {}
    if "report" not in found:
        raise ConsoleError("还不能装载：预览没有成功", hint="先按提示改正")
    with transaction.atomic():
        waiting = Upload.objects.filter(pk=upload.pk, state=State.PREVIEWED)
        if not waiting.update(state=State.LOADING):
            raise ConsoleError("这次导入已经在装载，或已结束", hint="刷新页面")
        upload.job = jobs.start("load", request.user, upload.zone, upload=upload.pk)
        Upload.objects.filter(pk=upload.pk).update(job=upload.job)
        record(request, "import.confirm", str(upload.pk), job=str(upload.job.pk))


def _discard(request: HttpRequest, upload: Upload) -> None:
    with transaction.atomic():
        waiting = Upload.objects.filter(pk=upload.pk, state=State.PREVIEWED)
        if not waiting.update(state=State.DISCARDED):
            raise ConsoleError("只有待确认的导入可以放弃", hint="刷新页面")
        record(request, "import.discard", str(upload.pk))


def _undo(request: HttpRequest, upload: Upload) -> None:
    _only_from(upload, "loaded")
    check_undo(settings.WORKSPACE, upload.snapshot)
    with transaction.atomic():
        job = jobs.start("undo", request.user, upload.zone, upload=upload.pk)
        Upload.objects.filter(pk=upload.pk).update(job=job)
        record(request, "import.undo", str(upload.pk), job=str(job.pk))


def _only_from(upload: Upload, state: str) -> None:
    if upload.state != state:
        raise ConsoleError(f"这次导入{upload.get_state_display()}，不能这样做", hint="刷新页面")


_STEPS: dict[str, Callable[[HttpRequest, Upload], None]] = {
    "map": _map,
    "load": _load,
    "discard": _discard,
    "undo": _undo,
}

"""Imports of an office: the list, a new one, and one on its way from preview to load to undo."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from jingkai.console.answer import answer
from jingkai.console.errors import ConsoleError, NotFound
from jingkai.console.files import REGISTERS, most_bytes, store_file
from jingkai.console.imports import steps
from jingkai.console.imports.columns import as_typed
from jingkai.console.imports.kinds import check_kind, kinds, only_zone
from jingkai.console.imports.shown import import_shown, state_title, table_of
from jingkai.console.models import Upload
from jingkai.console.opened import opened, rulebook
from jingkai.console.trail import record
from jingkai.errors import JingkaiError

__all__ = ["import_new", "import_page", "imports"]

_MOST = 200


def imports(request: HttpRequest) -> HttpResponse:
    """Show what the officer's office imported, the newest first."""
    account = request.user
    rows = Upload.objects.filter(zone=account.zone, office=account.office)
    titles = {k["id"]: k["title"] for k in kinds(rulebook().vocabulary, account, request.lang)}
    lines = [_line(u, titles, request.lang) for u in rows.select_related("file", "by")[:_MOST]]
    return answer(request, "console/imports/list.html", {"imports": lines}, _table(lines), "导入")


def import_new(request: HttpRequest) -> HttpResponse:
    """Show the form for a register file; posted: keep the file, look at it, go on to its page."""
    account, vocabulary, found = request.user, rulebook().vocabulary, opened()
    error = None
    if request.method == "POST":
        try:
            return redirect("import", pk=_taken(request).pk)
        except JingkaiError as refused:
            error = refused.to_dict()
    day = found.day.isoformat() if found else timezone.localdate().isoformat()
    page = {
        "kinds": kinds(vocabulary, account, request.lang),
        "kind": request.POST.get("entity", "enterprise"),
        "as_of": request.POST.get("as_of", day),
        "office": vocabulary.offices[account.office].label.text(request.lang),
        "zone": only_zone(account.zone) or "",
        "most_mb": most_bytes(REGISTERS) // 1024 // 1024,
        "error": error,
    }
    if error:
        return render(request, "console/imports/new.html", {"page": page}, status=400)
    return answer(request, "console/imports/new.html", page)


def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an import; posted: map its columns anew, load it, discard it or take it back.

    Query: ``table`` names which table ``format=csv`` or ``format=xlsx`` gives.
    """
    account = request.user
    mine = Upload.objects.filter(zone=account.zone, office=account.office)
    upload = mine.select_related("file", "by", "job").filter(pk=pk).first()
    if upload is None:
        raise NotFound("没有这次导入，或它属于别的部门", hint="从导入列表进入")
    steps.settle(upload)
    error = None
    if request.method == "POST":
        try:
            steps.act(request, upload)
            return redirect("import", pk=upload.pk)
        except JingkaiError as refused:
            error = refused.to_dict()
            upload.refresh_from_db()
    page = import_shown(upload, account, request.lang)
    if facts := [fact for table in page["tables"] for fact in table["sensitive"]]:
        record(request, "import.read", str(upload.pk), facts)
    if error:
        page |= {"refused": error, "columns": as_typed(page["columns"], request.POST)}
        return render(request, "console/imports/import.html", {"page": page}, status=400)
    name = request.GET.get("table", "")
    table = table_of(request, upload, name) if name else None
    shown = f"{upload.file.name.rpartition('.')[0]}-{name}"
    return answer(request, "console/imports/import.html", page, table, shown)


def _taken(request: HttpRequest) -> Upload:
    """Keep the posted file and look at it."""
    account, file = request.user, request.FILES.get("file")
    kind = check_kind(rulebook().vocabulary, account, request.POST.get("entity", ""))
    day = _day(request.POST.get("as_of", ""))
    if file is None:
        raise ConsoleError("没有选择文件", hint="选一个 csv、xlsx 或 xls 文件")
    stored = store_file(file, account, REGISTERS, request.META.get("REMOTE_ADDR", ""))
    upload = Upload.objects.create(
        file=stored, by=account, zone=account.zone, office=account.office, entity=kind, as_of=day
    )
    steps.look(upload, account)
    return upload


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise ConsoleError(f"“{text}”不是日期", hint="写成 2026-06-30") from error
    if day > timezone.localdate():
        raise ConsoleError(f"数据日期 {day} 晚于今天", hint="写文件里数据真正的日期")
    return day


def _line(upload: Upload, titles: dict[str, str], lang: str) -> dict[str, Any]:
    report = upload.report or (upload.preview or {}).get("report") or {}
    return {
        "id": upload.pk,
        "file": upload.file.name,
        "kind": titles.get(upload.entity, upload.entity),
        "as_of": upload.as_of.isoformat(),
        "state": upload.state,
        "state_title": state_title(upload, lang),
        "current": upload.snapshot == (settings.WORKSPACE.current_snapshot_id or "-"),
        "accepted": report.get("accepted"),
        "rejected": report.get("rejected"),
        "by": upload.by.username,
        "at": upload.at,
    }


def _table(lines: list[dict[str, Any]]) -> pl.DataFrame:
    names = {
        "文件": "file", "类别": "kind", "数据日期": "as_of", "状态": "state_title",
        "接收": "accepted", "拒收": "rejected", "经办": "by",
    }  # fmt: skip
    numbers = {"接收", "拒收"}
    schema = {n: pl.Int64 if n in numbers else pl.String for n in names}
    return pl.DataFrame({n: [x[f] for x in lines] for n, f in names.items()}, schema=schema)

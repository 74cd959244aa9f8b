"""The log of a zone's own cases as a file, without enterprises."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from jingkai.console.casework.log import own_table
from jingkai.console.errors import NotFound
from jingkai.console.opened import opened
from jingkai.console.trail import record
from jingkai.services.logs.export import write_log

__all__ = ["service_log"]

_TYPES = {"csv": "text/csv; charset=utf-8", "xes": "application/xml"}


def service_log(request: HttpRequest) -> HttpResponse:
    """Give the log of the cases of one's own zone; query: as (``csv`` or ``xes``)."""
    kind = request.GET.get("as", "") or "csv"
    if kind not in _TYPES:
        raise NotFound(f"日志没有 {kind} 格式", hint="as 可用 csv、xes")
    zone, found = request.user.zone, opened()
    table = own_table([zone])
    record(request, "cases.export", zone, rows=table.height, format=kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"log.{kind}")
        write_log(table, path, synthetic=found is not None and found.synthetic)
        response = HttpResponse(path.read_bytes(), content_type=_TYPES[kind])
    response["Content-Disposition"] = content_disposition_header(True, f"办件日志.{kind}")
    return response

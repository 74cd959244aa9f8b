"""One answer in the form that was asked for: a page, its JSON, or its table as CSV or XLSX."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from jingkai.console.errors import NotFound
from jingkai.console.opened import opened
from jingkai.engine.table_file import write_table

__all__ = ["answer"]

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def answer(
    request: HttpRequest,
    template: str,
    page: dict[str, Any],
    table: pl.DataFrame | None = None,
    name: str = "",
    notes: Sequence[str] = (),
) -> HttpResponse:
    """Answer a request.

    Parameters
    ----------
    template
        What shows `page`.
    page
        Plain values: the template's `page`, and with ``?format=json`` the whole answer.
    table, name, notes
        What ``?format=csv`` and ``?format=xlsx`` give, its file's name, what a reader must know.

    Raises
    ------
    NotFound
        If a form is asked for that the page does not have.
    """
    wanted = request.GET.get("format", "")
    if not wanted:
        return render(request, template, {"page": page, "has_table": table is not None})
    found = opened()
    synthetic = found.synthetic if found else False
    if wanted == "json":
        about = {"snapshot": found.snapshot.id, "as_of": found.day.isoformat()} if found else {}
        whole = {**about, "synthetic": synthetic, **page}
        return JsonResponse(whole, json_dumps_params={"ensure_ascii": False})
    if wanted in _TYPES and table is not None:
        return _file(table, f"{name}.{wanted}", synthetic, notes)
    forms = "json、csv、xlsx" if table is not None else "json"
    raise NotFound(f"这一页没有 {wanted} 格式", hint=f"format 可用 {forms}")


def _file(table: pl.DataFrame, name: str, synthetic: bool, notes: Sequence[str]) -> HttpResponse:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"table{Path(name).suffix}")
        write_table(table, path, synthetic=synthetic, notes=notes)
        response = HttpResponse(path.read_bytes(), content_type=_TYPES[path.suffix[1:]])
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response

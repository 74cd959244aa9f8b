"""The form of an application: what it asks, what was typed, and what is wrong with it field by field."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from jingkai.console.casework.item_lines import material_line
from jingkai.console.casework.offer_lines import facts_read, offer_line, open_fields
from jingkai.console.casework.opening import Application, asked_materials, chosen, later_materials
from jingkai.console.casework.procedures import procedures
from jingkai.console.casework.rights import Offer, subjects
from jingkai.console.errors import ConsoleError
from jingkai.console.fact_lines import fact_lines
from jingkai.console.files import EVIDENCE, most_bytes
from jingkai.console.opened import Opened
from jingkai.errors import Finding
from jingkai.registry.snapshot import Match
from jingkai.services.catalogue import Item, Material

__all__ = ["form_of", "limits", "material_fields", "read_form", "sent_papers"]

_MB = 1024 * 1024


def read_form(request: HttpRequest, service: str, offered: Offer | None) -> Application:
    """Return what a form sent; of a page that is only looked at an empty application with every part."""
    posted = request.POST
    optional = _optional(service)
    wanted = posted.getlist("with") if request.method == "POST" else optional
    without = [n for n in optional if n not in wanted]
    materials = asked_materials(chosen(Application(service, without=without)), offered)
    files, commitments = sent_papers(request, materials)
    columns = [n.removeprefix("given:") for n in posted if n.startswith("given:")]
    return Application(
        service,
        subject=offered.subject.key if offered else "",
        matter=posted.get("matter", ""),
        given={c: posted[f"given:{c}"] for c in columns},
        files=files,
        commitments=commitments,
        without=without,
    )


def sent_papers(
    request: HttpRequest, materials: tuple[Material, ...]
) -> tuple[dict[str, list[Any]], list[str]]:
    """Return by material the files that a form sent, and the materials that a commitment stands for."""
    files = {m.id: request.FILES.getlist(f"file:{m.id}") for m in materials}
    kept = {m: f for m, f in files.items() if f}
    committed = [m.id for m in materials if request.POST.get(f"commit:{m.id}") and m.id not in kept]
    return kept, committed


def form_of(
    request: HttpRequest,
    found: Opened,
    match: Match,
    asked: Application,
    offered: Offer | None,
    error: ConsoleError | None,
) -> dict[str, Any]:
    """Return what the page of an application shows beside the service itself.

    Returns
    -------
    dict
        ``fields`` to be filled in, ``materials`` to be brought, ``optional`` parts, ``offer`` and ``facts``
        of a right, ``papers`` that offices share with what they say; ``errors`` by field and all together.
    """
    lang = request.lang
    wrong = _by_field(error)
    items = chosen(Application(asked.service))
    fields = open_fields(found, offered, lang) if offered else []
    for f in fields:
        f["value"], f["name"] = asked.given.get(f["column"], ""), f"given:{f['column']}"
        f["errors"] = wrong.get(f["name"], [])
    matter = {
        "value": asked.matter,
        "errors": wrong.get("matter", []),
        "known": _names(found, match, items),
    }
    later = later_materials(Application(asked.service), items)
    papers = material_fields(
        found, asked_materials(items, offered), lang, wrong, asked.commitments, items
    )
    return {
        "offer": offer_line(request.user, found, offered, lang) if offered else None,
        "facts": facts_read(request.user, found, offered, lang) if offered else [],
        "fields": fields,
        "matter": None if offered else matter,
        "materials": [{**p, "later": p["name"].removeprefix("file:") in later} for p in papers],
        "optional": [
            {
                "item": n,
                "title": procedures().items[n].title.text(lang),
                "on": n not in asked.without,
            }
            for n in _optional(asked.service)
        ],
        "papers": [] if offered else _shared(found, match, items, lang),
        "error": error and {"what": error.what, "hint": error.hint},
        "wrong": [{"field": f, "what": w} for f, told in wrong.items() for w in told],
        "resend": bool(error and asked.files),
        **limits(),
    }


def limits() -> dict[str, Any]:
    """Return what papers may be: kinds, megabytes of one and of all together."""
    most = most_bytes(EVIDENCE) // _MB
    return {"kinds": sorted(EVIDENCE), "megabytes": most, "together": most * 5}


def material_fields(
    found: Opened,
    materials: tuple[Material, ...],
    lang: str,
    wrong: dict[str, list[str]],
    committed: Any = (),
    items: list[Item] | None = None,
) -> list[dict[str, Any]]:
    """Return the papers that a form asks for, each with its fields' names and what is wrong with it.

    Parameters
    ----------
    items
        Of a bundle its items: each paper then says for which it is.
    """
    several = items if items and len(items) > 1 else []
    return [
        {
            **material_line(m, found.rulebook, lang),
            "name": f"file:{m.id}",
            "commit": f"commit:{m.id}",
            "committed": m.id in committed,
            "errors": wrong.get(f"file:{m.id}", []),
            "of": [i.title.text(lang) for i in several if m.id in {x.id for x in i.asked}],
        }
        for m in materials
    ]


def _optional(service: str) -> list[str]:
    bundle = procedures().bundles.get(service)
    return [p.item for p in bundle.parts if p.optional] if bundle else []


def _by_field(error: ConsoleError | None) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    findings: tuple[Finding, ...] = error.findings if error else ()
    for finding in findings:
        text = finding.what + (f"；{finding.hint}" if finding.hint else "")
        told.setdefault(finding.where, []).append(text)
    return told


def _names(found: Opened, match: Match, items: list[Item]) -> list[str]:
    """Return the names of what the register has of the enterprise that the application may be about."""
    entity = items[0].source.entity
    if entity == "enterprise":
        return []
    return [s.name for s in subjects(found, match, entity) if s.name]


def _shared(found: Opened, match: Match, items: list[Item], lang: str) -> list[dict[str, Any]]:
    """Return the papers that need not be brought, with what offices know of the enterprise by them."""
    papers = {m.id: (m, i.source.entity) for i in items for m in i.materials if not m.asked}
    return [
        {**material_line(m, found.rulebook, lang), "facts": _facts(found, match, m, entity, lang)}
        for m, entity in papers.values()
    ]


def _facts(
    found: Opened, match: Match, material: Material, entity: str, lang: str
) -> list[dict[str, Any]]:
    if entity != "enterprise":
        return []
    columns = [f.column(found.year if f.yearly else None) for f in material.facts]
    return [f for f in fact_lines(found, match.position, columns, lang) if f["known"]]

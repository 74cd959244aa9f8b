"""Service items and bundles in plain values, for pages and for JSON."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from jingkai.rulebook import Rulebook
from jingkai.services.bundle import plan_bundle
from jingkai.services.catalogue import Bundle, Item, Material
from jingkai.services.item import HANDLING, KINDS, Figure, ItemBasis

__all__ = ["bundle_line", "item_line", "material_line"]


def item_line(item: Item, book: Rulebook, lang: str = "zh") -> dict[str, Any]:
    """Return an item: what it is, on what it rests, how long it takes, its steps and materials.

    Returns
    -------
    dict
        Lengths of time have ``text``, ``basis`` and ``verified``; null where no law says, or the zone has
        not set it. ``trips`` and ``fee`` are null where they are not set.
    """
    source, offices = item.source, book.vocabulary.offices
    titles = {s.id: s.title.text(lang) for s in item.steps}
    measure = book.measures.get(source.measure)
    return {
        "service": item.id,
        "bundle": False,
        "title": item.title.text(lang),
        "kind": source.kind,
        "kind_text": KINDS[source.kind].text(lang),
        "handling": HANDLING[source.handling].text(lang) if source.kind == "licence" else "",
        "measure": source.measure,
        "measure_title": measure.title.text(lang) if measure else source.measure,
        "office": offices[source.office].label.text(lang),
        "hands_over": offices[item.hands_over].label.text(lang),
        "basis": _basis(source.basis),
        "verified": item.verified,
        "notes": source.notes.text(lang) if source.notes else "",
        "result": source.result.text(lang) if source.result else "",
        "rule": source.rule,
        **_terms(item, lang),
        "trips": item.trips,
        "fee": {"amount": item.fee.amount, "basis": item.fee.basis} if item.fee else None,
        "steps": [
            {
                "title": titles[s.id],
                "office": offices[s.office].label.text(lang),
                "after": [titles[a] for a in s.after],
                "days": s.days,
            }
            for s in item.steps
        ],
        "materials": [material_line(m, book, lang) for m in item.materials],
        "bring": [m.title.text(lang) for m in item.asked],
    }


def material_line(material: Material, book: Rulebook, lang: str = "zh") -> dict[str, Any]:
    """Return a material: ``how`` it comes is ``asked`` of the applicant, ``shared``, or another item's ``result``."""
    office = book.vocabulary.offices[material.issuer].label.text(lang)
    how = "result" if material.result_of else "shared" if material.shared else "asked"
    return {
        "id": material.id,
        "title": material.title.text(lang),
        "issuer": "" if material.result_of else office,
        "how": how,
        "proves": [f.label.text(lang) for f in material.facts],
        "commitment": material.commitment,
        "when": material.when.text(lang) if material.when else "",
        "basis": material.basis,
        "verified": material.verified,
    }


def bundle_line(
    bundle: Bundle, book: Rulebook, lang: str = "zh", without: Collection[str] = ()
) -> dict[str, Any]:
    """Return a bundle: its parts, what is asked for once, its longest way and what it saves.

    Parameters
    ----------
    without
        Optional items that are left out of what it comes to; they stay among the parts.

    Returns
    -------
    dict
        ``days`` of the longest way is null where a part has no promise; ``at_least`` then is what the
        others come to, ``unset`` the parts without one.
    """
    plan, titles = plan_bundle(bundle, without), {}
    for name in (p.item for p in bundle.parts):
        titles[name] = bundle.items[name].title.text(lang)
    return {
        "service": bundle.id,
        "bundle": True,
        "title": bundle.title.text(lang),
        "basis": _basis(bundle.source.basis),
        "verified": bundle.source.basis.verified,
        "notes": bundle.source.notes.text(lang) if bundle.source.notes else "",
        "parts": [
            {
                "optional": p.optional,
                "after": [titles[a] for a in p.after],
                **item_line(bundle.items[p.item], book, lang),
            }
            for p in bundle.parts
        ],
        "materials": [material_line(m, book, lang) for m in plan.materials],
        "listed": plan.listed,
        "apart": plan.apart,
        "bring": [m.title.text(lang) for m in plan.materials],
        "days": plan.promised.days,
        "at_least": plan.promised.known,
        "unset": [titles[n] for n in plan.promised.unknown],
        "in_turn": plan.in_turn,
        "trips": plan.trips,
        "trips_apart": plan.trips_apart,
    }


def _basis(basis: ItemBasis) -> dict[str, Any]:
    return {
        "document": basis.document,
        "title": basis.title,
        "article": basis.article,
        "issuer": basis.issuer,
        "url": basis.url,
        "from": basis.from_.isoformat(),
        "note": basis.note,
    }


def _terms(item: Item, lang: str) -> dict[str, Any]:
    promised, more, renewal = item.promised_term, item.extension, item.source.renewal
    return {
        "promised": promised.text(lang) if promised else None,
        "statutory": _figure(item.statutory, lang),
        "extension": more and {**(_figure(more, lang) or {}), "approved_by": more.approved_by},
        "notice": _figure(item.notice, lang),
        "delivery": _figure(item.delivery, lang),
        "renewal": renewal
        and {**(_figure(renewal, lang) or {}), "granted": renewal.silence == "granted"},
        "pauses": [
            {"title": g.title.text(lang), "most": g.most, "basis": g.basis}
            for g in item.grounds.values()
        ],
    }


def _figure(figure: Figure | None, lang: str) -> dict[str, Any] | None:
    if figure is None:
        return None
    text = figure.term.text(lang)
    if figure.days and figure.runs_from == "receipt":
        text += "（自收到）" if lang == "zh" else " from receipt"
    return {"text": text, "basis": figure.basis, "verified": figure.verified}

"""What an enterprise can ask for: rights to confirm or apply for, bundles, every other item."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.casework.item_lines import bundle_line, item_line
from jingkai.console.casework.offer_lines import facts_read, offer_line, taken
from jingkai.console.casework.procedures import procedures
from jingkai.console.casework.rights import offers
from jingkai.console.enterprise.own import about, own
from jingkai.console.errors import NotFound
from jingkai.console.opened import Opened
from jingkai.services.catalogue import Catalogue, Item

__all__ = ["my_service", "my_services", "service_line"]


def my_services(request: HttpRequest) -> HttpResponse:
    """Show an enterprise its rights that an item pays out, then bundles and all other items."""
    found, match = own(request)
    catalogue, standing = procedures(), taken(match.key, found.day.year)
    lines = [
        {
            **offer_line(request.user, found, one, request.lang),
            "case": standing.get((one.item.id, one.subject.key)),
            "facts": facts_read(request.user, found, one, request.lang) if one.at_once else [],
        }
        for one in offers(found, match)
    ]
    page = {
        "enterprise": about(found, match),
        "day": found.day.isoformat(),
        "confirm": [x for x in lines if x["at_once"] and not x["case"]],
        "apply": [x for x in lines if _to_apply(x) and not x["case"]],
        "standing": [x for x in lines if x["case"]],
        "refused": [x for x in lines if x["mode"] == "refused" and not x["case"]],
        "bundles": [
            bundle_line(b, found.rulebook, request.lang) for b in catalogue.bundles.values()
        ],
        "items": _items(catalogue, found, request.lang),
    }
    return answer(request, "console/enterprise/services.html", page)


def my_service(request: HttpRequest, service: str) -> HttpResponse:
    """Show an item or a bundle in full."""
    found, match = own(request)
    page = {
        "enterprise": about(found, match),
        "service": service_line(found, service, request.lang),
    }
    return answer(request, "console/enterprise/service.html", page)


def service_line(found: Opened, service: str, lang: str) -> dict[str, Any]:
    """Return an item or a bundle of today in plain values.

    `in_force` is false of an item whose rule is not in force on the day of the data.

    Raises
    ------
    NotFound
        If there is none of that name.
    """
    catalogue = procedures()
    if service in catalogue.bundles:
        return {**bundle_line(catalogue.bundles[service], found.rulebook, lang), "in_force": True}
    if service in catalogue.items:
        return _line(found, catalogue.items[service], lang)
    raise NotFound(f"没有办事事项“{service}”", hint="从“办事”里选择")


def _to_apply(line: dict[str, Any]) -> bool:
    return line["mode"] != "refused" and not line["at_once"]


def _items(catalogue: Catalogue, found: Opened, lang: str) -> list[dict[str, Any]]:
    """Return every item, those of one measure together, in the order of measures."""
    order = {name: n for n, name in enumerate(found.rulebook.measures)}
    lines = [_line(found, i, lang) for i in catalogue.items.values()]
    return sorted(lines, key=lambda i: (order.get(i["measure"], len(order)), i["kind"]))


def _line(found: Opened, item: Item, lang: str) -> dict[str, Any]:
    rule = item.source.rule
    in_force = rule is None or rule in found.run.rules
    return {**item_line(item, found.rulebook, lang), "in_force": in_force}

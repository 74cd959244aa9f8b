"""Writes the audit trail, and checks that nothing in it was changed or is missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from jingkai.console.models import TrailEntry
from jingkai.console.roles import role_of

__all__ = ["Break", "breaks", "record", "record_as"]

_LOCK = 0x6A6B  # one writer at a time: the number after the last is nobody else's
_FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the trail does not hold: the number, and what is wrong there."""

    number: int
    what: str


def record(
    request: HttpRequest, action: str, about: str = "", facts: Iterable[str] = (), **detail: Any
) -> TrailEntry:
    """Write down what who asks did.

    Parameters
    ----------
    action
        What was done, as ``enterprise.read`` or ``correction.accept``.
    about
        Whom it is about: the key of an enterprise, the id of a thing.
    facts
        Names of the sensitive facts that were read or changed; their values are not kept.
    detail
        Whatever else explains it; plain JSON.
    """
    user = request.user
    name = user.username if user.is_authenticated else ""
    address = request.META.get("REMOTE_ADDR", "")
    return record_as(name, str(role_of(user)), action, about, facts, address, **detail)


def record_as(
    account: str,
    role: str,
    action: str,
    about: str = "",
    facts: Iterable[str] = (),
    address: str = "",
    **detail: Any,
) -> TrailEntry:
    """Write down what an account did, outside a request too (a job)."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = TrailEntry.objects.order_by("-number").values_list("number", "digest").first()
        number, previous = last or (0, _FIRST)
        entry = TrailEntry(
            number=number + 1,
            at=timezone.now(),
            account=account,
            role=role,
            action=action,
            about=about[:200],
            facts=sorted(facts),
            detail=detail,
            address=address,
            previous=previous,
        )
        entry.digest = _digest(entry)
        entry.save(force_insert=True)
    return entry


def breaks() -> Iterator[Break]:
    """Yield every place where the trail does not hold: a row changed, missing, or out of the chain."""
    number, previous = 0, _FIRST
    for entry in TrailEntry.objects.order_by("number").iterator(2000):
        number += 1
        if entry.number != number:
            yield Break(number, f"缺少第{number}至{entry.number - 1}条")
            number = entry.number
        elif entry.previous != previous:
            yield Break(number, "与上一条不衔接")
        if entry.digest != _digest(entry):
            yield Break(number, "内容与其摘要不符")
        previous = entry.digest


def _digest(entry: TrailEntry) -> str:
    whole = [
        entry.number,
        entry.at.isoformat(timespec="microseconds"),
        entry.account,
        entry.role,
        entry.action,
        entry.about,
        entry.facts,
        entry.detail,
        entry.address,
        entry.previous,
    ]
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

"""Writes the audit trail, and checks that nothing in it was changed or is missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from jingkai.console.address import address_of
from jingkai.console.models import TrailEntry
from jingkai.console.roles import role_of

__all__ = [
    "FIRST",
    "SEAL",
    "Break",
    "anchored",
    "breaks",
    "chain",
    "head",
    "record",
    "record_as",
    "written",
]

#: The action of an entry that says up to which number the entries before were put into an archive.
SEAL = "trail.seal"
#: What the first entry follows.
FIRST = "0" * 64
_LOCK = 0x6A6B  # one writer at a time: the number after the last is nobody else's


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
    return record_as(name, str(role_of(user)), action, about, facts, address_of(request), **detail)


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
        number, previous = last or (0, FIRST)
        entry = TrailEntry(
            number=number + 1,
            at=timezone.now(),
            account=account,
            role=role,
            action=action,
            about=about.replace("\0", "")[:200],  # no database of ours takes it in a text
            facts=sorted(facts),
            detail=detail,
            address=address,
            previous=previous,
        )
        entry.digest = _digest(written(entry))
        entry.save(force_insert=True)
    return entry


def breaks() -> Iterator[Break]:
    """Yield every place where the trail does not hold: a row changed, missing, or out of the chain.

    A trail that does not begin with its first entry holds where a later one says that those before
    were put into an archive, and with what digest they ended.
    """
    entries = TrailEntry.objects.order_by("number").iterator(2000)
    yield from chain(((written(e), e.digest) for e in entries), *_beginning())


def head() -> tuple[int, str]:
    """Return number and digest of the last entry."""
    last = TrailEntry.objects.order_by("-number").values_list("number", "digest").first()
    return last or (0, FIRST)


def anchored(anchor: str) -> list[Break]:
    """Hold the trail against ``number:digest`` as it was written down elsewhere: its end may be cut off.

    An entry that was put into an archive since then is not looked for.
    """
    number, _, digest = anchor.partition(":")
    if not number.isascii() or not number.isdigit():
        return [Break(0, f"“{anchor}”不是 序号:摘要")]
    if TrailEntry.objects.filter(number=int(number), digest=digest).exists():
        return []
    first = TrailEntry.objects.order_by("number").values_list("number", flat=True).first()
    if first is not None and int(number) < first:
        return []
    return [Break(int(number), "与抄存的摘要不符，或已被删减")]


def chain(entries: Iterable[tuple[list[Any], str]], number: int, previous: str) -> Iterator[Break]:
    """Yield every place where entries, in order, do not follow each other.

    Parameters
    ----------
    entries
        Each as `written` gives it, with its digest.
    number, previous
        The number and digest of the entry before them.
    """
    for content, digest in entries:
        number += 1
        if content[0] != number:
            yield Break(number, f"缺少第{number}至{content[0] - 1}条")
            number = content[0]
        elif content[-1] != previous:
            yield Break(number, "与上一条不衔接")
        if digest != _digest(content):
            yield Break(number, "内容与其摘要不符")
        previous = digest


def written(entry: TrailEntry) -> list[Any]:
    """Return an entry as its digest and an archive have it: number first, the digest before it last."""
    at: datetime = entry.at
    return [
        entry.number,
        at.isoformat(timespec="microseconds"),
        entry.account,
        entry.role,
        entry.action,
        entry.about,
        entry.facts,
        entry.detail,
        entry.address,
        entry.previous,
    ]


def _beginning() -> tuple[int, str]:
    """Return number and digest of the entry before the first: of the last one that was archived."""
    first = TrailEntry.objects.order_by("number").values_list("number", flat=True).first()
    if first and first > 1:
        for seal in TrailEntry.objects.filter(action=SEAL).order_by("-number"):
            if seal.detail["upto"] == first - 1:
                return first - 1, seal.detail["digest"]
    return 0, FIRST


def _digest(content: list[Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

"""Old entries of the trail put into a file that the chain itself vouches for, then taken out of the database.

The file is written and synced first; then, in one transaction, an entry says up to which number it goes,
with what digest it ends and what the file's SHA-256 is, and the entries go. The database lets go only of
entries that are older than a year and that such an entry names.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from jingkai.console.models import TrailEntry
from jingkai.console.trail import FIRST, SEAL, Break, chain, record_as, written
from jingkai.workspace import sync_folder

__all__ = ["archive_breaks", "archive_trail", "missing_archives"]

Line = tuple[list[Any], str]


def archive_trail(before: datetime, try_only: bool = False) -> int:
    """Put the entries from the first to the last before a moment into an archive.

    Parameters
    ----------
    before
        The first entry that is not older stays, with all after it.
    try_only
        Only count them.

    Returns
    -------
    int
        How many entries.
    """
    kept = TrailEntry.objects.filter(at__gte=before).order_by("number").first()
    old = TrailEntry.objects.order_by("number")
    old = old.filter(number__lt=kept.number) if kept else old
    first, last = old.first(), old.last()
    if first is None or last is None:
        return 0
    count: int = last.number - first.number + 1
    if try_only:
        return count
    path, digest = _write(old, first.number, last.number)
    with transaction.atomic():
        record_as(
            "",
            "system",
            SEAL,
            path.name,
            first=first.number,
            upto=last.number,
            digest=last.digest,
            sha256=digest,
        )
        TrailEntry.objects.filter(number__lte=last.number).delete()
    return count


def archive_breaks() -> Iterator[Break]:
    """Yield every place where an archive that lies in the workspace does not hold."""
    for seal in _seals():
        path = _folder() / seal["file"]
        if not path.is_file():
            continue
        if hashlib.sha256(path.read_bytes()).hexdigest() != seal["sha256"]:
            yield Break(seal["upto"], f"归档文件 {path.name} 与封存时不同")
            continue
        previous, last = FIRST if seal["first"] == 1 else "", ""
        lines = list(_read(path))
        yield from chain(lines, seal["first"] - 1, previous or lines[0][0][-1])
        last = lines[-1][1]
        if last != seal["digest"]:
            yield Break(seal["upto"], f"归档文件 {path.name} 的末条不是封存的那一条")


def missing_archives() -> list[str]:
    """Return the archives that the trail names and that do not lie in the workspace."""
    return [s["file"] for s in _seals() if not (_folder() / s["file"]).is_file()]


def _folder() -> Path:
    path: Path = settings.WORKSPACE.path / "trail"
    return path


def _seals() -> Iterator[dict[str, Any]]:
    for entry in TrailEntry.objects.filter(action=SEAL).order_by("number"):
        yield {**entry.detail, "file": Path(entry.about).name}


def _write(entries: Any, first: int, last: int) -> tuple[Path, str]:
    folder = _folder()
    folder.mkdir(exist_ok=True)
    path = folder / f"{first:012d}-{last:012d}.jsonl.gz"
    made = folder / f".tmp-{os.getpid()}-{path.name}"
    with made.open("wb") as raw:
        with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
            for entry in entries.iterator(2000):
                line = json.dumps([written(entry), entry.digest], ensure_ascii=False)
                file.write(line.encode() + b"\n")
        raw.flush()
        os.fsync(raw.fileno())
    made.replace(path)
    sync_folder(folder)
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def _read(path: Path) -> Iterator[Line]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            content, digest = json.loads(line)
            yield content, digest

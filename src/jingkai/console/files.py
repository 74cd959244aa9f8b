"""Files that people hand in: taken only if they are what they say, kept in the workspace under a number."""

from __future__ import annotations

import hashlib
import os
import unicodedata
import uuid
from collections.abc import Callable, Collection
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from jingkai.console.errors import ConsoleError
from jingkai.console.models import Account, StoredFile
from jingkai.console.trail import record_as
from jingkai.errors import JingkaiError
from jingkai.registry.reading import file_kind
from jingkai.workspace import ConsoleSettings, sync_folder

__all__ = [
    "EVIDENCE",
    "REGISTERS",
    "FileRefused",
    "check_paper",
    "most_bytes",
    "path_of",
    "store_file",
]

#: What a register may be, and what proves a fact.
REGISTERS = frozenset({"csv", "xlsx", "xls"})
EVIDENCE = frozenset({"pdf", "png", "jpg"})
_EXTENSIONS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".xls": "xls",
    ".pdf": "pdf", ".png": "png", ".jpg": "jpg", ".jpeg": "jpg",
}  # fmt: skip
_CONTENT_TYPES = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
_NAME_BYTES = 180
_FIRST = 16  # bytes in which every kind of paper says what it is
_MB = 1024 * 1024


class FileRefused(ConsoleError):
    """A file that is not taken: too large, empty, or not what its name says."""

    code = "file_refused"


def most_bytes(kinds: Collection[str]) -> int:
    """Return how large a file of these kinds may be: as `jingkai.toml` says."""
    console = settings.WORKSPACE.settings.console or ConsoleSettings()
    return (console.upload_mb if REGISTERS & set(kinds) else console.evidence_mb) * _MB


def path_of(stored: StoredFile) -> Path:
    """Return where a file lies; nothing that its sender chose is in the path."""
    path: Path = settings.WORKSPACE.path / "files" / str(stored.pk)
    return path


def store_file(
    uploaded: UploadedFile, by: Account, kinds: Collection[str], address: str = ""
) -> StoredFile:
    """Keep a file that was handed in; what is refused is written into the trail.

    Parameters
    ----------
    uploaded
        The file of a form.
    by, address
        Who hands it in, and from where.
    kinds
        What it may be: `REGISTERS` or `EVIDENCE`.

    Returns
    -------
    StoredFile
        Synced to the disk before it is in the database.

    Raises
    ------
    FileRefused
        With what to do instead.
    """
    name = _shown_name(uploaded.name or "")
    stored = StoredFile(id=uuid.uuid4(), name=name, by=by, size=uploaded.size or 0)
    try:
        stored.kind = _said_kind(name, kinds)
        _check_size(stored, kinds)
        stored.sha256 = _write(uploaded, path_of(stored), lambda p: _check_content(p, stored.kind))
    except JingkaiError as error:
        detail: dict[str, Any] = {"name": name, "bytes": stored.size, "reason": error.what}
        record_as(by.username, by.role, "file.refused", "", (), address, **detail)
        raise FileRefused(error.what, where=name, hint=error.hint) from error
    stored.save(force_insert=True)
    detail = {"name": name, "kind": stored.kind, "bytes": stored.size, "sha256": stored.sha256}
    record_as(by.username, by.role, "file.stored", str(stored.pk), (), address, **detail)
    return stored


def check_paper(uploaded: UploadedFile) -> None:
    """Hold a paper against what is taken, without keeping it.

    Raises
    ------
    FileRefused
        With what to do instead.
    """
    name = _shown_name(uploaded.name or "")
    stored = StoredFile(name=name, size=uploaded.size or 0, kind=_said_kind(name, EVIDENCE))
    _check_size(stored, EVIDENCE)
    first = uploaded.read(_FIRST)
    uploaded.seek(0)
    _check_first(first, stored.kind)


def _shown_name(name: str) -> str:
    """Return a name without folders and without anything that does not show, not too long."""
    last = PurePosixPath(name.replace("\\", "/")).name
    text = unicodedata.normalize("NFC", last)
    text = "".join(c for c in text if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, ending = text.rpartition(".")
    if not dot:
        stem, ending = text, ""
    stem = stem.encode()[: _NAME_BYTES - len(ending.encode()[:16])].decode(errors="ignore")
    return f"{stem}.{ending[:16]}" if dot else stem or "file"


def _said_kind(name: str, kinds: Collection[str]) -> str:
    kind = _EXTENSIONS.get(Path(name).suffix.lower(), "")
    if kind not in kinds:
        raise FileRefused(
            f"不接收这种文件：{name}", where=name, hint="可用 " + "、".join(sorted(kinds))
        )
    return kind


def _check_size(stored: StoredFile, kinds: Collection[str]) -> None:
    most = most_bytes(kinds)
    if stored.size == 0:
        raise FileRefused("文件是空的（0 字节）", where=stored.name, hint="请检查导出是否成功")
    if stored.size > most:
        raise FileRefused(
            f"文件超过 {most // _MB} MB", where=stored.name, hint="分成几个文件，或压缩图片后再传"
        )


def _check_content(path: Path, kind: str) -> None:
    if kind in REGISTERS:
        _check_kind(file_kind(path), kind)
    else:
        with path.open("rb") as file:
            _check_first(file.read(_FIRST), kind)


def _check_first(first: bytes, kind: str) -> None:
    found = next((k for k, magic in _CONTENT_TYPES.items() if first.startswith(magic)), "")
    _check_kind(found, kind)


def _check_kind(found: str | None, kind: str) -> None:
    if found != kind:
        hint = "用原来的软件另存为正确的格式后再传"
        raise FileRefused(f"文件内容不是 {kind}，与扩展名不符", hint=hint)


def _write(uploaded: UploadedFile, path: Path, check: Callable[[Path], None]) -> str:
    """Write a file beside its place, check it there, and rename it; return its SHA-256."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    beside = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    digest = hashlib.sha256()
    try:
        with beside.open("wb") as file:
            for part in uploaded.chunks():
                digest.update(part)
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        check(beside)
        beside.rename(path)
        sync_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)
    return digest.hexdigest()

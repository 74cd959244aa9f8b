"""The checked rulebook kept by the hash of its files, so that a command need not check it again."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from platformdirs import user_cache_path

from jingkai.rulebook.load import load_rulebook, rulebook_hash
from jingkai.rulebook.rule import Rulebook

__all__ = ["stored_rulebook"]

_KEPT = 8


def stored_rulebook(folders: Sequence[Path], cache: Path | None = None) -> Rulebook:
    """Return the rulebook of some layers, checked now or, the files unchanged, before.

    Parameters
    ----------
    folders
        Layers as `load_rulebook` takes them.
    cache
        Where checked rulebooks are kept; the user's own cache folder by default. A file of another
        user or one that cannot be read is not used.

    Raises
    ------
    RulebookError
        As `load_rulebook` does; what has errors is never kept.
    """
    folder = cache or user_cache_path("jingkai") / "rulebooks"
    path = folder / f"{_identity(folders)}.pickle"
    kept = _read(path)
    if kept is not None:
        return kept
    rulebook = load_rulebook(folders)
    with contextlib.suppress(OSError):  # a cache that cannot be written is no reason to fail
        _write(path, rulebook)
    return rulebook


def _identity(folders: Sequence[Path]) -> str:
    """Hash the layers' files and places, and the code that checks them."""
    files = [sorted(f.rglob("*.yaml")) for f in folders]
    places = [
        (str(f.resolve()), [str(p) for p in paths]) for f, paths in zip(folders, files, strict=True)
    ]
    code = [
        (p.name, p.stat().st_mtime_ns, p.stat().st_size)
        for name in ("rulebook", "vocabulary")
        for p in sorted((Path(__file__).parents[1] / name).glob("*.py"))
    ]
    text = rulebook_hash(p for paths in files for p in paths)
    whole = repr((text, places, code, sys.version_info[:3]))
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def _read(path: Path) -> Rulebook | None:
    try:
        if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
            return None
        found = pickle.loads(path.read_bytes())
    except Exception:  # a damaged or foreign file: check again
        return None
    return found if isinstance(found, Rulebook) else None


def _write(path: Path, rulebook: Rulebook) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        pickle.dump(rulebook, file, 5)
    Path(file.name).replace(path)
    for old in _oldest(path.parent.glob("*.pickle")):
        old.unlink(missing_ok=True)


def _oldest(paths: Iterable[Path]) -> list[Path]:
    return sorted(paths, key=lambda p: p.stat().st_mtime_ns, reverse=True)[_KEPT:]

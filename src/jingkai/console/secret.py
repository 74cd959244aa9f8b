"""The key that signs sessions: made once in the workspace, read ever after."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["secret_key"]

_FILE = "console.secret"


def secret_key(folder: Path) -> str:
    """Return the workspace's key, made now if there is none; only its owner can read the file.

    Of several processes that start at once, one makes it and all read that one.
    """
    path = folder / _FILE
    if not path.exists():
        made = folder / f".tmp-{_FILE}-{os.getpid()}"
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, path)  # fails where another process was first
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text("utf-8").strip()

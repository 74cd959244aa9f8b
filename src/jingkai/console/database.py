"""Where the site keeps accounts: SQLite in the workspace, or PostgreSQL by one setting."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from jingkai.console.errors import ConsoleError

__all__ = ["database"]

_HINT = "写成 postgresql://用户:密码@主机:5432/库名，或不写（用工作区里的 SQLite 文件）"


def database(folder: Path, url: str) -> dict[str, Any]:
    """Return Django's settings of a database.

    Parameters
    ----------
    folder
        The workspace; without a URL its `console.sqlite3` is used.
    url
        ``postgresql://user:password@host:port/name``; special characters percent-encoded. A socket's
        folder is ``?host=/folder``.

    Raises
    ------
    ConsoleError
        If the URL is of no database that is supported.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "console.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ConsoleError("数据库地址无法使用", hint=_HINT)  # never printed: it holds a password
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or parse_qs(parts.query).get("host", [""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }

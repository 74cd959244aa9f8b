"""A new snapshot arrives while the site answers."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.test import override_settings

from jingkai.registry.snapshot import Snapshot, write_snapshot
from jingkai.workspace import Workspace

pytestmark = pytest.mark.xdist_group("console")


@pytest.fixture
def area(site: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    found = Workspace.init(tmp_path / "area")
    shutil.rmtree(found.rules)
    _write(found, site, 6)
    with override_settings(WORKSPACE=found):
        yield found


def _write(workspace: Workspace, like: Workspace, month: int) -> str:
    zones = Snapshot.current(like).scan("zone").collect()
    return write_snapshot(
        workspace, {"zone": zones}, as_of=date(2026, month, 30), sources=[], synthetic=True
    ).id


def test_a_site_that_keeps_answering_shows_the_old_state_until_the_new_is_computed(
    site: Workspace, area: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingkai.console import opened as module

    monkeypatch.setattr(module, "_patience", 0.0)
    computed = threading.Event()
    monkeypatch.setattr(module.Opened, "compute", lambda self: computed.wait(30))
    old = module.opened()
    assert old is not None
    new = _write(area, site, 7)
    assert module.opened() is old
    coming = list(module._coming.values())
    assert len(coming) == 1
    computed.set()
    coming[0].join(30)
    found = module.opened()
    assert found is not None
    assert (found.snapshot.id, module._coming) == (new, {})


def test_a_state_that_cannot_be_computed_is_shown_so_that_pages_say_why(
    site: Workspace, area: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingkai.console import opened as module

    def broken(self: object) -> None:
        raise ValueError

    monkeypatch.setattr(module, "_patience", 30.0)
    monkeypatch.setattr(module.Opened, "compute", broken)
    module.opened()
    new = _write(area, site, 7)
    found = module.opened()
    assert found is not None
    assert found.snapshot.id == new


def test_else_a_page_gets_the_newest_at_once(site: Workspace, area: Workspace) -> None:
    from jingkai.console.opened import opened

    opened()
    new = _write(area, site, 7)
    found = opened()
    assert found is not None
    assert found.snapshot.id == new

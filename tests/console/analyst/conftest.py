from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jingkai.workspace import Workspace


@pytest.fixture
def settings_of(site: Workspace) -> Callable[[Workspace], Any]:
    """Give a context in which pages show another workspace."""

    def of(workspace: Workspace) -> Any:
        from django.test import override_settings

        return override_settings(WORKSPACE=workspace)

    return of

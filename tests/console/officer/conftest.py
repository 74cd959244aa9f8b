from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jingkai.workspace import Workspace

PDF = b"%PDF-1.7\nsynthetic\n"


@pytest.fixture
def found(town: Workspace) -> Any:
    from jingkai.console.opened import opened

    return opened()


@pytest.fixture
def keys(found: Any) -> list[str]:
    """The keys of the town's enterprises in the order of their rows."""
    return found.snapshot.scan("enterprise").select("key").collect()["key"].to_list()


@pytest.fixture
def as_officer(townspeople: dict[str, Any], client_of: Callable[[str], Any]) -> Callable[..., Any]:
    """Give a client signed in as one of the townspeople."""
    return client_of


@pytest.fixture
def submit(townspeople: dict[str, Any], found: Any) -> Callable[..., Any]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from jingkai.console import corrections

    def of(column: str, new: str, who: str = "firm_a") -> Any:
        papers = [SimpleUploadedFile("证明.pdf", PDF)]
        return corrections.submit(townspeople[who], found, column, new, "账册更正", papers)

    return of


@pytest.fixture
def no_corrections(townspeople: dict[str, Any]) -> Any:
    from jingkai.console.models import Correction

    Correction.objects.all().delete()
    yield
    Correction.objects.all().delete()

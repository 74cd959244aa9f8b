from __future__ import annotations

from pathlib import Path

import pytest

from jingkai.policies import policies_folder
from jingkai.rulebook import Rulebook, load_rulebook
from jingkai.vocabulary import Vocabulary, load_vocabulary
from jingkai.workspace import Workspace, ZoneSettings

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Content in bytes is named by its argument.

    A workbook made while tests are collected carries the second it was made in: spelled
    out, its bytes would give one test two names on two workers.
    """
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares something made once a module, lest every worker makes it."""
    for item in items:
        needed = getattr(item, "_fixtureinfo", None)
        made = [found[-1] for found in needed.name2fixturedefs.values()] if needed else []
        grouped = item.get_closest_marker("xdist_group") is not None
        if not grouped and any(fixture.scope == "module" for fixture in made):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load_rulebook([policies_folder()])


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.init(tmp_path / "zone", ZoneSettings(key="测试经开区"))


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.exists():
        pytest.skip("the data beside the repository is absent")
    return SHARED

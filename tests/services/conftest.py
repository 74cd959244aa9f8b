from __future__ import annotations

import pytest

from jingkai.services.catalogue import Catalogue
from jingkai.services.load import load_catalogue


@pytest.fixture(scope="session")
def catalogue(rulebook) -> Catalogue:
    return load_catalogue(rulebook)

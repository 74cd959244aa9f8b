"""A site of its own with a register of one zone, in a process of its own: cases can be raced for and killed."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from jingkai.registry.snapshot import write_snapshot
from tests.console.apart import Apart, apart
from tests.console.conftest import SOURCE

__all__ = ["PEOPLE", "apart", "area"]

#: Officers and an applicant of the zone, and how a permit is applied for; put before a piece of a program.
PEOPLE = """
from jingkai.console.casework.acting import act
from jingkai.console.casework.errors import CaseRefused
from jingkai.console.casework.opening import Application, apply
from jingkai.console.casework.procedures import procedures, today
from jingkai.console.casework.recorded import read_case, read_cases
from jingkai.console.models import Account, Case, RecordedEvent, TrailEntry
from jingkai.console.opened import opened
from jingkai.console.trail import breaks
ITEM = "works_planning_permit"
def person(name, **about):
    return Account.objects.get_or_create(username=name, defaults=about)[0]
officer = {"role": "officer", "zone": "甲经开区", "office": "natural_resources"}
wang, zhao = person("wang", **officer), person("zhao", **officer)
firm = person("firm", role="enterprise", enterprise="stock:600000")
def applied(matter):
    from django.core.files.uploadedfile import SimpleUploadedFile
    files = {m.id: [SimpleUploadedFile("材料.pdf", b"%PDF-1.7\\nsynthetic\\n")] for m in procedures().items[ITEM].asked}
    return apply(firm, opened(), Application(ITEM, matter=matter, files=files)).case.pk
"""


@pytest.fixture
def area(apart: Apart) -> Apart:
    zones = pl.DataFrame({"key": ["甲经开区"], "name": ["甲经开区"]})
    firms = {"key": ["stock:600000"], "name": ["合成企业"], "zone": ["甲经开区"]}
    write_snapshot(
        apart.workspace, {"zone": zones, "enterprise": pl.DataFrame(firms)},
        as_of=date(2026, 6, 30), sources=[SOURCE], synthetic=True,
    )  # fmt: skip
    return apart

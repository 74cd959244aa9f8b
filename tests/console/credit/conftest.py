from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest

from jingkai.workspace import Workspace

#: Record, whose, severity, decided on; fulfilled, commitment, barred, repaired.
RECORDS = [
    ("满三个月", 0, "general", date(2026, 3, 20), True, True, False, None),
    ("将满三个月", 0, "general", date(2026, 5, 10), True, True, False, False),
    ("严重未履行", 0, "serious", date(2025, 9, 1), False, True, False, None),
    ("程度不明", 0, None, date(2026, 1, 10), True, True, False, None),
    ("轻微", 0, "minor", date(2026, 6, 29), True, True, False, None),
    ("不可修复", 0, "general", date(2026, 1, 10), True, True, True, None),
    ("修复过", 0, "general", date(2026, 1, 11), True, True, False, True),
    ("一年已满", 0, "general", date(2025, 6, 30), True, True, False, None),
    ("未作承诺", 1, "general", date(2026, 2, 1), True, False, False, None),
    ("别处的", 3, "general", date(2026, 2, 1), True, True, False, None),
]
_TYPES = ["record", "whose", "severity", "occurred_on"]
_TYPES += ["obligations_fulfilled", "repair_commitment", "repair_barred", "record_repaired"]


def _penalties(keys: list[str], zones: list[str]) -> pl.DataFrame:
    rows = pl.DataFrame(RECORDS, schema=_TYPES, orient="row", infer_schema_length=None)
    return rows.select(
        pl.format("处罚:{}", "record").alias("key"),
        pl.col("record").alias("name"),
        pl.lit("labelling").alias("kind"),
        pl.lit("某市市场监管局（合成）").alias("decided_by"),
        *(pl.col(c).cast(pl.String if c == "severity" else None) if c == "severity" else c for c in _TYPES[2:]),
        pl.lit(True).alias("record_published"),
        pl.col("whose").replace_strict(dict(enumerate(keys))).alias("enterprise"),
        pl.col("whose").replace_strict(dict(enumerate(zones))).alias("zone"),
    ).sort("key")  # fmt: skip


@pytest.fixture(scope="module")
def records(site: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A zone's enterprises with records of penalties, the last of another zone; the site reads it meanwhile."""
    from django.test import override_settings

    from jingkai.console.opened import opened
    from jingkai.population import some_enterprises, some_zone
    from jingkai.population.snapshots import write_synthetic

    workspace = Workspace.init(tmp_path_factory.mktemp("records") / "area")
    firms = some_enterprises(4)
    elsewhere = pl.col("key") == firms["key"][3]
    firms = firms.with_columns(
        zone=pl.when(elsewhere).then(pl.lit("别处经开区")).otherwise("zone"),
        credit_risk_class_published=pl.lit("C"),
    )
    penalties = _penalties(firms["key"].to_list(), firms["zone"].to_list())
    zone = some_zone(firms.filter(~elsewhere))
    frames = {"enterprise": firms, "zone": zone, "penalty": penalties}
    write_synthetic(workspace, frames, date(2026, 6, 30), "种子7")
    with override_settings(WORKSPACE=workspace):
        yield opened()


@pytest.fixture
def of(records: Any, client_of: Callable[[str], Any]) -> Callable[[str], Any]:
    """Give a client signed in as an enterprise with records, or an officer of its zone by office."""
    from jingkai.console.models import Account

    keys = records.snapshot.table("enterprise")["key"].to_pylist()
    zone = records.zones["key"][0]
    roles = {"analyst": {"role": "zone_analyst", "zone": zone}}

    def signed_in(name: str) -> Any:
        firm = name.startswith("firm")
        about = (
            {"role": "enterprise", "enterprise": keys[int(name[4:])]}
            if firm
            else roles.get(name, {"role": "officer", "zone": zone, "office": name})
        )
        Account.objects.update_or_create(username=f"credit-{name}", defaults=about)
        return client_of(f"credit-{name}")

    return signed_in

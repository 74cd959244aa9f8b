"""Whom shared data entitle to a payment about one of its projects, all of a zone at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jingkai.registry.snapshot import Snapshot, write_snapshot
from jingkai.workspace import Workspace
from tests.console.conftest import SOURCE

pytestmark = pytest.mark.xdist_group("console")

_WAN = 10_000 * 100  # fen


def test_the_loans_of_a_zone_are_decided_as_each_alone(site: Workspace, tmp_path: Path) -> None:
    from jingkai.console.casework.entitled import entitled
    from jingkai.console.casework.procedures import procedures
    from jingkai.console.casework.rights import offers
    from jingkai.console.opened import Opened, rulebook

    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("whole", "stock:600000", {}),
        ("shorter", "stock:600001", {"renewal_loan_term": 12}),
        ("other bank", "stock:600000", {"listed_subsidy_bank": False}),
        ("bank not known", "stock:600000", {"listed_subsidy_bank": None}),
        ("nothing lent", "stock:600001", {"renewal_loan_principal": 0}),
        ("elsewhere", "stock:600002", {}),
    ]
    loan = {
        "renewal_loan_kind": "project_fixed_asset", "renewal_field": "electronics",
        "renewal_loan_principal": 1000 * _WAN, "renewal_loan_drawn_on": date(2026, 3, 1),
        "renewal_loan_term": 24, "listed_subsidy_bank": True, "relending_supported": False,
    }  # fmt: skip
    firms = [f"stock:{600000 + i}" for i in range(3)]
    frames = {
        "zone": pl.DataFrame({"key": ["甲", "乙"], "name": ["甲", "乙"]}),
        "enterprise": pl.DataFrame({"key": firms, "name": firms, "zone": ["甲", "甲", "乙"]}),
        "project": pl.DataFrame(
            [{"key": k, "name": k, "enterprise": e, **loan, **other} for k, e, other in rows]
        ),
    }
    workspace = Workspace.init(tmp_path / "area")
    write_snapshot(workspace, frames, as_of=date(2026, 6, 30), sources=[SOURCE], synthetic=True)
    found = Opened(workspace, Snapshot.current(workspace), rulebook())
    item = procedures(found.day).items["equipment_subsidy_payout"]
    table = entitled(found, item, "甲")
    assert table.select("subject", "enterprise", "amount").rows() == [
        ("whole", "stock:600000", Decimal("300000.00")),
        ("shorter", "stock:600001", Decimal("150000.00")),
    ]
    single = {
        o.subject.key: o.entitlement.amount
        for firm in firms[:2]
        for o in offers(found, found.snapshot.at_key("enterprise", firm))  # type: ignore[arg-type]
        if o.item.id == item.id and o.at_once
    }
    assert single == dict(table.select("subject", "amount").iter_rows())
    assert entitled(found, item, "乙")["subject"].to_list() == ["elsewhere"]

"""Rights offered to an enterprise, and what it has to state for them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jingkai.registry.snapshot import Snapshot, write_snapshot
from jingkai.services.entitlement import Entitlements
from jingkai.workspace import Workspace
from tests.console.conftest import SOURCE

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]


def test_an_applicant_states_what_it_holds_itself_and_no_office_s_own_judgement(found: Any) -> None:
    from jingkai.console.casework.procedures import procedures
    from jingkai.console.casework.rights import Offer, offer, open_columns

    item = procedures().items["high_tech_enterprise_recognition"]
    keys = found.snapshot.scan("enterprise").select("key").collect()["key"]
    matches = (found.snapshot.at_key("enterprise", key) for key in keys)
    offered = (offer(found, m, item, m.key) for m in matches)
    one = next(o for o in offered if o.entitlement.mode == "prefilled")
    own = found.rulebook.vocabulary.entities["enterprise"].column
    unshared = [c for c in one.row if (known := own(c)) and not known[0].shared]
    row = {**one.row, **dict.fromkeys(unshared)}
    entitled = Entitlements(item, found.every, found.day, row).of(row)
    offices = {n.fact: n.office for n in entitled.needed if n.asked and not n.known}
    assert "science_technology" in offices.values()  # the marks of experts
    stated = open_columns(found, Offer(item, one.subject, entitled, row))
    assert stated and {offices[fact] for fact in stated.values()} == {"enterprise"}


def test_what_is_not_in_force_is_not_offered_and_what_has_no_column_is_unknown(
    site: Any, tmp_path: Path
) -> None:
    from django.test import Client, override_settings

    from jingkai.console.casework.entitled import entitled
    from jingkai.console.casework.procedures import procedures
    from jingkai.console.casework.rights import offers
    from jingkai.console.models import Account
    from jingkai.console.opened import Opened, rulebook

    workspace, key = Workspace.init(tmp_path / "area"), "91999999000000001K"
    frames = {
        "enterprise": pl.DataFrame({"key": [key], "name": ["合成企业"], "zone": ["甲经开区"]}),
        "penalty": pl.DataFrame({"key": ["处罚:一"], "enterprise": [key]}),
    }
    write_snapshot(workspace, frames, as_of=date(2026, 3, 31), sources=[SOURCE], synthetic=True)
    found = Opened(workspace, Snapshot.current(workspace), rulebook())
    match = found.snapshot.at_key("enterprise", key)
    assert match is not None
    offered = {o.item.id: o for o in offers(found, match)}
    assert "credit_repair_record" not in offered
    subsidy = offered["apprentice_subsidy_payout"]
    assert subsidy.entitlement.mode == "prefilled"
    assert not any(n.known for n in subsidy.entitlement.needed)
    account = Account.objects.update_or_create(
        username="unasked", defaults={"role": "enterprise", "enterprise": key}
    )[0]
    with override_settings(WORKSPACE=workspace):
        client = Client(SERVER_NAME="localhost", raise_request_exception=False)
        client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
        told = client.get("/my/apply/credit_repair_record/").content.decode()
    assert "2026-03-31 没有施行" in told and "<form method" not in told.split("<main")[1]
    assert entitled(found, procedures().items[subsidy.item.id], "甲经开区").is_empty()

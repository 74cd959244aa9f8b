from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jingkai.engine.run import decide
from jingkai.explain import Explainer
from jingkai.population import some_enterprises
from jingkai.population.snapshots import write_synthetic
from jingkai.registry.snapshot import write_snapshot
from jingkai.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]


@pytest.fixture(scope="module")
def area(site: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace.init(tmp_path_factory.mktemp("demo") / "area")
    write_synthetic(workspace, {"enterprise": some_enterprises(1500)}, date(2026, 6, 30), "种子7")
    return workspace


@pytest.fixture
def found(area: Workspace) -> Iterator[Any]:
    from django.test import override_settings

    from jingkai.console.models import Account
    from jingkai.console.opened import opened

    with override_settings(WORKSPACE=area):
        yield opened()
    Account.objects.filter(username__startswith="demo-").delete()


def test_one_account_a_desk_with_the_pass_phrase_that_was_told(found: Any) -> None:
    from jingkai.console.demo_accounts import demo_accounts
    from jingkai.console.models import Account

    first, second = demo_accounts(found), demo_accounts(found)
    assert [a.role for a in first] == [
        "enterprise", *["officer"] * 5, "zone_analyst", "ministry_analyst", "auditor",
    ]  # fmt: skip
    assert len({a.password for a in first + second}) == 18
    head = Account.objects.get(username="demo-head")
    assert head.head and head.office == "natural_resources"
    stored = Account.objects.get(username=second[0].name)
    assert stored.check_password(second[0].password)
    assert not stored.check_password(first[0].password)


def test_the_enterprise_is_granted_once_its_fact_is_what_the_demo_says(found: Any) -> None:
    from jingkai.console.demo_accounts import demo_accounts, demo_near_miss
    from jingkai.console.models import Account

    near = demo_near_miss(found)
    demo_accounts(found)
    officer = Account.objects.get(username="demo-officer")
    assert (officer.zone, officer.office) == (near.zone, "zone_committee")
    assert near.new > near.old

    def verdict(value: int) -> bool | None:
        import polars as pl

        rows = found.snapshot.scan("enterprise").filter(pl.col("key") == near.key)
        changed = rows.with_columns(pl.lit(value).cast(pl.Int64).alias(near.column)).collect()
        folder = Workspace.init(found.workspace.path.parent / f"with-{value}")
        snapshot = write_snapshot(
            folder, {"enterprise": changed}, as_of=found.day, sources=[], synthetic=True
        )
        run = decide(folder, snapshot, found.every, found.day)
        reasons = Explainer(found.rulebook, snapshot, run).explain(
            "enterprise", 0, ["high_tech_enterprise"]
        )
        return reasons[0].verdict

    verdicts = {v: verdict(v) for v in {near.old, near.new - 1, near.new}}
    assert {v: granted for v, granted in verdicts.items() if granted} == {near.new: True}
    assert None not in verdicts.values()


def test_real_data_get_no_demo_accounts(site: Workspace, tmp_path: Path) -> None:
    from django.test import override_settings

    from jingkai.console.demo_accounts import demo_accounts
    from jingkai.console.errors import ConsoleError
    from jingkai.console.opened import opened

    workspace = Workspace.init(tmp_path / "real")
    frame = some_enterprises(20)
    write_snapshot(workspace, {"enterprise": frame}, as_of=date(2026, 6, 30), sources=[])
    with override_settings(WORKSPACE=workspace), pytest.raises(ConsoleError, match="合成数据"):
        demo_accounts(opened())  # type: ignore[arg-type]

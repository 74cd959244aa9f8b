"""A correction before its officer: what it would change, accepting, refusing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from jingkai.workspace import Workspace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("console"),
    pytest.mark.usefixtures("no_corrections"),
]


def _page(client: Any, correction: Any) -> dict[str, Any]:
    response = client.get(f"/desk/corrections/{correction.pk}/?format=json")
    assert response.status_code == 200
    return dict(response.json())


def _post(client: Any, correction: Any, decision: str, reason: str = "") -> Any:
    return client.post(
        f"/desk/corrections/{correction.pk}/", {"decision": decision, "reason": reason}
    )


def test_it_shows_old_new_source_and_evidence(
    as_officer: Callable[[str], Any], submit: Callable[..., Any]
) -> None:
    asked = submit("revenue_2025", "54321万元")
    page = _page(as_officer("tax_officer"), asked)
    assert (page["fact"], page["year"], page["new"]) == ("营业收入", 2025, "54,321 万元")
    assert page["now"]["value"].endswith("万元") and page["now"]["file"]
    assert page["old"] == page["now"]["value"]
    assert page["note"] == "账册更正"
    assert [e["name"] for e in page["evidence"]] == ["证明.pdf"]


@pytest.mark.parametrize("who", ["hr_officer", "far_officer", "counter"])
def test_for_another_office_or_zone_it_is_not_there(
    as_officer: Callable[[str], Any], submit: Callable[..., Any], who: str
) -> None:
    asked = submit("revenue_2025", "54321万元")
    client = as_officer(who)
    assert client.get(f"/desk/corrections/{asked.pk}/").status_code == 404
    assert _post(client, asked, "accept").status_code == 404
    asked.refresh_from_db()
    assert asked.state == "submitted"


def test_refusing_needs_a_reason_that_the_enterprise_reads(
    as_officer: Callable[[str], Any], submit: Callable[..., Any]
) -> None:
    asked, client = submit("revenue_2025", "54321万元"), as_officer("tax_officer")
    response = _post(client, asked, "refuse", "  ")
    assert response.status_code == 200 and "没有写明不采纳的理由" in response.content.decode()
    assert _post(client, asked, "").status_code == 200
    asked.refresh_from_db()
    assert asked.state == "submitted"
    response = _post(client, asked, "refuse", "与纳税申报不符")
    assert response.status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("refused", "与纳税申报不符")
    page = _page(client, asked)
    assert (page["open"], page["decided_by"], page["changes"]) == (False, "tax_officer", [])


def test_what_was_decided_meanwhile_is_said_and_not_decided_again(
    as_officer: Callable[[str], Any], submit: Callable[..., Any]
) -> None:
    asked = submit("revenue_2025", "54321万元")
    _post(as_officer("tax_officer"), asked, "refuse", "与纳税申报不符")
    response = _post(as_officer("tax_other"), asked, "accept")
    text = response.content.decode()
    assert response.status_code == 200 and "已经办理（tax_officer）" in text
    asked.refresh_from_db()
    assert asked.state == "refused"


def test_other_facts_stay_hidden_in_what_would_change(
    as_officer: Callable[[str], Any], submit: Callable[..., Any]
) -> None:
    asked = submit("revenue_2025", "54321万元")
    page = _page(as_officer("tax_officer"), asked)
    moved = {c["rule"]: c for c in page["changes"]}
    score = moved["innovative_sme_score"]
    assert (score["before"], score["after"]) == ("", "")
    assert "未共享" in score["hidden"]


@pytest.fixture
def own_town(
    site: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workspace, Any, Any]]:
    """A town of its own, for it is changed: with an enterprise and its tax officer."""
    from django.test import override_settings

    from jingkai.console.models import Account
    from jingkai.console.opened import opened
    from jingkai.population import some_enterprises, some_zone
    from jingkai.population.snapshots import write_synthetic

    workspace = Workspace.init(tmp_path_factory.mktemp("own") / "area")
    enterprises = some_enterprises(12)
    frames = {"enterprise": enterprises, "zone": some_zone(enterprises)}
    write_synthetic(workspace, frames, date(2026, 6, 30), "种子7")
    with override_settings(WORKSPACE=workspace):
        found = opened()
        assert found is not None
        key = found.snapshot.scan("enterprise").select("key").collect()["key"][0]
        people = {
            "own_firm": {"role": "enterprise", "enterprise": key},
            "own_officer": {
                "role": "officer",
                "zone": found.zones["key"][0],
                "office": "statistics",
            },
        }
        firm, officer = (
            Account.objects.update_or_create(username=n, defaults=d)[0] for n, d in people.items()
        )
        yield workspace, firm, officer


def test_what_was_said_to_change_changes_when_it_is_accepted(
    own_town: tuple[Workspace, Any, Any], client_of: Callable[[str], Any]
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command

    from jingkai.console import corrections
    from jingkai.console.opened import opened

    _, firm, _ = own_town
    before = opened()
    assert before is not None
    paper = SimpleUploadedFile("证明.pdf", b"%PDF-1.7\nsynthetic\n")
    asked = corrections.submit(
        firm, before, "main_business_revenue_2025", "1.5万元", "更正", [paper]
    )
    client = client_of("own_officer")
    page = _page(client, asked)
    told = {c["rule"]: (c["effect"], c["after"]) for c in page["changes"]}
    assert told
    assert _post(client, asked, "accept", "已核对").status_code == 302
    call_command(
        "db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0
    )
    asked.refresh_from_db()
    assert asked.state == "applied"
    after = opened()
    assert after is not None and after.snapshot.id != before.snapshot.id
    program = before.explainer.program("enterprise").program
    place = [o.snapshot.at_key("enterprise", firm.enterprise).position for o in (before, after)]  # type: ignore[union-attr]
    old, new = (
        o.explainer.row("enterprise", p)[1] for o, p in zip((before, after), place, strict=True)
    )
    moved = {n for n, k in program.layouts.items() if any(old[c] != new[c] for c in k.results)}
    assert moved == set(told)
    gains = {n for n in moved if old.get(n) is False and new.get(n) is True}
    assert gains <= {n for n, (effect, _) in told.items() if effect == "gains"}

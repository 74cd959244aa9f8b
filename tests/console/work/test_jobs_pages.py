from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jingkai.workspace import Workspace

pytestmark = pytest.mark.xdist_group("console")

Client = Callable[[str], Any]


@pytest.fixture
def job(site: Workspace) -> Iterator[Any]:
    """A job of the officer that nobody does."""
    from jingkai.console.models import Account, Job

    officer = Account.objects.get(username="officer")
    made = Job.objects.create(kind="load", by=officer, arguments={"upload": 7})
    yield made
    made.delete()


def _now(job: Any, **changed: Any) -> str:
    type(job).objects.filter(pk=job.pk).update(**changed)
    return f"/jobs/{job.pk}/"


def test_a_job_tells_how_far_it_is_and_asks_again(client_of: Client, job: Any) -> None:
    address = _now(job, state="running", step="认定企业", done=3, of=12)
    html = client_of("officer").get(address).content.decode()
    assert f'hx-get="{address}?part=1" hx-trigger="every 1s"' in html
    assert 'value="3" max="12"' in html
    assert "认定企业" in html
    assert 'role="status"' in html
    part = client_of("officer").get(f"{address}?part=1&then=reload")
    assert "<html" not in part.content.decode()
    assert "then=reload" in part.content.decode()
    assert "HX-Refresh" not in part


def test_a_job_that_ended_asks_no_more_and_leads_on(client_of: Client, job: Any) -> None:
    address = _now(job, state="done", result={})
    part = client_of("officer").get(f"{address}?part=1")
    assert "hx-get" not in part.content.decode()
    assert 'href="/imports/7/"' in part.content.decode()
    assert client_of("officer").get(f"{address}?part=1&then=reload")["HX-Refresh"] == "true"


def test_a_reform_s_job_leads_to_its_page(client_of: Client, job: Any) -> None:
    address = _now(job, kind="reform", state="done", result={})
    assert f'href="/reforms/{job.pk}/"' in client_of("officer").get(address).content.decode()


def test_a_job_that_failed_says_what_where_and_what_to_do(client_of: Client, job: Any) -> None:
    error = {"what": "没有一行可以接收", "where": "册.csv", "hint": "改正第一行", "findings": []}
    html = client_of("officer").get(_now(job, state="failed", error=error)).content.decode()
    assert all(
        part in html for part in ("没有一行可以接收", "册.csv", "改正第一行", 'role="alert"')
    )


def test_jobs_of_others_are_not_found(client_of: Client, job: Any) -> None:
    assert client_of("zone_analyst").get(f"/jobs/{job.pk}/").status_code == 404
    listed = client_of("zone_analyst").get("/jobs/?format=json").json()["jobs"]
    assert str(job.pk) not in {j["id"] for j in listed}
    listed = client_of("officer").get("/jobs/?format=json").json()["jobs"]
    assert str(job.pk) in {j["id"] for j in listed}


def test_an_officer_decides_as_of_a_day(site: Workspace, client_of: Client) -> None:
    from django.core.management import call_command

    from jingkai.console.models import TrailEntry

    client = client_of("officer")
    started = client.post("/jobs/", {"as_of": "2026-07-02"})["Location"]
    assert client.post("/jobs/", {"as_of": "2026-07-02"})["Location"] == started
    call_command(
        "db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0
    )
    job = client.get(f"{started}?format=json").json()
    assert (job["state"], job["result"]["as_of"]) == ("done", "2026-07-02")
    assert (site.decisions / job["result"]["run"] / "manifest.json").exists()
    assert TrailEntry.objects.filter(action="decide.start", about=job["id"]).exists()


def test_what_is_no_day_is_told(client_of: Client) -> None:
    response = client_of("officer").post("/jobs/", {"as_of": "明天"})
    assert response.status_code == 400
    assert "不是日期" in response.content.decode()


def test_an_analyst_starts_no_decision(client_of: Client) -> None:
    from jingkai.console.models import Job

    before = Job.objects.count()
    client_of("zone_analyst").post("/jobs/", {"as_of": "2026-07-02"})
    assert Job.objects.count() == before

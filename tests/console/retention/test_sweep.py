from __future__ import annotations

import pytest

from tests.console.apart import Apart, apart

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
assert apart

_OLD = """
migrate()
import uuid
from datetime import date, timedelta
from unittest import mock
from django.conf import settings
from django.utils import timezone
from axes.models import AccessAttempt, AccessLog
from django.contrib.sessions.models import Session
from jingkai.console.accounts import add_account
from jingkai.console.files import path_of
from jingkai.console.models import Account, ApiToken, Case, CaseFile, Correction, Job, StoredFile, TrailEntry, Upload
from jingkai.console.retention.sweep import retain
add_account("officer", "a long pass phrase 7", "officer", zone="z", office="tax")
who, now = Account.objects.get(), timezone.now()
def ago(days): return now - timedelta(days=days)
def file(days):
    stored = StoredFile.objects.create(name="x.pdf", kind="pdf", size=1, sha256="0" * 64, by=who)
    StoredFile.objects.filter(pk=stored.pk).update(at=ago(days))
    path_of(stored).parent.mkdir(exist_ok=True)
    path_of(stored).write_bytes(b"x")
    return stored
def correction(state, days, fact):
    made = Correction.objects.create(enterprise="e", zone="z", office="tax", column=fact, new="1",
        by=who, state=state, reason="r", decided_at=ago(days))
    Correction.objects.filter(pk=made.pk).update(at=ago(days))
    made.evidence.add(file(days))
def upload(state, days):
    made = Upload.objects.create(file=file(days), by=who, zone="z", office="tax", entity="enterprise",
        as_of=date(2026, 6, 30), state=state)
    Upload.objects.filter(pk=made.pk).update(at=ago(days))
def job(days):
    return Job.objects.create(kind="load", by=who, ended_at=ago(days) if days else None)
for days in (4000, 10):
    for i, state in enumerate(("refused", "applied", "withdrawn", "submitted")):
        correction(state, days, f"f{i}.{days}")
    for state in ("discarded", "refused", "previewed", "loaded"):
        upload(state, days)
    file(days)
    job(days)
    ApiToken.objects.create(name="t", account=who, digest=str(days), begins="jk_", expires_at=ago(days))
    AccessAttempt.objects.create(username="x", ip_address="::1", user_agent=str(days), failures_since_start=1)
    Session.objects.create(session_key=str(days), session_data="", expire_date=ago(days))
case = Case.objects.create(service="s", entity="enterprise", subject="e", enterprise="e", zone="z", by=who)
CaseFile.objects.create(case=case, material="m", file=file(4000), event=1)
job(0)
Session.objects.create(session_key="on", session_data="", expire_date=now + timedelta(hours=1))
AccessAttempt.objects.filter(user_agent="4000").update(attempt_time=ago(4000))
kept = Job.objects.create(kind="correction", by=who, ended_at=ago(4000))
Correction.objects.filter(column="f1.4000").update(job=kept)
count = retain(True)
done = retain()
rest = {
    "corrections": Correction.objects.count(),
    "with_papers": sorted(Correction.objects.exclude(evidence=None).values_list("column", flat=True)),
    "uploads": sorted(Upload.objects.values_list("state", flat=True)),
    "files": StoredFile.objects.count(),
    "on_disk": len(list((settings.WORKSPACE.path / "files").iterdir())),
    "jobs": Job.objects.count(),
    "sessions": list(Session.objects.values_list("session_key", flat=True)),
    "told": sorted(TrailEntry.objects.filter(action="retention.delete").values_list("about", flat=True)),
}
tell([count, done, retain(), rest])
"""


def test_what_is_past_its_period_goes_and_nothing_else(apart: Apart) -> None:
    count, done, again, rest = apart.run(_OLD)
    gone = {
        "sessions": 2,
        "sign_ins": 1,
        "keys": 1,
        "uploads": 3,
        "evidence": 3,
        "jobs": 1,
        "trail": 0,
    }
    assert {k: done[k] for k in gone} == gone
    assert done["files"] == 4  # of the three uploads, and one that belonged to nothing
    assert count == {**done, "files": 1}  # those of uploads are loose once these are gone
    assert set(again.values()) == {0}
    assert rest == {
        "corrections": 8,
        "with_papers": ["f0.10", "f1.10", "f2.10", "f3.10", "f3.4000"],
        "uploads": ["discarded", "loaded", "loaded", "previewed", "refused"],
        "files": 12,
        "on_disk": 12,
        "jobs": 3,
        "sessions": ["on"],
        "told": ["evidence", "files", "jobs", "keys", "sessions", "sign_ins", "uploads"],
    }

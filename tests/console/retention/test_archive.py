from __future__ import annotations

import gzip
import json

import pytest

from tests.console.apart import Apart, apart

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
assert apart

#: Thirty entries: twenty of long ago, ten of now.
_AGED = """
migrate()
from datetime import timedelta
from unittest import mock
from django.utils import timezone
from jingkai.console import trail
from jingkai.console.models import TrailEntry
now = timezone.now()
for i in range(30):
    at = now - timedelta(days=1500 - i if i < 20 else 0)
    with mock.patch.object(trail.timezone, "now", lambda: at):
        trail.record_as("li.ming", "officer", "enterprise.read", f"stock:{i}", ["revenue"])
"""
_BREAKS = "tell([[b.number, b.what] for b in trail.breaks()])\n"


def test_old_entries_go_into_a_file_that_the_chain_vouches_for(apart: Apart) -> None:
    told = apart.run(
        _AGED
        + """
from jingkai.console.retention.archive import archive_breaks, missing_archives
from jingkai.console.retention.sweep import retain
def check():
    return [[b.number, b.what] for b in [*trail.breaks(), *archive_breaks()]]
counts = [retain(True)["trail"], retain()["trail"], retain()["trail"]]
rows = TrailEntry.objects.order_by("number")
seal = rows.filter(action="trail.seal")[0]
(file,) = (Path(os.environ["JINGKAI_WORKSPACE"]) / "trail").iterdir()
whole = file.read_bytes()
checks = [check()]
file.write_bytes(whole[:-9] + b"123456789")
checks.append(check())
file.rename(file.with_suffix(".elsewhere"))
checks += [check(), missing_archives()]
file.write_bytes(whole)
tell([counts, rows[0].number, seal.detail, seal.about, checks])
"""
    )
    counts, first, seal, name, checks = told
    assert (counts, first) == ([20, 20, 0], 21)
    with gzip.open(apart.workspace.path / "trail" / name, "rt") as lines:
        kept = [json.loads(line) for line in lines]
    assert [content[0] for content, _ in kept] == list(range(1, 21))
    assert kept[0][0][5] == "stock:0"
    assert (seal["first"], seal["upto"], seal["digest"]) == (1, 20, kept[-1][1])
    assert checks == [[], [[20, f"归档文件 {name} 与封存时不同"]], [], [name]]


def test_the_database_lets_nothing_go_that_no_archive_names_or_that_is_young(apart: Apart) -> None:
    told = apart.run(
        _AGED
        + """
from django.db import Error, transaction
def refused(rows):
    try:
        with transaction.atomic():
            rows.delete()
    except Error as error:
        return "only be added" in str(error)
    return False
every = TrailEntry.objects
found = [refused(every.filter(number=1)), refused(every.filter(number=25))]
trail.record_as("", "system", trail.SEAL, "x", upto=10, digest="0" * 64)
found += [refused(every.filter(number=11)), refused(every.filter(number=5)), every.count()]
trail.record_as("", "system", trail.SEAL, "x", upto=30, digest="0" * 64)
found += [refused(every.filter(number=25)), [b.number for b in trail.breaks()]]
tell(found)
"""
    )
    # a forged seal lets old entries go, but the chain then does not hold: nothing vouches for its start
    assert told == [True, True, True, False, 30, True, [5]]


def test_a_beginning_that_no_archive_ends_at_shows(apart: Apart) -> None:
    told = apart.run(
        _AGED
        + """
last = TrailEntry.objects.get(number=10)
trail.record_as("", "system", trail.SEAL, "x", upto=10, digest=last.digest)
TrailEntry.objects.filter(number__lte=5).delete()
one = [[b.number, b.what] for b in trail.breaks()]
TrailEntry.objects.filter(number__lte=10).delete()
tell([one, list(trail.breaks())])
"""
    )
    assert told == [[[1, "缺少第1至5条"]], []]


def test_a_cut_off_end_shows_against_what_was_written_down(apart: Apart) -> None:
    number, digest = apart.run(_AGED + "tell(trail.head())")
    assert "完整" in apart.command("trail", "check", "--anchor", f"{number}:{digest}")
    apart.run(
        """
        from django.db import connection
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("ALTER TABLE console_trailentry DISABLE TRIGGER USER")
            else:
                cursor.execute("DROP TRIGGER trail_no_delete")
            cursor.execute("DELETE FROM console_trailentry WHERE number > 28")
        """
    )
    anchor = f"{number}:{digest}"
    assert "抄存" in apart.command("trail", "check", "--anchor", anchor, fails=True)

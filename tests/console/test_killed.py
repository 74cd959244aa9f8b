"""The site's processes killed while work is under way: started again, nothing is lost or half done."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jingkai.population import synthetic_code
from jingkai.registry.load import load
from jingkai.registry.snapshot import Snapshot
from jingkai.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]

DAY = "2026-06-30"
ASKED = "2026-07-15"
ZONE = "甲经开区"
ROWS = 8_000
SOURCE = Path(__file__).resolve().parents[2] / "src"

#: Asks for work, and tells how it stands, as pages do, in a process of its own.
_SCRIPT = """
import json, sys
from datetime import date
from pathlib import Path
from jingkai.console.serve import prepare
from jingkai.workspace import Workspace
workspace = Workspace.open(Path.cwd())
prepare(workspace)
from django.core.files.uploadedfile import SimpleUploadedFile
from jingkai.console.files import REGISTERS, store_file
from jingkai.console.imports import steps
from jingkai.console.models import Account, Job, TrailEntry, Upload
from jingkai.console import jobs
from jingkai.console.trail import breaks
if sys.argv[1] == "state":
    job = Job.objects.get()
    print(json.dumps({
        "job": [job.state, job.attempts, job.result], "error": job.error,
        "uploads": list(Upload.objects.values("state", "before", "snapshot")),
        "loaded": TrailEntry.objects.filter(action="import.loaded").count(), "breaks": len(list(breaks())),
    }))
    raise SystemExit
by = Account.objects.create_user("officer", password="x", role="officer", zone="甲经开区", office="tax")
if sys.argv[1] == "decide":
    jobs.start("decide", by, by.zone, as_of=sys.argv[2])
    raise SystemExit
file = SimpleUploadedFile("税务.csv", Path(sys.argv[2]).read_bytes())
upload = Upload.objects.create(
    file=store_file(file, by, REGISTERS), by=by, zone=by.zone, office=by.office, entity="enterprise",
    as_of=date(2026, 6, 30), state="loading")
Upload.objects.filter(pk=upload.pk).update(job=jobs.start("load", by, by.zone, upload=upload.pk))
"""


class Site:
    """A workspace with a database of its own, and the processes over it."""

    def __init__(self, workspace: Workspace, database: str) -> None:
        self.workspace = workspace
        self.env = {
            **os.environ, "PYTHONPATH": str(SOURCE), "JINGKAI_DATABASE_URL": database,
        }  # fmt: skip
        self.env.pop("DJANGO_SETTINGS_MODULE", None)

    def ask(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT, *arguments], cwd=self.workspace.path, env=self.env,
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask("state"))
        return found

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "jingkai", *arguments]
        return subprocess.Popen(command, cwd=self.workspace.path, env=self.env)

    def killed_when(self, seen: Callable[[], bool], *arguments: str) -> None:
        """Start a process and kill it at the moment when something is seen."""
        process = self.start(*arguments)
        try:
            _until(lambda: seen() or process.poll() is not None)
            assert process.poll() is None, "it ended before it could be killed"
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def work(self) -> None:
        assert self.start("worker", "--until-idle").wait(120) == 0

    def writing(self, folder: str) -> Callable[[], bool]:
        return lambda: any((self.workspace.path / folder).glob(".tmp-*/*"))


def _until(seen: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "nothing of it was seen"
        time.sleep(0.001)


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with some thousand enterprises, never changed."""
    found = Workspace.init(tmp_path_factory.mktemp("kill") / "area")
    shutil.rmtree(found.rules)
    path = found.path.parent / "登记.csv"
    rows = (f"{synthetic_code(i)},企业{i},{ZONE},{i % 900}" for i in range(ROWS))
    path.write_text("\n".join(["信用代码,企业名称,所在经开区,员工人数2025", *rows]), "utf-8")
    load(found, "enterprise", [path], office="market_supervision", as_of=date.fromisoformat(DAY))
    return found


@pytest.fixture
def killed(area: Workspace, database: str, tmp_path: Path) -> Iterator[Site]:
    shutil.copytree(area.path, tmp_path / "area")
    workspace = Workspace.open(tmp_path / "area")
    with _database(database) as url:
        yield Site(workspace, url)


@contextlib.contextmanager
def _database(url: str) -> Iterator[str]:
    """Give a new database on the server; none: each workspace has its own file."""
    if not url:
        yield ""
        return
    import psycopg

    name = f"killed_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        parts = url.partition("?")
        yield parts[0].rpartition("/")[0] + f"/{name}" + "".join(parts[1:])
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _tax(site: Site) -> Path:
    path = site.workspace.path.parent / "税务.csv"
    rows = (f"{synthetic_code(i)},{i},{i * 2}" for i in range(ROWS))
    text = "\n".join(["信用代码,营业收入（2025年，万元）,研发费用（2025年，万元）", *rows])
    path.write_text(text, "utf-8")
    return path


def _whole(site: Site, before: str, sha256: str) -> None:
    """Check that one load is there, once, undamaged and decided, and nothing is left lying about."""
    workspace, state = site.workspace, site.state()
    assert (state["job"][0], state["error"]) == ("done", None)
    current = Snapshot.current(workspace)
    assert state["uploads"] == [{"state": "loaded", "before": before, "snapshot": current.id}]
    assert (state["loaded"], state["breaks"]) == (1, 0)
    assert current.manifest["previous"] == before
    assert [s["sha256"] for s in current.manifest["sources"]].count(sha256) == 1
    for path in workspace.snapshots.glob("[!.]*/manifest.json"):
        for entity, said in json.loads(path.read_text("utf-8"))["entities"].items():
            content = (path.parent / f"{entity}.arrow").read_bytes()
            assert hashlib.sha256(content).hexdigest() == said["sha256"]
    revenue = current.scan("enterprise").select("revenue_2025").collect()["revenue_2025"]
    assert (len(revenue), revenue.sum()) == (ROWS, sum(range(ROWS)) * 1_000_000)
    _decided(workspace, current.id)


def _decided(workspace: Workspace, snapshot: str) -> None:
    runs = [
        json.loads(p.read_text("utf-8")) for p in workspace.decisions.glob("[!.]*/manifest.json")
    ]
    assert [r["snapshot"] for r in runs].count(snapshot) == 1
    _no_leftovers(workspace)


def _no_leftovers(workspace: Workspace) -> None:
    left = [p for f in (workspace.snapshots, workspace.decisions) for p in f.glob(".tmp-*")]
    assert left == []


def test_a_load_killed_while_it_writes_and_again_while_it_decides_is_done_once(
    killed: Site,
) -> None:
    before, file = str(killed.workspace.current_snapshot_id), _tax(killed)
    killed.ask("load", str(file))
    killed.killed_when(killed.writing("snapshots"), "worker", "--until-idle")
    assert killed.workspace.current_snapshot_id == before
    killed.killed_when(killed.writing("decisions"), "worker", "--until-idle")
    killed.work()
    _whole(killed, before, hashlib.sha256(file.read_bytes()).hexdigest())


def test_a_load_killed_when_its_snapshot_is_current_is_not_loaded_twice(killed: Site) -> None:
    before, file = str(killed.workspace.current_snapshot_id), _tax(killed)
    killed.ask("load", str(file))
    killed.killed_when(
        lambda: killed.workspace.current_snapshot_id != before, "worker", "--until-idle"
    )
    killed.work()
    _whole(killed, before, hashlib.sha256(file.read_bytes()).hexdigest())


def test_a_site_killed_while_it_decides_goes_on_when_it_is_started_again(killed: Site) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    killed.ask("decide", ASKED)
    deciding = killed.writing("decisions")
    # Its own pages are decided before the port is open; what is decided then is the job.
    killed.killed_when(lambda: deciding() and _answers(port), "serve", "--port", port)
    _until(lambda: _no_worker(killed.workspace), 15)
    again = killed.start("serve", "--port", port)
    try:
        _until(lambda: _answers(port))
        _until(lambda: killed.state()["job"][0] == "done")
    finally:
        again.terminate()
        again.wait(20)
    run = killed.workspace.decisions / killed.state()["job"][2]["run"]
    assert json.loads((run / "manifest.json").read_text("utf-8"))["as_of"] == ASKED
    _no_leftovers(killed.workspace)
    _until(lambda: _no_worker(killed.workspace), 15)


def _answers(port: str) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(port)), 1):
        return True
    return False


def _no_worker(workspace: Workspace) -> bool:
    """Return whether no worker holds the workspace: it dies with the site that started it."""
    with (workspace.path / ".worker.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

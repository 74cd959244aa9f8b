"""The site under load, its pages one by one, and the same over the whole nation."""

from __future__ import annotations

import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlencode

from benchmarks.load_run import Asked, Session, ask, load_run, percentile
from jingkai.registry.snapshot import Snapshot
from jingkai.workspace import Workspace

__all__ = ["console_section"]

_RATE, _SECONDS = 100, 20
_TIMES = 21
_ACCOUNT = re.compile(r"^\s+demo-(\S+)\s+(\S+)\s+(.*)$", re.MULTILINE)
_PROJECT = urlencode(
    {"industry_code": "C3985", "fixed_investment": 50000, "foreign_share": 60, "negative_list_item": "no", "staff": 400}
)  # fmt: skip
_RULES = ("high_tech_enterprise", "technology_sme", "innovative_sme", "exporter")


def console_section(small: Path, whole: Path) -> str:
    """Serve a hundredth of the nation under load, then the whole nation's slowest pages.

    Parameters
    ----------
    small, whole
        Workspaces of the synthetic nation at the scales 0.01 and 1.0.
    """
    with _served(small) as (host, passwords):
        pages = _page_times(_signed_in(host, passwords), small)
    with _in_service(small) as host:
        sessions = _signed_in(host, passwords)
        for _ in range(3):  # what is computed once is computed, in each process
            _ask_all(sessions, small)
        found = load_run(sessions, _mixed(small), _RATE, _SECONDS)
    with _served(whole) as (host, passwords):
        large = _page_times(_signed_in(host, passwords), whole)
    return f"""## The site

{_load_text(found)}

| one visitor, the server's answer, median of {_TIMES - 1}, seconds | of 51 thousand rows | of 4.9 million | bars |
| --- | --- | --- | --- |
{_page_rows(pages, large)}

The load is on two processes of gunicorn as the guide to deployment has them, the pages on `jingkai serve`, both on the same {os.cpu_count()} cores
as those who ask. Waits count from when a request was due (open loop).
"""


def _load_text(found: list[Asked]) -> str:
    failed = [a for a in found if a.status != 200]
    rows = []
    for who in ("anonymous", "enterprise", "officer", "ministry"):
        mine = [a for a in found if a.who == who]
        middle, most = median(a.seconds for a in mine), percentile(mine, 95)
        rows.append(f"| {who} | {len(mine):,} | {middle * 1000:.0f} | {most * 1000:.0f} |")
    p50, p95 = percentile(found, 50), percentile(found, 95)
    text = "\n".join(rows)
    return f"""{_RATE} requests a second of mixed reading for {_SECONDS} s: **{len(failed)} of {len(found):,} failed**, half under
{p50 * 1000:.0f} ms, 95% under **{p95 * 1000:.0f} ms** (bars: none, under 300 ms).

| who asks | requests | p50, ms | p95, ms |
| --- | --- | --- | --- |
{text}"""


def _page_rows(small: dict[str, float], large: dict[str, float]) -> str:
    bars = {
        "an enterprise's page": "0.150, 0.300",
        "search by name": "4.9 million: 0.500",
        "the nation's figures": "4.9 million: 1.0",
    }
    return "\n".join(
        f"| {name} | {small[name]:.3f} | {large[name]:.3f} | {bars.get(name, '')} |"
        for name in small
    )  # fmt: skip


def _page_times(sessions: dict[str, Session], folder: Path) -> dict[str, float]:
    """Return the median of each page that a bar is about, and of others beside, by its name."""
    key, name, zone = _enterprise(folder, sessions)
    wanted = {
        "an enterprise's page": ("officer", f"/enterprises/{key}/"),
        "my entitlements": ("enterprise", "/my/"),
        "what I may ask for": ("enterprise", "/my/services/"),
        "cases of an office": ("officer", "/desk/cases/"),
        "search by name": ("officer", f"/enterprises/?q={quote(name[4:10])}"),
        "search over everything": ("officer", f"/search/?q={quote(name[4:10])}"),
        "near misses of the zone": ("officer", "/desk/calls/"),
        "the nation's figures": ("ministry", "/figures/"),
        "uptake of rules": ("ministry", "/uptake/"),
        "zones": ("anonymous", "/zones/"),
        "a zone": ("anonymous", f"/zones/{quote(zone)}/"),
        "a tried project": ("anonymous", f"/try/?{_PROJECT}"),
    }
    return {said: ask(sessions[who], path, _TIMES) for said, (who, path) in wanted.items()}


def _mixed(folder: Path) -> list[tuple[str, str]]:
    """Return what is read: of 23 requests 12 by anyone, 5 by an enterprise, 4 by an officer, 2 by an analyst."""
    zones = (
        Snapshot.current(Workspace.open(folder))
        .scan("zone")
        .select("key")
        .collect()["key"]
        .to_list()
    )
    chance, found = random.Random(7), []
    for turn in range(25):
        few = chance.sample(zones, 5)
        found += [
            ("anonymous", "/"),
            ("anonymous", "/zones/"),
            ("anonymous", "/library/"),
            ("anonymous", "/tour/"),
        ]
        found += [("anonymous", f"/zones/{quote(z)}/") for z in few[:4]]
        found += [("anonymous", f"/zones/compare/?{urlencode([('zone', z) for z in few[3:5]])}")]
        found += [
            ("anonymous", f"/rules/{chance.choice(_RULES)}/"),
            ("anonymous", f"/rules/{_RULES[0]}/"),
        ]
        found += [("anonymous", f"/try/?{_PROJECT}&tech_staff={turn}")]
        found += [
            ("enterprise", p)
            for p in (
                "/my/",
                "/my/facts/",
                "/my/services/",
                "/my/cases/",
                f"/my/rules/{chance.choice(_RULES)}/",
            )
        ]
        found += [
            ("officer", p) for p in ("/desk/", "/desk/cases/", "/enterprises/", "/desk/calls/")
        ]
        found += [
            ("ministry", "/figures/"),
            ("ministry", chance.choice(("/uptake/", "/assessment/"))),
        ]
    chance.shuffle(found)
    return found  # fmt: skip


def _ask_all(sessions: dict[str, Session], folder: Path) -> None:
    for who, path in dict.fromkeys(_mixed(folder)):
        status, body = sessions[who].get(path)
        if status != 200:
            raise SystemExit(f"{who} asked for {path}: {status} {body[-500:].decode()}")


def _enterprise(folder: Path, sessions: dict[str, Session]) -> tuple[str, str, str]:
    """Return key, name and zone of the enterprise that the demo is about."""
    import json

    about = json.loads(sessions["enterprise"].get("/my/?format=json")[1])
    key = about["enterprise"]["key"]
    match = Snapshot.current(Workspace.open(folder)).at_key("enterprise", key)
    assert match is not None
    return key, match.name or key, about["enterprise"]["zone"]


def _signed_in(host: str, passwords: dict[str, str]) -> dict[str, Session]:
    """Return a session an account by its name, and that of anyone."""
    mine = {n: Session(host, f"demo-{n}", p) for n, p in passwords.items()}
    return {"anonymous": Session(host), **mine}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _in_service(folder: Path) -> Iterator[str]:
    """Serve a workspace by two processes of gunicorn; yield their address."""
    host = f"127.0.0.1:{_free_port()}"
    words = ["--bind", host, "--workers", "2", "--threads", "4", "--log-level", "warning"]
    command = [sys.executable, "-m", "gunicorn", "jingkai.console.wsgi:application", *words]
    environment = {**os.environ, "JINGKAI_WORKSPACE": str(folder)}
    with subprocess.Popen(command, cwd=folder, env=environment) as site:
        try:
            while not _answers(host):
                time.sleep(0.2)
            yield host
        finally:
            site.terminate()


def _answers(host: str) -> bool:
    try:
        return Session(host).get("/")[0] == 200
    except OSError:
        return False


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve a workspace with an account a desk; yield the address, and pass phrases by account."""
    port = _free_port()
    command = [sys.executable, "-m", "jingkai", "serve", "--demo", "--port", str(port)]
    log = folder / "serve.log"
    with (
        log.open("w") as out,
        subprocess.Popen(command, cwd=folder, stdout=out, stderr=out) as site,
    ):
        try:
            while "网站已就绪" not in log.read_text("utf-8"):
                if site.poll() is not None:
                    raise SystemExit(log.read_text("utf-8"))
                time.sleep(0.2)
            accounts = _ACCOUNT.findall(log.read_text("utf-8"))
            yield f"127.0.0.1:{port}", {name: password for name, password, _ in accounts}
        finally:
            site.terminate()

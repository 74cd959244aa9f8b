"""Visitors who ask at a given rate whether or not answers come: what they waited, what failed."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from statistics import median, quantiles
from urllib.parse import urlencode

__all__ = ["Asked", "Session", "ask", "load_run", "percentile"]

_PATIENCE = 30  # seconds


class Session:
    """Somebody's cookies at a site."""

    def __init__(self, host: str, name: str = "", password: str = "") -> None:
        self.host, self._cookies = host, dict[str, str]()
        if name:
            self._sign_in(name, password)

    def _sign_in(self, name: str, password: str) -> None:
        page = self.get("/accounts/login/")[1].decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "login": name, "password": password}
        if self.get("/accounts/login/", urlencode(form))[0] != 302:
            raise SystemExit(f"{name} could not sign in")

    def get(self, path: str, form: str | None = None) -> tuple[int, bytes]:
        """Ask for a path, or send a form to it; returns status and body."""
        with closing(http.client.HTTPConnection(self.host, timeout=_PATIENCE)) as connection:
            headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
            if form is not None:
                headers |= {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Referer": f"http://{self.host}/",
                }
            connection.request("GET" if form is None else "POST", path, form, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.split(";")[0].partition("=")
                self._cookies[name] = value
            return answer.status, answer.read()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: whose, for what, its status (0: none came), seconds from when it was due."""

    who: str
    path: str
    status: int
    seconds: float


def ask(session: Session, path: str, times: int) -> float:
    """Return the median seconds of one page asked for again and again, once warm."""
    took = []
    for _ in range(times + 1):
        began = time.perf_counter()
        status, body = session.get(path)
        took.append(time.perf_counter() - began)
        if status != 200:
            raise SystemExit(f"{path} answered {status}: {body[:300].decode()}")
    return median(took[1:])


def load_run(
    sessions: dict[str, Session], wanted: Sequence[tuple[str, str]], rate: float, seconds: float
) -> list[Asked]:
    """Ask `rate` times a second for each of `wanted` in turn (session and path).

    Each request is due at its time whatever came of those before; its wait counts from then.
    """
    count = int(rate * seconds)
    due: Iterator[tuple[int, tuple[str, str]]] = iter(
        [(i, wanted[i % len(wanted)]) for i in range(count)]
    )
    lock, found, began = threading.Lock(), list[Asked](), time.perf_counter() + 0.2

    def visitor() -> None:
        while True:
            with lock:
                number, (who, path) = next(due, (-1, ("", "")))
            if number < 0:
                return
            at = began + number / rate
            time.sleep(max(0.0, at - time.perf_counter()))
            found.append(_asked(sessions[who], who, path, at))

    threads = [threading.Thread(target=visitor) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _asked(session: Session, who: str, path: str, at: float) -> Asked:
    try:
        status, _ = session.get(path)
    except OSError:
        status = 0
    return Asked(who, path, status, time.perf_counter() - at)


def percentile(found: Sequence[Asked], share: int) -> float:
    """Return the seconds that a share (percent) of the requests stayed under."""
    return quantiles((a.seconds for a in found), n=100)[share - 1]

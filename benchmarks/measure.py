"""Times and memory: medians over interleaved runs, peaks of a child process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

__all__ = ["Peak", "interleaved", "peak_of", "ratio"]


@dataclass(frozen=True)
class Peak:
    """The most memory a process had at once, in MB, and how long it ran.

    `anonymous` cannot be given back under pressure; `mapped` are pages of files, which can.
    """

    anonymous: float
    mapped: float
    seconds: float


def interleaved(calls: dict[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Time each call in turn, so that what disturbs one disturbs all; one warm-up each."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(runs + 1):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            if turn:
                times[name].append(time.perf_counter() - began)
    return times


def ratio(times: dict[str, list[float]], over: str, under: str) -> float:
    """Return the median of the ratios of each turn."""
    return median(a / b for a, b in zip(times[over], times[under], strict=True))


def peak_of(command: list[str], folder: Path) -> Peak:
    """Run a command and watch its memory every 10 ms."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    anonymous = mapped = 0
    while child.poll() is None:
        now = _memory(child.pid)
        anonymous, mapped = max(anonymous, now[0]), max(mapped, now[1])
        time.sleep(0.01)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return Peak(anonymous / 1024, mapped / 1024, time.perf_counter() - began)


def _memory(pid: int) -> tuple[int, int]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0, 0
    found = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return tuple(int(found.get(n, "0 kB").split()[0]) for n in ("RssAnon", "RssFile"))  # type: ignore[return-value]

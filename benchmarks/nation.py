"""The synthetic nation: how long it takes to make, with how much memory, and its indicators."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import Peak, peak_of

__all__ = ["nation_section"]

_MAKE = ["jingkai", "population", "make", "--year", "2024", "--seed", "7"]


def nation_section(folder: Path, scale: str = "1.0") -> str:
    """Make the nation at a scale and at 0.01, check it, and compute its indicators and ranks.

    Parameters
    ----------
    folder
        Where some 10 GB are free; `nation` and `sample` are left there for the site to be measured on.
    scale
        1.0 is 4.9 million entities.
    """
    whole, small = folder / "nation", folder / "sample"
    rows = [
        ("`population make --scale 0.01`", peak_of([*_MAKE, "--scale", "0.01", "--out", str(small)], folder), "under 15 s"),
        (f"`population make --scale {scale}`", peak_of([*_MAKE, "--scale", scale, "--out", str(whole)], folder), "under 3,000 MB"),
        ("`population check`, every published figure met", peak_of(["jingkai", "population", "check", str(whole)], folder), ""),
        ("`indicators`, the nation", peak_of(["jingkai", "indicators", "--level", "nation"], whole), "under 10 s"),
        ("`indicators`, every zone", peak_of(["jingkai", "indicators", "--level", "zone"], whole), ""),
        ("`assess`, scores, ranks and warnings of its years", peak_of(["jingkai", "assess", "--year", "2024"], whole), ""),
    ]  # fmt: skip
    table = "\n".join(_row(*row) for row in rows)
    return f"""## The synthetic nation

| at scale {scale} | seconds | its anonymous memory at most, MB | bar |
| --- | --- | --- | --- |
{table}

Whole commands, start included, once each.
"""


def _row(name: str, peak: Peak, bar: str) -> str:
    return f"| {name} | {peak.seconds:.1f} | {peak.anonymous:,.0f} | {bar} |"

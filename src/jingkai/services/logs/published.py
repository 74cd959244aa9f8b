"""Published before-and-after figures of services, and the four reductions they amount to.

What a page says is often no number (一次、逐个部门): then the reduction is unknown, never zero. A figure may be a
range or a bound; so then is the reduction.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jingkai.services.logs.errors import LogError

__all__ = ["MEASURES", "Bounds", "PublishedService", "Reduction", "read_bounds", "read_published"]

MEASURES = ("days", "steps", "materials", "trips")
_NUMBER = r"\d+(?:\.\d+)?"
#: What may follow a number without making it a count of something else.
_NOUNS = {
    "days": {"", "day", "days"},
    "steps": {"", "step", "steps"},
    "materials": {"", "material", "materials"},
    "trips": {"", "trip", "trips"},
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """A figure that lies from `low` to `high`; equal where it is one number, infinite where it has no bound."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reduction:
    """One of the four reductions.

    Parameters
    ----------
    before, after
        What is published, as numbers; None where it is not, or is none.
    texts
        Both as they are written.
    cut
        By which share of before it fell (时限压缩率 for days); None where either is unknown.
    """

    before: Bounds | None
    after: Bounds | None
    texts: tuple[str, str]

    @property
    def cut(self) -> Bounds | None:
        """1 − after / before; None where unknown or nothing was there to cut."""
        if self.before is None or self.after is None or self.before.low <= 0:
            return None
        if math.isinf(self.after.high):
            return None
        least = 1 - self.after.high / self.before.low
        most = 1 - self.after.low / self.before.high
        return Bounds(least, most)


@dataclass(frozen=True, slots=True)
class PublishedService:
    """A row: what was published of a service in a zone.

    Parameters
    ----------
    item, zone, zone_kind, year, day_kind, note, source
        As published.
    reductions
        By measure: ``days``, ``steps``, ``materials``, ``trips``.
    stated
        The share of time that the page itself states was cut; None where it states none.
    """

    item: str
    zone: str
    zone_kind: str
    year: int
    day_kind: str
    reductions: Mapping[str, Reduction]
    stated: float | None
    note: str
    source: str


def read_bounds(text: str, measure: str) -> Bounds | None:
    """Read a published figure: 7, 1-2, under 1, over 200 (average), 1 or more, 79 (government), 60 (company).

    Returns
    -------
    Bounds or None
        None where it says no number, or counts something else than the measure (11 departments are no steps).
    """
    plain = re.sub(r"\([^)]*\)", "", text).strip().lower()
    parts = [_part(p.strip(), measure) for p in plain.split(",") if p.strip()]
    if not parts or any(p is None for p in parts):
        return None
    known = [p for p in parts if p is not None]
    return Bounds(min(p.low for p in known), max(p.high for p in known))


def _part(text: str, measure: str) -> Bounds | None:
    form = rf"(under |over )?({_NUMBER})(?:\s*-\s*({_NUMBER}))?( or more)?\s*([a-z ]*)"
    found = re.fullmatch(form, text)
    if found is None or found[5].strip() not in _NOUNS[measure]:
        return None
    low = float(found[2])
    if found[1] == "under ":
        return Bounds(0.0, low)
    if found[1] == "over " or found[4]:
        return Bounds(low, math.inf)
    return Bounds(low, float(found[3] or low))


def read_published(path: Path) -> list[PublishedService]:
    """Read a table of published figures.

    Parameters
    ----------
    path
        CSV with `item`, `zone`, `zone_kind`, `year`, `day_kind`, `X_before` and `X_after` of each measure,
        `reduction_pct_stated`, `note_in_own_words` and `source_url`.

    Raises
    ------
    LogError
        If it is not there or lacks a column.
    """
    if not path.is_file():
        raise LogError("没有这个文件", where=str(path), hint="检查路径")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [c for c in _columns() if c not in (reader.fieldnames or [])]
        if missing:
            raise LogError(f"缺少列：{'、'.join(missing)}", where=str(path), hint="补上这些列")
        return [_service(row) for row in reader]


def _columns() -> Iterator[str]:
    yield from ("item", "zone", "zone_kind", "year", "day_kind", "reduction_pct_stated")
    yield from ("note_in_own_words", "source_url")
    for measure in MEASURES:
        yield from (f"{measure}_before", f"{measure}_after")


def _service(row: Mapping[str, str]) -> PublishedService:
    stated = re.match(_NUMBER, row["reduction_pct_stated"])
    return PublishedService(
        row["item"],
        row["zone"],
        row["zone_kind"],
        int(row["year"]),
        row["day_kind"],
        {m: _reduction(row, m) for m in MEASURES},
        float(stated[0]) / 100 if stated else None,
        row["note_in_own_words"],
        row["source_url"],
    )


def _reduction(row: Mapping[str, str], measure: str) -> Reduction:
    texts = row[f"{measure}_before"], row[f"{measure}_after"]
    before, after = (read_bounds(t, measure) for t in texts)
    return Reduction(before, after, texts)

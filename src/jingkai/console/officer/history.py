"""What happened to an enterprise: cases, corrections, papers handed out, and what earlier snapshots said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jingkai.console.casework.access import may_see_case
from jingkai.console.casework.lines import part_line
from jingkai.console.casework.procedures import today
from jingkai.console.casework.recorded import read_cases
from jingkai.console.errors import ConsoleError
from jingkai.console.fact_values import read_value, value_text
from jingkai.console.models import Account, Case, Correction, IssuedDecision
from jingkai.console.opened import Opened
from jingkai.registry.errors import SnapshotNotFound
from jingkai.registry.snapshot import Snapshot

__all__ = ["asked_words", "case_lines", "correction_lines", "paper_lines", "register_changes"]

_BACK = 5  # snapshots looked back into
_CASES = 50


def correction_lines(
    found: Opened, key: str, hidden: Mapping[str, str], lang: str = "zh"
) -> list[dict[str, Any]]:
    """Return the corrections asked for by an enterprise, the newest first; hidden facts without values."""
    entity = found.rulebook.vocabulary.entities["enterprise"]
    offices = found.rulebook.vocabulary.offices
    lines = []
    for c in Correction.objects.filter(enterprise=key).order_by("-at"):
        known = entity.column(c.column)
        why = hidden.get(c.column, "")
        lines.append(
            {
                "correction": c.pk,
                "at": c.at.isoformat(timespec="minutes"),
                "fact": known[0].label.text(lang) if known else c.column,
                "year": known[1] if known else None,
                **(dict.fromkeys(("old", "new"), why) if why else asked_words(found, c, lang)),
                "office": offices[c.office].label.text(lang) if c.office in offices else c.office,
                "office_id": c.office,
                "state": c.state,
                "state_text": c.get_state_display(),
                "reason": "" if why else c.reason,
            }
        )
    return lines


def case_lines(account: Account, found: Opened, key: str, lang: str = "zh") -> list[dict[str, Any]]:
    """Return the items of an enterprise's cases in an officer's zone, the newest first, as `part_line` has them.

    `mine` says whether the officer's office takes part in the case, so that it may be opened.
    """
    lines = []
    for read in read_cases(Case.objects.filter(enterprise=key, zone=account.zone)[:_CASES]):
        mine = may_see_case(account, read)
        for name in read.states:
            line = part_line(read, name, found.rulebook, today(), lang) | {"mine": mine}
            lines.append(line if mine else line | {"amount": None, "matter": ""})
    return lines


def asked_words(found: Opened, asked: Correction, lang: str = "zh") -> dict[str, str]:
    """Return ``old`` and ``new`` of a correction in words; as they were typed where they cannot be read."""
    vocabulary = found.rulebook.vocabulary
    known = vocabulary.entities["enterprise"].column(asked.column)
    words = {"old": asked.old, "new": asked.new}
    for name, typed in words.items():
        try:
            if known is not None and typed:
                value = read_value(typed, known[0], vocabulary, found.day)
                words[name] = value_text(value, known[0], vocabulary, lang)
        except ConsoleError:
            continue  # the dictionary changed since; the officer reads what was typed
    return words


def paper_lines(found: Opened, key: str, lang: str = "zh") -> list[dict[str, Any]]:
    """Return the decisions that were printed for an enterprise, the newest first."""
    rules = found.rulebook.rules
    papers = IssuedDecision.objects.filter(enterprise=key).defer("content")
    return [
        {
            "number": p.number,
            "rule": p.rule,
            "title": rules[p.rule].source.title.text(lang) if p.rule in rules else p.rule,
            "as_of": p.as_of.isoformat(),
            "at": p.at.isoformat(timespec="minutes"),
        }
        for p in papers
    ]


def register_changes(
    found: Opened, key: str, hidden: Mapping[str, str], lang: str = "zh"
) -> list[dict[str, Any]]:
    """Return what each of the last snapshots changed of an enterprise's facts, the newest first.

    Returns
    -------
    list
        ``snapshot``, ``as_of``, ``first`` (the enterprise was not there before), and ``changes``: fact,
        year, old and new in words; hidden facts are left out, whether they changed or not.
    """
    lines = []
    for after, before in _pairs(found.snapshot, key):
        lines.append(
            {
                "snapshot": after[0].id,
                "as_of": after[0].as_of.isoformat(),
                "first": before is None,
                "changes": []
                if before is None
                else _changes(found, after[1], before, hidden, lang),
            }
        )
    return [line for line in lines if line["changes"] or line["first"]]


Row = dict[str, Any]


def _pairs(newest: Snapshot, key: str) -> Iterator[tuple[tuple[Snapshot, Row], Row | None]]:
    """Yield snapshots with the enterprise's row in it and in the one before, where there is one."""
    after, row = newest, _row(newest, key)
    for _ in range(_BACK):
        name = after.manifest.get("previous")
        before = Snapshot(after.path.parent / name) if name else None
        if row is None or before is None or not (before.path / "manifest.json").exists():
            return
        earlier = _row(before, key)
        yield (after, row), earlier
        after, row = before, earlier


def _row(snapshot: Snapshot, key: str) -> Row | None:
    if "enterprise" not in snapshot.entities:
        return None
    try:
        match = snapshot.at_key("enterprise", key)
    except (OSError, SnapshotNotFound):  # taken away meanwhile
        return None
    if match is None:
        return None
    row: Row = snapshot.table("enterprise").slice(match.position, 1).to_pylist()[0]
    return row


def _changes(
    found: Opened, after: Row, before: Row, hidden: Mapping[str, str], lang: str
) -> list[dict[str, Any]]:
    vocabulary = found.rulebook.vocabulary
    entity = vocabulary.entities["enterprise"]
    columns = [c for c in dict.fromkeys([*after, *before]) if after.get(c) != before.get(c)]
    known = [(c, *k) for c in columns if c not in hidden and (k := entity.column(c)) is not None]
    return [
        {
            "column": column,
            "fact": fact.label.text(lang),
            "year": year,
            "old": value_text(before.get(column), fact, vocabulary, lang),
            "new": value_text(after.get(column), fact, vocabulary, lang),
        }
        for column, fact, year in known
    ]

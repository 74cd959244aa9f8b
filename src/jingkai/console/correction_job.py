"""Puts an accepted correction into the register, as a file of one row from the office that holds the fact."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from jingkai.console.corrections import CorrectionRefused, correctable
from jingkai.console.jobs import kind
from jingkai.console.models import Correction, Job
from jingkai.console.opened import Opened, rulebook
from jingkai.console.reload import decide_now, loaded_since
from jingkai.console.trail import record_as
from jingkai.explain.reason import RuleReason
from jingkai.explain.verdict_words import verdict_text
from jingkai.registry.load import load
from jingkai.registry.snapshot import Snapshot
from jingkai.workspace import Workspace

__all__ = ["apply_correction"]

_KEY, _VALUE, _NUMBER = "编号", "数据项", "更正申请"
Tell = Callable[[str, int, int], None]


@kind("correction")
def apply_correction(job: Job, tell: Tell) -> dict[str, Any]:
    """Load an accepted correction, decide anew, and say which decisions of the enterprise changed.

    Killed and run again it finds what it loaded before.

    Returns
    -------
    dict
        ``snapshot`` and ``before``: identities after and before the load; ``changed``: a rule each
        with ``before`` and ``after`` in words by language.
    """
    workspace: Workspace = settings.WORKSPACE
    correction = Correction.objects.select_related("decided_by").get(pk=job.arguments["correction"])
    content = _content(correction)
    tell("装载", 0, 1)
    after = loaded_since(workspace, None, hashlib.sha256(content).hexdigest())
    if after is None:
        after = _load(workspace, correction, content)
    decide_now(workspace, tell)
    before = Snapshot(workspace.snapshots / after.manifest["previous"])
    found = {
        "snapshot": after.id,
        "before": before.id,
        "changed": _changed(workspace, before, after, correction.enterprise),
    }
    _applied(correction, after)
    return found


def _content(correction: Correction) -> bytes:
    """Return the file: the same bytes whenever it is asked for, those of no other correction."""
    text = io.StringIO()
    number = f"{correction.pk} {correction.at.isoformat()}"
    csv.writer(text, lineterminator="\n").writerows(
        [(_KEY, _VALUE, _NUMBER), (correction.enterprise, correction.new, number)]
    )
    return text.getvalue().encode("utf-8-sig")


def _load(workspace: Workspace, correction: Correction, content: bytes) -> Snapshot:
    now = Snapshot.current(workspace)
    if now.at_key("enterprise", correction.enterprise) is None:
        raise CorrectionRefused("登记册里已经没有这家企业", hint="查明是否迁出或注销")
    fact, year = correctable(rulebook().vocabulary, correction.column)
    column = {"fact": fact.name, **({"year": year} if year else {})}
    mapped = {"key": {"id": _KEY}, "columns": {_VALUE: column, _NUMBER: "ignore"}}
    with tempfile.TemporaryDirectory() as folder:
        file, given = Path(folder, f"更正申请{correction.pk}.csv"), Path(folder, "map.yaml")
        file.write_bytes(content)
        given.write_text(json.dumps(mapped), "utf-8")
        report = load(
            workspace, "enterprise", [file], map_file=given, office=fact.holder,
            as_of=now.as_of, strict_cells=True,
        )  # fmt: skip
    return Snapshot(workspace.snapshots / report.snapshot)


def _changed(
    workspace: Workspace, before: Snapshot, after: Snapshot, key: str
) -> list[dict[str, Any]]:
    """Return every rule whose verdict on the enterprise is another than before."""
    old, new = (_verdicts(Opened(workspace, s, rulebook()), key) for s in (before, after))
    return [
        {"rule": rule, "before": old.get(rule), "after": words}
        for rule, words in new.items()
        if old.get(rule) != words
    ]


def _verdicts(found: Opened, key: str) -> dict[str, dict[str, str]]:
    match = found.snapshot.at_key("enterprise", key)
    assert match is not None, key  # looked up before it was loaded
    by_lang = {
        lang: found.explainer.explain("enterprise", match.position, lang=lang)
        for lang in ("zh", "en")
    }
    pairs = zip(by_lang["zh"], by_lang["en"], strict=True)
    return {zh.rule: {"zh": _told(zh, "zh"), "en": _told(en, "en")} for zh, en in pairs}


def _told(reason: RuleReason, lang: str) -> str:
    """Return a verdict in words, with how many facts it still waits for: a fact may bring it only nearer."""
    word, lacking = verdict_text(reason, lang), len(reason.missing)
    if not lacking:
        return word
    return (
        f"{word}（还缺 {lacking} 项数据）" if lang == "zh" else f"{word} ({lacking} facts missing)"
    )


def _applied(correction: Correction, after: Snapshot) -> None:
    """Say that it is in the register, once."""
    accepted = Correction.objects.filter(pk=correction.pk, state=Correction.State.ACCEPTED)
    officer = correction.decided_by
    with transaction.atomic():
        if accepted.update(state=Correction.State.APPLIED, snapshot=after.id):
            record_as(
                officer.username, officer.role, "correction.apply", correction.enterprise,
                [correction.column], correction=correction.pk, snapshot=after.id,
            )  # fmt: skip

"""Decisions on paper: everything that one says is kept, and the paper made again from that."""

from __future__ import annotations

import hashlib
import json
import secrets
import tempfile
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from jingkai import __version__
from jingkai.console.entitlements import reason_line
from jingkai.console.fact_lines import fact_lines, read_columns
from jingkai.console.models import Account, IssuedDecision
from jingkai.console.opened import Opened
from jingkai.engine.table_file import SYNTHETIC
from jingkai.explain.reason import RuleReason
from jingkai.registry.snapshot import Match

__all__ = ["as_number", "differs_now", "digest_of", "issue", "pdf_of", "qr_code"]

#: No letter that is read as a digit: a number is typed from paper.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _LONG = 4, 4
_CSS = Path(__file__).parent / "templates" / "console" / "enterprise" / "paper.css"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SYNTHETIC_EN = "Synthetic data, not the state of any real zone or enterprise"


def issue(
    account: Account, found: Opened, match: Match, reason: RuleReason, lang: str = "zh"
) -> IssuedDecision:
    """Put a decision on paper under a number that nobody can guess.

    Parameters
    ----------
    reason
        Of one rule for the enterprise, in the language of the paper.

    Returns
    -------
    IssuedDecision
        The one issued before where it said the same.
    """
    run, rule = found.run, reason.rule
    same = IssuedDecision.objects.filter(enterprise=match.key, rule=rule, run=run.id)
    before = next((p for p in same if p.content["lang"] == lang), None)
    if before is not None:
        return before
    number = _new_number()
    content = _content(found, match, reason, number, lang)
    return IssuedDecision.objects.create(
        number=number,
        enterprise=match.key,
        zone=content["enterprise"]["zone"] or "",
        rule=rule,
        run=run.id,
        snapshot=found.snapshot.id,
        as_of=found.day,
        content=content,
        digest=digest_of(content),
        by=account,
    )


def digest_of(content: dict[str, Any]) -> str:
    """Return the SHA-256 of what a paper says, in canonical JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def as_number(text: str) -> str:
    """Return a typed number as papers have it: capitals, in groups, letters that look like digits read as such."""
    plain = "".join(c for c in text.upper() if c.isalnum())[:40]
    day, rest = plain[2:10], plain[10:].translate(_READ_AS)
    groups = [rest[i : i + _LONG] for i in range(0, len(rest), _LONG)]
    return "-".join([plain[:2], day, *groups])


def differs_now(paper: IssuedDecision, found: Opened | None) -> bool | None:
    """Return whether the rules say something else of the enterprise today; None where that is not known."""
    ran = found is not None and paper.rule in found.run.rules
    match = found.snapshot.at_key("enterprise", paper.enterprise) if found and ran else None
    if found is None or match is None:
        return None
    lang = paper.content["lang"]
    now = found.explainer.explain("enterprise", match.position, [paper.rule], lang)[0]
    return bool(reason_line(found, now, lang)["word"] != paper.content["verdict"])


def pdf_of(paper: IssuedDecision, address: str) -> bytes:
    """Return a paper as PDF, out of what was kept of it and nothing of today.

    Parameters
    ----------
    address
        Where its number is verified.

    Raises
    ------
    ReportError
        If WeasyPrint, its Pango or a Chinese font is not installed.
    """
    from jingkai.report.fonts import STACK, chinese_family
    from jingkai.report.render import write_pdf

    families = ", ".join(json.dumps(n) for n in dict.fromkeys((*STACK, chinese_family())))
    css = _CSS.read_text("utf-8").replace("FONTS", f"{families}, sans-serif")
    page = {"c": paper.content, "lang": paper.content["lang"], "digest": paper.digest,
            "address": address, "code": qr_code(address)}  # fmt: skip
    html = render_to_string("console/enterprise/paper.html", page)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "paper.pdf")
        write_pdf(html, path, css)
        return path.read_bytes()


def qr_code(address: str) -> str:
    """Return an address as a QR code in SVG."""
    import segno

    code = segno.make(address, micro=False)
    svg: str = code.svg_inline(border=2, scale=2, omitsize=True)
    return svg


def _new_number() -> str:
    day = timezone.localdate().strftime("%Y%m%d")
    groups = ["".join(secrets.choice(_LETTERS) for _ in range(_LONG)) for _ in range(_GROUPS)]
    return "-".join(["JK", day, *groups])


def _content(
    found: Opened, match: Match, reason: RuleReason, number: str, lang: str
) -> dict[str, Any]:
    """Return everything that a paper says, in plain values."""
    line = reason_line(found, reason, lang)
    row = found.explainer.row("enterprise", match.position)[0]
    basis = found.rulebook.rules[reason.rule].source.basis
    told = ("title", "measure_title", "kind_text", "sort", "state", "document", "verified", "result",
            "due", "conditions", "parts", "missing", "materials", "failed", "near", "notes")  # fmt: skip
    facts = fact_lines(found, match.position, read_columns(found, reason.rule), lang)
    return {
        "form": 1,
        "lang": lang,
        "number": number,
        "issued": timezone.localtime().isoformat(timespec="seconds"),
        "enterprise": {
            "key": match.key,
            "name": match.name or match.key,
            "zone": row.get("zone"),
            "type": row.get("enterprise_type"),
        },
        "rule": reason.rule,
        "verdict": line["word"],
        **{name: line[name] for name in told},
        "issuer": basis.issuer,
        "in_force": basis.from_.isoformat(),
        "facts": [_fact(f) for f in facts],
        "as_of": found.day.isoformat(),
        "snapshot": found.snapshot.id,
        "run": found.run.id,
        "rules": found.run.manifest["rulebook"],
        "jingkai": __version__,
        "synthetic": (SYNTHETIC if lang == "zh" else _SYNTHETIC_EN) if found.synthetic else "",
    }


def _fact(line: dict[str, Any]) -> dict[str, Any]:
    kept = ("label", "year", "value", "known", "office", "file", "as_of", "holder")
    return {name: line[name] for name in kept}

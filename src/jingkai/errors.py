"""The root of every error that jingkai raises, with what a person needs to mend it.

An unknown fact is never an error: it is a truth value. Errors are for input that cannot be
taken, rules that cannot be read, and stores that are not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Finding", "JingkaiError"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: what happened, where, and what to do.

    Parameters
    ----------
    what
        What happened, in a sentence.
    where
        File and line, or file, row and column; empty where there is no place.
    hint
        How to mend it; empty where nothing can be done.
    code
        Stable short name such as ``unknown_fact``.
    """

    what: str
    where: str = ""
    hint: str = ""
    code: str = ""

    def __str__(self) -> str:
        """Return ``where: what — hint`` with the parts that are there."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} → {self.hint}" if self.hint else text


class JingkaiError(Exception):
    """What a command prints instead of a traceback.

    Parameters
    ----------
    what
        What happened, in a sentence (Chinese first on screen, English in code).
    where
        File and line, or file, row and column.
    hint
        What to do.
    findings
        Several things found at once; then ``what`` sums them up.
    """

    code = "error"
    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        hint: str = "",
        findings: Sequence[Finding] = (),
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint
        self.findings = tuple(findings)

    def __str__(self) -> str:
        """Return the message with every finding on a line of its own."""
        head = str(Finding(self.what, self.where, self.hint))
        return "\n".join([head, *(f"  {finding}" for finding in self.findings)])

    def to_dict(self) -> dict[str, Any]:
        """Return the one JSON shape of an error."""
        return {
            "error": self.code,
            "what": self.what,
            "where": self.where,
            "hint": self.hint,
            "findings": [
                {"code": f.code, "what": f.what, "where": f.where, "hint": f.hint}
                for f in self.findings
            ],
        }

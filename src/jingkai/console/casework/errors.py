"""What casework refuses."""

from __future__ import annotations

from jingkai.console.errors import ConsoleError

__all__ = ["CaseRefused"]


class CaseRefused(ConsoleError):
    """A step of a case that may not be taken, or an application that cannot be made."""

    code = "case"

"""What a report lacks on this machine."""

from __future__ import annotations

from jingkai.errors import JingkaiError

__all__ = ["ReportError"]


class ReportError(JingkaiError):
    """A report that cannot be made: no Chinese font, a package that is not installed."""

    code = "report"
    exit_code = 2

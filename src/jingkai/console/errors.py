"""What goes wrong on the site."""

from __future__ import annotations

from jingkai.errors import JingkaiError

__all__ = ["ConsoleError", "NotFound"]


class ConsoleError(JingkaiError):
    """A site that cannot start, or a request that it cannot answer."""

    code = "console"
    exit_code = 2


class NotFound(ConsoleError):
    """A page about something that is not there."""

    code = "not_found"

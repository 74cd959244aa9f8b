"""What can be wrong with an event log."""

from __future__ import annotations

from jingkai.errors import JingkaiError

__all__ = ["LogError"]


class LogError(JingkaiError):
    """An event log, its map or a table of published figures that cannot be read."""

    code = "event_log"

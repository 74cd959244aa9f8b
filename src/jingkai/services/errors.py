"""What can be wrong with service items, deadlines and cases."""

from __future__ import annotations

from jingkai.errors import JingkaiError

__all__ = ["CalendarError", "CaseError", "CatalogueError", "ClockError"]


class CatalogueError(JingkaiError):
    """Service items or bundles that cannot be used, with every finding's file, line and mend."""

    code = "catalogue"


class CalendarError(JingkaiError):
    """A calendar of working days that contradicts itself or what is already known."""

    code = "calendar"


class ClockError(JingkaiError):
    """A deadline that cannot be computed: pauses that overlap or run backwards."""

    code = "clock"


class CaseError(JingkaiError):
    """A list of events that no lawful case can have."""

    code = "case"

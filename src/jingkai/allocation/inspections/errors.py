"""What can be wrong with a plan of inspections."""

from __future__ import annotations

from jingkai.errors import JingkaiError

__all__ = ["InspectionError", "PlanFileError", "VerificationError"]


class InspectionError(JingkaiError):
    """Inspections that cannot be planned or read."""

    code = "inspection"


class PlanFileError(InspectionError):
    """A plan file, or a table it names, that cannot be taken; with every finding's file and line."""

    code = "plan_file"
    exit_code = 2


class VerificationError(InspectionError):
    """A published folder that cannot be read at all."""

    code = "verification"
    exit_code = 2

"""What can be wrong with a rule."""

from __future__ import annotations

from jingkai.errors import JingkaiError

__all__ = ["ExpressionError", "RuleExampleError", "RulebookError"]


class RulebookError(JingkaiError):
    """Rules that cannot run, with every finding's file, line and mend."""

    code = "rulebook"


class ExpressionError(RulebookError):
    """One expression that the language does not take."""

    code = "expression"


class RuleExampleError(RulebookError):
    """An example of a rule that does not come out as it says."""

    code = "example"

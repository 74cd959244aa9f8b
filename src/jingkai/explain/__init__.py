"""Reasons: why a decision came out as it did, what is missing, how near it was.

    DecisionRun + Snapshot + Rulebook ─► Explainer ─► RuleReason ─► terminal, JSON, page

Nothing is decided here: verdicts are the stored ones, figures are the same plans on one row.
"""

from jingkai.explain.explainer import Explainer, ExplainError
from jingkai.explain.reason import ConditionReason, RuleReason
from jingkai.explain.together import Choice, Combination

__all__ = ["Choice", "Combination", "ConditionReason", "ExplainError", "Explainer", "RuleReason"]

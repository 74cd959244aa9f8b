"""The rule language: YAML in, exact plans of whole numbers and bits out.

    rule files ─► load ─► check (grammar: names, types, units) ─► Rulebook of trees
    Rulebook + date + columns ─► lower (exact integers) ─► Program ─► any engine

Nothing here reads data or knows an engine.
"""

from jingkai.rulebook.errors import ExpressionError, RulebookError, RuleExampleError
from jingkai.rulebook.load import load_rulebook
from jingkai.rulebook.program import Program, RuleLayout, compile_program, lowering_for
from jingkai.rulebook.rule import Rule, Rulebook
from jingkai.rulebook.stored import stored_rulebook
from jingkai.rulebook.strict import strict_rulebook

__all__ = [
    "ExpressionError",
    "Program",
    "Rule",
    "RuleExampleError",
    "RuleLayout",
    "Rulebook",
    "RulebookError",
    "compile_program",
    "load_rulebook",
    "lowering_for",
    "stored_rulebook",
    "strict_rulebook",
]

"""Cells as people type them into exact values, with a reason for each that cannot be read."""

from jingkai.registry.cells.codes import parse_credit_codes
from jingkai.registry.cells.column import ParsedColumn, parse_column
from jingkai.registry.cells.dates import read_date
from jingkai.registry.cells.figures import CellProblem, read_figure

__all__ = [
    "CellProblem",
    "ParsedColumn",
    "parse_column",
    "parse_credit_codes",
    "read_date",
    "read_figure",
]

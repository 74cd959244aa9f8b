"""The data dictionary: which facts there are, of what, in which unit, held by whom.

In: YAML files (`facts/`, `titles.yaml`, `offices.yaml`, `units.yaml`, `codes/`).
Out: a `Vocabulary` that every other package asks.

    facts/*.yaml ─┐
    titles.yaml ──┼─► load ─► Vocabulary ─► registry (reads files by it)
    codes/*.yaml ─┘                     └─► rulebook (checks names, types, units by it)
"""

from jingkai.vocabulary.load import CodeList, Vocabulary, VocabularyError, load_vocabulary
from jingkai.vocabulary.model import (
    BOUND,
    DIGITS,
    Entity,
    EventOf,
    Fact,
    Label,
    Office,
    Source,
    Title,
    last_year,
)
from jingkai.vocabulary.source import SourceError, SourceFile, read_yaml
from jingkai.vocabulary.units import LARGE, PLAIN, Unit, UnitError, at_size, parse_figure, units

__all__ = [
    "BOUND",
    "DIGITS",
    "LARGE",
    "PLAIN",
    "CodeList",
    "Entity",
    "EventOf",
    "Fact",
    "Label",
    "Office",
    "Source",
    "SourceError",
    "SourceFile",
    "Title",
    "Unit",
    "UnitError",
    "Vocabulary",
    "VocabularyError",
    "at_size",
    "last_year",
    "load_vocabulary",
    "parse_figure",
    "read_yaml",
    "units",
]

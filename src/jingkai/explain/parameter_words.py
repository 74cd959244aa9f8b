"""A parameter's values in words: figures with their dates, bands, tables, lists, and what nobody has set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from jingkai.explain.sentences import Sentences
from jingkai.explain.words import figure_text
from jingkai.rulebook.model import Step
from jingkai.rulebook.parameters import Banded, Codes, Fixed, Keyed, RuleParameter, Value

__all__ = ["ParameterValue", "parameter_values"]


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """A parameter's value between two days.

    `lines` are one, or several of bands and tables; empty where nobody has set it. `first` and `last`
    are None where open.
    """

    first: date | None
    last: date | None
    lines: tuple[str, ...]
    verified: bool


def parameter_values(parameter: RuleParameter, words: Sentences) -> list[ParameterValue]:
    """Return every value of a parameter by date."""
    dated = [
        ParameterValue(
            first if first.year > 1900 else None,
            last,
            tuple(_lines(value, parameter, words)),
            verified and parameter.source.verified,
        )
        for first, last, value, verified in parameter.dated
    ]
    return dated or [ParameterValue(None, None, (), parameter.source.verified)]


def _lines(value: Value, parameter: RuleParameter, words: Sentences) -> list[str]:
    if isinstance(value, Fixed):
        return [_figure(value.value, parameter, words.lang)]
    if isinstance(value, Codes):
        names = words.vocabulary.codes["gbt4754"].names
        zh = words.lang == "zh"
        return ["、".join(f"{c} {names[c]}" if zh and c in names else c for c in value.codes)]
    if isinstance(value, Banded):
        by = words.value(value.by)
        written = parameter.source.bands.steps if parameter.source.bands else ()
        return [
            f"{by} {_step(edge, words.lang)}：{_figure(step.value, parameter, words.lang)}"
            for step, edge in zip(value.steps, written, strict=True)
        ]
    if isinstance(value, Keyed):
        by = words.value(value.by)
        return [f"{by} {k}：{_figure(v, parameter, words.lang)}" for k, v in value.table]
    return []


def _step(step: Step, lang: str) -> str:
    """Return a step's edge as the file has it, with its unit."""
    zh = lang == "zh"
    if step.to is not None:
        return f"{'不高于' if zh else 'at most'} {step.to}"
    if step.below is not None:
        return f"{'低于' if zh else 'under'} {step.below}"
    return "更高" if zh else "above"


def _figure(value: Fraction | date, parameter: RuleParameter, lang: str) -> str:
    kind = parameter.type
    plain = not kind.unit.factors and not kind.percent
    return figure_text(value, None if plain else kind.unit, lang)

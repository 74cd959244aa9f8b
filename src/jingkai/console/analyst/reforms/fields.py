"""The form of a reform: every figure of a rule with what it is today, and what it would be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from jingkai.console.portal.rule_parts import used_by
from jingkai.explain.parameter_words import parameter_values
from jingkai.explain.sentences import Sentences
from jingkai.rulebook import Rule
from jingkai.rulebook.parameters import Banded, Codes, Fixed, Keyed, RuleParameter, Unset, Value

__all__ = ["Field", "filled", "patches"]

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,8})?")
_CODES = re.compile(r"[、,，;；\s]+")
#: Units that are counted in whole ones.
_COUNTED = frozenset({"家", "项", "人", "个", "件", "天", "月", "年", "分", "次", "宗"})
_MOST_ROWS = 40  # of a table: more are no form


@dataclass(frozen=True, slots=True)
class Field:
    """One figure: its name in the form, what it is called, what it is today and as typed.

    `path` is the parameter and, inside a banded or keyed one, which step or code. `least`, `most` and
    `step` are the slider's; empty where there is none. `today` is empty where nobody has set it.
    """

    name: str
    path: tuple[str, ...]
    title: str
    kind: str
    unit: str
    today: str
    text: str
    basis: str = ""
    values: str = ""
    most: str = ""
    step: str = ""
    error: str = ""

    @property
    def changed(self) -> bool:
        """Whether something else than today's figure was typed."""
        return self.text != self.today and bool(self.text)

    @property
    def written(self) -> str:
        """The figure as a rule file has it."""
        return f"{self.text} {self.unit}".strip() if self.kind == "number" else self.text


def filled(
    rule: Rule, typed: Mapping[str, str], words: Sentences, day: date, lang: str
) -> list[Field]:
    """Return every figure of a rule on a day with what was typed; what cannot be read has an error.

    Parameters
    ----------
    typed
        By a field's name the text; today's figure where nothing was typed.
    """
    used = used_by(rule, lang)
    found = (
        f for p in rule.parameters.values() for f in _fields(p, used.get(p.name, []), words, day)
    )
    return [_typed(f, typed, lang) for f in found]


def patches(fields: list[Field]) -> dict[str, Any]:
    """Return what changes, as the `parameters` of a reform have a rule: a figure, `bands`, `table`, `codes`."""
    found: dict[str, Any] = {}
    changed = {f.path[0] for f in fields if f.changed}
    for name in sorted(changed):
        mine = [f for f in fields if f.path[0] == name]
        if mine[0].kind == "codes":
            found[name] = {"codes": [c for c in _CODES.split(mine[0].text) if c]}
        elif len(mine[0].path) == 1:
            found[name] = mine[0].written
        elif mine[0].path[1] == "table":
            found[name] = {"table": {f.path[2]: f.written for f in mine if f.changed}}
        else:
            found[name] = {"bands": {"steps": _steps(mine)}}
    return found


def _steps(fields: list[Field]) -> list[dict[str, str]]:
    steps: dict[str, dict[str, str]] = {}
    for f in fields:
        steps.setdefault(f.path[2], {})[f.path[3]] = f.written
    return [steps[i] for i in sorted(steps, key=int)]


def _fields(
    parameter: RuleParameter, used: list[str], words: Sentences, day: date
) -> Iterator[Field]:
    value = parameter.at(day)
    name, lang = parameter.name, words.lang
    given = parameter.source.title.text(lang) if parameter.source.title else ""
    title = given or ("、" if lang == "zh" else ", ").join(used) or name
    first = Field(f"p.{name}", (name,), title, _kind(value, parameter), _unit(parameter), "", "",
                  basis=parameter.source.basis, values=_dated(parameter, words))  # fmt: skip
    if isinstance(value, Banded):
        yield from _band_fields(first, value, parameter)
    elif isinstance(value, Keyed):
        for code, number in value.table[:_MOST_ROWS] if len(value.table) <= _MOST_ROWS else ():
            yield _with(first, ("table", code), f"{title} {code}", _decimal(number, parameter))
    elif isinstance(value, Codes):
        yield replace(first, today="、".join(value.codes))
    elif isinstance(value, Fixed):
        text = str(value.value) if isinstance(value.value, date) else _decimal(value.value, parameter)  # fmt: skip
        yield _slid(replace(first, today=text))
    else:
        yield first


def _band_fields(first: Field, value: Banded, parameter: RuleParameter) -> Iterator[Field]:
    written = parameter.source.bands.steps if parameter.source.bands else ()
    for i, (step, source) in enumerate(zip(value.steps, written, strict=True)):
        for end in ("to", "below"):
            edge = getattr(source, end)
            if edge is not None:
                number, _, unit = edge.partition(" ")
                yield _with(replace(first, unit=unit), ("bands", str(i), end), f"{first.title} #{i + 1} {'≤' if end == 'to' else '<'}", number)  # fmt: skip
        yield _with(first, ("bands", str(i), "value"), f"{first.title} #{i + 1}", _decimal(step.value, parameter))  # fmt: skip


def _with(first: Field, inside: tuple[str, ...], title: str, today: str) -> Field:
    path = (*first.path, *inside)
    return _slid(replace(first, name="p." + ".".join(path), path=path, title=title, today=today))


def _kind(value: Value, parameter: RuleParameter) -> str:
    if isinstance(value, Unset) or parameter.type.kind == "number":
        return parameter.type.kind
    return "codes" if isinstance(value, Codes) else "date"


def _unit(parameter: RuleParameter) -> str:
    return "%" if parameter.type.percent else str(parameter.type.unit)


def _dated(parameter: RuleParameter, words: Sentences) -> str:
    """Return the figure with its dates in words, where it has other ones by date."""
    values = parameter_values(parameter, words)
    if len(values) < 2:
        return ""
    return "；".join(f"{v.first or ''}–{v.last or ''} {'、'.join(v.lines)}" for v in values)


def _decimal(value: Fraction, parameter: RuleParameter) -> str:
    """Return a figure in its unit as decimals; one that has none stays a fraction."""
    exact = value * (100 if parameter.type.percent else 1)
    text = f"{float(exact):.8f}".rstrip("0").rstrip(".")
    return text if Fraction(text) == exact else str(exact)


def _slid(field: Field) -> Field:
    """Return a number with a slider from nothing to twice today's figure, of a share to the whole."""
    if field.kind != "number" or not _NUMBER.fullmatch(field.today) or field.today[0] == "-":
        return field
    today = Fraction(field.today)
    if field.unit in _COUNTED and today.denominator == 1:
        return replace(field, most=str(max(2 * int(today), 5)), step="1")
    if field.unit == "%" and today < 100:
        return replace(field, most="100", step="1" if today.denominator == 1 else "0.1")
    most = 2 * today or Fraction(10)
    return replace(field, most=f"{float(most):g}", step=f"{float(_hundredth(most)):g}")


def _hundredth(most: Fraction) -> Fraction:
    """Return a round number near a hundredth."""
    size = Fraction(1)
    while size * 1000 <= most:
        size *= 10
    while size * 100 > most:
        size /= 10
    return size


def _typed(field: Field, typed: Mapping[str, str], lang: str) -> Field:
    text = typed.get(field.name, field.today).strip()[:400]
    text = text or field.today
    error = _wrong(field, text) if text != field.today else None
    return replace(field, text=text, error=error[lang != "zh"] if error else "")


def _wrong(field: Field, text: str) -> tuple[str, str] | None:
    """Return what is wrong with a text, in both languages."""
    if field.kind == "date":
        try:
            date.fromisoformat(text)
        except ValueError:
            return "写成日期，如 2026-01-01", "write a date such as 2026-01-01"
        return None
    if field.kind == "codes":
        return None if _CODES.sub("", text) else ("至少一个代码", "at least one code")
    if not _NUMBER.fullmatch(text):
        return "写成数字，如 8.5，不带单位", "write a number such as 8.5, without a unit"
    if text[0] == "-" and not field.today.startswith("-"):
        return "不能小于 0", "not under 0"
    return None

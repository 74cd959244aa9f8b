"""A rule's examples as a reader has them: what is given, what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jingkai.rulebook import Rule, Rulebook
from jingkai.rulebook.model import ExampleSource

__all__ = ["example_lines"]

_VERDICTS = {
    "granted": ("符合", "granted"),
    "refused": ("不符合", "refused"),
    "undetermined": ("待定", "undetermined"),
    "inapplicable": ("为零", "zero"),
}
_PARTS = {
    "value": ("数值", "value"),
    "low": ("不低于", "at least"),
    "high": ("不高于", "at most"),
    "grade": ("等级", "grade"),
    "possible": ("可能为", "may be"),
    "due": ("期限", "due"),
}


def example_lines(rule: Rule, book: Rulebook, lang: str) -> list[dict[str, Any]]:
    """Return each example: its title, day, what it starts from, what is given, what comes of it.

    An assessment's examples are tables of zones and are left to its file.
    """
    if rule.kind == "assessment":
        return []
    return [
        {
            "title": e.title,
            "as_of": e.as_of.isoformat() if e.as_of else None,
            "like": e.like,
            "given": list(_given(e, rule, book, lang)),
            "expect": _expected(e, lang),
            "missing": [_label(n, rule, book, lang) for n in e.missing or ()],
        }
        for e in rule.source.examples
    ]


def _given(
    example: ExampleSource, rule: Rule, book: Rulebook, lang: str
) -> Iterator[dict[str, str]]:
    for name, value in example.given.items():
        yield {"label": _label(name, rule, book, lang), "value": _value(value, lang)}
    for name, text in example.parameters.items():
        parameter = rule.parameters.get(name)
        title = parameter.source.title if parameter else None
        yield {"label": title.text(lang) if title else name, "value": _value(text, lang)}


def _label(name: str, rule: Rule, book: Rulebook, lang: str) -> str:
    """Return what a name of an example stands for: a fact, a title, a rule, a table of events."""
    vocabulary = book.vocabulary
    entity = vocabulary.entities[rule.entity]
    owner, _, inner = name.partition(".")
    if inner and owner in entity.references:
        fact = vocabulary.entities[entity.references[owner]].facts.get(inner)
        return fact.label.text(lang) if fact else name
    if name in entity.facts:
        return entity.facts[name].label.text(lang)
    if name in vocabulary.titles:
        return vocabulary.titles[name].label.text(lang)
    if owner in book.rules:
        return book.rules[owner].source.title.text(lang)
    return vocabulary.entities[name].title.text(lang) if name in vocabulary.entities else name


def _value(value: Any, lang: str) -> str:
    zh = lang == "zh"
    if value is None:
        return "未知" if zh else "unknown"
    if isinstance(value, bool):
        return ("是" if value else "否") if zh else ("yes" if value else "no")
    if isinstance(value, dict):
        return "，".join(f"{k} {_value(v, lang)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        parts = "；".join(_value(v, lang) for v in value)
        return parts or ("没有" if zh else "none")
    return str(value)


def _expected(example: ExampleSource, lang: str) -> str:
    expect = example.expect
    if isinstance(expect, str):
        return _VERDICTS[expect][lang != "zh"] if expect in _VERDICTS else expect
    return "，".join(
        f"{_PARTS[k][lang != 'zh'] if k in _PARTS else k} {_value(v, lang)}"
        for k, v in expect.items()
    )

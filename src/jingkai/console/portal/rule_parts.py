"""The parts of a rule in words: conditions, points, grades, amount, parameters, window."""

from __future__ import annotations

from datetime import date
from typing import Any

from jingkai.console.portal.rule_words import evidence_text, layer_text
from jingkai.explain.parameter_words import parameter_values
from jingkai.explain.sentences import Sentences
from jingkai.explain.words import figure_text
from jingkai.rulebook import Rule, tree
from jingkai.rulebook.model import Item
from jingkai.rulebook.rule import CheckedItem
from jingkai.rulebook.together import application_days

__all__ = ["conditions", "grades", "groups", "outcome", "parameters", "used_by", "window"]


def conditions(rule: Rule, words: Sentences) -> list[dict[str, Any]]:
    """Return each condition with its article and its test as a sentence."""
    return [
        {
            "id": c.id,
            "title": c.label(words.lang),
            "basis": c.basis,
            "test": words.test(c.test),
            "applies": words.test(c.applies) if c.applies is not None else "",
            "assumes": c.assumes or "",
            "verified": c.verified,
        }
        for c in rule.conditions
    ]


def groups(rule: Rule, words: Sentences) -> list[dict[str, Any]]:
    """Return a score's groups with their items and bands, or what an assessment weighs."""
    sources = (*(i for g in rule.source.groups for i in g.items), *rule.source.items)
    written = {i.id: i for i in sources}
    scored = [
        {
            "title": g.title.text(words.lang),
            "cap": "" if g.cap is None else figure_text(g.cap, None, words.lang),
            "items": [_item(i, written[i.id], words) for i in g.items],
        }
        for g in rule.groups
    ]
    assessed = [
        {
            "title": g.title.text(words.lang),
            "cap": "",
            "items": [
                {
                    "title": i.title.text(words.lang),
                    "basis": i.basis,
                    "indicator": i.indicator,
                    "bands": [],
                }
                for i in g.items
            ],
        }
        for g in rule.assessed
    ]
    return scored + assessed


def _item(item: CheckedItem, written: Item, words: Sentences) -> dict[str, Any]:
    other = "其他" if words.lang == "zh" else "otherwise"
    return {
        "title": item.title.text(words.lang),
        "basis": item.basis,
        "indicator": "",
        "bands": [
            {
                "test": other if b.test is None else _plain(words.test(b.test), source.test),
                "points": "–".join(
                    dict.fromkeys(figure_text(p, None, words.lang) for p in (b.least, b.most))
                ),
            }
            for b, source in zip(item.bands, written.bands, strict=True)
        ],
    }


def grades(rule: Rule, words: Sentences) -> list[dict[str, Any]]:
    """Return a grade's letters in order, each with its test; the first that holds is taken."""
    other = "其他" if words.lang == "zh" else "otherwise"
    titles = {g.grade: g.title.text(words.lang) for g in rule.source.grades if g.title}
    return [
        {
            "grade": name,
            "title": titles.get(name, ""),
            "test": other if t is None else words.test(t),
        }
        for name, t in rule.grades
    ]


def outcome(rule: Rule, words: Sentences) -> dict[str, str]:
    """Return in words what the rule gives: its amount and cap, its day and what is to be filed."""
    found = {
        "unit": str(rule.unit) if rule.kind in ("amount", "indicator") else "",
        "value": _formula(rule.value, rule.source.value, words),
        "cap": _formula(rule.cap, rule.source.cap, words),
        "due": "" if rule.due is None else words.value(rule.due),
        "file": rule.source.file.text(words.lang) if rule.source.file else "",
    }
    return found if any(found.values()) else {}


def _formula(node: tree.Node | None, written: str | None, words: Sentences) -> str:
    return "" if node is None else _plain(words.value(node), written)


def _plain(text: str, written: str | None) -> str:
    """Return words, or what the file has where a part of it has none."""
    return (written or "") if "…" in text else text


def parameters(rule: Rule, words: Sentences) -> list[dict[str, Any]]:
    """Return each parameter with its values by date, its article, layer and evidence."""
    lang, used = words.lang, used_by(rule, words.lang)
    return [
        {
            "name": p.name,
            "title": p.source.title.text(lang) if p.source.title else p.name,
            "used_by": used.get(p.name, []),
            "basis": p.source.basis,
            "layer": layer_text(p.layer, lang),
            "set_by": p.source.set_by,
            "default": p.source.default is not None and p.layer == "package",
            "evidence": evidence_text(p.source.evidence, lang) if p.source.evidence else "",
            "note": p.source.note,
            "values": [
                {
                    "from": v.first.isoformat() if v.first else None,
                    "to": v.last.isoformat() if v.last else None,
                    "lines": list(v.lines),
                    "verified": v.verified,
                }
                for v in parameter_values(p, words)
            ],
        }
        for p in rule.parameters.values()
    ]


def used_by(rule: Rule, lang: str) -> dict[str, list[str]]:
    """Return by parameter the titles of the conditions and items that read it, or that it weighs."""
    found: dict[str, dict[str, None]] = {}
    tests = [(c.label(lang), t) for c in rule.conditions for t in (c.test, c.applies)]
    tests += [(i.title.text(lang), b.test) for g in rule.groups for i in g.items for b in i.bands]
    for title, test in tests:
        for node in tree.walk(test) if test is not None else ():
            if isinstance(node, tree.Parameter):
                found.setdefault(node.name, {})[title] = None
    word = "权重" if lang == "zh" else " weight"
    for g in rule.assessed:
        weighed = [(g.weight, g.title), *((i.weight, i.title) for i in g.items)]
        for name, label in weighed:
            if name is not None:
                found.setdefault(name, {})[label.text(lang) + word] = None
    return {name: list(titles) for name, titles in found.items()}


def window(rule: Rule, day: date, lang: str) -> dict[str, Any] | None:
    """Return when one can apply, and how that stands on the day; None where the rule does not say."""
    found = application_days(rule, day)
    if rule.window is None or found is None:
        return None
    zh = lang == "zh"
    w = rule.window
    if w.always:
        text = "全年" if zh else "all year"
    elif w.yearly is not None:
        text = (
            f"每年 {w.yearly.from_} 至 {w.yearly.to}"
            if zh
            else f"{w.yearly.from_} to {w.yearly.to}"
        )
    else:
        text = "；".join(f"{r.round} {r.from_} 至 {r.to}" for r in w.rounds)
        text = text or ("由经开区公布，尚未设定" if zh else "to be announced by the zone")
    return {"text": text, "state": found.state, "basis": w.basis, "verified": w.verified}

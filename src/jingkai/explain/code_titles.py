"""Codes by their titles, as sentences name them."""

from __future__ import annotations

from jingkai.explain.missing import fact_of
from jingkai.rulebook import Rule, tree
from jingkai.vocabulary import Vocabulary

__all__ = ["code_title"]


def code_title(
    subject: tree.Node, code: str, rule: Rule, vocabulary: Vocabulary, lang: str = "zh"
) -> str:
    """Return a code of a fact by its title; the code itself where it has none.

    Parameters
    ----------
    subject
        What the code is compared with, a fact of the rule's entity or of one it refers to.
    code, rule, vocabulary
        The code, in which rule, and where codes are listed.
    lang
        ``zh`` or ``en``.
    """
    name, owner = getattr(subject, "name", ""), getattr(subject, "of", "")
    fact = fact_of(f"{owner}.{name}" if owner else name, rule, vocabulary)
    if fact is None or fact.codes is None:
        return code
    if isinstance(fact.codes, dict):
        return fact.codes[code].text(lang) if code in fact.codes else code
    names = vocabulary.codes[fact.codes].names
    return f"{code} {names[code]}" if lang == "zh" and code in names else code

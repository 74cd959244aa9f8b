"""A rule's test as a sentence, without any entity: what must hold, with the figures of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jingkai.explain.code_titles import code_title
from jingkai.explain.words import code_operator_text, expression_text, operator_text
from jingkai.rulebook import Rule, tree
from jingkai.rulebook.parameters import Banded, Codes, Fixed, Keyed
from jingkai.vocabulary import Vocabulary

__all__ = ["Sentences"]

_MANY = 12
_WORDS = {
    "and": ("，且", " and "),
    "or": ("，或", " or "),
    "not": ("并非：", "not: "),
    "at_least": ("下列至少 {0} 项成立：", "at least {0} of: "),
    "under": ("属于", " is under "),
    "one_of": ("为", " is one of "),
    "banded": ("（按档次）", " (by band)"),
    "keyed": ("（按对照表）", " (by table)"),
    "unset": ("（尚未设定）", " (not set)"),
    "when": ("若", "if "),
    "then": ("则为 ", " then "),
    "otherwise": ("否则为 ", "otherwise "),
    "right": ("符合“{0}”", "meets “{0}”"),
    "assume": ("（没有数据时视同{0}）", " (taken for {0} where unknown)"),
    "parameter": ("参数 {0}", "parameter {0}"),
    "more": ("等 {0} 项", " and {0} more"),
}


@dataclass(frozen=True)
class Sentences:
    """Writes the tests of one rule in one language.

    Parameters
    ----------
    rule, vocabulary
        Whose tests, and what its facts are called.
    day
        The figures are those in force then.
    titles
        Of every rule, and of every group of a score as ``rule.group``.
    lang
        ``zh`` or ``en``.
    """

    rule: Rule
    vocabulary: Vocabulary
    day: date
    titles: dict[str, str]
    lang: str = "zh"

    def test(self, node: tree.Node, inside: bool = False) -> str:
        """Return a test as a sentence: 近3年研发费用合计 ÷ 近3年营业收入合计 不低于 3%.

        `inside` puts a compound into brackets.
        """
        match node:
            case tree.Logic():
                text = self._say(node.op).join(self.test(a, True) for a in node.args)
                return self._bracket(text) if inside else text
            case tree.Not():
                return self._say("not") + self.test(node.arg, True)
            case tree.AtLeast():
                inner = "；".join(self.test(a, True) for a in node.args)
                return self._say("at_least").format(node.count) + inner
            case tree.Compare():
                return self._compare(node)
            case tree.CodeTest():
                return self.value(node.subject) + self._say(node.kind) + self._codes(node)
            case tree.RuleRef():
                return self._say("right").format(self.value(node))
            case tree.Assume():
                silent = self.value(node.value)
                return self.value(node.fact) + self._say("assume").format(silent)
            case _:
                return self.value(node).removeprefix("是否")

    def value(self, node: tree.Node) -> str:
        """Return a value in words: a figure, a fact, a parameter by its title where it has no one figure."""
        if isinstance(node, tree.BoolConstant):
            return (("否", "no"), ("是", "yes"))[node.value][0 if self.lang == "zh" else 1]
        if isinstance(node, tree.Parameter):
            return self._parameter(node)
        if isinstance(node, tree.Case):
            return self._case(node)
        return expression_text(node, self.rule, self.vocabulary, self.lang, self.titles, self.day)

    def _case(self, node: tree.Case) -> str:
        when, then, otherwise = (self._say(w) for w in ("when", "then", "otherwise"))
        parts = [f"{when}{self.test(t, True)}{then}{self.value(v)}" for t, v in node.branches]
        comma = "，" if self.lang == "zh" else ", "
        return self._bracket(comma.join([*parts, otherwise + self.value(node.default)]))

    def _compare(self, node: tree.Compare) -> str:
        if node.kind != "code":
            op = operator_text(node.op, self.lang, dates=node.kind == "date")
            return f"{self.value(node.left)} {op} {self.value(node.right)}"
        subject, other = node.left, node.right
        if isinstance(subject, tree.TextConstant):
            subject, other = other, subject
        value = other.value if isinstance(other, tree.TextConstant) else ""
        title = self._titled(subject, [value]) if value else self.value(other)
        return f"{self.value(subject)} {code_operator_text(node.op, self.lang)}{title}"

    def _codes(self, node: tree.CodeTest) -> str:
        if isinstance(node.codes, tuple):
            return self._titled(node.subject, list(node.codes))
        value = self.rule.parameters[node.codes.name].at(self.day)
        if isinstance(value, Codes):
            return self._titled(node.subject, list(value.codes))
        return self._parameter(node.codes)

    def _titled(self, subject: tree.Node, codes: list[str]) -> str:
        """Return codes by title in quotes, a long list cut and counted."""
        shown = [
            code_title(subject, c, self.rule, self.vocabulary, self.lang) for c in codes[:_MANY]
        ]
        text = ("、" if self.lang == "zh" else ", ").join(f"“{t}”" for t in shown)
        return text + (self._say("more").format(len(codes)) if len(codes) > _MANY else "")

    def _parameter(self, node: tree.Parameter) -> str:
        parameter = self.rule.parameters[node.name]
        value = parameter.at(self.day)
        if isinstance(value, Fixed) and isinstance(value.value, date):
            return value.value.isoformat()
        if isinstance(value, Fixed):
            return expression_text(
                node, self.rule, self.vocabulary, self.lang, self.titles, self.day
            )
        title = parameter.source.title
        named = title.text(self.lang) if title else self._say("parameter").format(node.name)
        kind = {Banded: "banded", Keyed: "keyed", Codes: ""}.get(type(value), "unset")
        return named + (self._say(kind) if kind else "")

    def _bracket(self, text: str) -> str:
        return f"（{text}）" if self.lang == "zh" else f"({text})"

    def _say(self, word: str) -> str:
        return _WORDS[word][0 if self.lang == "zh" else 1]

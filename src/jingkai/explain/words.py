"""Figures, tests and verdicts as people read them, in Chinese or English."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from jingkai.rulebook import tree
from jingkai.rulebook.parameters import Fixed, Unset
from jingkai.rulebook.rule import Rule
from jingkai.vocabulary import Entity, Unit, Vocabulary, units

__all__ = [
    "as_percent",
    "code_operator_text",
    "expression_text",
    "figure_text",
    "grade_text",
    "operator_text",
    "parameter_text",
]

_OPERATORS = {
    ">=": ("不低于", "at least"),
    ">": ("高于", "more than"),
    "<=": ("不高于", "at most"),
    "<": ("低于", "less than"),
    "=": ("等于", "equal to"),
    "<>": ("不等于", "other than"),
}
_CODE_OPERATORS = {"=": ("为", ""), "<>": ("不为", "other than ")}
_DATE_OPERATORS = {
    ">=": ("不早于", "on or after"),
    ">": ("晚于", "after"),
    "<=": ("不晚于", "on or before"),
    "<": ("早于", "before"),
}


def operator_text(op: str, lang: str = "zh", dates: bool = False) -> str:
    """Return a comparison's words; dates are earlier and later, not less and more."""
    words = _DATE_OPERATORS.get(op, _OPERATORS[op]) if dates else _OPERATORS[op]
    return words[0 if lang == "zh" else 1]


def code_operator_text(op: str, lang: str = "zh") -> str:
    """Return the words of a comparison with a code: 为, 不为; in English nothing for equality."""
    return _CODE_OPERATORS[op][0 if lang == "zh" else 1]


def parameter_text(name: str, rule: Rule, lang: str = "zh", why: bool = True) -> str:
    """Return why a parameter has no value: nobody set it, or none is in force on the date.

    `why` adds what the rule's file says about it: its note, else its basis.
    """
    parameter = rule.parameters.get(name)
    zone = parameter is None or parameter.source.set_by is not None
    source = parameter.source if parameter is not None and why else None
    note = (source.note or source.basis) if source is not None else ""
    if lang == "zh":
        return f"{'经开区未设定的参数' if zone else '该日期尚无数值的参数'} {name}" + (
            f"（{note}）" if zone and note else ""
        )
    return (
        f"parameter {name}, {'which the zone has not set' if zone else 'with no value on the date'}"
    )


def grade_text(rule: Rule, grade: str, lang: str = "zh") -> str:
    """Return a grade by its title, after its letter where it has one: A 优先发展, 卓越级."""
    titles = {g.grade: g.title.text(lang) for g in rule.source.grades if g.title}
    title = titles.get(grade, "")
    return title if title and grade.islower() else f"{grade} {title}".strip()


def as_percent(node: tree.Node, rule: Rule, vocabulary: Vocabulary, day: date) -> bool:
    """Return whether a comparison without a unit is read in percent.

    It is where it reads a ratio, a growth or a figure written with %; not where it reads a number
    (a PUE, a floor area ratio, a level) or a figure written without %; a quotient of facts is.
    """
    facts, known = vocabulary.entities[rule.entity].facts, rule.parameters
    kinds = set()
    for part in tree.walk(node):
        if isinstance(part, tree.Growth | tree.Cagr):
            return True
        if isinstance(part, tree.Parameter) and not isinstance(known[part.name].at(day), Unset):
            kind = known[part.name].type
            kinds |= set() if kind.unit.factors else {kind.percent}
        elif isinstance(part, tree.FactRef | tree.Total) and part.name in facts:
            kinds |= {"ratio": {True}, "number": {False}}.get(facts[part.name].type, set())
    return True in kinds or not kinds


def figure_text(value: Any, unit: Unit | None = None, lang: str = "zh") -> str:
    """Return a value as a person reads it: 2.6%, 1,234.5 万元, 2024-03-05, 是; ？ for unknown."""
    if value is None:
        return "未知" if lang == "zh" else "unknown"
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    if isinstance(value, date | str):
        return str(value)
    if unit is not None and not unit.factors:
        return _decimal(value * 100, 4, lang) + "%"
    if unit is None:
        return _decimal(value, 6, lang)
    if lang == "zh":
        return f"{_decimal(value, 6, lang)} {unit}"
    factor, name = _english(unit)
    one = abs(value * factor) == 1 and len(unit.factors) == 1
    return f"{_decimal(value * factor, 6, lang)} {name.removesuffix('s') if one else name}"


def _english(unit: Unit) -> tuple[Fraction, str]:
    """Return how many of which English unit one is: 10,000 yuan, 10,000 yuan/mu."""
    if any(abs(power) != 1 for _, power in unit.factors):
        return Fraction(1), str(unit)
    size = Fraction(1)
    over: list[str] = []
    under: list[str] = []
    for name, power in unit.factors:
        factor, word = units().english(name)
        size *= Fraction(factor) ** power
        (over if power > 0 else under).append(word)
    below = [word.removesuffix("s") for word in under]
    return size, "/".join(["·".join(over) or "1", *below])


def _decimal(value: Fraction, digits: int, lang: str) -> str:
    # Whole numbers: of thousands of figures a second, fractions would be most of the work.
    whole, rest = divmod(abs(value.numerator) * 10**digits, value.denominator)
    if 2 * rest > value.denominator or (2 * rest == value.denominator and whole % 2):
        whole += 1
    sign = "-" if value < 0 and whole else ""
    head, tail = divmod(whole, 10**digits)
    decimals = f"{tail:0{digits}d}".rstrip("0")
    about = "" if rest == 0 else "约" if lang == "zh" else "about "
    return f"{about}{sign}{head:,}" + (f".{decimals}" if decimals else "")


_FUNCTIONS_ZH = {
    "last": "上年{0}",
    "this": "本年度{0}",
    "prior": "{1}年前的{0}",
    "prior1": "前一年{0}",
    "total": "近{1}年{0}合计",
    "mean": "近{1}年平均{0}",
    "growth": "{0}增长率",
    "cagr": "近{1}年{0}复合增长率",
    "holds": "持有{0}",
    "held_on": "{1}持有{0}",
    "days": "{0}至{1}的天数",
    "years": "{0}至{1}的年数",
    "months_inclusive": "{0}至{1}的月数",
    "as_of": "查询日",
    "year_end": "上年末",
    "events": "{1}内{0}次数",
    "same": "{1}内同类{0}次数",
    "earlier": "此前{1}内{0}次数",
    "on_shared": "仅凭部门共享数据即符合“{0}”",
    "add_months": "{0}后 {1}",
    "date_add": "{0}后 {1}",
}
_FUNCTIONS_EN = {
    "last": "{0} of the last year",
    "this": "{0} of this year",
    "prior": "{0} {1} years before",
    "prior1": "{0} of the year before",
    "total": "{0} over {1} years",
    "mean": "mean {0} over {1} years",
    "growth": "growth of {0}",
    "cagr": "compound growth of {0} over {1} years",
    "holds": "holds {0}",
    "held_on": "held {0} on {1}",
    "days": "days from {0} to {1}",
    "years": "years from {0} to {1}",
    "months_inclusive": "months from {0} to {1}",
    "as_of": "the date asked about",
    "year_end": "the last year end",
    "events": "{0}s within {1}",
    "same": "{0}s of one kind within {1}",
    "earlier": "earlier {0}s within {1}",
    "on_shared": "meets “{0}” on shared data alone",
    "add_months": "{1} after {0}",
    "date_add": "{1} after {0}",
}


def expression_text(
    node: tree.Node,
    rule: Rule,
    vocabulary: Vocabulary,
    lang: str = "zh",
    titles: dict[str, str] | None = None,
    as_of: date | None = None,
) -> str:
    """Return an expression in words: 近3年研发费用合计 ÷ 近3年营业收入合计."""
    return _Words(rule, vocabulary, lang, titles or {}, as_of).text(node)


class _Words:
    def __init__(
        self,
        rule: Rule,
        vocabulary: Vocabulary,
        lang: str,
        titles: dict[str, str],
        as_of: date | None,
    ) -> None:
        self.rule, self.vocabulary, self.lang, self.titles = rule, vocabulary, lang, titles
        self.as_of = as_of
        self.phrases = _FUNCTIONS_ZH if lang == "zh" else _FUNCTIONS_EN

    def text(self, node: tree.Node) -> str:
        """Return a node in words."""
        match node:
            case tree.FactRef():
                return self._fact(node)
            case tree.Total():
                return self.phrases["mean" if node.mean else "total"].format(
                    self._label(node.name), node.years
                )
            case tree.Growth():
                return self.phrases["growth"].format(self._label(node.name))
            case tree.Cagr():
                return self.phrases["cagr"].format(self._label(node.name), node.years)
            case tree.Arithmetic():
                sign = {"*": "×", "/": "÷", "-": "−", "+": "+"}[node.op]
                return f"{self._inner(node, node.left)} {sign} {self._inner(node, node.right)}"
            case tree.Interval():
                return self.phrases[node.kind].format(self.text(node.start), self.text(node.end))
            case tree.Holds():
                label = self.vocabulary.titles[node.title].label
                phrase = "holds" if isinstance(node.day, tree.AsOf) else "held_on"
                return self.phrases[phrase].format(label.text(self.lang), self.text(node.day))
            case tree.RuleRef():
                name = f"{node.rule}.{node.group}" if node.group else node.rule
                return self.titles.get(name, name)
            case tree.Parameter():
                return self._parameter(node)
            case tree.AsOf():
                return self.phrases["as_of"]
            case tree.LastYearEnd():
                return self.phrases["year_end"]
            case _:
                return self._other(node)

    def _other(self, node: tree.Node) -> str:
        if isinstance(node, tree.Constant):
            return str(node.value)
        if isinstance(node, tree.Events):
            title = self.vocabulary.entities[node.entity].title.text(self.lang)
            kind = "earlier" if node.earlier else "same" if node.same else "events"
            return self.phrases[kind].format(title, self.text(node.window))
        if isinstance(node, tree.OnShared):
            return self.phrases["on_shared"].format(self.titles.get(node.rule, node.rule))
        if isinstance(node, tree.AddMonths):
            return self.phrases["add_months"].format(self.text(node.date), self.text(node.months))
        if isinstance(node, tree.DateAdd):
            return self.phrases["date_add"].format(self.text(node.date), self.text(node.days))
        if isinstance(node, tree.TextConstant):
            return node.value
        if isinstance(node, tree.Extreme):
            parts = [self.text(a) for a in node.args]
            if self.lang == "zh":
                return f"{'较小者' if node.op == 'least' else '较大者'}（{'，'.join(parts)}）"
            return f"{node.op}({', '.join(parts)})"
        if isinstance(node, tree.Assume):
            return self.text(node.fact)
        if isinstance(node, tree.CodeTest):
            return self.text(node.subject)
        return "…"

    def _parameter(self, node: tree.Parameter) -> str:
        if self.as_of is None:
            return node.name
        value = self.rule.parameters[node.name].at(self.as_of)
        kind = self.rule.parameters[node.name].type
        if not isinstance(value, Fixed) or not isinstance(value.value, Fraction):
            return node.name
        plain = not kind.unit.factors and not kind.percent
        return figure_text(value.value, None if plain else kind.unit, self.lang)

    def _inner(self, whole: tree.Arithmetic, part: tree.Node) -> str:
        """Return an operand, in brackets where the sum or quotient would read otherwise."""
        text = self.text(part)
        if not isinstance(part, tree.Arithmetic):
            return text
        loose = part.op in "+-" and whole.op in "*/"
        if loose or (part is whole.right and whole.op in "-/" and part is not whole.left):
            return f"（{text}）" if self.lang == "zh" else f"({text})"
        return text

    def _fact(self, node: tree.FactRef) -> str:
        label = self._label(node.name, node.of)
        if node.ago is None:
            return label
        if node.ago == 1:
            return self.phrases["prior1"].format(label)
        kind = {0: "last", -1: "this"}.get(node.ago, "prior")
        return self.phrases[kind].format(label, node.ago)

    def _label(self, name: str, owner: str = "") -> str:
        entity: Entity = self.vocabulary.entities[self.rule.entity]
        if owner:
            entity = self.vocabulary.entities[entity.references[owner]]
        return entity.facts[name].label.text(self.lang)

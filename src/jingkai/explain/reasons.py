"""Why: each rule for one entity, condition by condition, what is missing, how near it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from jingkai.explain.code_titles import code_title
from jingkai.explain.kleene import Family, decide_with, ways
from jingkai.explain.missing import Missing, atoms, fact_of, verdict_of, whole_test
from jingkai.explain.parts import Telling, class_parts, item_parts
from jingkai.explain.reason import AtomReason, ConditionReason, PartReason, RuleReason
from jingkai.explain.row import RowEvaluator
from jingkai.explain.words import (
    as_percent,
    code_operator_text,
    expression_text,
    figure_text,
    grade_text,
    operator_text,
    parameter_text,
)
from jingkai.rulebook import Rule, tree
from jingkai.rulebook.events import event_count
from jingkai.rulebook.program import quantum_of
from jingkai.rulebook.rule import Condition
from jingkai.rulebook.scope import Scope
from jingkai.vocabulary import Unit

__all__ = ["explain_rule"]


def explain_rule(
    rule: Rule,
    row: RowEvaluator,
    results: dict[str, Any],
    lang: str = "zh",
    hidden: Mapping[str, str] | None = None,
) -> RuleReason:
    """Explain one rule for one entity.

    Parameters
    ----------
    rule
        A rule that was run.
    row
        The entity's facts and results.
    results
        The stored columns of the entity's row.
    lang
        ``zh`` or ``en``.
    hidden
        Columns that the reader may not see, and what stands in their place; see `explain.hidden`.
    """
    return _Explaining(rule, row, results, lang, hidden or {}).reason()


class _Explaining:
    def __init__(
        self,
        rule: Rule,
        row: RowEvaluator,
        results: dict[str, Any],
        lang: str,
        hidden: Mapping[str, str],
    ) -> None:
        self.rule, self.row, self.results, self.lang = rule, row, results, lang
        self.hidden = hidden
        self.plans, self.lowering = row.plans, row.plans.lowering(rule)
        self.vocabulary = row.rulebook.vocabulary
        self.missing = Missing(rule, row, results)
        self.negated = self.plans.negated(rule)
        self.titles = self.plans.titles(lang)

    def reason(self) -> RuleReason:
        """Return the explanation."""
        rule, source = self.rule, self.rule.source
        found = RuleReason(
            rule.id,
            source.title.text(self.lang),
            source.measure,
            rule.kind,
            f"{source.basis.document}{source.basis.title and '《' + source.basis.title + '》'}",
            rule.verified,
            self._verdict(),
            notes=source.notes.text(self.lang) if source.notes else "",
        )
        found.conditions = [self._condition(c) for c in rule.conditions]
        found.parts = self._parts()
        self._say_result(found)
        if found.verdict is None or (
            self.rule.kind == "amount" and self.results.get(self.rule.id) is None
        ):
            names = self.missing.of_rule()
            found.missing = [self._described(name) for name in names]
            found.materials = list(dict.fromkeys(m for m in map(self._material, names) if m))
        elif found.verdict is False:
            self._blocking(found)
        return found

    def _verdict(self) -> bool | None:
        if self.rule.kind in ("eligibility", "duty"):
            return verdict_of(self.results.get(self.rule.id))
        if self.rule.kind == "amount":
            return verdict_of(self.results.get(f"{self.rule.id}__right"))
        return None if self.results.get(self.rule.id) is None else True

    def _parts(self) -> list[PartReason]:
        """Return the items or classes; none where one rests on a hidden fact: their sum would tell it."""
        if self._why_hidden(self.plans.facts.of_result(self.rule)):
            return []
        telling = Telling(
            lambda test: [self._atom(a) for a in self._telling(test)],
            lambda test: [self._fact_label(n) for n in self.missing.of_test(test)],
            self._fact_label,
            self.lang,
        )
        items = item_parts(self.rule, self.row, telling)
        return [*items, *class_parts(self.rule, self.row, telling)]

    # --- conditions

    def _special(self, node: tree.Node) -> bool:
        if isinstance(node, tree.Cagr | tree.Events):
            return True
        return isinstance(node, tree.RuleRef) and self.lowering.rules[node.rule].kind == "score"

    def _condition(self, c: Condition) -> ConditionReason:
        whole = self.plans.kept(f"{self.rule.id} whole", c.test, lambda: whole_test(c))
        verdict = self._holds(whole)
        applies: bool | None = True
        if c.applies is not None:
            applies = self._holds(c.applies)
        found = ConditionReason(c.id, c.label(self.lang), c.basis, verdict, applies)
        found.atoms = [self._atom(atom) for atom in self._telling(c.test)]
        if verdict is None:
            found.hidden = self._why_hidden(self.plans.facts.of_test(self.rule, whole))
            found.missing = [self._fact_label(n) for n in self.missing.of_test(whole_test(c))]
        if c.say is not None:
            found.say = c.say.text(self.lang)
        return found

    def _telling(self, node: tree.Node) -> list[tree.Node]:
        """Return the comparisons that decide a test: of alternatives that hold, only those."""
        if not isinstance(node, tree.Logic):
            return list(atoms(node))
        value = self._holds(node)
        args = list(node.args)
        if value is (node.op == "or"):
            args = [a for a in args if self._holds(a) is value]
        return [atom for a in args for atom in self._telling(a)]

    def _holds(self, test: tree.Node) -> bool | None:
        """Return a test's verdict; what rests on hidden facts is not known, assumed or not."""
        if not (self.hidden and self._why_hidden(self.plans.facts.of_test(self.rule, test))):
            return verdict_of(self.row.value(self.plans.test(self.rule, test)))
        if isinstance(test, tree.Logic | tree.Not | tree.AtLeast):
            return decide_with(test, self._holds)
        return None

    def _why_hidden(self, columns: Iterable[str]) -> str:
        """Return what stands in the place of what rests on some columns; empty where all may be seen."""
        if not self.hidden:
            return ""
        mark = "；" if self.lang == "zh" else "; "
        return mark.join(dict.fromkeys(self.hidden[c] for c in columns if c in self.hidden))

    def _atom(self, atom: tree.Node) -> AtomReason:
        facts = self.plans.facts.of_test(self.rule, atom)
        why = self._why_hidden(facts)
        found = self._compared(atom, None if why else self._holds(atom))
        found.facts, found.hidden = facts, why
        if why:
            found.found, found.distance = why, ""
            found.needed = "" if self._asks_hidden(atom) else found.needed
        return found

    def _asks_hidden(self, atom: tree.Node) -> bool:
        """Whether what is needed is itself a hidden figure."""
        if not isinstance(atom, tree.Compare):
            return False
        return bool(self._why_hidden(self.plans.facts.of_needed(self.rule, atom)))

    def _compared(self, atom: tree.Node, verdict: bool | None) -> AtomReason:
        if not isinstance(atom, tree.Compare):
            text = self._words(atom)
            return AtomReason(text, self._plain(atom, verdict), self._codes(atom), verdict)
        text = self._words(atom.left)
        op = operator_text(atom.op, self.lang, dates=atom.kind == "date")
        if atom.kind == "code":
            op = code_operator_text(atom.op, self.lang)
            subject = atom.right if isinstance(atom.left, tree.TextConstant) else atom.left
            left, right = (self._code(side, subject) for side in (atom.left, atom.right))
            return AtomReason(text, left, f"{op}“{right}”", verdict)
        if atom.kind != "number":
            left, right = (
                figure_text(self._other(side, atom.kind), None, self.lang)
                for side in (atom.left, atom.right)
            )
            return AtomReason(text, left, f"{op} {right}", verdict)
        unit = self._unit(atom)
        left_text, left_value = self._side(atom.left, unit)
        right_text, right_value = self._side(atom.right, unit)
        found = AtomReason(text, left_text, f"{op} {right_text}", verdict)
        if verdict is False and left_value is not None and right_value is not None:
            found.distance = self._distance(atom, left_value, right_value, unit)
        elif verdict is False and isinstance(atom.left, tree.Cagr) and right_value is not None:
            found.distance = self._growth_distance(atom.left, right_value)
        return found

    def _plain(self, atom: tree.Node, verdict: bool | None) -> str:
        if isinstance(atom, tree.CodeTest):
            return self._code(atom.subject, atom.subject)
        return figure_text(verdict, None, self.lang)

    def _code(self, side: tree.Node, subject: tree.Node) -> str:
        """Return a code by its title in the list of the fact that it is of."""
        code = self._other(side, "code")
        title = None if code is None else self._code_title(subject, str(code))
        return figure_text(title, None, self.lang)

    def _codes(self, atom: tree.Node) -> str:
        """Return which codes a test asks for, by title where the fact's list gives one."""
        if not isinstance(atom, tree.CodeTest):
            return ""
        if isinstance(atom.codes, tuple):
            codes = atom.codes
        else:
            codes = tuple(self.rule.parameters[atom.codes.name].source.codes or ())
        titles = [self._code_title(atom.subject, c) for c in codes]
        contrary = atom in self.negated
        if self.lang != "zh":
            return f"{'none of' if contrary else 'one of'} {', '.join(titles)}"
        word = "为" if atom.kind == "one_of" else "属于"
        return ("不" if contrary else "") + word + "、".join(f"“{t}”" for t in titles)

    def _code_title(self, subject: tree.Node, code: str) -> str:
        return code_title(subject, code, self.rule, self.vocabulary, self.lang)

    def _words(self, node: tree.Node) -> str:
        def say() -> str:
            day = self.plans.as_of
            return expression_text(node, self.rule, self.vocabulary, self.lang, self.titles, day)

        return self.plans.kept(f"{self.rule.id} {self.lang}", node, say)

    def _other(self, node: tree.Node, kind: str) -> Any:
        if kind == "date":
            return self.row.value(self.lowering.date(node))
        if kind == "bool":
            return self.row.value(self.plans.test(self.rule, node))
        return self.row.value(self.lowering._text(node))

    def _side(self, node: tree.Node, unit: Unit | None) -> tuple[str, Fraction | None]:
        if isinstance(node, tree.Cagr):
            return self._cagr(node), None
        if self._special(node):
            assert isinstance(node, tree.RuleRef | tree.Events)
            return self._interval(node, unit)
        value = self.row.number(self.plans.number(self.rule, node))
        return figure_text(value, unit, self.lang), value

    def _interval(
        self, node: tree.RuleRef | tree.Events, unit: Unit | None
    ) -> tuple[str, Fraction | None]:
        if isinstance(node, tree.Events):
            name, quantum = event_count(node, self.lowering).name, Fraction(1)
        else:
            name, quantum = node.rule + (f"__{node.group}" if node.group else ""), Fraction(1, 100)
        ends = [self.row.values.get(f"{name}__{end}") for end in ("low", "high")]
        if ends[0] and ends[1] is None:
            least = figure_text(int(ends[0]) * quantum, unit, self.lang)
            return (f"至少 {least}" if self.lang == "zh" else f"at least {least}"), None
        if None in ends:
            return figure_text(None, unit, self.lang), None
        low, high = (int(e) * quantum for e in ends if e is not None)
        if low == high:
            return figure_text(low, unit, self.lang), low
        return self._between(low, high, unit), high

    def _cagr(self, node: tree.Cagr) -> str:
        last, base = (
            self.row.number(self.lowering._year(node.name, ago)) for ago in (0, node.years)
        )
        if last is None or base is None or base <= 0:
            return figure_text(None, None, self.lang)
        rate = float(last / base) ** (1 / node.years) - 1
        return f"约{rate * 100:.4g}%" if self.lang == "zh" else f"about {rate * 100:.4g}%"

    def _unit(self, atom: tree.Compare) -> Unit | None:
        return self.plans.kept(f"{self.rule.id} unit", atom, lambda: self._found_unit(atom))

    def _found_unit(self, atom: tree.Compare) -> Unit | None:
        from jingkai.rulebook.grammar import unit_of

        unit = unit_of(atom.left, self._scope()) or unit_of(atom.right, self._scope())
        if unit is None or unit.factors:
            return unit
        day = self.row.plans.as_of
        return unit if as_percent(atom, self.rule, self.vocabulary, day) else None

    def _scope(self) -> Scope:
        return self.plans.scope(self.rule)

    # --- distances

    def _distance(
        self, atom: tree.Compare, left: Fraction, right: Fraction, unit: Unit | None
    ) -> str:
        gap = abs(right - left)
        zh = self.lang == "zh"
        if unit is not None and not unit.factors:
            points = figure_text(gap, unit, self.lang).rstrip("%")
            text = f"差{_spaced(points)} 个百分点" if zh else f"{points} percentage points off"
            return text + self._numerator(atom, right)
        short = "差" if (right > left) else "超出"
        amount = figure_text(gap, unit, self.lang)
        if gap == 0:
            return "恰在线上，须越过" if zh else "exactly on the line, must pass it"
        return (
            f"{short}{_spaced(amount)}" if zh else f"{amount} {'short' if right > left else 'over'}"
        ) + (self._numerator(atom, right) if unit is None else "")

    def _growth_distance(self, node: tree.Cagr, needed: Fraction) -> str:
        """Return how many points growth lies below a floor, and what last year's figure lacks."""
        last, base = (
            self.row.number(self.lowering._year(node.name, ago)) for ago in (0, node.years)
        )
        if last is None or base is None or base <= 0:
            return ""
        lacking = base * (1 + needed) ** node.years - last
        if lacking <= 0:
            return ""
        points = 100 * (float(needed) + 1 - max(0.0, float(last / base)) ** (1 / node.years))
        fact = self.vocabulary.entities[self.rule.entity].facts[node.name]
        amount = figure_text(lacking, fact.symbol, self.lang)
        last_year = self.plans.kept(
            f"{self.rule.id} last year", node, lambda: tree.FactRef(node.name, ago=0)
        )
        name = self._words(last_year)
        if self.lang == "zh":
            return f"差约 {points:.4g} 个百分点（{name}再增加{_spaced(amount)}即可）"
        return f"about {points:.4g} percentage points off ({name} +{amount})"

    def _numerator(self, atom: tree.Compare, needed: Fraction) -> str:
        """Return how much the numerator would have to move, the rest unchanged."""
        quotient = atom.left
        if not isinstance(quotient, tree.Arithmetic) or quotient.op != "/":
            return ""
        over, under = (
            self.row.number(self.plans.number(self.rule, n))
            for n in (quotient.left, quotient.right)
        )
        if over is None or under is None or under <= 0:
            return ""
        from jingkai.rulebook.grammar import unit_of

        move = needed * under - over
        if self._whole(quotient.left):
            move = Fraction(ceil(move) if move > 0 else floor(move))
        name = self._words(quotient.left)
        amount = figure_text(abs(move), unit_of(quotient.left, self._scope()), self.lang)
        if self.lang == "zh":
            return f"（{name}再{'增加' if move > 0 else '减少'}{_spaced(amount)}即可）"
        return f" ({name} {'+' if move > 0 else '-'}{amount})"

    def _whole(self, node: tree.Node) -> bool:
        """Return whether an expression counts whole things, people or items."""
        facts = self.vocabulary.entities[self.rule.entity].facts
        read = [
            facts.get(n.name) for n in tree.walk(node) if isinstance(n, tree.FactRef | tree.Total)
        ]
        return bool(read) and all(f is not None and f.type == "count" for f in read)

    # --- results

    def _say_result(self, found: RuleReason) -> None:
        """Put points, amount, grade and due date into a reason, or why they are not shown."""
        decided = self.rule.kind == "grade" and found.verdict
        if not decided and (why := self._why_hidden(self.plans.facts.of_result(self.rule))):
            found.hidden = why
            return
        found.result = self._result(found)
        if self.results.get(f"{self.rule.id}__due"):
            found.due = str(self.results[f"{self.rule.id}__due"])

    def _result(self, found: RuleReason) -> str:
        rule, value = self.rule, self.results.get(self.rule.id)
        if rule.kind in ("eligibility", "duty"):
            return ""
        if rule.kind == "grade":
            if value is None:
                found.possible = self._possible()
                return "、".join(grade_text(rule, g, self.lang) for g in found.possible)
            return grade_text(rule, str(value), self.lang)
        quantum = quantum_of(rule) or Fraction(1)
        found.figures = self._figures(quantum)
        if value is not None:
            return figure_text(int(value) * quantum, rule.unit, self.lang)
        ends = [self.results.get(f"{rule.id}__{end}") for end in ("low", "high")]
        if None in ends:
            return ""
        low, high = (int(e) * quantum for e in ends if e is not None)
        return self._between(low, high, rule.unit)

    def _figures(self, quantum: Fraction) -> dict[str, str | None]:
        """Return value and bounds for programs: exact decimals in the rule's unit."""
        ends = {
            "value": self.rule.id,
            "low": f"{self.rule.id}__low",
            "high": f"{self.rule.id}__high",
        }
        found: dict[str, str | None] = {"unit": str(self.rule.unit) or None}
        for name, column in ends.items():
            stored = self.results.get(column)
            exact = None if stored is None else int(stored) * quantum
            found[name] = (
                None if exact is None else str(Decimal(exact.numerator) / exact.denominator)
            )
        return found

    def _between(self, low: Fraction, high: Fraction, unit: Unit | None) -> str:
        """Return an interval in words: 71.2 至 83.2 分."""
        word = "至" if self.lang == "zh" else "to"
        least, most = (figure_text(v, unit, self.lang) for v in (low, high))
        return f"{least.partition(' ')[0]} {word} {most}"

    def _possible(self) -> list[str]:
        found = []
        for grade, test in self.rule.grades:
            verdict = (
                True
                if test is None
                else verdict_of(self.row.value(self.plans.test(self.rule, test)))
            )
            if verdict is not False:
                found.append(grade)
            if verdict:
                break
        return found

    # --- what blocks

    def _blocking(self, found: RuleReason) -> None:
        if self.rule.decide is None:
            return
        verdicts = {c.id: c.verdict for c in found.conditions}
        family, _ = ways(self.rule.decide, lambda n: _flip(n, verdicts))
        order = list(verdicts)
        if family:
            found.blocking = sorted(sorted(family, key=len)[0], key=order.index)
        known = decide_with(
            self.rule.decide,
            lambda n: (
                isinstance(n, tree.ConditionRef) and (n.id in found.blocking or verdicts[n.id])
            ),
        )
        if len(found.blocking) == 1:
            found.near_miss = "one" if known else "possible"

    # --- facts

    def _fact_label(self, name: str) -> str:
        if name.startswith("parameter:"):
            return parameter_text(name.partition(":")[2], self.rule, self.lang)
        fact = fact_of(name, self.rule, self.vocabulary)
        if fact is None and name in self.vocabulary.entities:
            title = self.vocabulary.entities[name].title.text(self.lang)
            return f"完整的{title}记录" if self.lang == "zh" else f"the whole list of: {title}"
        return fact.label.text(self.lang) if fact else name

    def _material(self, name: str) -> str:
        """Return what the applicant must bring for a fact; empty where an office shares it."""
        fact = fact_of(name, self.rule, self.vocabulary)
        if fact is None or fact.shared:
            return ""
        return (fact.material or fact.label).text(self.lang)

    def _described(self, name: str) -> dict[str, Any]:
        fact = fact_of(name, self.rule, self.vocabulary)
        holder = self.vocabulary.offices[fact.holder].label.text(self.lang) if fact else ""
        return {
            "fact": name,
            "label": self._fact_label(name),
            "holder": holder,
            "shared": bool(fact and fact.shared),
            "material": self._material(name),
            "hidden": self.hidden.get(name, ""),
        }


def _spaced(figure: str) -> str:
    """Set a figure after a Chinese word: 差 0.4, 差约 0.4."""
    return f"约 {figure[1:]}" if figure.startswith("约") else f" {figure}"


def _flip(node: tree.Node, verdicts: dict[str, bool | None]) -> tuple[Family, Family]:
    assert isinstance(node, tree.ConditionRef)
    if verdicts[node.id] is True:
        return (frozenset(),), ()
    if verdicts[node.id] is None:
        return (frozenset(),), (frozenset(),)
    return (frozenset({node.id}),), (frozenset(),)

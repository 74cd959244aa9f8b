"""Why: each rule for one entity, condition by condition, what is missing, how near it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from jingkai.explain.kleene import Family, decide_with, ways
from jingkai.explain.row import RowEvaluator
from jingkai.explain.words import expression_text, figure_text, operator_text
from jingkai.rulebook import Rule, tree
from jingkai.rulebook.program import quantum_of
from jingkai.rulebook.rule import Condition
from jingkai.rulebook.scope import Scope
from jingkai.vocabulary import Fact, Unit

__all__ = ["AtomReason", "ConditionReason", "RuleReason", "explain_rule"]


@dataclass(slots=True)
class AtomReason:
    """One comparison of a condition: what was found, what was needed, how far off."""

    text: str
    found: str
    needed: str
    verdict: bool | None
    distance: str = ""


@dataclass(slots=True)
class ConditionReason:
    """A condition with its article, verdict and comparisons.

    `applies` is False where the condition does not bind the entity (不适用).
    """

    id: str
    title: str
    basis: str
    verdict: bool | None
    applies: bool | None = True
    atoms: list[AtomReason] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    say: str = ""


@dataclass(slots=True)
class RuleReason:
    """A rule explained for one entity.

    Parameters
    ----------
    verdict
        True, False or None (undetermined); of an amount its right, of a score or grade None.
    result
        The amount, score or grade in words.
    missing
        The smallest set of facts that, known favourably, would grant it.
    materials
        What the applicant must bring for those that no office shares.
    blocking
        The smallest set of failed conditions that would have to change.
    near_miss
        ``"one"`` where one condition alone refused, ``"possible"`` where some others are unknown.
    """

    rule: str
    title: str
    measure: str
    kind: str
    document: str
    verified: bool
    verdict: bool | None
    result: str = ""
    conditions: list[ConditionReason] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)
    materials: list[str] = field(default_factory=list)
    blocking: list[str] = field(default_factory=list)
    near_miss: str = ""
    notes: str = ""
    due: str = ""
    possible: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def explain_rule(
    rule: Rule, row: RowEvaluator, results: dict[str, Any], lang: str = "zh"
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
    """
    return _Explaining(rule, row, results, lang).reason()


class _Explaining:
    def __init__(self, rule: Rule, row: RowEvaluator, results: dict[str, Any], lang: str) -> None:
        self.rule, self.row, self.results, self.lang = rule, row, results, lang
        self.plans, self.lowering = row.plans, row.plans.lowering(rule)
        self.vocabulary = row.rulebook.vocabulary
        self.negated = {
            inner
            for c in rule.conditions
            for part in tree.walk(c.test)
            if isinstance(part, tree.Not)
            for inner in tree.walk(part.arg)
        }
        self.titles = {n: r.source.title.text(lang) for n, r in row.rulebook.rules.items()}

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
        found.result = self._result(found)
        if rule.due is not None and self.results.get(f"{rule.id}__due"):
            found.due = str(self.results[f"{rule.id}__due"])
        if found.verdict is None or (
            self.rule.kind == "amount" and self.results.get(self.rule.id) is None
        ):
            self._missing(found)
        elif found.verdict is False:
            self._blocking(found)
        return found

    def _verdict(self) -> bool | None:
        if self.rule.kind in ("eligibility", "duty"):
            return _bit(self.results.get(self.rule.id))
        if self.rule.kind == "amount":
            return _bit(self.results.get(f"{self.rule.id}__right"))
        return None if self.results.get(self.rule.id) is None else True

    # --- conditions

    def _special(self, node: tree.Node) -> bool:
        if isinstance(node, tree.Cagr):
            return True
        return isinstance(node, tree.RuleRef) and self.lowering.rules[node.rule].kind == "score"

    def _condition(self, c: Condition) -> ConditionReason:
        verdict = _bit(self.row.value(self.plans.test(self.rule, c.test)))
        applies: bool | None = True
        if c.applies is not None:
            applies = _bit(self.row.value(self.plans.test(self.rule, c.applies)))
            verdict = True if applies is False else verdict
        found = ConditionReason(c.id, c.label(self.lang), c.basis, verdict, applies)
        found.atoms = [self._atom(atom) for atom in _atoms(c.test)]
        if verdict is None:
            found.missing = [self._fact_label(n) for n in self._missing_of(c.test)]
        if c.say is not None:
            found.say = c.say.text(self.lang)
        return found

    def _atom(self, atom: tree.Node) -> AtomReason:
        verdict = _bit(self.row.value(self.plans.test(self.rule, atom)))
        if not isinstance(atom, tree.Compare):
            text = expression_text(atom, self.rule, self.vocabulary, self.lang, self.titles)
            return AtomReason(text, self._plain(atom, verdict), self._codes(atom), verdict)
        text = expression_text(atom.left, self.rule, self.vocabulary, self.lang, self.titles)
        op = operator_text(atom.op, self.lang)
        if atom.kind != "number":
            left, right = (self._other(side, atom.kind) for side in (atom.left, atom.right))
            return AtomReason(
                text,
                figure_text(left, None, self.lang),
                f"{op} {figure_text(right, None, self.lang)}",
                verdict,
            )
        unit = self._unit(atom)
        left_text, left_value = self._side(atom.left, unit)
        right_text, right_value = self._side(atom.right, unit)
        found = AtomReason(text, left_text, f"{op} {right_text}", verdict)
        if verdict is False and left_value is not None and right_value is not None:
            found.distance = self._distance(atom, left_value, right_value, unit)
        return found

    def _plain(self, atom: tree.Node, verdict: bool | None) -> str:
        if isinstance(atom, tree.CodeTest):
            return figure_text(self._other(atom.subject, "code"), None, self.lang)
        return figure_text(verdict, None, self.lang)

    def _codes(self, atom: tree.Node) -> str:
        if not isinstance(atom, tree.CodeTest):
            return ""
        word = "属于" if self.lang == "zh" else "one of"
        if atom in self.negated:
            word = "不属于" if self.lang == "zh" else "none of"
        if isinstance(atom.codes, tuple):
            return f"{word} {'、'.join(atom.codes)}"
        codes = self.rule.parameters[atom.codes.name].source.codes or ()
        return f"{word} {'、'.join(codes)}"

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
            assert isinstance(node, tree.RuleRef)
            return self._interval(node, unit)
        value = self.row.number(self.plans.number(self.rule, node))
        return figure_text(value, unit, self.lang), value

    def _interval(self, node: tree.RuleRef, unit: Unit | None) -> tuple[str, Fraction | None]:
        name = node.rule + (f"__{node.group}" if node.group else "")
        quantum = Fraction(1, 100)
        ends = [self.results.get(f"{name}__{end}") for end in ("low", "high")]
        if None in ends:
            return figure_text(None, unit, self.lang), None
        low, high = (int(e) * quantum for e in ends if e is not None)
        if low == high:
            return figure_text(low, unit, self.lang), low
        between = "至" if self.lang == "zh" else " to "
        return (
            f"{figure_text(low, None, self.lang)}{between}{figure_text(high, unit, self.lang)}",
            high,
        )

    def _cagr(self, node: tree.Cagr) -> str:
        last, base = (
            self.row.number(self.lowering._year(node.name, ago)) for ago in (0, node.years)
        )
        if last is None or base is None or base <= 0:
            return figure_text(None, None, self.lang)
        rate = float(last / base) ** (1 / node.years) - 1
        return f"约{rate * 100:.4g}%" if self.lang == "zh" else f"about {rate * 100:.4g}%"

    def _unit(self, atom: tree.Compare) -> Unit | None:
        from jingkai.rulebook.grammar import unit_of

        return unit_of(atom.left, self._scope()) or unit_of(atom.right, self._scope())

    def _scope(self) -> Scope:
        kinds = {name: p.type for name, p in self.rule.parameters.items()}
        rules = {n: r.type for n, r in self.row.rulebook.rules.items()}
        return Scope(self.vocabulary, self.rule.entity, kinds, rules)

    # --- distances

    def _distance(
        self, atom: tree.Compare, left: Fraction, right: Fraction, unit: Unit | None
    ) -> str:
        gap = abs(right - left)
        zh = self.lang == "zh"
        if unit is not None and not unit.factors:
            points = figure_text(gap, unit, self.lang).rstrip("%")
            text = f"差 {points} 个百分点" if zh else f"{points} percentage points off"
            return text + self._numerator(atom, right)
        short = "差" if (right > left) else "超出"
        amount = figure_text(gap, unit, self.lang)
        if gap == 0:
            return "恰在线上，须越过" if zh else "exactly on the line, must pass it"
        return f"{short} {amount}" if zh else f"{amount} {'short' if right > left else 'over'}"

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
        name = expression_text(quotient.left, self.rule, self.vocabulary, self.lang, self.titles)
        amount = figure_text(abs(move), unit_of(quotient.left, self._scope()), self.lang)
        if self.lang == "zh":
            return f"（{name}再{'增加' if move > 0 else '减少'} {amount}即可）"
        return f" ({name} {'+' if move > 0 else '-'}{amount})"

    # --- results

    def _result(self, found: RuleReason) -> str:
        rule, value = self.rule, self.results.get(self.rule.id)
        if rule.kind in ("eligibility", "duty"):
            return ""
        if rule.kind == "grade":
            if value is None:
                found.possible = self._possible()
                return "、".join(found.possible)
            titles = {g.grade: g.title.text(self.lang) for g in rule.source.grades if g.title}
            return f"{value} {titles.get(str(value), '')}".strip()
        quantum = quantum_of(rule) or Fraction(1)
        if value is not None:
            return figure_text(int(value) * quantum, rule.unit, self.lang)
        ends = [self.results.get(f"{rule.id}__{end}") for end in ("low", "high")]
        known = [
            figure_text(None if e is None else int(e) * quantum, rule.unit, self.lang) for e in ends
        ]
        if ends == [None, None]:
            return figure_text(None, rule.unit, self.lang)
        return ("至" if self.lang == "zh" else " to ").join(known)

    def _possible(self) -> list[str]:
        found = []
        for grade, test in self.rule.grades:
            verdict = (
                True if test is None else _bit(self.row.value(self.plans.test(self.rule, test)))
            )
            if verdict is not False:
                found.append(grade)
            if verdict:
                break
        return found

    # --- what is missing, what blocks

    def _missing_of(self, node: tree.Node) -> list[str]:
        _, names = self._favourable(node)
        return list(names)

    def _favourable(self, node: tree.Node) -> tuple[bool, dict[str, None]]:
        found: dict[str, None] = {}
        for atom in _atoms(node):
            if _bit(self.row.value(self.plans.test(self.rule, atom))) is None:
                family = self._atom_ways(atom)[0]
                for name in (
                    sorted(family[0]) if family else self.row.missing_facts(atom, self.rule)
                ):
                    found[name] = None
        return bool(found), found

    def _missing(self, found: RuleReason) -> None:
        if self.rule.decide is None:
            names = self._score_missing()
        else:
            family, _ = ways(self.rule.decide, self._decide_ways)
            names = self._best(family)
        if self.rule.kind == "amount" and not names:
            names = self._value_missing()
        found.missing = [self._described(name) for name in names]
        bring = [self._material(name) for name in names]
        found.materials = list(dict.fromkeys(m for m in bring if m))

    def _decide_ways(self, node: tree.Node) -> tuple[Family, Family]:
        assert isinstance(node, tree.ConditionRef)
        return self._condition_ways(self.rule.condition(node.id))

    def _condition_ways(self, c: Condition) -> tuple[Family, Family]:
        test: tree.Node = c.test
        if c.applies is not None:
            test = tree.Logic("or", (tree.Not(c.applies), c.test))
        return ways(test, self._atom_ways)

    def _atom_ways(self, atom: tree.Node) -> tuple[Family, Family]:
        value = _bit(self.row.value(self.plans.test(self.rule, atom)))
        if value is not None:
            return ((frozenset(),), ()) if value else ((), (frozenset(),))
        read = [
            n for n in tree.walk(atom) if isinstance(n, tree.RuleRef) and n.rule in self.row.present
        ]
        names = self.row.missing_facts(atom, self.rule)
        for ref in read:
            names += self._behind(ref, atom)
        if not names:
            return (), ()
        whole: Family = (frozenset(names),)
        return whole, whole

    def _behind(self, ref: tree.RuleRef, atom: tree.Node) -> list[str]:
        """Return the facts wanted by another rule that this one reads."""
        other = self.row.rulebook.rules[ref.rule]
        inner = _Explaining(other, self.row, self.results, self.lang)
        if other.kind == "score":
            return inner._score_missing(self._needed_points(atom), ref.group)
        if other.decide is None:
            return inner._score_missing()
        family, _ = ways(other.decide, inner._decide_ways)
        return inner._best(family) or inner._value_missing()

    def _needed_points(self, atom: tree.Node) -> Fraction | None:
        if not isinstance(atom, tree.Compare) or atom.op not in (">", ">="):
            return None
        value = self.row.number(self.plans.number(self.rule, atom.right))
        return None if value is None else value + (Fraction(1, 100) if atom.op == ">" else 0)

    def _score_missing(self, needed: Fraction | None = None, group: str = "") -> list[str]:
        """Return the fewest facts whose best points would reach what is needed.

        Items with the widest open interval first; without a need, every open item counts.
        """
        if self.rule.kind == "grade":
            tests = [t for _, t in self.rule.grades if t is not None]
            return list(
                dict.fromkeys(n for t in tests for n in self.row.missing_facts(t, self.rule))
            )
        open_items = []
        low = Fraction(0)
        for g in self.rule.groups:
            if group and g.id != group:
                continue
            for item in g.items:
                least, most = (self.row.value(w) for w in self.plans.item(self.rule, g.id, item))
                low += Fraction(least, 100)
                if most > least:
                    open_items.append((Fraction(most - least, 100), item))
        open_items.sort(key=lambda pair: -pair[0])
        names: dict[str, None] = {}
        for gain, item in open_items:
            if needed is not None and low >= needed:
                break
            low += gain
            wanted = [
                n
                for b in item.bands
                if b.test is not None
                for n in self.row.missing_facts(b.test, self.rule)
            ]
            if not wanted and item.mark:
                wanted = [item.mark]
            names |= dict.fromkeys(wanted)
        return list(names)

    def _value_missing(self) -> list[str]:
        parts = [n for n in (self.rule.value, self.rule.cap) if n is not None]
        names: dict[str, None] = {}
        for part in parts:
            positive = tree.Compare(">=", part, tree.Constant(Fraction(0)), "number")
            names |= dict.fromkeys(self.row.missing_facts(positive, self.rule))
            for ref in (
                n
                for n in tree.walk(part)
                if isinstance(n, tree.RuleRef) and n.rule in self.row.present
            ):
                if self.results.get(ref.rule) is None:
                    names |= dict.fromkeys(self._behind(ref, positive))
        return list(names)

    def _best(self, family: Family) -> list[str]:
        order = {name: i for i, name in enumerate(self._file_order())}
        last = len(order)

        def cost(names: frozenset[str]) -> tuple[int, int, list[tuple[int, str]]]:
            bring = sum(1 for n in names if self._material(n))
            return bring, len(names), sorted((order.get(n, last), n) for n in names)

        best = min(family, key=cost, default=frozenset[str]())
        return sorted(best, key=lambda n: (order.get(n, last), n))

    def _file_order(self) -> list[str]:
        names = [*self.rule.reads_facts()]
        for other in sorted(self.rule.reads_rules()):
            if other in self.row.rulebook.rules:
                names += self.row.rulebook.rules[other].reads_facts()
        return names

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

    def _fact(self, name: str) -> Fact | None:
        entity = self.vocabulary.entities[self.rule.entity]
        owner, _, inner = name.partition(".")
        if inner and owner in entity.references:
            return self.vocabulary.fact(entity.references[owner], inner)
        return entity.facts.get(name)

    def _fact_label(self, name: str) -> str:
        if name.startswith("parameter:"):
            word = "经开区未设定的参数" if self.lang == "zh" else "parameter the zone has not set"
            return f"{word} {name.partition(':')[2]}"
        fact = self._fact(name)
        return fact.label.text(self.lang) if fact else name

    def _material(self, name: str) -> str:
        """Return what the applicant must bring for a fact; empty where an office shares it."""
        fact = self._fact(name)
        if fact is None or fact.shared:
            return ""
        return (fact.material or fact.label).text(self.lang)

    def _described(self, name: str) -> dict[str, Any]:
        fact = self._fact(name)
        holder = self.vocabulary.offices[fact.holder].label.text(self.lang) if fact else ""
        return {
            "fact": name,
            "label": self._fact_label(name),
            "holder": holder,
            "shared": bool(fact and fact.shared),
            "material": self._material(name),
        }


def _atoms(node: tree.Node) -> Iterable[tree.Node]:
    """Yield the tests inside and, or, not, at_least, in order."""
    if isinstance(node, tree.Logic | tree.AtLeast):
        for arg in node.args:
            yield from _atoms(arg)
    elif isinstance(node, tree.Not):
        yield from _atoms(node.arg)
    elif not isinstance(node, tree.BoolConstant):
        yield node


def _flip(node: tree.Node, verdicts: dict[str, bool | None]) -> tuple[Family, Family]:
    assert isinstance(node, tree.ConditionRef)
    if verdicts[node.id] is True:
        return (frozenset(),), ()
    if verdicts[node.id] is None:
        return (frozenset(),), (frozenset(),)
    return (frozenset({node.id}),), (frozenset(),)


def _bit(value: Any) -> bool | None:
    return None if value is None else bool(value)

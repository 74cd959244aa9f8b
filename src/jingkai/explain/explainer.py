"""Opens a stored run and explains any entity of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from jingkai.engine.joins import facts_columns
from jingkai.engine.store import DecisionRun, RowReader
from jingkai.errors import JingkaiError
from jingkai.explain.again import RowProgram
from jingkai.explain.reason import RuleReason
from jingkai.explain.reasons import explain_rule
from jingkai.explain.row import RowEvaluator, RulePlans
from jingkai.explain.together import Combination, best_combination
from jingkai.registry.snapshot import Match, Snapshot
from jingkai.rulebook import Rulebook, compile_program

__all__ = ["ExplainError", "Explainer"]


class ExplainError(JingkaiError):
    """An entity or rule that the run does not have."""

    code = "explain"
    exit_code = 3


@dataclass(frozen=True)
class Explainer:
    """Explains entities of one run; files stay mapped once opened.

    Parameters
    ----------
    rulebook, snapshot, run
        What was decided with what.
    """

    rulebook: Rulebook
    snapshot: Snapshot
    run: DecisionRun
    _programs: dict[str, RowProgram] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _readers(self) -> dict[str, tuple[RowReader, RowReader]]:
        return {
            e: (RowReader(self.snapshot.path / f"{e}.arrow"), self.run.reader(e))
            for e in self.run.manifest["entities"]
        }

    @cached_property
    def _referred(self) -> dict[str, RowReader]:
        return {e: RowReader(self.snapshot.path / f"{e}.arrow") for e in self.snapshot.entities}

    @cached_property
    def plans(self) -> RulePlans:
        """The plans of the rules that were run, each made once."""
        return RulePlans(self.rulebook, self.run.as_of, frozenset(self.run.rules))

    def find(self, text: str) -> tuple[str, Match]:
        """Find one entity by key, stock code or name.

        Raises
        ------
        ExplainError
            If none or several answer to it; the message lists them.
        """
        keys = [(e, self.snapshot.at_key(e, text)) for e in self._readers]
        found = [(e, m) for e, m in keys if m is not None]
        if not found:  # no key of any kind: only then are names looked through
            found = [(e, m) for e in self._readers for m in self.snapshot.find(e, text)]
        if not found:
            raise ExplainError(f"没有找到“{text}”", hint="用统一社会信用代码、股票代码或完整名称")
        if len(found) > 1:
            names = "、".join(f"{m.name}（{m.key}）" for _, m in found[:8])
            raise ExplainError(f"“{text}”有多个结果：{names}", hint="用统一社会信用代码或完整名称")
        return found[0]

    def row(self, entity: str, position: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return an entity's facts (with those of what it refers to) and its stored results."""
        facts, results = self._readers[entity]
        decided = results.row(position)
        return {**self._with_references(entity, facts.row(position)), **decided}, decided

    def _with_references(self, entity: str, row: dict[str, Any]) -> dict[str, Any]:
        found = dict(row)
        for owner, target in self.rulebook.vocabulary.entities[entity].references.items():
            if target not in self._referred or row.get(owner) is None:
                continue
            match = self.snapshot.find(target, row[owner], limit=1)
            if match:
                other = self._referred[target].row(match[0].position)
                found |= {f"{owner}.{c}": v for c, v in other.items() if c != "key"}
        return found

    def again(
        self, entity: str, position: int, changed: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return facts and results of an entity as `row` does, decided with some facts changed.

        Parameters
        ----------
        entity, position
            Which row of which entity.
        changed
            Stored values by column; None for unknown. What other entities' rules read of this one's
            facts is not decided again.
        """
        values, _ = self.row(entity, position)
        facts = {**values, **changed}
        results = self.program(entity).results(facts)
        return {**facts, **results}, results

    def program(self, entity: str) -> RowProgram:
        """Return what decides single rows of an entity."""
        if entity not in self._programs:
            day = self.run.as_of
            columns = facts_columns(self.snapshot, self.rulebook, entity, day)
            self._programs[entity] = RowProgram(
                compile_program(self.rulebook, entity, day, columns)
            )
        return self._programs[entity]

    def _without(
        self,
        entity: str,
        values: dict[str, Any],
        results: dict[str, Any],
        hidden: Mapping[str, str],
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return facts and results as who may not see some columns knows them; verdicts stand."""
        program = self.program(entity)
        facts = {n: None if n in hidden else v for n, v in values.items()}
        seen = program.results(facts, stand=program.verdicts(results))
        return {**facts, **seen}, seen

    def explain(
        self,
        entity: str,
        position: int,
        rules: list[str] | None = None,
        lang: str = "zh",
        hidden: Mapping[str, str] | None = None,
        changed: Mapping[str, Any] | None = None,
    ) -> list[RuleReason]:
        """Explain the rules of one entity, in the rulebook's order.

        Parameters
        ----------
        entity, position
            Which row of which entity.
        rules
            Only these; all that were run by default.
        hidden
            Columns that the reader may not see, and what stands in their place; see `explain.hidden`.
        changed
            Facts by column that the rules are decided with again.
        """
        values, results = (
            self.again(entity, position, changed) if changed else self.row(entity, position)
        )
        if hidden:
            values, results = self._without(entity, values, results, hidden)
        ran = self.rulebook.in_order(n for n, r in self.run.rules.items() if r["entity"] == entity)
        unknown = [n for n in rules or [] if n not in ran]
        if unknown:
            state = (
                "在该日期未施行"
                if unknown[0] in self.run.manifest["not_in_force"]
                else "不存在或不适用于此主体"
            )
            raise ExplainError(f"规则 {unknown[0]} {state}", hint="见 `jingkai rules list`")
        row = RowEvaluator(self.plans, values)
        return [
            explain_rule(self.rulebook.rules[n], row, results, lang, hidden)
            for n in ran
            if rules is None or n in rules
        ]

    def together(self, entity: str, position: int, lang: str = "zh") -> Combination:
        """Return which of an entity's granted rights may be had together, and the best choice."""
        values, results = self.row(entity, position)
        ran = [self.rulebook.rules[n] for n, r in self.run.rules.items() if r["entity"] == entity]
        return best_combination(ran, RowEvaluator(self.plans, values), results, lang)

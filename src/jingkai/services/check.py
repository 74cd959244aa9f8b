"""Checks service items one by one: names, offices, facts, grounds, steps; with file and line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import CycleError

from jingkai.engine.materials import rule_materials
from jingkai.errors import Finding
from jingkai.rulebook import Rulebook
from jingkai.services.catalogue import Ground, Item, Material, Step
from jingkai.services.critical_path import longest_way
from jingkai.services.item import (
    Fee,
    ItemSettings,
    ItemSource,
    MaterialSource,
    PauseSource,
    StepSource,
)
from jingkai.services.law import Law
from jingkai.vocabulary import Label, SourceFile, Unit, parse_figure

__all__ = ["ItemChecker"]

_PAID = ("eligibility", "amount")


@dataclass
class ItemChecker:
    """Checks items against the vocabulary, the rules and the law.

    Parameters
    ----------
    rulebook, law
        What facts, offices and rules there are, and what the law gives every licence.
    names
        Every item's name, to see whether `result_of` is one.
    findings
        Where findings are added.
    """

    rulebook: Rulebook
    law: Law
    names: frozenset[str]
    findings: list[Finding]

    def item(
        self, file: SourceFile, source: ItemSource, layer: str, given: ItemSettings | None
    ) -> Item:
        """Check one item and put in what the law and the zone add."""
        self._file = file
        self._names(source)
        general = source.kind == "licence" and source.statutory is None
        promised = self._promised(source, given)
        steps = self._steps(source.steps, given, promised)
        limit = self.law.limits.get(source.handling) if general else source.statutory
        licence = source.kind == "licence"
        found = Item(
            source=source,
            place=file.where("item"),
            layer=layer,
            statutory=limit,
            extension=source.extension
            or (self.law.extensions.get(source.handling) if general else None),
            notice=source.notice or (self.law.notice if licence else None),
            delivery=source.delivery or (self.law.delivery if licence else None),
            promised=promised,
            trips=self._trips(source, given),
            fee=self._fee(source, given),
            grounds={p.ground: self._ground(source, i, p) for i, p in enumerate(source.pauses)},
            steps=steps,
            materials=(*self._rule_materials(source), *self._materials(source)),
        )
        self._compare(found)
        return found

    def _say(self, what: str, *keys: str | int, hint: str = "", code: str = "") -> None:
        self.findings.append(Finding(what, self._file.where(*keys), hint, code))

    def _names(self, source: ItemSource) -> None:
        vocabulary = self.rulebook.vocabulary
        if self._file.path.stem != source.item:
            hint = f"文件名改为 {source.item}.yaml"
            self._say(f"事项 `{source.item}` 写在 {self._file.path.name} 中", "item", hint=hint)
        self._office(source.office, "office")
        if source.hands_over is not None:
            self._office(source.hands_over, "hands_over")
        if source.entity not in vocabulary.entities:
            self._unknown("主体", source.entity, vocabulary.entities, "entity")
        if source.kind != "licence" and source.handling != "single" and source.statutory is None:
            hint = "写 statutory，或不写 handling"
            self._say("不是行政许可，办理方式不带来法定期限", "handling", hint=hint)

    def _office(self, name: str, *keys: str | int) -> None:
        if name not in self.rulebook.vocabulary.offices:
            self._unknown("部门", name, self.rulebook.vocabulary.offices, *keys)

    def _unknown(self, what: str, name: str, names: Iterable[str], *keys: str | int) -> None:
        near = difflib.get_close_matches(name, list(names), 1)
        hint = f"是不是 `{near[0]}`？" if near else "改为已有的名称，或先在数据字典中增加"
        self._say(f"没有{what} `{name}`", *keys, hint=hint, code="unknown")

    def _promised(self, source: ItemSource, given: ItemSettings | None) -> int | None:
        if source.promised is not None and not source.promised_basis:
            hint = "写 promised_basis，或删去 promised，由经开区设定"
            self._say("承诺时限没有依据", "promised", hint=hint)
        return source.promised if given is None or given.promised is None else given.promised

    def _trips(self, source: ItemSource, given: ItemSettings | None) -> int | None:
        if source.trips is not None and not source.trips_basis:
            self._say("到现场次数没有依据", "trips", hint="写 trips_basis，或删去，由经开区设定")
        return source.trips if given is None or given.trips is None else given.trips

    def _fee(self, source: ItemSource, given: ItemSettings | None) -> Fee | None:
        fee = given.fee if given is not None and given.fee is not None else source.fee
        if fee is not None:
            figure = parse_figure(fee.amount)
            if figure is None or not figure[1] or Unit.parse(figure[1]).currency is None:
                self._say(f"收费 `{fee.amount}` 不是金额", "fee", hint="写成 0 元 或 200 元")
        return fee

    def _steps(
        self, sources: Sequence[StepSource], given: ItemSettings | None, promised: int | None
    ) -> tuple[Step, ...]:
        steps: list[Step] = []
        for i, s in enumerate(sources):
            before = (sources[i - 1].id,) if i else ()
            days = given.steps.get(s.id, s.days) if given is not None else s.days
            after = before if s.after is None else s.after
            steps.append(Step(s.id, s.title, s.office, after, days))
            self._office(s.office, "steps", i, "office")
        self._step_names(steps, given)
        return tuple(steps)

    def _step_names(self, steps: Sequence[Step], given: ItemSettings | None) -> None:
        ids = [s.id for s in steps]
        for i, s in enumerate(steps):
            if ids.index(s.id) != i:
                self._say(f"环节 `{s.id}` 写了两次", "steps", i, hint="改一个的名称")
            for name in s.after:
                if name not in ids:
                    self._unknown("环节", name, ids, "steps", i, "after")
        for name in (given.steps if given is not None else {}).keys() - set(ids):
            self._unknown("环节", name, ids, "steps")
        try:
            if all(n in ids for s in steps for n in s.after):
                longest_way({s.id: s.days for s in steps}, {s.id: s.after for s in steps})
        except CycleError as error:
            self._say(f"环节互相等待：{' → '.join(error.args[1])}", "steps", hint="删去一个 after")

    def _ground(self, source: ItemSource, i: int, p: PauseSource) -> Ground:
        known = self.law.grounds.titles.get(p.ground) if source.kind == "licence" else None
        title, basis = p.title or known, p.basis or (self.law.grounds.basis if known else "")
        if title is None or not basis:
            hint = f"行政许可可用：{'、'.join(self.law.grounds.titles)}；其他须写 title 和 basis"
            self._say(f"暂停事由 `{p.ground}` 没有法律依据", "pauses", i, hint=hint, code="ground")
            title = title or Label(zh=p.ground, en=p.ground)
        return Ground(p.ground, title, basis, p.verified, p.evidence, p.most)

    def _materials(self, source: ItemSource) -> tuple[Material, ...]:
        ids = [m.id for m in source.materials]
        found = []
        for i, m in enumerate(source.materials):
            if ids.index(m.id) != i:
                self._say(f"材料 `{m.id}` 写了两次", "materials", i, hint="删去一个")
            if sum((bool(m.facts), m.original, m.result_of is not None)) != 1:
                hint = "证明数据项的写 facts，原件写 original: true，其他事项的结果写 result_of"
                self._say(f"材料 `{m.id}` 须是三者之一", "materials", i, hint=hint)
            found.append(self._material(source, i, m))
        return tuple(found)

    def _material(self, source: ItemSource, i: int, m: MaterialSource) -> Material:
        entity = self.rulebook.vocabulary.entities.get(source.entity)
        facts = entity.facts if entity is not None else {}
        for name in m.facts:
            if name not in facts:
                self._unknown("数据项", name, facts, "materials", i, "facts")
        proved = tuple(facts[n] for n in m.facts if n in facts)
        if m.result_of is not None and m.result_of not in self.names:
            self._unknown("事项", m.result_of, self.names, "materials", i, "result_of")
        if m.issuer is not None:
            self._office(m.issuer, "materials", i, "issuer")
        if m.facts and (m.issuer is not None or m.shared):
            hint = "删去 issuer、shared：由数据字典决定"
            self._say(f"材料 `{m.id}` 证明的数据项已有持有部门", "materials", i, hint=hint)
        if m.title is None and not (proved and proved[0].material):
            self._say(f"材料 `{m.id}` 没有名称", "materials", i, hint="写 title: {zh: …, en: …}")
        named = m.title or (proved[0].material if proved else None) or Label(zh=m.id, en=m.id)
        issuer = m.issuer or (proved[0].holder if proved else "enterprise")
        shared = all(f.shared for f in proved) if proved else m.shared
        return Material(
            m.id,
            named,
            proved,
            issuer,
            shared,
            m.result_of,
            m.commitment,
            m.when,
            m.basis,
            m.verified,
        )

    def _rule_materials(self, source: ItemSource) -> tuple[Material, ...]:
        """Return what the rulebook needs for the right that an item pays out."""
        if source.rule is None:
            return ()
        rule = self.rulebook.rules.get(source.rule)
        if rule is None:
            self._unknown("规则", source.rule, self.rulebook.rules, "rule")
            return ()
        if rule.kind not in _PAID or rule.entity != source.entity:
            hint = "写资格或金额的规则，主体与事项相同"
            self._say(f"规则 `{rule.id}` 不能由此事项兑现", "rule", hint=hint)
            return ()
        for i, m in enumerate(source.materials):
            if m.facts:
                hint = "删去：要哪些数据由规则决定，这里只写原件"
                self._say(f"材料 `{m.id}` 与规则 `{rule.id}` 重复", "materials", i, hint=hint)
        return tuple(
            Material(m.label, Label(zh=m.label, en=m.title.en), tuple(m.facts), m.holder, m.shared)
            for m in rule_materials(rule, self.rulebook)
        )

    def _compare(self, item: Item) -> None:
        """Compare what is promised with what the law gives and what the steps take."""
        law, promised = item.statutory, item.promised
        if promised is None:
            return
        if law is not None and promised > law.days:
            what = f"承诺 {promised} 个工作日，超过法定的 {law.term}"
            self._say(what, "promised", hint="承诺不得超过法定时限", code="promised")
        if any(n not in {s.id for s in item.steps} for s in item.steps for n in s.after):
            return
        try:
            way = item.way()
        except CycleError:
            return  # said already
        if way.known > promised:
            what = (
                f"环节最长一路 {way.known} 个工作日（{' → '.join(way.way)}），超过承诺的 {promised}"
            )
            self._say(what, "steps", hint="缩短环节或改承诺时限", code="promised")

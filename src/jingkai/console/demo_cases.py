"""A made-up history of cases for the demo zone, taken through every step by the functions that the pages use."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import polars as pl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from jingkai.console.casework.acting import act
from jingkai.console.casework.errors import CaseRefused
from jingkai.console.casework.opening import Application, apply, asked_materials, confirm
from jingkai.console.casework.procedures import procedures
from jingkai.console.casework.recorded import ReadCase
from jingkai.console.casework.turns import COUNTER
from jingkai.console.clock import as_of, today
from jingkai.console.demo_accounts import RIGHT, demo_account, demo_name, having_right, staff_name
from jingkai.console.demo_stories import OWN, RIGHTS, Story, stories
from jingkai.console.models import Account, Case
from jingkai.console.opened import Opened
from jingkai.console.roles import Role
from jingkai.errors import JingkaiError
from jingkai.registry.snapshot import Match
from jingkai.services.bundle import plan_bundle
from jingkai.services.working_days import WorkingCalendar

__all__ = ["demo_cases"]

_APPLICANTS = 12
_PAPER = b"%PDF-1.4\n% synthetic, for demonstration\n"
_BY_APPLICANT = ("correct", "withdraw", "appeal")
_WORDS: dict[str, dict[str, Any]] = {
    "notify": {"defects": ("申请表缺少签章（示例）", "附件与申请表所列不一致（示例）")},
    "correct": {"reason": "已按告知补正（示例）"},
    "decline": {"reason": "不属于本机关职权范围（示例）"},
    "refuse": {"reason": "不符合已批准的规划（示例）"},
    "extend": {"reason": "方案须再次论证（示例）"},
    "withdraw": {"reason": "投资计划调整（示例）"},
    "appeal": {"channel": "review"},
    "pause": {"ground": "expert_review", "days": 15},
}


def demo_cases(found: Opened) -> int:
    """Give the zone of the demo accounts its history of cases; where it has one, nothing is added.

    Returns
    -------
    int
        How many cases were made; one that the zone's own items do not allow is left out.
    """
    counter = Account.objects.get(username=demo_name(Role.OFFICER))
    if Case.objects.filter(zone=counter.zone, by__username__startswith="demo-").exists():
        return 0
    with transaction.atomic():
        return _History(found, counter.zone).write()


class _History:
    """Writes the cases, each step as of its own day."""

    def __init__(self, found: Opened, zone: str) -> None:
        self.found, self.zone = found, zone
        self.days = _working_days(procedures().calendar)
        self.own = Account.objects.get(username=demo_name(Role.ENTERPRISE))
        self.accounts: dict[str, Account] = {}
        others = _enterprises(found, zone)
        self.matches = [m for m in others if m.key != self.own.enterprise]

    def write(self) -> int:
        """Write all of them; return how many."""
        told = [(s, self._applicant(n % _APPLICANTS)) for n, s in enumerate(stories())]
        told += [(s, self.own) for s in OWN]
        return sum(self._written(story, by) for story, by in told) + self._rights()

    def _written(self, story: Story, by: Account) -> bool:
        """Take one case through its steps; not at all where a step of it is refused."""
        try:
            with transaction.atomic():
                with self._at(story, 0, 0):
                    case = self._applied(story, by)
                for n, step in enumerate(story.steps, 1):
                    words, _, after = step.partition("@")
                    with self._at(story, int(after), n):
                        case = self._taken(case, words, by)
        except JingkaiError:
            return False
        return True

    def _at(self, story: Story, after: int, n: int) -> AbstractContextManager[None]:
        """Return the clock of a story's n-th step: in office hours, later steps later."""
        return self._clock(story.begun - after, 30 * n + 7 * story.begun % 60)

    def _clock(self, ago: int, minutes: int) -> AbstractContextManager[None]:
        opening = datetime.combine(self.days[ago], time(9), timezone.get_default_timezone())
        return as_of(opening + timedelta(minutes=minutes))

    def _applied(self, story: Story, by: Account) -> ReadCase:
        catalogue = procedures()
        without = ["bank_account"] if story.service in catalogue.bundles else []
        if without:
            items = plan_bundle(catalogue.bundles[story.service], without).items
        else:
            items = (catalogue.items[story.service],)
        wanted = asked_materials(items, None)
        asked = Application(
            story.service,
            matter=story.matter,
            files={m.id: [_paper()] for m in wanted if not m.commitment},
            commitments=[m.id for m in wanted if m.commitment],
            without=without,
        )
        return apply(by, self.found, asked)

    def _taken(self, case: ReadCase, words: str, by: Account) -> ReadCase:
        """Take a step; of a review as many steps of the item as it says."""
        item, _, step = words.rpartition("/")
        kind, _, most = step.partition(":")
        item = item or next(iter(case.items))
        if item not in case.items:
            raise CaseRefused(f"这个办件里没有事项“{item}”")
        if kind == "review":
            return self._reviewed(case, item, int(most or len(case.items[item].steps)))
        who = by if kind in _BY_APPLICANT else self._officer(case, item, kind)
        return act(case.case.pk, item, kind, who, **_WORDS.get(kind, {}))

    def _reviewed(self, case: ReadCase, item: str, most: int) -> ReadCase:
        for _ in range(most):
            left = case.states[item].open_steps
            step = case.items[item].step(left[0]) if left else None
            if step is not None:
                who = self._staff(step.office)
                case = act(case.case.pk, item, "finish_step", who, step=step.id)
        return case

    def _officer(self, case: ReadCase, item: str, kind: str) -> Account:
        if kind == "notify":
            return self._staff(COUNTER)
        of = case.items[item]
        hands_over = kind == "deliver" and case.states[item].granted
        return self._staff(of.hands_over if hands_over else of.source.office, kind == "extend")

    def _rights(self) -> int:
        """Have enterprises confirm what shared data give them; some are paid already."""
        able = islice(having_right(self.found, self.matches), len(RIGHTS))
        pairs = zip(able, RIGHTS, strict=False)
        return sum(self._confirmed(match, begun, paid) for match, (begun, paid) in pairs)

    def _confirmed(self, match: Match, begun: int, paid: int | None) -> bool:
        try:
            with transaction.atomic():
                with self._clock(begun, 95):
                    by = self._account(match.key)
                    case = confirm(by, self.found, RIGHT, match.key)
                if paid is not None:
                    with self._clock(begun - paid, 200):
                        who = self._staff(case.items[RIGHT].hands_over)
                        act(case.case.pk, RIGHT, "deliver", who, reason="国库支付凭证（示例）")
        except JingkaiError:
            return False
        return True

    def _applicant(self, n: int) -> Account:
        return self._account(self.matches[n % len(self.matches)].key)

    def _account(self, enterprise: str) -> Account:
        """Return the account of an enterprise, with which nobody signs in."""
        name = f"demo-applicant-{enterprise[-6:]}"
        return self._known(name, Role.ENTERPRISE, enterprise=enterprise)

    def _staff(self, office: str, head: bool = False) -> Account:
        name = staff_name(office, head)
        return self._known(name, Role.OFFICER, zone=self.zone, office=office, head=head)

    def _known(self, name: str, role: Role, **about: str | bool) -> Account:
        if name not in self.accounts:
            self.accounts[name] = demo_account(name, role, **about)
        return self.accounts[name]


def _working_days(calendar: WorkingCalendar) -> list[date]:
    """Return today and the working days before it, the nearest first."""
    day, found = today(), [today()]
    while len(found) <= 80:
        day -= timedelta(days=1)
        if calendar.works(day):
            found.append(day)
    return found


def _enterprises(found: Opened, zone: str) -> list[Match]:
    rows = (
        found.snapshot.scan("enterprise")
        .with_row_index("position")
        .filter(pl.col("zone") == zone)
        .select("key", "name", "position")
        .collect()
    )
    return [Match(**row) for row in rows.iter_rows(named=True)]


def _paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("示例材料.pdf", _PAPER)

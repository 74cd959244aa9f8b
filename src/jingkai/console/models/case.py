"""What enterprises ask for and are offered, as cases, and everything that happened to them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from jingkai.console.clock import now
from jingkai.console.models.stored_file import StoredFile

__all__ = ["Case", "CaseFile", "CasePart", "RecordedEvent"]


class Case(models.Model):
    """One application: for an item, or for the items of a bundle at once.

    `subject` is the key of the row of `entity` that it is about, where a rule decides it; else `matter` says in
    words what it is about. `given` are values that the applicant stated, by column, as typed; `right` what the
    rules said when it was asked for, `year` of which year, and `amount` what was granted (yuan, null: nothing, or
    no money). `length` is the number of its last event: who acts says which one was seen.
    """

    service = models.CharField("事项", max_length=80, db_index=True)
    bundle = models.BooleanField("一件事", default=False)
    entity = models.CharField("主体", max_length=40)
    subject = models.CharField("对象", max_length=200)
    matter = models.CharField("办理内容", max_length=200, blank=True)
    enterprise = models.CharField("企业", max_length=200, db_index=True)
    name = models.CharField("企业名称", max_length=200, blank=True)
    zone = models.CharField("经开区", max_length=200, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="cases")
    at = models.DateTimeField(default=now, editable=False)
    given = models.JSONField(default=dict)
    right = models.JSONField(null=True)
    year = models.PositiveIntegerField("年度", null=True)
    amount = models.DecimalField("金额", max_digits=20, decimal_places=2, null=True)
    length = models.PositiveIntegerField(default=0)
    ended = models.BooleanField("已结束", default=False, db_index=True)

    class Meta:
        """The newest first; of one thing one case at a time, and one right is granted once a year."""

        ordering = ["-at", "-pk"]
        verbose_name = verbose_name_plural = "办件"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "service", "subject", "matter"],
                condition=Q(ended=False),
                name="case_one_open_a_thing",
            ),
            models.UniqueConstraint(
                fields=["subject", "service", "year"],
                condition=Q(amount__isnull=False),
                name="case_right_paid_once_a_year",
            ),
        ]

    @property
    def number(self) -> str:
        """The number that people read and say."""
        return f"BJ{self.at:%Y}{self.pk:07d}"


class CasePart(models.Model):
    """An item of a case and where it stands: follows from its events, kept for work lists.

    `turn` lists the offices whose act is waited for, ``,tax,finance,``; `due_on` is the next day on which
    something is due, null where nothing runs; `sure` whether that day is certain. `promised` are the working
    days that the zone promised when the case was opened (null: none): what it promises later does not bind it.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="parts")
    item = models.CharField("事项", max_length=80, db_index=True)
    position = models.PositiveIntegerField()
    status = models.CharField("状态", max_length=20, db_index=True)
    turn = models.CharField("待办部门", max_length=400, blank=True)
    due_on = models.DateField("到期日", null=True, db_index=True)
    sure = models.BooleanField(default=True)
    granted = models.BooleanField(null=True)
    promised = models.PositiveIntegerField("承诺工作日", null=True)

    class Meta:
        """In the order of the bundle."""

        ordering = ["case", "position"]
        verbose_name = verbose_name_plural = "办件事项"
        constraints = [models.UniqueConstraint(fields=["case", "item"], name="case_item_once")]


class RecordedEvent(models.Model):
    """Something that happened to a case; the database refuses to change or delete it.

    `number` counts the case's events from 1 without a gap; `content` is a `CaseEvent` as `to_dict` has it.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField("序号")
    item = models.CharField("事项", max_length=80)
    kind = models.CharField("环节", max_length=20)
    content: Any = models.JSONField()
    account = models.CharField("账户", max_length=150)
    at = models.DateTimeField("时间", default=now, editable=False)

    class Meta:
        """In the order things happened."""

        ordering = ["case", "number"]
        verbose_name = verbose_name_plural = "办件经过"
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="case_event_once")]


class CaseFile(models.Model):
    """A material of a case: a file, or a written commitment in its place (`file` null).

    `event` is the number of the event with which it was handed in.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="files")
    material = models.CharField("材料", max_length=120)
    file = models.OneToOneField(StoredFile, models.PROTECT, null=True)
    event = models.PositiveIntegerField()

    class Meta:
        """As they were handed in."""

        ordering = ["pk"]
        verbose_name = verbose_name_plural = "办件材料"

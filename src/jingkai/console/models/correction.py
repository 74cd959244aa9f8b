"""What an enterprise says is wrong about it, and what an officer decides on that."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from jingkai.console.models.job import Job
from jingkai.console.models.stored_file import StoredFile

__all__ = ["Correction"]


class Correction(models.Model):
    """A fact that an enterprise asks to correct, never put into the registry before an officer accepts it.

    `column` is the fact's column (a yearly one with its year), `office` the holder that decides;
    `old` and `new` are typed as a register file has them, with `unit` beside.
    """

    class State(models.TextChoices):
        """Where it stands."""

        SUBMITTED = "submitted", "待办理"
        ACCEPTED = "accepted", "已采纳，正在更新"
        APPLIED = "applied", "已采纳并更新"
        REFUSED = "refused", "未采纳"
        WITHDRAWN = "withdrawn", "已撤回"

    enterprise = models.CharField("企业", max_length=200, db_index=True)
    name = models.CharField("企业名称", max_length=200, blank=True)
    zone = models.CharField("经开区", max_length=200, db_index=True)
    office = models.CharField("部门", max_length=100, db_index=True)
    column = models.CharField("数据项", max_length=120)
    unit = models.CharField("单位", max_length=40, blank=True)
    old = models.CharField("原值", max_length=200, blank=True)
    new = models.CharField("更正为", max_length=200)
    note = models.TextField("说明", blank=True, max_length=2000)
    evidence = models.ManyToManyField(StoredFile, verbose_name="证明材料")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="corrections")
    at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(
        "状态", max_length=10, choices=State.choices, default=State.SUBMITTED, db_index=True
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="decided_corrections"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField("理由", blank=True, max_length=2000)
    snapshot = models.CharField(max_length=80, blank=True)
    job = models.ForeignKey(Job, models.PROTECT, null=True)

    class Meta:
        """The oldest first, as a work list has them."""

        ordering = ["at"]
        verbose_name = verbose_name_plural = "更正申请"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "column"],
                condition=Q(state="submitted"),
                name="correction_one_open_a_fact",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="correction_refused_with_reason"
            ),
        ]

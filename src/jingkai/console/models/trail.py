"""The audit trail: who read which sensitive facts and who changed what, chained row to row."""

from __future__ import annotations

from django.db import models

__all__ = ["TrailEntry"]


class TrailEntry(models.Model):
    """One thing done; the database refuses to change or delete it, `digest` binds it to the one before.

    `number` counts from 1 without a gap; `facts` names the facts read, never their values.
    """

    number = models.PositiveBigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间")
    account = models.CharField("账户", max_length=150, blank=True, db_index=True)
    role = models.CharField("角色", max_length=20)
    action = models.CharField("事项", max_length=60, db_index=True)
    about = models.CharField("对象", max_length=200, blank=True, db_index=True)
    facts = models.JSONField("数据项", default=list)
    detail = models.JSONField("说明", default=dict)
    address = models.CharField("来源地址", max_length=45, blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        """In the order things happened."""

        ordering = ["number"]
        verbose_name = verbose_name_plural = "审计记录"

"""Decisions handed out on paper."""

from __future__ import annotations

from django.conf import settings
from django.db import models

__all__ = ["IssuedDecision"]


class IssuedDecision(models.Model):
    """A decision as it was printed, found again by its `number`.

    `content` is everything the paper says; `digest` is the SHA-256 of its canonical JSON.
    """

    number = models.CharField("编号", max_length=40, primary_key=True)
    enterprise = models.CharField("企业", max_length=200, db_index=True)
    zone = models.CharField("经开区", max_length=200, blank=True)
    rule = models.CharField("规则", max_length=120)
    run = models.CharField(max_length=80)
    snapshot = models.CharField(max_length=80)
    as_of = models.DateField("认定日期")
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="issued")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest first."""

        ordering = ["-at"]
        verbose_name = verbose_name_plural = "已出具的认定结果"

"""Register files that officers import: previewed, loaded, undone."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jingkai.console.models.job import Job
from jingkai.console.models.stored_file import StoredFile

__all__ = ["Upload"]


class Upload(models.Model):
    """A register file on its way into the registry.

    `before` and `snapshot` are the current snapshots before and after it was loaded.
    """

    class State(models.TextChoices):
        """Where it stands."""

        PREVIEWED = "previewed", "待确认"
        LOADING = "loading", "装载中"
        LOADED = "loaded", "已装载"
        UNDONE = "undone", "已撤销"
        REFUSED = "refused", "未接收"
        DISCARDED = "discarded", "已放弃"

    file = models.OneToOneField(StoredFile, models.PROTECT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="uploads")
    zone = models.CharField("经开区", max_length=200, db_index=True)
    office = models.CharField("部门", max_length=100)
    entity = models.CharField("主体", max_length=40)
    as_of = models.DateField("数据日期")
    mapping = models.TextField("列对应", blank=True)
    preview = models.JSONField(null=True)
    report = models.JSONField(null=True)
    state = models.CharField(
        "状态", max_length=10, choices=State.choices, default=State.PREVIEWED, db_index=True
    )
    before = models.CharField(max_length=80, blank=True)
    snapshot = models.CharField(max_length=80, blank=True)
    job = models.ForeignKey(Job, models.PROTECT, null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest first."""

        ordering = ["-at"]
        verbose_name = verbose_name_plural = "导入"

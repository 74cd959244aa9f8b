"""Files that people hand in."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

__all__ = ["StoredFile"]


class StoredFile(models.Model):
    """A file as it was handed in, in the workspace's `files` under its id; `name` is only shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("文件名", max_length=200)
    kind = models.CharField("类型", max_length=10)
    size = models.PositiveBigIntegerField("字节")
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="files")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """What it is called."""

        verbose_name = verbose_name_plural = "文件"

"""Keys of programs."""

from __future__ import annotations

from django.conf import settings
from django.db import models

__all__ = ["ApiToken"]


class ApiToken(models.Model):
    """A key with which a program asks in an account's name; only its SHA-256 is kept."""

    name = models.CharField("名称", max_length=100)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    begins = models.CharField("开头", max_length=12)
    scopes = models.JSONField("范围", default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField("有效期至")
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """The newest first."""

        ordering = ["-created_at"]
        verbose_name = verbose_name_plural = "接口密钥"

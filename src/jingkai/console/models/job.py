"""Long work that goes on in the background: a load, a decision run, a reform."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

__all__ = ["Job"]


class Job(models.Model):
    """A piece of long work: its state outlives the processes that do it.

    `arguments` and `result` are JSON of the kind; `error` is that of a `JingkaiError`, as `to_dict` has it.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "等待"
        RUNNING = "running", "进行中"
        DONE = "done", "完成"
        FAILED = "failed", "未完成"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("事项", max_length=40)
    arguments = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    zone = models.CharField("经开区", max_length=200, blank=True, db_index=True)
    state = models.CharField(
        "状态", max_length=10, choices=State.choices, default=State.WAITING, db_index=True
    )
    step = models.CharField("步骤", max_length=200, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    of = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True)
    error = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """The newest first."""

        ordering = ["-created_at"]
        verbose_name = verbose_name_plural = "后台任务"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (self.State.DONE, self.State.FAILED)

"""Inspections of enterprises as the desks carry them out, and everything that happened to each."""

from __future__ import annotations

from typing import Any

from django.db import models

from jingkai.console.models.stored_file import StoredFile

__all__ = ["AssignedPlan", "Visit", "VisitEvent"]


class AssignedPlan(models.Model):
    """A year's plan of inspections whose visits were put on the desks; of a zone one a year.

    `zone` is empty where the plan is about every zone of the workspace; `digest` is the SHA-256 of its
    table of visits. `content` is what visits are held against later: `offices` (by code their `cap`,
    `cap_basis`, `items`), `people` (by id `office`, `certificate`, `until`), `conflicts`, `days` on which
    anyone may be visited, `campaigns` with their spans.
    """

    zone = models.CharField("经开区", max_length=200, blank=True)
    year = models.PositiveIntegerField("年度")
    title = models.CharField("计划", max_length=200)
    class_rule = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    content: Any = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest first."""

        ordering = ["-year", "zone"]
        verbose_name = verbose_name_plural = "检查计划"
        constraints = [
            models.UniqueConstraint(fields=["zone", "year"], name="assigned_plan_one_a_year")
        ]


class Visit(models.Model):
    """One office's visit to an enterprise; offices that go together share `number` and `token`.

    `office` is a code of the vocabulary's inspecting offices. `token` opens the public page of its QR
    code. `day`, `state`, `follow_up_by` (null: nothing to follow up) and `objected` (an objection waits
    for its answer) follow from the events and are kept for work lists; `counts` says whether it counts
    towards the yearly cap. `plan` is null for a visit outside any plan.
    """

    zone = models.CharField("经开区", max_length=200, db_index=True)
    number = models.CharField("检查编号", max_length=40)
    office = models.CharField("检查机关", max_length=40, db_index=True)
    enterprise = models.CharField("企业", max_length=200, db_index=True)
    name = models.CharField("企业名称", max_length=200, blank=True)
    plan = models.ForeignKey(AssignedPlan, models.PROTECT, null=True, related_name="visits")
    ground = models.CharField("事由", max_length=20)
    counts = models.BooleanField("计入上限", default=True)
    token = models.CharField(max_length=40, db_index=True)
    day = models.DateField("日期", db_index=True)
    state = models.CharField("状态", max_length=12, db_index=True)
    follow_up_by = models.DateField("整改期限", null=True, db_index=True)
    objected = models.BooleanField("异议待答复", default=False, db_index=True)

    class Meta:
        """By day; a number stands for one visit of an office in a zone."""

        ordering = ["day", "number", "office"]
        verbose_name = verbose_name_plural = "行政检查"
        constraints = [
            models.UniqueConstraint(fields=["zone", "number", "office"], name="visit_number_once")
        ]


class VisitEvent(models.Model):
    """Something that happened to a visit; the database refuses to change or delete it.

    `number` counts the visit's events from 1 without a gap; `day` is the day on which it happened, `at`
    when it was written down; `account` is empty for the command line.
    """

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField("序号")
    kind = models.CharField("环节", max_length=12)
    day = models.DateField("日期")
    content: Any = models.JSONField(default=dict)
    account = models.CharField("账户", max_length=150, blank=True)
    at = models.DateTimeField("时间", auto_now_add=True)
    evidence = models.ManyToManyField(StoredFile, verbose_name="证据")

    class Meta:
        """In the order things happened."""

        ordering = ["visit", "number"]
        verbose_name = verbose_name_plural = "检查经过"
        constraints = [models.UniqueConstraint(fields=["visit", "number"], name="visit_event_once")]

"""Who signs in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from jingkai.console.roles import Role

__all__ = ["Account"]

_ROLES = [
    (Role.ENTERPRISE.value, "企业"),
    (Role.OFFICER.value, "经办人员"),
    (Role.ZONE_ANALYST.value, "经开区分析人员"),
    (Role.MINISTRY_ANALYST.value, "部委分析人员"),
    (Role.AUDITOR.value, "审计人员"),
]


class Account(AbstractUser):
    """Who signs in: a role, and whose data it is about.

    `enterprise` is the key of the enterprise that it speaks for, `zone` and `office` where it works, `head`
    whether it answers for that office (机关负责人: extends time limits, approves inspections), `external_id` what an identity provider calls it, where that is not its name here.
    """

    role = models.CharField("角色", max_length=20, choices=_ROLES)
    enterprise = models.CharField("企业", max_length=200, blank=True)
    zone = models.CharField("经开区", max_length=200, blank=True)
    office = models.CharField("部门", max_length=100, blank=True)
    head = models.BooleanField("机关负责人", default=False)
    external_id = models.CharField("外部身份标识", max_length=200, blank=True, db_index=True)

    class Meta:
        """Each role says whose data it is about."""

        verbose_name = verbose_name_plural = "账户"
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="account_external_id_once",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[r for r, _ in _ROLES]), name="account_role_known"
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.ENTERPRISE.value) | ~Q(enterprise=""),
                name="account_enterprise_named",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.OFFICER.value) | (~Q(zone="") & ~Q(office="")),
                name="account_officer_placed",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.ZONE_ANALYST.value) | ~Q(zone=""),
                name="account_zone_analyst_placed",
            ),
        ]

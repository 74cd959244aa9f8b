"""Routes of credit and its repair."""

from __future__ import annotations

from django.urls import path

from jingkai.console.credit import classes, mine, repairs

__all__ = ["urlpatterns"]

urlpatterns = [
    path("credit-classes/", classes.credit_classes, name="credit_classes"),
    path("my/credit/", mine.my_credit, name="my_credit"),
    path("desk/repairs/", repairs.repairs, name="repairs"),
]

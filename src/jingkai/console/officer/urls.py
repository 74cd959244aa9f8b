"""Routes of the officer's desk."""

from __future__ import annotations

from django.urls import path

from jingkai.console.officer import (
    calls,
    case,
    case_list,
    correction,
    desk,
    enterprise,
    enterprises,
    offers,
    payments,
)

__all__ = ["urlpatterns"]

urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/cases/", case_list.cases, name="cases"),
    path("desk/cases/<int:id>/", case.case, name="case"),
    path("desk/payments/", payments.payments, name="payments"),
    path("desk/offers/", offers.offers, name="offers"),
    path("desk/calls/", calls.call_list, name="call_list"),
    path("desk/corrections/<int:pk>/", correction.correction, name="correction"),
    path("enterprises/", enterprises.enterprises, name="enterprises"),
    path("enterprises/<str:key>/", enterprise.enterprise, name="enterprise"),
    path(
        "enterprises/<str:key>/rules/<str:name>/",
        enterprise.enterprise_rule,
        name="enterprise_rule",
    ),
]

"""Routes of inspections: the offices' desks, the enterprise's, the public page of a code, the ledger."""

from __future__ import annotations

from django.urls import path

from jingkai.console.visits import carried_out, code, evidence, ledger_page, listed, own, proposed

__all__ = ["urlpatterns"]

urlpatterns = [
    path("inspections/", listed.visits, name="visits"),
    path("inspections/new/", proposed.visit_new, name="visit_new"),
    path("inspections/ledger/", ledger_page.inspection_ledger, name="inspection_ledger"),
    path("inspections/<int:pk>/", carried_out.visit, name="visit"),
    path("inspections/<int:pk>/notice/", carried_out.visit_notice, name="visit_notice"),
    path("inspections/code/<str:token>/", code.visit_code, name="visit_code"),
    path("inspections/evidence/<uuid:id>/", evidence.visit_evidence, name="visit_evidence"),
    path("my/inspections/", own.my_visits, name="my_visits"),
    path("my/inspections/<int:pk>/", own.my_visit, name="my_visit"),
]

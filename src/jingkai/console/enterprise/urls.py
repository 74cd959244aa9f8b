"""Routes of the enterprise's desk, and of verifying what it was given on paper."""

from __future__ import annotations

from django.urls import path

from jingkai.console.enterprise import apply, cases, correct, evidence, facts, mine, paper, services

__all__ = ["urlpatterns"]

urlpatterns = [
    path("my/", mine.my, name="my"),
    path("my/rules/<str:name>/", mine.my_rule, name="my_rule"),
    path("my/rules/<str:name>/paper/", paper.my_paper, name="my_paper"),
    path("my/facts/", facts.my_facts, name="my_facts"),
    path("my/facts/<str:column>/correct/", correct.my_correct, name="my_correct"),
    path("my/corrections/", correct.my_corrections, name="my_corrections"),
    path("my/corrections/<int:id>/", correct.my_correction, name="my_correction"),
    path("my/services/", services.my_services, name="my_services"),
    path("my/services/<str:service>/", services.my_service, name="my_service"),
    path("my/services/<str:item>/confirm/", apply.my_confirm, name="my_confirm"),
    path("my/apply/<str:service>/", apply.my_apply, name="my_apply"),
    path("my/cases/", cases.my_cases, name="my_cases"),
    path("my/cases/<int:id>/", cases.my_case, name="my_case"),
    path("my/papers/<str:number>.pdf", paper.paper, name="paper"),
    path("evidence/<uuid:id>/", evidence.evidence, name="evidence"),
    path("verify/", paper.verify, name="verify"),
    path("verify/<str:number>/", paper.verify_number, name="verify_number"),
]

"""Routes of the enterprise's desk, and of verifying what it was given on paper."""

from __future__ import annotations

from django.urls import path

from jingkai.console.enterprise import correct, evidence, facts, mine, paper

__all__ = ["urlpatterns"]

urlpatterns = [
    path("my/", mine.my, name="my"),
    path("my/rules/<str:name>/", mine.my_rule, name="my_rule"),
    path("my/rules/<str:name>/paper/", paper.my_paper, name="my_paper"),
    path("my/facts/", facts.my_facts, name="my_facts"),
    path("my/facts/<str:column>/correct/", correct.my_correct, name="my_correct"),
    path("my/corrections/", correct.my_corrections, name="my_corrections"),
    path("my/corrections/<int:id>/", correct.my_correction, name="my_correction"),
    path("my/papers/<str:number>.pdf", paper.paper, name="paper"),
    path("evidence/<uuid:id>/", evidence.evidence, name="evidence"),
    path("verify/", paper.verify, name="verify"),
    path("verify/<str:number>/", paper.verify_number, name="verify_number"),
]

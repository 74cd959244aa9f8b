"""Routes of the analyst's desk."""

from __future__ import annotations

from django.urls import path

from jingkai.console.analyst import assessment, figure, figures, uptake

__all__ = ["urlpatterns"]

urlpatterns = [
    path("figures/", figures.figures, name="figures"),
    path("figures/<str:name>/", figure.figure, name="figure"),
    path("uptake/", uptake.uptake, name="uptake"),
    path("assessment/", assessment.assessment, name="assessment"),
]

"""Routes of the analyst's desk."""

from __future__ import annotations

from django.urls import path

from jingkai.console.analyst import assessment, figure, figures, uptake
from jingkai.console.analyst.reforms import listed, new, page, work

__all__ = ["urlpatterns", "work"]

urlpatterns = [
    path("figures/", figures.figures, name="figures"),
    path("figures/<str:name>/", figure.figure, name="figure"),
    path("uptake/", uptake.uptake, name="uptake"),
    path("assessment/", assessment.assessment, name="assessment"),
    path("reforms/", listed.reforms, name="reforms"),
    path("reforms/new/", new.reform_new, name="reform_new"),
    path("reforms/<uuid:key>/", page.reform, name="reform"),
]

"""Routes of long work."""

from __future__ import annotations

from django.urls import path

from jingkai.console.work import views

__all__ = ["urlpatterns"]

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<uuid:pk>/", views.job, name="job"),
]

"""Routes of the measures of services."""

from __future__ import annotations

from django.urls import path

from jingkai.console.measured import download, page

__all__ = ["urlpatterns"]

urlpatterns = [
    path("services/measures/", page.service_measures, name="service_measures"),
    path("services/measures/log/", download.service_log, name="service_log"),
]

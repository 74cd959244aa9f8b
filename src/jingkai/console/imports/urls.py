"""Routes of imports."""

from __future__ import annotations

from django.urls import path

from jingkai.console.imports import views

__all__ = ["urlpatterns"]

urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/new/", views.import_new, name="import_new"),
    path("imports/<int:pk>/", views.import_page, name="import"),
]

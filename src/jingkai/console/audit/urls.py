"""Routes of the auditor's desk."""

from __future__ import annotations

from django.urls import path

from jingkai.console.audit import trail_page

__all__ = ["urlpatterns"]

urlpatterns = [path("trail/", trail_page.trail, name="trail")]

"""Routes of keys."""

from __future__ import annotations

from django.urls import path

from jingkai.console.tokens import pages

__all__ = ["urlpatterns"]

urlpatterns = [
    path("tokens/", pages.tokens, name="tokens"),
    path("tokens/<int:number>/revoke/", pages.revoke_token, name="token_revoke"),
]

"""Writes into the trail what is done with accounts: signing in and out, second factors, passwords, rights.

A name that no account has is left to the log of sign-ins: it may be a password typed into the wrong box.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_save, pre_save
from django.dispatch import Signal
from django.http import HttpRequest

from jingkai.console.address import address_of
from jingkai.console.models import Account
from jingkai.console.trail import record_as

__all__ = ["listen"]

#: What says who an account is and what it may do.
_RIGHTS = ("role", "enterprise", "zone", "office", "head", "external_id", "is_active", "password")


def listen() -> None:
    """Follow every signal about accounts."""
    told: dict[str, Signal] = {
        "account.sign_in": user_logged_in,
        "account.sign_out": user_logged_out,
        "account.password": password_changed,
        "account.second_factor_on": authenticator_added,
        "account.second_factor_off": authenticator_removed,
        "account.second_factor_reset": authenticator_reset,
        "account.second_factor_failed": authentication_failed,
    }
    for action, signal in told.items():
        signal.connect(_Writer(action), weak=False, dispatch_uid=action)
    user_login_failed.connect(_failed, dispatch_uid="account.sign_in_failed")
    user_locked_out.connect(_locked, dispatch_uid="account.locked")
    pre_save.connect(_compare, sender=Account, dispatch_uid="account.compare")
    post_save.connect(_saved, sender=Account, dispatch_uid="account.saved")


class _Writer:
    """Writes one action of an account down."""

    def __init__(self, action: str) -> None:
        self._action = action

    def __call__(self, sender: Any, user: Any = None, request: Any = None, **about: Any) -> None:
        if user is None or not user.pk:
            return
        detail: dict[str, Any] = {}
        if about.get("authenticator") is not None:
            detail["kind"] = about["authenticator"].type
        if self._action == "account.sign_in" and request is not None:
            methods = request.session.get("account_authentication_methods", [])
            detail["by"] = [m["method"] for m in methods]
        _write(self._action, user, request, **detail)


def _write(action: str, account: Account, request: HttpRequest | None, **detail: Any) -> None:
    address = address_of(request) if request is not None else ""
    record_as(account.username, account.role, action, account.username, address=address, **detail)


def _failed(sender: Any, credentials: Any, request: Any = None, **_: Any) -> None:
    account = _named(credentials.get("username", ""))
    if account is not None:
        _write("account.sign_in_failed", account, request)


def _locked(sender: Any, request: Any = None, username: str = "", **_: Any) -> None:
    account = _named(username)
    if account is not None:
        _write("account.locked", account, request)


def _named(tried: Any) -> Account | None:
    name = unicodedata.normalize("NFKC", str(tried)).strip().replace("\0", "")
    return Account.objects.filter(username__iexact=name).first() if name else None


def _compare(sender: Any, instance: Account, update_fields: Any = None, **_: Any) -> None:
    """Remember which rights of an account are about to change."""
    asked = [n for n in _RIGHTS if update_fields is None or n in update_fields]
    before = None
    if instance.pk and asked:
        before = Account.objects.filter(pk=instance.pk).values(*asked).first()
    instance.changed_rights = [n for n in asked if before and before[n] != getattr(instance, n)]


def _saved(sender: Any, instance: Account, created: bool, **_: Any) -> None:
    """Write down who was added, or what changed of whom: names of rights, and the role they come to."""
    if not created and not instance.changed_rights:
        return
    placed = {
        n: v
        for n in ("role", "enterprise", "zone", "office", "head")
        if (v := getattr(instance, n))
    }
    action = "account.add" if created else "account.change"
    changed = {} if created else {"changed": instance.changed_rights}
    record_as("", "system", action, instance.username, placed=placed, **changed)

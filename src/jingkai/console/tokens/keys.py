"""Makes, finds and revokes keys; only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from jingkai.console.errors import ConsoleError, NotFound
from jingkai.console.models import Account, ApiToken
from jingkai.console.roles import Role

__all__ = ["MOST_DAYS", "SCOPES", "make_key", "revoke", "state_of", "token_of", "used"]

#: What a role's keys may be for.
SCOPES: dict[Role, tuple[str, ...]] = {
    Role.ENTERPRISE: ("entitlements", "check"),
    Role.OFFICER: ("entitlements", "enterprises", "check"),
    Role.ZONE_ANALYST: ("check",),
    Role.MINISTRY_ANALYST: ("check",),
}
MOST_DAYS = 365
_MOST_KEYS = 20  # that work at once, an account
_PREFIX = "jk_"
_BEGINS = 8
_EVERY = timedelta(minutes=1)  # between two notes of the last use


def make_key(account: Account, name: str, scopes: Sequence[str], days: int) -> tuple[ApiToken, str]:
    """Make a key for an account.

    Parameters
    ----------
    name
        What it is for, in the account's own words.
    scopes
        At least one of those of its role.
    days
        For how long it works.

    Returns
    -------
    ApiToken, str
        What is kept, and the key itself, which nobody can read again.

    Raises
    ------
    ConsoleError
        If the name is empty, a scope is not the role's, the days are too many, or the account has too
        many keys.
    """
    allowed = SCOPES.get(Role(account.role), ())
    if not name.strip():
        raise ConsoleError("请写明密钥的用途", hint="如 办公系统对接")
    if not scopes or set(scopes) - set(allowed):
        raise ConsoleError("请至少选择一项范围", hint=f"可选 {'、'.join(allowed)}")
    if not 1 <= days <= MOST_DAYS:
        raise ConsoleError("有效期不合要求", hint=f"1 至 {MOST_DAYS} 天")
    working = account.tokens.filter(revoked_at=None, expires_at__gt=timezone.now())
    if working.count() >= _MOST_KEYS:
        raise ConsoleError(f"已有 {_MOST_KEYS} 个有效密钥", hint="先作废不用的")
    key = _PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=name.strip()[:100],
        account=account,
        digest=_digest(key),
        begins=key[:_BEGINS],
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token, key


def token_of(key: str) -> ApiToken | None:
    """Return the token of a key, whatever its state; None for a key that was never made."""
    if not key.startswith(_PREFIX) or len(key) > 100:
        return None
    return ApiToken.objects.select_related("account").filter(digest=_digest(key)).first()


def state_of(token: ApiToken) -> str:
    """Return ``working``, ``revoked``, ``expired`` or ``closed`` (its account is switched off)."""
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at <= timezone.now():
        return "expired"
    return "working" if token.account.is_active else "closed"


def used(token: ApiToken) -> None:
    """Note that a token was used, at most once a minute."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > _EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def revoke(account: Account, number: int) -> ApiToken:
    """End one of an account's own tokens; ending it again changes nothing.

    Raises
    ------
    NotFound
        If it has no such token.
    """
    token = account.tokens.filter(pk=number).first()
    if token is None:
        raise NotFound("没有这个密钥", hint="回到密钥列表")
    ApiToken.objects.filter(pk=number, revoked_at=None).update(revoked_at=timezone.now())
    return token


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()

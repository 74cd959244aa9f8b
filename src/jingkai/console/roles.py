"""Who opens the site: six roles, and which of them an account has."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

__all__ = ["EVERYONE", "SIGNED_IN", "Role", "role_of"]


class Role(StrEnum):
    """What a visitor is to the site; an account has one of all but the first."""

    ANONYMOUS = "anonymous"
    ENTERPRISE = "enterprise"
    OFFICER = "officer"
    ZONE_ANALYST = "zone_analyst"
    MINISTRY_ANALYST = "ministry_analyst"
    AUDITOR = "auditor"


EVERYONE = frozenset(Role)
SIGNED_IN = EVERYONE - {Role.ANONYMOUS}


def role_of(user: Any) -> Role:
    """Return the role of a request's user; who is not signed in, or not active, is anyone."""
    if not user.is_authenticated or not user.is_active:
        return Role.ANONYMOUS
    return Role(user.role)

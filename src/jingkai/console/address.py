"""From where a request comes."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

__all__ = ["address_of"]


def address_of(request: HttpRequest) -> str:
    """Return the address a request comes from: past one's own proxies, and never what a stranger wrote.

    Returns
    -------
    str
        Empty where it is not known.
    """
    found = str(request.META.get("REMOTE_ADDR", ""))
    own = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if own:
        told = [a.strip() for a in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        found = told[-own] if len(told) >= own else found
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return ""

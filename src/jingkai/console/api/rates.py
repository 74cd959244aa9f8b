"""How often one may ask: counted in a minute that begins with the first request, for all processes alike."""

from __future__ import annotations

import math
import threading
import time
from abc import ABC, abstractmethod

from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from jingkai.console.address import address_of

__all__ = ["AddressThrottle", "Rate", "TokenThrottle"]

_PERIOD = 60


class Rate:
    """At most so many a minute.

    Parameters
    ----------
    name, most
        What is counted, and how many of it are let through.
    """

    def __init__(self, name: str, most: int) -> None:
        self.name, self.most = name, most

    def wait_for(self, who: str) -> int:
        """Return how many seconds somebody has to wait; 0 for none."""
        began, count = self._found(who)
        return max(1, math.ceil(began + _PERIOD - time.time())) if count >= self.most else 0

    def count(self, who: str) -> None:
        """Count one."""
        began, count = self._found(who)
        left = max(1, math.ceil(began + _PERIOD - time.time()))
        cache.set(self._key(who), (began, count + 1), left)

    def _found(self, who: str) -> tuple[float, int]:
        now = time.time()
        began, count = cache.get(self._key(who)) or (now, 0)
        return (began, count) if now - began < _PERIOD else (now, 0)

    def _key(self, who: str) -> str:
        return f"rate:{self.name}:{who}"


class _Throttle(BaseThrottle, ABC):
    """Lets a request through by a rate; nothing of one request is kept for the next."""

    def __init__(self, name: str, most: int) -> None:
        self._rate, self._found = Rate(name, most), threading.local()

    def allow_request(self, request: HttpRequest) -> bool:
        """Return whether the request may pass, and count it if so."""
        who = self._who(request)
        self._found.wait = 0 if who is None else self._rate.wait_for(who)
        if who is not None and not self._found.wait:
            self._rate.count(who)
        return not self._found.wait

    def wait(self) -> float:
        """Return how long the request that was just refused has to wait."""
        return float(self._found.wait)

    @abstractmethod
    def _who(self, request: HttpRequest) -> str | None:
        """Return whose requests are counted; None: this one is not."""


class AddressThrottle(_Throttle):
    """Counts requests without a key, by address."""

    def _who(self, request: HttpRequest) -> str | None:
        return None if request.api_token else address_of(request)


class TokenThrottle(_Throttle):
    """Counts requests with a key, by key."""

    def _who(self, request: HttpRequest) -> str | None:
        return str(request.api_token.pk) if request.api_token else None

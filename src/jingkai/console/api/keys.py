"""Which scope a call asks for."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.errors import AuthorizationError
from ninja.security import HttpBearer

from jingkai.console.models import ApiToken
from jingkai.console.trail import record

__all__ = ["Scope"]


class Scope(HttpBearer):
    """Lets through requests whose key has a scope; the middleware has looked the key up."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self._scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """Return the key.

        Raises
        ------
        AuthorizationError
            If it is for other things.
        """
        found: ApiToken | None = request.api_token
        if found is None:
            return None
        if self._scope not in found.scopes:
            record(request, "token.scope", str(found.pk), asked=self._scope)
            raise AuthorizationError(message=f"密钥没有 {self._scope} 范围")
        return found

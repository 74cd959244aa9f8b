"""Signing in by an identity provider: it says who somebody is; the account must be there already."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jingkai.console.errors import ConsoleError
from jingkai.workspace import OidcSettings

__all__ = ["PROVIDER", "providers"]

#: What the provider is called in addresses.
PROVIDER = "oidc"


def providers(folder: Path, oidc: OidcSettings | None) -> dict[str, Any]:
    """Return allauth's settings of the provider; empty where there is none.

    Parameters
    ----------
    folder
        The workspace, which a secret's file is looked for in.
    oidc
        What `[console.oidc]` of `jingkai.toml` says.

    Raises
    ------
    ConsoleError
        If the secret is nowhere, or the provider is asked without TLS though it is not on this machine.
    """
    if oidc is None:
        return {}
    parts = urlsplit(oidc.server_url)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ConsoleError(
            f"身份提供方 {oidc.server_url} 不是 https", hint="改正 jingkai.toml 的 [console.oidc]"
        )
    app = {
        "provider_id": PROVIDER,
        "name": oidc.name,
        "client_id": oidc.client_id,
        "secret": _secret(folder, oidc),
        "settings": {"server_url": oidc.server_url.rstrip("/"), "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def _secret(folder: Path, oidc: OidcSettings) -> str:
    if oidc.secret_file:
        path = folder / oidc.secret_file
        try:
            return path.read_text("utf-8").strip()
        except OSError as error:
            raise ConsoleError(
                f"读不到身份提供方的密钥文件 {path}", hint="改正 [console.oidc] secret_file"
            ) from error
    found = os.environ.get(oidc.secret_env, "")
    if not found:
        raise ConsoleError(
            "没有身份提供方的密钥",
            hint=f"设环境变量 {oidc.secret_env}，或在 [console.oidc] 写 secret_file",
        )
    return found

"""The one table of who may open what: every route of the site and the API, by name.

A route that is not here stops the site from starting; a route that is here and nowhere else too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from jingkai.console.errors import ConsoleError
from jingkai.console.roles import EVERYONE, SIGNED_IN, Role

__all__ = ["ROUTES", "allowed", "check_routes", "route_names"]

_PORTAL = (
    "home",
    "zones",
    "compare",
    "zone",
    "library",
    "measure",
    "rule",
    "try",
    "tour",
    "api_page",
    "search",
)
_API = ("api-root", "openapi-json", "zones", "zone", "indicators", "rules", "rule", "try")
#: Signing in and what an account does with itself, by allauth.
_SIGN_IN = (
    "account_login",
    "account_logout",
    "mfa_authenticate",
    "openid_connect_login",
    "openid_connect_callback",
)
_OWN_ACCOUNT = (
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
)
_OFFICER = (
    *("desk", "call_list", "repairs", "correction"),
    *("cases", "case", "payments", "offers"),
    *("enterprises", "enterprise", "enterprise_rule"),
)
_AUDITOR = ("trail",)
#: Keys and what programs ask with them; an auditor changes nothing, so it has none.
_KEYS = ("tokens", "token_revoke", "api:check")
_ENTERPRISES = {
    "api:entitlements": frozenset({Role.ENTERPRISE, Role.OFFICER}),
    "api:enterprises": frozenset({Role.OFFICER}),
}
_IMPORTS = ("imports", "import_new", "import")
_WORK = ("jobs", "job")
#: Roles that change nothing but their own account.
_READERS = frozenset({Role.AUDITOR})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ANALYST = (
    *("figures", "figure", "uptake", "credit_classes", "assessment"),
    *("reforms", "reform_new", "reform"),
)
_ANALYSTS = frozenset({Role.ZONE_ANALYST, Role.MINISTRY_ANALYST})
_ENTERPRISE = (
    "my",
    "my_rule",
    "my_credit",
    "my_paper",
    "my_facts",
    "my_correct",
    "my_corrections",
    "my_correction",
    "my_services",
    "my_service",
    "my_confirm",
    "my_apply",
    "my_cases",
    "my_case",
    "paper",
)
_VERIFY = ("verify", "verify_number")
#: Inspections; a zone's analyst reads sums alone in the ledger.
_VISITS = {
    **dict.fromkeys(("visits", "visit", "visit_new", "visit_notice"), frozenset({Role.OFFICER})),
    **dict.fromkeys(("my_visits", "my_visit"), frozenset({Role.ENTERPRISE})),
    "visit_evidence": frozenset({Role.ENTERPRISE, Role.OFFICER}),
    "visit_code": EVERYONE,
    "inspection_ledger": frozenset({Role.OFFICER, Role.ZONE_ANALYST, Role.AUDITOR}),
}
ROUTES: dict[str, frozenset[Role]] = {
    **dict.fromkeys(_ENTERPRISE, frozenset({Role.ENTERPRISE})),
    "evidence": frozenset({Role.ENTERPRISE, Role.OFFICER}),
    **dict.fromkeys(_VERIFY, EVERYONE),
    **_VISITS,
    **dict.fromkeys(_PORTAL, EVERYONE),
    **dict.fromkeys((f"api:{name}" for name in _API), EVERYONE),
    **dict.fromkeys(_SIGN_IN, EVERYONE),
    **dict.fromkeys(_OWN_ACCOUNT, SIGNED_IN),
    **dict.fromkeys(_OFFICER, frozenset({Role.OFFICER})),
    **dict.fromkeys(_AUDITOR, frozenset({Role.AUDITOR})),
    **dict.fromkeys(_KEYS, SIGNED_IN - {Role.AUDITOR}),
    **_ENTERPRISES,
    **dict.fromkeys(_ANALYST, _ANALYSTS),
    "service_measures": _ANALYSTS | {Role.OFFICER},
    "service_log": frozenset({Role.OFFICER, Role.ZONE_ANALYST}),
    **dict.fromkeys(_IMPORTS, frozenset({Role.OFFICER})),
    **dict.fromkeys(_WORK, frozenset({Role.OFFICER, Role.ZONE_ANALYST, Role.MINISTRY_ANALYST})),
}


def allowed(route: str, role: Role, method: str = "GET") -> bool:
    """Return whether a role may open a route with a method."""
    own = method in _SAFE or role not in _READERS or route in (*_SIGN_IN, *_OWN_ACCOUNT)
    return own and role in ROUTES[route]


def route_names(patterns: Iterable[Any] | None = None, space: str = "") -> Iterator[str]:
    """Yield the name of every route, with its name space as requests resolve it."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from route_names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield space + (pattern.name or f"（没有名称：{pattern.pattern}）")


def check_routes() -> None:
    """Hold the routes against the table.

    Raises
    ------
    ConsoleError
        If one stands in only one of the two.
    """
    names = set(route_names())
    missing, gone = sorted(names - ROUTES.keys()), sorted(ROUTES.keys() - names)
    if missing:
        raise ConsoleError(
            f"路由 {'、'.join(missing)} 没有写明谁可以打开",
            hint="写进 console/permissions.py 的 ROUTES",
        )
    if gone:
        raise ConsoleError(
            f"权限表里的 {'、'.join(gone)} 不是任何路由", hint="从 console/permissions.py 删去"
        )

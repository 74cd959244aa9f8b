"""Every route of the site; who may open which stands in `permissions.py`."""

from __future__ import annotations

from allauth.account import urls as account
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import include, path

from jingkai.console import search
from jingkai.console.api.site import api
from jingkai.console.identity import PROVIDER
from jingkai.console.portal import (
    api_page,
    compare,
    home,
    library,
    rule,
    tour,
    try_project,
    zone,
    zones,
)

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

handler400 = "jingkai.console.failure_pages.bad_request"
handler403 = handler404 = "jingkai.console.failure_pages.missing_page"
handler500 = "jingkai.console.failure_pages.server_failed"

#: Of allauth's routes those that an account given by hand needs: no sign-up, no mail.
_WANTED = ("account_login", "account_logout", "account_reauthenticate", "account_change_password")

urlpatterns = [
    path("", home.home, name="home"),
    path("zones/", zones.zones, name="zones"),
    path("zones/compare/", compare.compare, name="compare"),
    path("zones/<str:key>/", zone.zone, name="zone"),
    path("library/", library.library, name="library"),
    path("library/<str:name>/", library.measure, name="measure"),
    path("search/", search.search, name="search"),
    path("try/", try_project.try_project, name="try"),
    path("tour/", tour.tour, name="tour"),
    path("api/", api_page.api_page, name="api_page"),
    path("api/", api.urls),
    path("rules/<str:name>/", rule.rule, name="rule"),
    path("", include("jingkai.console.officer.urls")),
    path("", include("jingkai.console.audit.urls")),
    path("", include("jingkai.console.tokens.urls")),
    path("", include("jingkai.console.imports.urls")),
    path("", include("jingkai.console.work.urls")),
    *(
        path(f"accounts/{p.pattern}", p.callback, name=p.name)
        for p in account.urlpatterns
        if p.name in _WANTED
    ),
    path("", include("jingkai.console.analyst.urls")),
    path("", include("jingkai.console.enterprise.urls")),
    path("", include("jingkai.console.measured.urls")),
    path("", include("jingkai.console.visits.urls")),
    path("", include("jingkai.console.credit.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path(f"accounts/{PROVIDER}/", oidc.login, {"provider_id": PROVIDER}, "openid_connect_login"),
    path(
        f"accounts/{PROVIDER}/callback/",
        oidc.callback,
        {"provider_id": PROVIDER},
        "openid_connect_callback",
    ),
]

"""The API against its own document: requests made up from it find no failure and nothing undocumented."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jingkai.workspace import Workspace
from tests.console.test_permissions import key_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
schemathesis = pytest.importorskip("schemathesis")
_EXAMPLES = 12
_WRONG = schemathesis.GenerationMode.NEGATIVE


@pytest.fixture
def schema(site: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The document, and a site that takes any number of requests."""
    from jingkai.console.api.site import api
    from jingkai.console.wsgi import application

    throttles = [*api.throttle]
    for _, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                throttles += operation.throttle_objects
    for throttle in throttles:
        monkeypatch.setattr(throttle._rate, "most", 10**9)
    yield schemathesis.openapi.from_wsgi("/api/openapi.json", application)


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        ("anonymous", ()),
        ("officer", ("entitlements",)),
        ("officer", ("enterprises",)),
        ("officer", ("check",)),
        ("enterprise", ("entitlements", "check")),
        ("ministry_analyst", ("check",)),
    ],
)
def test_made_up_requests_find_no_failure_and_nothing_undocumented(
    schema: Any, role: str, scopes: tuple[str, ...]
) -> None:
    from hypothesis import HealthCheck, Phase, given, settings

    key = key_of(role, *scopes).get("HTTP_AUTHORIZATION") if scopes else None
    headers = {"Authorization": key} if key else {}
    checks = [
        schemathesis.checks.not_a_server_error,
        *schemathesis.checks.CHECKS.get_by_names(
            ["status_code_conformance", "content_type_conformance", "response_schema_conformance"]
        ),
    ]
    asked = set()
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=_EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=_WRONG))
        def ask(case: Any) -> None:
            response = case.call(headers=headers)
            asked.add((case.path, response.status_code))
            case.validate_response(response, checks=checks)

        ask()
    statuses = {status for _, status in asked}
    assert 200 in statuses
    assert 401 in statuses or role != "anonymous"
    assert max(statuses) < 500

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from jingkai.workspace import Workspace

pytestmark = pytest.mark.xdist_group("console")


@pytest.fixture
def found(town: Workspace) -> Iterator[Any]:
    from jingkai.console.opened import opened

    yield opened()


def _every(found: Any) -> list[tuple[Any, dict[str, Any]]]:
    from jingkai.console.entitlements import reason_line

    reasons = [r for i in range(12) for r in found.explainer.explain("enterprise", i)]
    return [(r, reason_line(found, r)) for r in reasons]


def test_a_right_says_how_it_stands_as_it_was_decided(found: Any) -> None:
    lines = [(r, x) for r, x in _every(found) if x["sort"] == "right"]
    assert {x["state"] for _, x in lines} == {
        "granted", "near", "missing", "undetermined", "refused",
    }  # fmt: skip
    for reason, line in lines:
        if line["state"] == "granted":
            assert reason.verdict is True
        elif line["state"] == "refused":
            assert reason.verdict is False
        elif line["state"] == "near":
            alone = [c for c in line["conditions"] if c["title"] in line["failed"]]
            far = any(a["distance"] for c in alone for a in c["atoms"])
            assert (reason.verdict is False and far) or len(line["missing"]) == 1
        else:
            assert reason.verdict is None


def test_what_no_enterprise_can_bring_is_not_called_a_missing_material(found: Any) -> None:
    waiting = [x for _, x in _every(found) if x["state"] == "undetermined"]
    assert waiting
    for line in waiting:
        parameters = [m for m in line["missing"] if m["fact"].startswith("parameter:")]
        assert parameters or not line["missing"]


def test_duties_classes_scores_and_figures_are_not_counted_as_rights(found: Any) -> None:
    from jingkai.console.entitlements import entitlements

    page = entitlements(found, found.explainer.explain("enterprise", 0))
    sorts = {r["sort"] for r in page["rules"]}
    assert sorts == {"right", "duty", "class", "score", "figure"}
    rights = [r for r in page["rules"] if r["sort"] == "right"]
    assert sum(page["counts"].values()) == len(rights)
    assert sum(m["rights"] for m in page["measures"]) == len(rights)
    assert all(r["kind"] in ("eligibility", "amount") for r in rights)
    json.dumps(page)


def test_it_is_told_in_english_too(found: Any) -> None:
    from jingkai.console.entitlements import entitlements

    page = entitlements(found, found.explainer.explain("enterprise", 0, lang="en"), "en")
    assert {r["kind_text"] for r in page["rules"]} <= {
        "eligibility", "amount", "grade", "score", "duty",
    }  # fmt: skip
    assert any("granted" in r["word"] for r in page["rules"])

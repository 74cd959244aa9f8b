"""Every route about an object, as every role that may open it: one's own is there, another's is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from jingkai.workspace import Workspace
from tests.console.conftest import PASSWORD
from tests.console.test_permissions import SAMPLES, key_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
OWN, OTHER, NEIGHBOUR = "stock:600000", "stock:600001", "stock:600003"
HERE, THERE = "甲经开区", "乙经开区"
RULE = "high_tech_enterprise"

#: Routes whose place holders name nothing that is anybody's: a zone, a rule, a column of one's own.
OF_NOBODY = {
    "zone", "measure", "rule", "figure", "verify_number", "api:zone", "api:rule",
    "my_rule", "my_paper", "my_correct", "visit_code", "my_service", "my_confirm", "my_apply",
}  # fmt: skip


@dataclass(frozen=True)
class Objects:
    """What fills the place holders of a route: of one's own by role, and what is not one's own."""

    foreign: list[Any]
    own: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def objects(site: Workspace) -> Iterator[dict[str, Objects]]:
    """An object of every kind here and elsewhere; a new route about an object gets its line here."""
    from django.core.cache import cache

    from jingkai.console.accounts import add_account
    from jingkai.console.models import Account

    cache.clear()
    add_account("officer.there", PASSWORD, "officer", zone=THERE, office="tax")
    add_account("enterprise.there", PASSWORD, "enterprise", enterprise=OTHER)
    Account.objects.filter(username="enterprise").update(enterprise=OWN)
    made = _Made()
    yield made.objects()
    made.gone()
    Account.objects.filter(username="enterprise").update(enterprise="91999999000000001K")
    Account.objects.filter(username__endswith=".there").delete()


class _Made:
    def __init__(self) -> None:
        from jingkai.console.models import Account

        self.rows: list[Any] = []
        named = Account.objects.get
        self.mine, self.theirs = named(username="enterprise"), named(username="enterprise.there")
        self.officer, self.elsewhere = named(username="officer"), named(username="officer.there")

    def objects(self) -> dict[str, Objects]:
        here = self.correction(self.mine, OWN, HERE, "tax")
        there = self.correction(self.theirs, OTHER, THERE, "tax")
        next_door = self.correction(self.theirs, NEIGHBOUR, HERE, "commerce")
        asked = [there, next_door]
        papers = [c.evidence.get().pk for c in asked]
        job, my_job = (
            self.job("load", self.elsewhere, THERE),
            self.job("decide", self.officer, HERE),
        )
        ministry, zone = (
            self.job("reform", self.officer, ""),
            self.job("reform", self.officer, HERE),
        )
        abroad = self.job("reform", self.elsewhere, THERE)
        visit, alien = self.visit(OWN, HERE, "tax"), self.visit(OTHER, THERE, "tax")
        aliens = [alien, self.visit(NEIGHBOUR, HERE, "customs")]
        visits = [v.pk for v in aliens]
        proofs = [self.proof(v) for v in aliens]
        cases = [self.case(OTHER, THERE), self.case(NEIGHBOUR, THERE)]
        reforms = {"ministry_analyst": ministry.pk, "zone_analyst": zone.pk}
        return {
            "my_correction": Objects([c.pk for c in asked], {"enterprise": here.pk}),
            "correction": Objects([c.pk for c in asked], {"officer": here.pk}),
            "evidence": Objects(papers, dict.fromkeys(("enterprise", "officer"), here.evidence.get().pk)),
            "paper": Objects([self.paper(self.theirs, OTHER, THERE)]),
            "token_revoke": Objects([self.token(self.theirs)]),
            "job": Objects([job.pk], {"officer": my_job.pk}),
            "import": Objects([self.upload(self.elsewhere, THERE)]),
            "reform": Objects([abroad.pk], reforms),
            **dict.fromkeys(("visit", "visit_notice"), Objects(visits, {"officer": visit.pk})),
            **dict.fromkeys(("case", "my_case"), Objects(cases)),
            "my_visit": Objects(visits, {"enterprise": visit.pk}),
            "visit_evidence": Objects(proofs, dict.fromkeys(("enterprise", "officer"), self.proof(visit))),
            "enterprise": Objects([OTHER, "stock:999999"], {"officer": OWN}),
            "enterprise_rule": Objects([(OTHER, RULE), ("stock:999999", RULE)], {"officer": (OWN, RULE)}),
            "api:entitlements": Objects([OTHER], dict.fromkeys(("enterprise", "officer"), OWN)),
        }  # fmt: skip

    def correction(self, by: Any, enterprise: str, zone: str, office: str) -> Any:
        from jingkai.console.models import Correction

        found = Correction.objects.create(
            enterprise=enterprise, name="合成", zone=zone, office=office, column="revenue_2025",
            old="1", new="2", by=by,
        )  # fmt: skip
        found.evidence.add(self.file(by))
        self.rows.insert(0, found)
        return found

    def file(self, by: Any) -> Any:
        from jingkai.console.files import path_of
        from jingkai.console.models import StoredFile

        found = StoredFile.objects.create(name="a.pdf", kind="pdf", size=5, sha256="0" * 64, by=by)
        path_of(found).parent.mkdir(exist_ok=True)
        path_of(found).write_bytes(b"%PDF-")
        self.rows.append(found)
        return found

    def job(self, kind: str, by: Any, zone: str) -> Any:
        from jingkai.console.models import Job

        found = Job.objects.create(kind=kind, by=by, zone=zone, arguments=_REFORM)
        self.rows.append(found)
        return found

    def upload(self, by: Any, zone: str) -> Any:
        from jingkai.console.models import Upload

        found = Upload.objects.create(
            file=self.file(by), by=by, zone=zone, office="tax", entity="enterprise",
            as_of=date(2026, 6, 30),
        )  # fmt: skip
        self.rows.insert(0, found)
        return found.pk

    def paper(self, by: Any, enterprise: str, zone: str) -> str:
        from jingkai.console.models import IssuedDecision

        number = "JK-20260630-2345-6789-2345-6789"
        found = IssuedDecision.objects.create(
            number=number, enterprise=enterprise, zone=zone, rule=RULE, run="r", snapshot="s",
            as_of=date(2026, 6, 30), content={}, digest="0" * 64, by=by,
        )  # fmt: skip
        self.rows.insert(0, found)
        return number

    def token(self, by: Any) -> int:
        from django.utils import timezone

        from jingkai.console.models import ApiToken

        found = ApiToken.objects.create(
            name="t", account=by, digest="f" * 64, begins="jk_", scopes=["check"],
            expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
        self.rows.insert(0, found)
        return int(found.pk)

    def visit(self, enterprise: str, zone: str, office: str) -> Any:
        """Return a visit with an objection; what happened to it stays, so it is made once."""
        from jingkai.console.models import Visit

        about = {"day": "2026-03-02", "items": ["甲"], "grounds": "法律规定", "kinds": "日常检查",
                 "team": [{"id": "甲01", "certificate": "证"}]}  # fmt: skip
        found, new = Visit.objects.get_or_create(
            zone=zone, number=f"T-{enterprise}", office=office,
            defaults={"enterprise": enterprise, "ground": "law", "day": "2026-03-02",
                      "state": "planned", "token": f"token-of-{enterprise}"},
        )  # fmt: skip
        if new:
            found.events.create(number=1, kind="assigned", day="2026-01-05", content=about)
            found.events.create(number=2, kind="objected", day="2026-01-06", content={"text": "试"})
        return found

    def case(self, enterprise: str, zone: str) -> int:
        from jingkai.console.models import Case

        found = Case.objects.create(
            service="fire_design_review", entity="enterprise", subject=enterprise,
            enterprise=enterprise, zone=zone, by=self.theirs,
        )  # fmt: skip
        self.rows.insert(0, found)
        return int(found.pk)

    def proof(self, visit: Any) -> Any:
        file = self.file(self.mine)
        visit.events.get(number=2).evidence.add(file)
        return file.pk

    def gone(self) -> None:
        for row in self.rows:
            row.delete()


_REFORM = {
    "rule": "above_scale_industrial", "day": "2026-06-30", "title": "试", "snapshot": "s",
    "typed": {}, "drop": [], "end": False, "said": [],
}  # fmt: skip


def _address(name: str, filling: Any) -> str:
    from django.urls import reverse

    return str(reverse(name, args=filling if isinstance(filling, tuple) else (filling,)))


def _ask(client: Any, role: str, method: str, name: str, filling: Any) -> int:
    key = key_of(role) if name.startswith("api:") else {}
    response = getattr(client, method)(_address(name, filling), **key)
    response.close()
    return int(response.status_code)


def test_every_route_with_a_place_holder_is_of_nobody_or_has_its_objects(
    objects: dict[str, Objects],
) -> None:
    from django.urls import NoReverseMatch, reverse

    from jingkai.console.permissions import ROUTES

    bare = []
    for name in ROUTES:
        try:
            reverse(name)
        except NoReverseMatch:
            if name not in OF_NOBODY and name not in objects:
                bare.append(name)
            assert name in SAMPLES, f"{name}: no sample"
    assert bare == []


def test_one_opens_ones_own_and_finds_nothing_of_anothers(
    objects: dict[str, Objects], client_of: Callable[[str], Any]
) -> None:
    from jingkai.console.models import ApiToken, Correction
    from jingkai.console.permissions import ROUTES

    wrong = []
    before = list(Correction.objects.order_by("pk").values("pk", "state"))
    for name, things in objects.items():
        for role in ROUTES.get(name, ()):
            client = client_of(role)
            if role in things.own:
                status = _ask(client, role, "get", name, things.own[role])
                wrong += [(name, role, "own", status)] if status != 200 else []
            for filling in things.foreign:
                for method in ("get", "post"):
                    status = _ask(client, role, method, name, filling)
                    wrong += [(name, role, method, status)] if status not in (404, 405) else []
    assert wrong == []
    assert list(Correction.objects.order_by("pk").values("pk", "state")) == before
    assert not ApiToken.objects.filter(name="t").exclude(revoked_at=None).exists()


def test_who_may_not_open_a_route_is_not_told_what_is_there(
    objects: dict[str, Objects], client_of: Callable[[str], Any]
) -> None:
    from jingkai.console.permissions import ROUTES
    from jingkai.console.roles import Role

    for role in Role:
        client = client_of(role)
        for name, things in objects.items():
            if name not in ROUTES or role in ROUTES[name]:
                continue
            fillings = [*things.foreign, *things.own.values()]
            told = {_ask(client, role, m, name, f) for f in fillings for m in ("get", "post")}
            assert told <= {302, 401, 403}, (name, role)
            assert len(told) == 1, (name, role)

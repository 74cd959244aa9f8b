"""Two officers decide on one case at the same moment: one decision, and one clear refusal."""

from __future__ import annotations

import pytest

from tests.console.casework.area import PEOPLE, Apart, apart, area

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
assert apart and area

_RACE = (
    """
migrate()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connection
from django.test import Client
"""
    + PEOPLE
    + """
def ready(matter):
    number = applied(matter)
    act(number, ITEM, "accept", wang)
    for step in ("design", "decide"):
        seen = act(number, ITEM, "finish_step", wang, step=step).case.length
    return number, seen
def by_core(number, seen, who, kind):
    try:
        act(number, ITEM, kind, who, seen=seen, reason="依法决定")
        return [who.username, "done", ""]
    except CaseRefused as refused:
        return [who.username, "refused", refused.what]
def by_page(number, seen, who, kind):
    client = Client(SERVER_NAME="localhost")
    client.force_login(who, "allauth.account.auth_backends.AuthenticationBackend")
    form = {"item": ITEM, "kind": kind, "seen": str(seen), "reason": "依法决定"}
    answer = client.post(f"/desk/cases/{number}/", form)
    words = {302: "done", 409: "refused"}
    return [who.username, words.get(answer.status_code, answer.status_code), answer.content.decode()]
def race(act_by, number, seen):
    start = Barrier(2)
    def run(who, kind):
        start.wait()
        try:
            return act_by(number, seen, who, kind)
        finally:
            connection.close()
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(run, wang, "grant"), pool.submit(run, zhao, "refuse")]
        told = [job.result() for job in jobs]
    kinds = list(RecordedEvent.objects.filter(case=number).values_list("kind", flat=True))
    return [told, [k for k in kinds if k in ("grant", "refuse")]]
found = [race(by, *ready(f"{by.__name__}{i}")) for by in (by_core, by_page) for i in range(3)]
tell([found, len(list(breaks()))])
"""
)


def test_of_two_who_decide_at_once_one_does_and_the_other_is_told_who(area: Apart) -> None:
    races, broken = area.run(_RACE)
    assert len(races) == 6 and broken == 0
    steps = {"grant": ("wang", "准予"), "refuse": ("zhao", "不予")}
    for told, decisions in races:
        (decision,) = decisions
        winner, word = steps[decision]
        by_outcome = {outcome: (who, said) for who, outcome, said in told}
        assert by_outcome.keys() == {"done", "refused"}, told
        assert by_outcome["done"][0] == winner
        loser, said = by_outcome["refused"]
        assert loser != winner
        assert f"{winner} 已于" in said and word in said

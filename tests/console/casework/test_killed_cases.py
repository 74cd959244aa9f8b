"""A process that handles cases is killed in the middle: what it said was done is there, whole, and nothing half."""

from __future__ import annotations

import pytest

from tests.console.casework.area import PEOPLE, Apart, apart, area

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
assert apart and area

#: Children apply and act without end, and say what was recorded once it was; each is killed amidst it.
_WORK = (
    "migrate()"
    + PEOPLE
    + """
import os, signal
from itertools import count
from django.db import connections
def work(out):
    def say(case):
        os.write(out, f"{case.case.pk} {case.case.length}\\n".encode())
    for i in count(Case.objects.count()):
        number = applied(f"地块{i}")
        say(read_case(Case.objects.get(pk=number)))
        say(act(number, ITEM, "accept", wang))
        for step in ("design", "decide"):
            say(act(number, ITEM, "finish_step", zhao, step=step))
        say(act(number, ITEM, "grant", wang))
        say(act(number, ITEM, "deliver", zhao))
def killed_after(lines):
    there, out = os.pipe()
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            work(out)
        finally:
            os._exit(1)
    os.close(out)
    with os.fdopen(there) as told:
        said = [told.readline() for _ in range(lines)]
        os.kill(child, signal.SIGKILL)
        said.append(told.read())
    status = os.waitpid(child, 0)[1]
    assert os.WTERMSIG(status) == signal.SIGKILL, status
    return [[int(n) for n in line.split()] for line in "".join(said).split("\\n")[:-1]]
said = [line for lines in (3, 8, 15, 4) for line in killed_after(lines)]
"""
)

_CHECK = """
kept = ("status", "turn", "due_on", "sure", "granted")
wrong, numbers, told = [], {}, {}
for entry in TrailEntry.objects.filter(action__startswith="case."):
    told.setdefault((entry.detail["case"], entry.detail["event"]), []).append(entry.action)
for read in read_cases(Case.objects.all()):
    case = read.case
    numbers[case.pk] = [e.number for e in read.events]
    if numbers[case.pk] != list(range(1, case.length + 1)):
        wrong.append(["gap", case.pk, numbers[case.pk]])
    if case.ended != read.ended:
        wrong.append(["ended", case.pk])
    for part, now in zip(case.parts.all(), read.parts(today()), strict=True):
        if [getattr(part, n) for n in kept] != [getattr(now, n) for n in kept]:
            wrong.append(["part", case.pk])
    for event in read.events:
        if told.pop((case.pk, event.number), []) != [f"case.{event.kind}"]:
            wrong.append(["trail", case.pk, event.number])
there = [[k, n] for k, v in numbers.items() for n in v]
tell([wrong, list(told), len(list(breaks())), [line for line in said if line not in there], len(said),
      max(map(len, numbers.values()))])
"""


def test_no_event_is_lost_or_half_recorded_when_the_process_is_killed(area: Apart) -> None:
    wrong, untold, broken, lost, said, longest = area.run(_WORK + _CHECK)
    assert (wrong, untold, broken, lost) == ([], [], 0, [])
    assert said >= 30 and longest == 8

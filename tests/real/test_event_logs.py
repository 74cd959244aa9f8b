"""Two real logs of permits and published figures of zones, held against counts made without jingkai.

Skips, saying so, where the data beside the repository is absent.
"""

from __future__ import annotations

import csv
import gzip
import math
from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from statistics import median, quantiles

import pytest

from jingkai.services.logs.columns import LogMap
from jingkai.services.logs.draw import draw_paths
from jingkai.services.logs.events import read_log
from jingkai.services.logs.measures import measure
from jingkai.services.logs.path_map import path_map
from jingkai.services.logs.published import MEASURES, read_bounds, read_published

LOGS = {
    "wabo_receipt_phase.csv": LogMap(office="org_group", unknown=("EMPTY",)),
    "bpic15_1_building_permit.csv.gz": LogMap(
        case="case_id", activity="action_code", resource="org_resource", complete="time_timestamp"
    ),
}


@pytest.fixture(scope="module", params=LOGS)
def both(request, shared):
    """A log as jingkai measures it, and its events as the csv module reads them."""
    path = shared / "data" / "eventlogs" / request.param
    if not path.exists():
        pytest.skip(f"{path.name} is absent")
    found = measure(read_log(path, LOGS[request.param]))
    names = found.log.columns
    open_ = gzip.open if path.suffix == ".gz" else open
    cases = defaultdict(list)
    with open_(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row[names["activity"]].strip():
                when = datetime.fromisoformat(row[names["complete"]])
                cases[row[names["case"]]].append((when, row[names["activity"]], row))
    return found, {k: sorted(v, key=lambda e: e[0]) for k, v in cases.items()}


def test_counts_are_those_of_a_plain_count(both):
    found, cases = both
    total = found.total
    events = [e for c in cases.values() for e in c]
    assert total["cases"] == len(cases) and total["events"] == len(events)
    assert total["activities"] == len({e[1] for e in events})
    assert total["variants"] == len({tuple(e[1] for e in c) for c in cases.values()})
    assert found.log.rows_read == total["events"] + found.log.rejected.height


def test_time_is_that_of_a_plain_count(both):
    found, cases = both
    spans = [(c[-1][0] - c[0][0]).total_seconds() / 86_400 for c in cases.values()]
    assert found.total["elapsed_days_median"] == pytest.approx(median(spans), abs=1e-9)
    ninth = quantiles(spans, n=10, method="inclusive")[-1]
    assert found.total["elapsed_days_p90"] == pytest.approx(ninth, abs=1e-6)
    days = [(c[-1][0].date() - c[0][0].date()).days for c in cases.values()]
    assert found.total["calendar_days_median"] == median(days)


def test_repeats_and_hand_overs_are_those_of_a_plain_count(both):
    found, cases = both
    repeats = [len(c) - len({e[1] for e in c}) for c in cases.values()]
    assert found.cases["rework"].sum() == sum(repeats)
    who, office = found.log.columns["resource"], found.log.columns.get("office")
    unknown = ("", "EMPTY") if office else ("",)
    for role, column in (("resource", who), ("office", office)):
        if column is not None:
            told = [
                [e[2][column] for e in c if e[2][column] not in unknown] for c in cases.values()
            ]
            changes = sum(a != b for names in told for a, b in pairwise(names))
            assert found.cases[f"{role}_handovers"].sum() == changes


def test_late_is_that_of_a_plain_count(both):
    found, cases = both
    name = found.log.columns.get("deadline")
    if name is None:
        assert found.total["late_share"] is None
        return
    late = [c[-1][0].date() > datetime.fromisoformat(c[-1][2][name]).date() for c in cases.values()]
    assert found.total["late_known"] == len(late)
    assert found.total["late_share"] == pytest.approx(sum(late) / len(late))


def test_passages_of_the_picture_are_those_of_a_plain_count(both):
    found, cases = both
    shown = path_map(found.log)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for case in cases.values():
        ways = ["\x02", *(e[1] for e in case if e[1] in shown.counts), "\x03"]
        for pair in pairwise(ways):
            counts[pair] += 1
    assert all(counts[p.before, p.after] == p.count for p in shown.passages)
    assert draw_paths(shown, "图").count("<g>") == len(shown.counts) + 2


@pytest.fixture(scope="module")
def published(shared):
    return read_published(shared / "data" / "enterprises" / "services_before_after.csv")


def test_the_reductions_of_published_figures_are_computed_and_unknown_stays_unknown(published):
    known = {(s.zone, m) for s in published for m in MEASURES if s.reductions[m].cut is not None}
    assert known == {
        ("广州经济技术开发区", "days"),
        ("广州经济技术开发区", "trips"),
        ("苏州工业园区", "trips"),
        ("天津市各区", "days"),
        ("天津市各区", "materials"),
        ("兰州新区", "days"),
        ("江西省 (zones of the province)", "days"),
    }
    cuts = {
        (s.zone, m): s.reductions[m].cut for s in published for m in MEASURES if s.reductions[m].cut
    }
    assert (
        cuts["兰州新区", "days"].low == cuts["兰州新区", "days"].high == pytest.approx(1 - 45 / 137)
    )
    assert cuts["苏州工业园区", "trips"].low == pytest.approx(1 - 1 / 4)
    assert cuts["苏州工业园区", "trips"].high == pytest.approx(1 - 1 / 5)
    assert cuts["江西省 (zones of the province)", "days"].low == pytest.approx(1 - 79 / 200)


def test_a_reduction_that_the_page_states_agrees_with_its_figures(published):
    stated = [s for s in published if s.stated is not None]
    assert stated
    for service in stated:
        cut = service.reductions["days"].cut
        assert cut is not None and cut.low - 0.005 <= service.stated <= cut.high + 0.005


@pytest.mark.parametrize(
    ("text", "measure", "bounds"),
    [
        ("7", "days", (7, 7)),
        ("0.1 (2 hours)", "days", (0.1, 0.1)),
        ("1-2", "days", (1, 2)),
        ("under 1", "days", (0, 1)),
        ("over 200 (average)", "days", (200, math.inf)),
        ("1 or more", "trips", (1, math.inf)),
        ("79 (government), 60 (company)", "days", (60, 79)),
        ("", "days", None),
        ("11 departments", "steps", None),
        ("one joint visit", "steps", None),
        ("watch notices, prepare papers, go to the counter", "steps", None),
    ],
)
def test_a_published_figure_is_a_number_a_range_or_unknown(text, measure, bounds):
    found = read_bounds(text, measure)
    assert (None if found is None else (found.low, found.high)) == bounds

"""The picture of the ways that cases took: what it shows is counted, and nothing lies over anything."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from jingkai.services.logs.draw import days_text, draw_paths
from jingkai.services.logs.events import read_log
from jingkai.services.logs.layers import lay_out
from jingkai.services.logs.path_map import END, START, path_map

SVG = "{http://www.w3.org/2000/svg}"


def test_passages_are_counted_with_their_median(small):
    found = path_map(read_log(small))
    told = {(p.before, p.after): (p.count, p.days) for p in found.passages}
    assert found.counts == {"受理": 3, "审查": 3, "补正": 1, "办结": 3}
    assert told[START, "受理"] == (3, None) and told["办结", END] == (3, None)
    assert told["受理", "审查"][0] == 2 and told["受理", "审查"][1] == pytest.approx(2.5)
    assert found.hidden == 0 and found.cases == 3 and found.covered == 1
    assert found.caption[-1].startswith("箭头全部画出")


def test_the_rarest_activities_are_left_out_and_arrows_skip_them(small):
    found = path_map(read_log(small), most=2)
    assert found.counts == {"受理": 3, "办结": 3}
    assert ("受理", "办结", 3) in [(p.before, p.after, p.count) for p in found.passages]
    assert found.hidden == 2 and any("另有 2 个未画" in c for c in found.caption)


def _busy(tmp_path, activities=60, cases=80):
    rows = [
        f"{c},环节{(c * 7 + i * (1 + c % 5)) % activities:02d},2026-01-{1 + i:02d}"
        for c in range(cases)
        for i in range(12)
    ]
    path = tmp_path / "busy.csv"
    path.write_text("case_id,activity,timestamp\n" + "\n".join(rows) + "\n", "utf-8")
    return path_map(read_log(path))


def test_every_activity_shown_keeps_a_way_in_and_out(tmp_path):
    found = _busy(tmp_path)
    assert len(found.counts) == 30 and found.hidden == 30
    assert set(found.counts) <= {p.after for p in found.passages}
    assert set(found.counts) <= {p.before for p in found.passages}


def _boxes(root):
    rects = [r for r in root.iter(f"{SVG}rect") if "rx" in r.attrib]
    return [tuple(float(r.get(k)) for k in ("x", "y", "width", "height")) for r in rects]


def test_no_box_lies_over_another_and_all_are_within_the_picture(tmp_path):
    root = ElementTree.fromstring(draw_paths(_busy(tmp_path), "图"))
    boxes = _boxes(root)
    assert len(boxes) == 32
    for i, (x, y, w, h) in enumerate(boxes):
        for a, b, c, d in boxes[i + 1 :]:
            assert x + w <= a or a + c <= x or y + h <= b or b + d <= y
    width, height = (float(root.get(k)) for k in ("width", "height"))
    left, top = map(float, re.findall(r"[\d.]+", root.find(f"{SVG}g").get("transform")))
    assert all(
        x + left >= 0 and x + w + left <= width and y + h + top <= height for x, y, w, h in boxes
    )


def test_words_of_arrows_in_one_layer_keep_apart():
    names = ["a", *(f"n{i}" for i in range(9)), "z"]
    arrows = {("a", f"n{i}"): 5 for i in range(9)} | {(f"n{i}", "z"): 5 for i in range(9)}
    layout = lay_out(
        names, arrows, dict.fromkeys(names, 60.0), dict.fromkeys(arrows, 80.0), (50.0, 60.0)
    )
    for end in ("a", "z"):
        places = sorted(layout.words[k][0] for k in arrows if end in k)
        assert all(b - a >= 80 for a, b in pairwise(places))


def test_what_runs_back_is_turned_and_little():
    arrows = {("s", "a"): 9, ("a", "b"): 9, ("b", "a"): 2, ("b", "e"): 9}
    names = ["s", "a", "b", "e"]
    layout = lay_out(
        names, arrows, dict.fromkeys(names, 60.0), dict.fromkeys(arrows, 40.0), (50.0, 60.0)
    )
    assert layout.turned == {("b", "a")}
    assert [layout.nodes[n][1] for n in names] == sorted(layout.nodes[n][1] for n in names)


def test_names_are_text_and_never_markup(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,timestamp\n1,<script>&x,2026-01-05\n1,b,2026-01-06\n", "utf-8"
    )
    drawn = draw_paths(path_map(read_log(path)), "</svg><b>")
    assert (
        "<script" not in drawn
        and ElementTree.fromstring(drawn).find(f"{SVG}title").text == "</svg><b>"
    )


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (None, ""),
        (0, "同时"),
        (1e-5, "不到 1 分钟"),
        (0.01, "14 分钟"),
        (0.5, "12 小时"),
        (3, "3 天"),
        (3.25, "3.2 天"),
    ],
)
def test_days_are_said_as_people_do(days, said):
    assert days_text(days) == said

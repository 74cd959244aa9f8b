"""Both sides of every line that the shipped rules draw, as reviewed beside the articles.

`boundaries/RULE.txt` holds what was reviewed. A change of a rule changes its file: run this module
(`python -m tests.engine.test_boundaries`) to write them anew, and read the difference beside the article.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from jingkai.engine.boundaries import boundaries_of
from jingkai.policies import policies_folder
from jingkai.rulebook import Rule, Rulebook, load_rulebook
from jingkai.rulebook.program import APART

REVIEWED = Path(__file__).parent / "boundaries"


def written(rule: Rule, rulebook: Rulebook) -> str:
    found, missed = boundaries_of(rule, rulebook)
    lines = [f"{rule.source.basis.document}，{rule.source.basis.from_} 起施行"]
    for b in found:
        lines += [
            f"{b.place} · {b.basis} · {b.fact}",
            f"    不成立 {b.fails} → {b.verdicts[0]}",
            f"    成立 {b.holds} → {b.verdicts[1]}    （{b.example}）",
        ]
    lines += [f"未触及：{place}" for place in missed]
    return "\n".join(lines) + "\n"


def test_every_line_of_every_rule_is_as_reviewed(rulebook):
    drawn = {n: written(r, rulebook) for n, r in rulebook.rules.items() if r.kind not in APART}
    kept = {p.stem: p.read_text("utf-8") for p in REVIEWED.glob("*.txt")}
    assert drawn.keys() == kept.keys()
    for name, text in drawn.items():
        assert text == kept[name], name


def test_the_two_sides_of_a_line_are_neighbours_and_turn_the_test(rulebook):
    found, missed = boundaries_of(rulebook.rules["little_giant"], rulebook)
    revenue = next(b for b in found if b.place == "revenue")
    assert (revenue.fails, revenue.holds) == ("4999.999999 万元", "5000 万元")
    niche = next(b for b in found if b.place == "in_niche")
    assert (niche.fails, niche.holds) == ("2023-01-01", "2022-12-31")
    assert niche.verdicts == ("refused", "granted") and missed == []


def test_a_floor_that_must_be_passed_fails_on_the_line(rulebook):
    found, _ = boundaries_of(rulebook.rules["high_tech_enterprise"], rulebook)
    score = next(b for b in found if b.place == "innovation_score")
    assert (score.fails, score.holds) == ("70 分", "70.01 分")


@pytest.mark.parametrize("days", [0, 1])
def test_every_rule_starts_on_its_first_day(rulebook, days):
    for rule in rulebook.rules.values():
        day = rule.source.basis.from_ - dt.timedelta(days=days)
        rounds = rule.window.rounds if rule.window else ()
        if not any(r.from_ <= day <= r.to for r in rounds):
            assert rule.in_force(day) is (days == 0), rule.id


if __name__ == "__main__":
    REVIEWED.mkdir(exist_ok=True)
    book = load_rulebook([policies_folder()])
    texts = {r.id: written(r, book) for r in book.rules.values() if r.kind not in APART}
    for old in REVIEWED.glob("*.txt"):
        old.unlink()
    for name_, text_ in texts.items():
        (REVIEWED / f"{name_}.txt").write_text(text_, "utf-8")

"""The draw: fair, the same for the same seed, and anyone's to repeat."""

from __future__ import annotations

import hashlib
import hmac
from fractions import Fraction

import numpy as np
import pytest

from jingkai.allocation.inspections.draw import (
    draw_first,
    nonce_of,
    number_drawn,
    pseudonym,
    ranked,
    seed_text,
    sha256_text,
)
from jingkai.allocation.inspections.pool import drawn_from
from tests.allocation.inspections.small import plan_words, prepared


@pytest.mark.slow
def test_every_enterprise_is_drawn_as_often_as_every_other():
    """Chi-square over 2,000 enterprises and 1,000 seeds, 200 drawn each time.

    Sum of (O-E)²/E over units drawn without replacement has mean (N-1)(1-n/N) times N/(N-1) of a
    chi-square with N-1 degrees; the bound is four standard deviations.
    """
    ids = [f"{i:032x}" for i in range(2000)]
    seeds, number = 1000, 200
    counts = np.zeros(len(ids))
    for seed in range(seeds):
        ranks = np.array([rank[:15] for rank in ranked(str(seed), ids)])
        counts[np.argpartition(ranks.astype("S15").view("S15"), number)[:number]] += 1
    expected = seeds * number / len(ids)
    spread = 1 - number / len(ids)
    found = ((counts - expected) ** 2).sum() / (expected * spread) * (len(ids) - 1) / len(ids)
    degrees = len(ids) - 1
    assert counts.sum() == seeds * number
    assert abs(found - degrees) < 4 * np.sqrt(2 * degrees)


def test_a_draw_that_favours_some_would_be_seen():
    ids = [f"{i:032x}" for i in range(2000)]
    counts = np.zeros(len(ids))
    for seed in range(1000):
        chance = np.random.default_rng(seed)
        weights = np.where(np.arange(2000) < 1000, 1.1, 0.9)
        counts[chance.choice(2000, 200, replace=False, p=weights / weights.sum())] += 1
    found = ((counts - 100) ** 2).sum() / 90
    assert found - 1999 > 4 * np.sqrt(2 * 1999)


def test_the_first_by_rank_are_drawn_and_order_of_the_list_does_not_matter():
    ids = [f"{i}" for i in range(50)]
    drawn = draw_first("种子", ids, 7)
    by_hand = sorted(
        ids, key=lambda i: hmac.new("种子".encode(), i.encode(), hashlib.sha256).digest()
    )
    assert drawn == by_hand[:7] == draw_first("种子", ids[::-1], 7)
    assert draw_first("别的", ids, 7) != drawn


@pytest.mark.parametrize(
    ("size", "ratio", "number"),
    [(713, "0.05", 36), (10, "0.05", 1), (9, "0.05", 0), (0, "1", 0), (3, "1", 3), (5, "0", 0)],
)
def test_how_many_are_drawn_is_rounded_a_half_up(size, ratio, number):
    assert number_drawn(size, Fraction(ratio)) == number


def test_ids_tell_nothing_without_the_nonce_and_differ_by_list():
    nonce = nonce_of("盐", "91A")
    assert nonce != nonce_of("盐", "91B") and nonce != nonce_of("别的盐", "91A")
    assert pseudonym(nonce, "1", "91A") != pseudonym(nonce, "2", "91A")
    assert len(pseudonym(nonce, "joint", "91A")) == 32


def test_parts_of_a_seed_are_lines_in_their_order():
    assert seed_text([" 甲 ", "3512.77"]) == "甲\n3512.77" != seed_text(["3512.77", "甲"])
    assert sha256_text("甲") == hashlib.sha256("甲".encode()).hexdigest()


def test_one_rank_lets_the_lists_of_offices_fall_together_and_a_rank_an_office_does_not():
    together, apart = (prepared(plan_words(ranking=r), 3000) for r in ("joint", "by_office"))
    both = []
    for found in (together, apart):
        drawn = drawn_from(found.pool.units, found.pool.strata, "种子")
        both.append((drawn.height, drawn["position"].n_unique()))
    assert both[0][0] == both[1][0]
    assert both[0][1] == both[0][0] / 3
    assert both[1][1] > 1.5 * both[0][1]


def test_each_stratum_gives_the_number_that_its_ratio_says():
    found = prepared(count=3000)
    drawn = drawn_from(found.pool.units, found.pool.strata, "种子")
    counts = dict(drawn.group_by("stratum").len().iter_rows())
    wanted = {s: n for s, n in found.pool.strata.select("stratum", "number").iter_rows() if n}
    assert counts == wanted

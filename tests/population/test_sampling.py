"""Fewer rows than entities, and nobody lost."""

from __future__ import annotations

import numpy as np
import pytest

from jingkai.population.counts import KINDS
from jingkai.population.sampling import draw_rows
from tests.population.test_counts import counted

COUNTS, _ = counted(2024)


@pytest.mark.parametrize("scale", [0.003, 0.01, 0.1])
def test_weights_come_to_the_counts_of_each_kind_in_each_zone(scale):
    rows = draw_rows(COUNTS, scale, np.random.SeedSequence(7))
    zones = COUNTS.table.shape[1]
    weights = np.bincount(
        rows.kind.astype(int) * zones + rows.zone, weights=rows.weight, minlength=len(KINDS) * zones
    )
    assert np.array_equal(weights.reshape(len(KINDS), zones), COUNTS.table.sum(axis=2))
    assert len(rows) == pytest.approx(COUNTS.total() * scale, rel=0.25)
    assert rows.weight.min() >= 1


def test_industries_of_the_sample_are_those_of_the_counts_on_average():
    rows = draw_rows(COUNTS, 0.1, np.random.SeedSequence(7))
    industries = COUNTS.table.shape[2]
    sampled = np.bincount(rows.industry, weights=rows.weight, minlength=industries)
    real = COUNTS.table.sum(axis=(0, 1))
    large = real > 20_000
    assert np.allclose(sampled[large], real[large], rtol=0.05)


def test_at_scale_one_every_entity_is_a_row_and_enterprises_come_first():
    small = type(COUNTS)(COUNTS.table // 50)
    rows = draw_rows(small, 1.0, np.random.SeedSequence(7))
    assert len(rows) == small.total() and set(rows.weight) == {1}
    individual = rows.form("individual")
    assert not individual[: int((~individual).sum())].any()
    cells = np.zeros_like(small.table)
    np.add.at(cells, (rows.kind, rows.zone, rows.industry), 1)
    assert np.array_equal(cells, small.table)


def test_the_same_seed_gives_the_same_rows():
    one, two = (draw_rows(COUNTS, 0.01, np.random.SeedSequence(7)) for _ in range(2))
    other = draw_rows(COUNTS, 0.01, np.random.SeedSequence(8))
    assert np.array_equal(one.industry, two.industry)
    assert not np.array_equal(one.industry, other.industry)

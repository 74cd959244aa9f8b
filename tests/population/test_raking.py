"""Tables fitted to margins, and whole numbers out of them."""

from __future__ import annotations

import numpy as np

from jingkai.population.raking import rake, whole

ROWS, COLUMNS = np.array([[0], [1]]), np.array([[0, 1, 2]])


def test_a_fitted_table_has_its_margins_and_keeps_its_odds_and_zeros():
    seed = np.array([[1.0, 2.0, 0.0], [3.0, 1.0, 1.0]])
    rows, columns = np.array([30.0, 70.0]), np.array([40.0, 45.0, 15.0])
    found = rake(seed, [(ROWS, rows), (COLUMNS, columns)])
    assert np.allclose(found.sum(axis=1), rows) and np.allclose(found.sum(axis=0), columns)
    assert found[0, 2] == 0
    odds = found[0, 0] * found[1, 1] / (found[0, 1] * found[1, 0])
    assert np.isclose(odds, 1 * 1 / (2 * 3))


def test_a_table_that_fits_already_is_left_as_it_is():
    seed = np.array([[10.0, 20.0, 0.0], [30.0, 25.0, 15.0]])
    assert np.allclose(rake(seed, [(ROWS, seed.sum(axis=1)), (COLUMNS, seed.sum(axis=0))]), seed)


def test_whole_numbers_come_to_the_total_and_stay_near_their_shares():
    shares = np.random.default_rng(3).gamma(0.3, size=(7, 11))
    found = whole(shares, 1000)
    assert found.sum() == 1000 and found.min() >= 0
    assert np.abs(found - shares / shares.sum() * 1000).max() < 1
    assert whole(shares, 0).sum() == 0 and whole(np.zeros(3), 5).sum() == 0
    # many small cells together get what they are due: none is always rounded away
    assert whole(np.full(1000, 1.0), 100).sum() == 100

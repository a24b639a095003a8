import itertools

import numpy as np
import pytest

from engine.run.loss_history import LossHistory


def filled(values: np.ndarray) -> LossHistory:
    history = LossHistory()
    for value in values:
        history.append(value)
    return history


def test_every_loss_is_kept() -> None:
    values = np.random.RandomState(0).rand(10_000)
    np.testing.assert_array_equal(filled(values).values, values)


def test_room_for_more_losses_is_made_a_little_at_a_time() -> None:
    values = np.random.RandomState(0).rand(200_000)
    history, moved, most = LossHistory(), 0, 0
    for piece in np.split(values, 200):
        history.extend(piece)
        now = history._moved
        most = max(most, now - moved if now >= moved else now)
        moved = now if history._larger is not None else 0
    assert 0 < most <= 2 * piece.size
    np.testing.assert_array_equal(history.values, values)


@pytest.mark.parametrize("count", [1, 99, 100, 101, 5_000, 25_600, 25_601, 40_000])
def test_outline_holds_the_extremes_of_every_stretch(count: int) -> None:
    values = np.random.RandomState(1).rand(count)
    outline = filled(values).outline(100)
    assert outline.positions.size <= 101
    bounds = [*outline.positions.astype(int), count]
    for i, (start, end) in enumerate(itertools.pairwise(bounds)):
        assert outline.lows[i] == values[start:end].min()
        assert outline.highs[i] == values[start:end].max()


def test_outline_after_more_losses_is_that_of_all() -> None:
    values = np.random.RandomState(2).rand(60_000)
    history = LossHistory()
    for i, value in enumerate(values):
        history.append(value)
        if i % 7_000 == 0:
            history.outline(50)
    whole, piecewise = filled(values).outline(50), history.outline(50)
    np.testing.assert_array_equal(piecewise.lows, whole.lows)
    np.testing.assert_array_equal(piecewise.highs, whole.highs)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("count", [100, 40_000])
def test_what_is_not_finite_is_told_and_not_drawn(bad: float, count: int) -> None:
    values = np.linspace(1, 2, count)
    values[70:90] = bad
    outline = filled(values).outline(40)
    assert outline.first_nonfinite == 70
    assert np.nanmax(outline.highs) == 2.0
    assert np.nanmin(outline.lows) == 1.0
    assert not np.isinf(outline.highs).any()

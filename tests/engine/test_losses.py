"""Losses against their definitions, and that a run of theirs takes no memory."""

import tracemalloc

import numpy as np
import pytest

from engine.losses import LOSSES, Setting


def test_bce_from_probabilities_is_that_of_its_definition() -> None:
    random = np.random.RandomState(4)
    f, f0 = random.rand(50, 3), random.rand(50, 3)
    f[0], f0[0] = (0.0, 1.0, 0.5), (0.0, 1.0, 0.5)
    E = np.empty(())
    with np.errstate(all="ignore"):
        LOSSES["bce"].bind(f, f0, None, E, Setting(0.25))()
        terms = -(f0 * np.log(f) + (1 - f0) * np.log(1 - f))
    terms[0] = 0.0, 0.0, np.log(2)
    assert float(E) == pytest.approx(0.25 * terms.sum(), rel=1e-12)


FROM = [(name, way) for name in LOSSES for way in (True, False)]
# It is computed from y only.
FROM.remove(("cross-entropy", False))


@pytest.mark.parametrize(("name", "from_y"), FROM)
def test_it_allocates_nothing(name: str, from_y: bool) -> None:
    random = np.random.RandomState(0)
    f, y = random.rand(100_000, 4), random.randn(100_000, 4)
    f0 = np.eye(4)[np.arange(100_000) % 4]
    run = LOSSES[name].bind(f, f0, y if from_y else None, np.empty(()), Setting(1.0))
    run()
    tracemalloc.start()
    try:
        run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The buffers of NumPy have a size of their own; a copy of f would be twenty times as much.
    assert peak < f.nbytes / 20

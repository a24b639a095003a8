"""Losses against their definitions."""

import numpy as np
import pytest

from engine.formula.primitives import setting
from engine.maths.losses import LOSSES, Setting
from tests.engine.formulas import computed, leaf

ANY = Setting(setting(1.0, "δ"))


def test_bce_from_probabilities_is_that_of_its_definition() -> None:
    random = np.random.RandomState(4)
    f, f0 = random.rand(40, 3), random.rand(40, 3)
    f[0], f0[0] = (0.0, 1.0, 0.5), (0.0, 1.0, 0.5)
    E = float(computed(LOSSES["bce"].value(leaf("f", f), leaf("f0", f0), ANY)))
    with np.errstate(all="ignore"):
        terms = -(f0 * np.log(f) + (1 - f0) * np.log(1 - f))
    terms[0] = 0.0, 0.0, np.log(2)
    assert pytest.approx(terms.mean(), rel=1e-12) == E


def test_log_cosh_neither_overflows_nor_loses_small_errors() -> None:
    errors = np.resize([0.0, 1e-3, 1.0, 800.0, -1e300], (40, 3))
    loss = LOSSES["log-cosh"]
    E = float(computed(loss.value(leaf("f", errors), leaf("f0", np.zeros((40, 3))), ANY)))
    near = np.log(np.cosh(np.where(np.abs(errors) < 10, errors, 0.0)))
    exact = np.where(np.abs(errors) < 10, near, np.abs(errors) - np.log(2.0))
    assert pytest.approx(exact.mean(), rel=1e-12) == E

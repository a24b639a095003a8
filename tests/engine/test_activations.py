import numpy as np

from engine import Dataset, Debugger, Hyperparameters
from engine.maths.activations import ACTIVATIONS
from tests.engine.formulas import ROWS, computed, leaf


def test_sigmoid_is_exact_in_the_tails() -> None:
    """Exactly 1 from 37 on, exactly 0 where e^−z overflows, in between to the last bits."""
    points = [-1e308, -1000.0, -745.0, -40.0, -1.0, 0.0, 1.0, 37.0, 1000.0, np.inf, -np.inf]
    z = leaf("z", np.resize(points, (len(ROWS.labels), 3)))
    a = computed(ACTIVATIONS["sigmoid"].value(z)).reshape(-1)
    assert a[[0, 1, 10]].tolist() == [0.0, 0.0, 0.0]
    assert a[[7, 8, 9]].tolist() == [1.0, 1.0, 1.0]
    assert a[5] == 0.5
    # e^−40 / (1 + e^−40), from a table of exponentials.
    np.testing.assert_allclose(a[3], 4.248354255291589e-18, rtol=1e-14)
    slope = ACTIVATIONS["sigmoid"].slope
    assert slope is not None
    found = computed(slope(z, leaf("a", a.reshape(-1, 3)))).reshape(-1)
    np.testing.assert_allclose(found[4], 0.19661193324148185, rtol=1e-14)


def test_saturation_prints_no_warning() -> None:
    """Warnings are errors in this suite; the debugger must not give one."""
    dataset = Dataset.from_arrays(np.array([[1e6, -1e6], [-1e6, 1e6]]), np.array([[1.0], [0.0]]))
    debugger = Debugger(dataset, Hyperparameters(learning_rate=1e6))
    debugger.run(50)
    debugger.step_operation()
    assert np.isfinite(debugger.losses).all()


def test_softmax_of_rows_whatever_their_size() -> None:
    """Each less the largest of its own row, as the table's largest would make others 0/0."""
    random = np.random.RandomState(3)
    gaps = -3.0 * random.rand(len(ROWS.labels), 3)
    gaps[:, 0] = 0.0
    shares = np.exp(gaps) / np.exp(gaps).sum(axis=1, keepdims=True)
    offsets = np.resize([1000.0, -1000.0, -1e6, 1e6, 0.0, 800.0], len(gaps))
    a = computed(ACTIVATIONS["softmax"].value(leaf("z", gaps + offsets[:, None])))
    np.testing.assert_allclose(a, shares, rtol=1e-9)

"""The first value that is no finite number, and extremes, against a look at every operation."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import Dataset, Debugger, Hyperparameters, read_dataset
from engine.common.errors import QueryError
from engine.run.halt import NONFINITE
from tests.engine.nets import make
from tests.examples import examples

HORIZON = 300
Found = tuple[int, int, str]


def first_nonfinite(debugger: Debugger) -> Found | None:
    """Step from operation to operation and look at each result."""
    while debugger.iteration < HORIZON:
        operation = debugger.step_operation()
        if operation.aside:
            continue
        bad = np.argwhere(~np.isfinite(operation.target.data))
        if len(bad):
            labels = ", ".join(operation.target.labels(tuple(bad[0])))
            cell = f"{operation.symbol}[{labels}]" if labels else operation.symbol
            return debugger.iteration, debugger.position, cell
    return None


def proceeded(debugger: Debugger) -> Found | None:
    hit = debugger.proceed(HORIZON)
    if hit is None:
        assert debugger.iteration == HORIZON
        return None
    assert (debugger.iteration, debugger.position) == (hit.iteration, hit.position)
    assert hit.words.endswith(f"in iteration {hit.iteration - (hit.position == 0)}")
    return hit.iteration, hit.position, hit.words.split(" is ")[0]


def diverging(
    weight: float = 1.0, rate: float = 0.1, target: float = 1.0, bias: str = "none", spread: int = 0
) -> Debugger:
    state = np.random.RandomState(5)
    dataset = Dataset.from_arrays(state.randn(4, 2), target * state.rand(4, 2))
    hyperparameters = Hyperparameters(learning_rate=rate, loss="sse", bias=bias)
    start = Debugger(dataset, hyperparameters).initial_parameters
    for place, name in enumerate(start):
        start[name] *= weight if (spread + place) % 2 else 1.0
    return Debugger(dataset, hyperparameters, start)


def bits(debugger: Debugger) -> dict[str, bytes]:
    values = {name: array.tobytes() for name, array in debugger.snapshot().values.items()}
    return values | {"losses": debugger.losses.tobytes()}


magnitudes = st.sampled_from([0.0, 1.0, 1e3, -1e10, 1e150, 1e154, 1e300, -1.7e308, 1.79e308])
rates = st.sampled_from([0.0, 0.1, 1e3, 1e100, 1e155, 1e300, 1e308])
targets = st.sampled_from([1.0, 1e10, 1e100, 1e154, 1e160, 1e307])
networks = st.tuples(
    magnitudes, rates, targets, st.sampled_from(["none", "shared", "per-neuron"]), st.integers(0, 1)
)


@settings(max_examples=examples(25))
@given(networks)
@example((1.79e308, 0.1, 1.0, "none", 1))
@example((1.0, 0.1, 1e160, "none", 0))
@example((1.0, 1e300, 1.0, "per-neuron", 0))
def test_the_first_value_that_is_not_finite(network: tuple[float, float, float, str, int]) -> None:
    naive, debugger = diverging(*network), diverging(*network)
    wanted = first_nonfinite(naive)
    assert proceeded(debugger) == wanted
    assert bits(debugger) == bits(naive)
    # Going on does not stop at once, nor again for what stays.
    assert debugger.proceed(HORIZON) is None
    debugger.go_to(0)
    assert proceeded(debugger) == wanted
    # What had been computed beyond it before stays.
    assert len(debugger.losses) == HORIZON


FUSED = [
    {"loss": "bce", "output_activation": "sigmoid", "targets": "bits"},
    {"loss": "cross-entropy", "output_activation": "softmax", "outputs": 3, "targets": "classes"},
    {"loss": "mse", "output_activation": "identity"},
]


@settings(max_examples=examples(60))
@given(
    st.sampled_from(FUSED),
    st.sampled_from(["none", "shared", "per-neuron"]),
    st.sampled_from([1e3, 1e155, 1e200, 1e300]),
    st.sampled_from([1.0, 1e154, 1e300, -1.7e308]),
    st.integers(0, 30),
)
@example(FUSED[0], "per-neuron", 1e200, 1.0, 7)
def test_from_any_position_of_the_first_iteration(
    kind: dict[str, Any], bias: str, rate: float, weight: float, position: int
) -> None:
    """What lies ahead there was computed before, and must not be taken for what is known."""

    def start() -> Debugger:
        one = make(bias=bias, activation="identity", learning_rate=rate, **kind)
        parameters = one.initial_parameters
        parameters["w"][0, 0] *= weight
        return Debugger(one.dataset, one.hyperparameters, parameters)

    naive, debugger = start(), start()
    wanted = first_nonfinite(naive)
    place = min(position, len(debugger.program.operations) - 1)
    debugger.run(HORIZON)
    debugger.go_to(0, place)
    found = proceeded(debugger)
    if wanted is None or (0, place) < wanted[:2]:
        assert found == wanted
    else:
        # It lies behind, and what stays is no reason to stop.
        assert found is None or found[:2] > (0, place)


def test_what_was_computed_beyond_is_not_kept() -> None:
    naive, debugger = late(), late()
    wanted = first_nonfinite(naive)
    assert wanted is not None
    assert wanted[0] == 100
    debugger.run(60)
    debugger.go_to(20, 3)
    # From within what is known, beyond its end.
    assert proceeded(debugger) == wanted
    assert len(debugger.losses) == wanted[0]
    assert bits(debugger) == bits(naive)
    debugger.go_to(wanted[0] - 1)
    assert proceeded(debugger) == wanted


def late() -> Debugger:
    """Everything is finite until v is set so large that ŷ overflows, in iteration 100."""
    debugger = diverging()
    debugger.run(100)
    debugger.edit("v", (0, 0), 1.79e308)
    debugger.edit("v", (1, 0), 1.79e308)
    debugger.go_to(0)
    # Forget what was computed, but not the edits.
    debugger._run.losses.forget(0)
    debugger._run.history.forget(0)
    return debugger


@pytest.mark.parametrize("place", [(0, 5), (99, 0), (100, 3), (150, 2)])
def test_a_breakpoint_after_it_is_not_reached(place: tuple[int, int]) -> None:
    """It lies in the same stretch, so the run has passed it before it notices."""
    debugger = late()
    name = debugger.program.operations[place[1]].name
    stop = debugger.stops.add_breakpoint(f"{name}: iteration == {place[0]}")
    counted = debugger.stops.add_breakpoint("yhat after 1000")
    wanted = first_nonfinite(late())
    assert wanted is not None
    if place < wanted[:2]:
        hit = debugger.proceed(HORIZON)
        assert hit is not None
        assert (hit.iteration, hit.position) == place
    assert proceeded(debugger) == wanted
    assert debugger.stops.hits(stop) == (place < wanted[:2])
    # Not where the run began, but before the ŷ that overflowed.
    assert debugger.stops.hits(counted) == 100
    after = debugger.proceed(HORIZON)
    assert (after is not None) == (place > wanted[:2])


def test_it_looks_again_once_all_is_finite() -> None:
    debugger = diverging()
    for iteration in (10, 20, 30):
        debugger.run(iteration - debugger.iteration)
        debugger.edit("w", (0, 0), 1.79e308)
        debugger.edit("w", (1, 0), 1.79e308)
        hit = debugger.proceed(HORIZON)
        assert hit is not None
        assert (hit.iteration, hit.words[0]) == (iteration, "y")
        # y is infinite, f is 1, and E is finite all the same.
        debugger.edit("w", (0, 0), 1.0)
        debugger.edit("w", (1, 0), 1.0)
        assert debugger.proceed(iteration + 5) is None
    debugger.go_to(0)
    for iteration in (10, 20, 30):
        # Each time it lasts for less than an iteration.
        hit = debugger.proceed(HORIZON)
        assert hit is not None
        assert (hit.iteration, hit.words[0]) == (iteration, "y")
    assert debugger.proceed(HORIZON) is None


def test_it_can_be_switched_off() -> None:
    debugger = late()
    assert debugger.stops.toggle(1) is False
    assert debugger.proceed(HORIZON) is None


@pytest.mark.parametrize(
    "text",
    ["E", "norm(dE_dw)", "norm(v - prev(v))", "prev(E) > E", "best_E - E", "iteration", "log(-1)"],
)
def test_scan(text: str) -> None:
    debugger = make("shared")
    debugger.run(90)
    debugger.go_to(37, 4)
    before = bits(debugger)
    for first, last in ((0, None), (5, 40), (89, 89)):
        scan = debugger.scan(text, first, last)
        assert scan is not None
        assert bits(debugger) == before
        naive, end = make("shared"), 89 if last is None else last
        expected = []
        for _ in range(end + 1):
            naive.run(1)
            try:
                expected.append(float(naive.evaluate(text)))
            except QueryError:
                expected.append(np.nan)
        wanted = np.array(expected[first:])
        np.testing.assert_array_equal(scan.values, wanted)
        if np.isnan(wanted).all():
            assert scan.largest is scan.smallest is None
        else:
            assert scan.largest == (first + np.nanargmax(wanted), np.nanmax(wanted))
            assert scan.smallest == (first + np.nanargmin(wanted), np.nanmin(wanted))


def test_scan_that_cannot_be_or_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    debugger = make()
    with pytest.raises(QueryError, match="0 are computed"):
        debugger.scan("E")
    debugger.run(50)
    debugger.go_to(20, 2)
    before = bits(debugger)
    for first, last in ((50, None), (-1, 3), (50, 60)):
        with pytest.raises(QueryError, match="50 are computed"):
            debugger.scan("E", first, last)
    with pytest.raises(QueryError, match=r"^9\.\.8 runs backwards: write 8\.\.9$"):
        debugger.scan("E", 9, 8)
    with pytest.raises(QueryError, match="a single value is needed"):
        debugger.scan("v")
    monkeypatch.setattr("engine.run.motion._UNASKED", 0.0)
    answers = itertools.chain([False] * 10, itertools.repeat(True))
    assert debugger.scan("E", cancel=lambda: next(answers)) is None
    assert bits(debugger) == before


def test_the_steepest_iteration_of_or() -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.run(10_000)
    scan = debugger.scan("norm(dE_dw)", 1000)
    assert scan is not None
    assert scan.largest is not None
    iteration, value = scan.largest
    assert (iteration, round(value, 4)) == (8220, 0.0203)
    debugger.go_to(iteration + 1)
    assert np.linalg.norm(debugger.value("dE_dw")) == pytest.approx(value, rel=1e-12)


def test_back_to_the_first_value_that_is_not_finite() -> None:
    debugger = late()
    wanted = first_nonfinite(late())
    assert wanted is not None
    assert proceeded(debugger) == wanted
    words = debugger.stopped
    debugger.run(30)
    hit = debugger.back_to_stop()
    assert hit is not None
    assert (hit.iteration, hit.position, hit.words) == (*wanted[:2], words)
    assert debugger.back_to_stop() is None
    # A breakpoint behind it is nearer, one before it is next.
    debugger.stops.add_breakpoint("dE_dv: iteration == 110")
    debugger.stops.add_breakpoint("dE_dv: iteration == 50")
    debugger.go_to(125)
    times = []
    while (hit := debugger.back_to_stop()) is not None:
        times.append(hit.iteration)
    assert times == [110, wanted[0], 50]
    debugger.go_to(125)
    debugger.stops.toggle(next(s.number for s in debugger.stops if s.name == NONFINITE))
    debugger.stops.toggle(next(s.number for s in debugger.stops if "110" in s.text))
    hit = debugger.back_to_stop()
    assert hit is not None
    assert hit.iteration == 50

"""Training in the loop against the same calls one by one from Python: every bit is the same."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, InputError
from engine.loop.plan import loop_name
from engine.maths.activations import HIDDEN, OUTPUT
from engine.maths.losses import LOSSES
from engine.maths.optimisers import OPTIMISERS
from engine.maths.schedules import SCHEDULES
from engine.model.hyperparameters import BIAS_MODES
from tests.engine.naive import from_python
from tests.engine.nets import every_kind, make
from tests.examples import IS_FULL

ITERATIONS = 200
BATCHES = (("full", "no"), ("1", "yes"), ("3", "no"), ("4", "yes"))

needs_the_loop = pytest.mark.skipif(
    loop_name() != "C", reason="the loop was not built: no C compiler at installation"
)


def bits(debugger: Debugger) -> dict[str, bytes]:
    program = debugger.program
    tensors = {**program.tensors, **{t.name: t for t in program.changes.values()}}
    return {name: of_bits(tensor.data) for name, tensor in tensors.items()}


def of_bits(array: np.ndarray) -> bytes:
    """The bits of an array; the sign of what is no number has no meaning."""
    return np.where(np.isnan(array), np.nan, array).tobytes()


def random_kind(random: np.random.RandomState) -> dict[str, Any]:
    def one_of(values: Any) -> Any:
        return list(values)[random.randint(len(values))]

    batch_size, shuffle = one_of(BATCHES)
    return {
        "hidden": one_of(("none", "3", "4,2")),
        "activation": one_of(HIDDEN),
        "output_activation": one_of(OUTPUT),
        "loss": one_of(LOSSES),
        "optimiser": one_of(OPTIMISERS),
        "bias": one_of(BIAS_MODES),
        "schedule": one_of(SCHEDULES),
        "batch_size": batch_size,
        "shuffle": shuffle,
        "clip": one_of((0.0, 0.5)),
        "l1": one_of((0.0, 0.01)),
        "l2": one_of((0.0, 0.01)),
        "init": "xavier",
        "learning_rate": one_of((0.01, 0.1, 3.0)),
    }


def debugger_of(kind: dict[str, Any]) -> Debugger | None:
    random = np.random.RandomState(5)
    x, f0 = random.randn(10, 4), np.eye(3)[np.arange(10) % 3]
    try:
        return Debugger(Dataset.from_arrays(x, f0), Hyperparameters(**kind))
    except InputError:
        # Not every loss goes with every output.
        return None


def both_ways(
    make_one: Any, monkeypatch: pytest.MonkeyPatch, iterations: int = ITERATIONS
) -> tuple[Debugger, Debugger]:
    found = []
    for way in ("c", "python"):
        monkeypatch.setenv("NN_TUI_LOOP", way)
        debugger = make_one()
        debugger.run(iterations)
        found.append(debugger)
    return found[0], found[1]


def assert_alike(kind: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> bool:
    if debugger_of(kind) is None:
        return False
    loop, calls = both_ways(lambda: debugger_of(kind), monkeypatch)
    assert bits(loop) == bits(calls), kind
    assert of_bits(loop.losses) == of_bits(calls.losses), kind
    return True


@pytest.mark.one_in(3)
@needs_the_loop
@every_kind
def test_each_kind_of_network(kind: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    loop, calls = both_ways(lambda: make(**kind), monkeypatch, 40)
    assert bits(loop) == bits(calls)
    assert of_bits(loop.losses) == of_bits(calls.losses)


@needs_the_loop
def test_random_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.RandomState(11)
    tried = sum(assert_alike(random_kind(random), monkeypatch) for _ in range(16))
    assert tried >= 6


@needs_the_loop
@pytest.mark.slow
@pytest.mark.parametrize("loss", list(LOSSES))
def test_every_activation_loss_optimiser_bias_and_batch(
    loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, outputs = 0, list(OUTPUT)
    kinds = itertools.product(enumerate(HIDDEN), enumerate(OPTIMISERS), enumerate(BIAS_MODES))
    for (i, activation), (j, optimiser), (k, bias) in kinds:
        # The outputs and the batches go round, so that each is met with each of the others.
        place = i * (len(OPTIMISERS) + 1) + j + k
        batches = BATCHES if IS_FULL else [BATCHES[(place + tried) % len(BATCHES)]]
        chosen = (
            outputs
            if loss in ("bce", "cross-entropy", "hinge")
            else [outputs[place % len(outputs)]]
        )
        for output, (size, shuffle) in itertools.product(chosen, batches):
            kind = {"hidden": "3", "activation": activation, "output_activation": output}
            kind |= {"loss": loss, "optimiser": optimiser, "bias": bias, "init": "xavier"}
            kind |= {"batch_size": size, "shuffle": shuffle, "learning_rate": 0.1}
            tried += assert_alike(kind, monkeypatch)
    assert tried >= len(HIDDEN) * len(OPTIMISERS) * len(BIAS_MODES)


@needs_the_loop
def test_single_operations_make_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run in the loop, stepped operations, and the calls from Python by hand."""
    stepped, whole = make("per-neuron", optimiser="adam"), make("per-neuron", optimiser="adam")
    whole.run(30)
    for _ in range(30 * len(stepped.program.operations)):
        stepped.step_operation()
    assert bits(stepped) == bits(whole)
    by_hand = make("per-neuron", optimiser="adam")
    for run in from_python(by_hand.program.operations) * 30:
        run()
    by_hand_bits = bits(by_hand)
    by_hand_bits["eta"] = bits(whole)["eta"]
    assert by_hand_bits == bits(whole)


@needs_the_loop
def test_stops_and_looks_are_the_same_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for way in ("c", "python"):
        monkeypatch.setenv("NN_TUI_LOOP", way)
        debugger = make(hidden=2, learning_rate=0.5)
        debugger.change(iterations=3000)
        debugger.stops.add_watch("E < prev(E) and norm(dE_dw) < 0.05 for 20")
        debugger.stops.add_breakpoint("dE_dy: E < 0.9 * prev(E) after 3")
        debugger.stops.add_watch("best_E < 0.06")
        hits = []
        while (hit := debugger.proceed()) is not None:
            hits.append((hit.words, hit.iteration, hit.position))
        scan = debugger.scan("mean(g > 0.5) + gradient_norm + prev(E) + epoch")
        assert scan is not None
        found.append((hits, scan.values.tobytes()))
    assert found[0] == found[1]
    assert len(found[0][0]) >= 2

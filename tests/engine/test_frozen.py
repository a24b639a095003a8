"""Frozen parameters: their gradients are computed, and no update changes them."""

from typing import Any

import numpy as np
import pytest

from engine import Debugger, Hyperparameters, InputError, read_dataset


def debugger(**values: Any) -> Debugger:
    wanted = {"bias": "per-neuron", "freeze": "bv,w", "initial_bias": 0.25, **values}
    return Debugger(read_dataset("or"), Hyperparameters(**wanted))


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "rmsprop", "adamw"])
def test_what_is_frozen_stays_and_the_rest_does_not(optimiser: str) -> None:
    run = debugger(optimiser=optimiser, l2=0.1, penalise="all", clip=0.1)
    start = run.parameters
    run.run(100)
    for name, values in run.parameters.items():
        assert (values == start[name]).all() == (name in ("bv", "w"))


def test_it_has_a_gradient_but_neither_an_update_nor_anything_kept() -> None:
    run = debugger(optimiser="adam", clip=0.1)
    names = [operation.name for operation in run.program.operations]
    assert "dE_dbv" in names
    assert "dE_dw" in names
    assert not {"bv", "w"} & set(names)
    written = {t.name for o in run.program.operations for t in o.writes}
    for name in (*run.program.tensors, *run.program.state, *written):
        assert not name.endswith(("_bv", "_w")) or name.startswith(("dE_d", "dyhat_d", "dy_d"))
    assert "delta_w" not in written
    assert run.program.state.keys() >= {"bv", "w", "m_v", "s_bw"}
    notes = {line.name: line.note for line in run.snapshot().listing.lines}
    assert notes["dE_dw"] == "w is frozen: no update follows"
    assert notes["dE_dv"] == ""


def test_its_gradient_does_not_count_where_gradients_are_clipped() -> None:
    run = debugger(clip=0.01)
    run.run(1)
    length = np.sqrt(sum(np.sum(run.value(f"dE_d{name}") ** 2) for name in ("v", "bw")))
    assert run.value("clip") == pytest.approx(0.01 / (length + 1e-6), rel=1e-12)


def test_it_can_be_set_by_hand_and_taken_back() -> None:
    run = debugger()
    run.run(5)
    for _ in range(3):
        run.step_operation()
    run.edit("w", (0, 0), 3.0)
    run.run(4)
    assert run.parameters["w"][0, 0] == 3.0
    assert run.explain("w", 0, 0).rule == "set by hand; frozen, no update changes it"
    origin = "the start, drawn from seed 1; frozen, no update changes it"
    assert run.explain("w", 1, 0).rule == origin
    run.go_to(5, 2)
    assert run.parameters["w"][0, 0] == run.initial_parameters["w"][0, 0]
    assert run.explain("w", 0, 0).rule == origin


@pytest.mark.parametrize(
    ("freeze", "message"),
    [
        ("bv1", "frozen: there is no bv1; this network's parameters are v, bv, w, bw"),
        ("b,w", "frozen: there is no b; this network's parameters are v, bv, w, bw"),
        ("v,w,bv,bw", "frozen: all parameters; at least one must be left to train"),
        ("x", "frozen: none, or names of parameters: bv,bw, not 'x'"),
        ("none,v", "frozen: none, or names of parameters: bv,bw, not 'none,v'"),
    ],
)
def test_what_is_not_there_is_refused_by_name(freeze: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        debugger(freeze=freeze)
    assert str(refused.value) == message


def test_the_gradients_have_not_vanished_where_only_those_of_what_is_frozen_are_left() -> None:
    run = debugger()
    run.run(1)
    norms = [np.linalg.norm(run.value(f"dE_d{name}")) for name in ("v", "bw")]
    assert float(run.evaluate("gradient_norm")) == pytest.approx(np.linalg.norm(norms))

"""An explanation's own arithmetic must give the cell that it explains."""

import math

import numpy as np
import pytest

from engine import Debugger, NotComputedError, read_dataset
from engine.expression import evaluate
from tests.engine.nets import every_kind, make


def explain_all(debugger: Debugger, names: list[str]) -> None:
    for name in names:
        value = debugger.value(name)
        for index in np.ndindex(*value.shape):
            explanation = debugger.explain(name, *index)
            assert explanation.cell.value == value[index]
            found = evaluate(explanation.expression)
            assert math.isclose(found, value[index], rel_tol=1e-12, abs_tol=1e-15), name


@every_kind
def test_every_cell_after_an_iteration(bias: str, loss: str, outputs: int) -> None:
    """The update has changed the weights by then; the forward phase read the old ones."""
    debugger = make(bias, loss, outputs)
    debugger.run(3)
    explain_all(debugger, [line.name for line in debugger.program.listing.lines])


def test_every_cell_within_an_iteration() -> None:
    debugger = make("per-neuron", "mse", 2)
    debugger.run(2)
    done = []
    while debugger.iteration == 2:
        done.append(debugger.step_operation().name)
        explain_all(debugger, done)


def test_the_text_of_a_weights_gradient() -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.run(1)
    assert str(debugger.explain("dE_dv", 1, 0)) == (
        "∂E/∂v[input2, g1] = Σₙ x[n, input2] · ∂E/∂ŷ[n, g1] = 0·0.003388157 + 1·(−0.002019082)"
        " + 0·(−0.0019045652) + 1·(−0.0017001961) = −0.0037192781"
    )


def test_long_sums_are_folded_and_add_up() -> None:
    debugger = make(rows=40)
    debugger.run(1)
    text = str(debugger.explain("dE_dw", 0, 0))
    assert "(33 more: " in text
    assert len(text) < 400


def test_what_has_not_run_is_not_explained() -> None:
    debugger = make()
    debugger.step_operation()
    with pytest.raises(NotComputedError, match="∂E/∂w has not run"):
        debugger.explain("dE_dw", 0, 0)
    with pytest.raises(IndexError, match="no cell"):
        debugger.explain("yhat", 99, 0)
    with pytest.raises(KeyError):
        debugger.explain("nonsense")

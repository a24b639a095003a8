"""What passes through the layers: terms of the sums that the operations compute."""

import re

import numpy as np
import pytest

from engine import Debugger, Hyperparameters, read_dataset
from engine.inspection.flow import flow_of, layers_of

NETS = {
    "notebook": {},
    "deep": {"hidden": "4,3", "bias": "per-neuron", "activation": "tanh,relu"},
    "classes": {"loss": "cross-entropy", "output_activation": "softmax", "batch_size": "7"},
    "penalty": {"l2": 0.1, "bias": "shared"},
}


def debugger(net: str) -> Debugger:
    name = "iris" if net == "classes" else "or"
    made = Debugger(read_dataset(name), Hyperparameters(**NETS[net]))
    made.run(3)
    return made


def before_update(made: Debugger) -> None:
    lines = made.program.listing.lines
    while lines[made.position].phase != "update":
        made.step_operation()


@pytest.mark.parametrize("net", NETS)
def test_the_terms_of_all_observations_add_up_to_what_is_computed(net: str) -> None:
    made = debugger(net)
    before_update(made)
    snapshot = made.snapshot()
    rows = len(snapshot.values["f"])
    bias = made.parameters.get("b", 0.0)
    for k, layer in enumerate(layers_of(snapshot.listing)):
        flows = [flow_of(snapshot, row)[k] for row in range(rows)]
        gradient = snapshot.values[snapshot.listing.parameters[layer.weights][0]]
        if net == "penalty":
            gradient = gradient - 0.1 * snapshot.values[layer.weights]
        np.testing.assert_allclose(sum(flow.gradients for flow in flows), gradient, rtol=1e-12)
        for row, flow in enumerate(flows):
            z = flow.products.sum(axis=0) + flow.forward.get(f"b{layer.weights}", bias)
            np.testing.assert_allclose(z, snapshot.values[layer.z][row], rtol=1e-12)


def test_a_term_is_the_one_that_the_explanation_writes_out() -> None:
    made = debugger("notebook")
    before_update(made)
    snapshot = made.snapshot()
    terms = [flow_of(snapshot, row)[0].gradients[1, 0] for row in range(4)]
    told = str(made.explain("dE_dv", 1, 0)).split(" = ")[2]
    factors = re.findall(r"(\d)·\(?(−?[\d.]+(?:e−\d+)?)", told)
    assert len(factors) == 4
    for term, (x, error) in zip(terms, factors, strict=True):
        assert term == pytest.approx(float(x) * float(error.replace("−", "-")), rel=1e-6)


def test_what_is_not_computed_has_no_number() -> None:
    made = debugger("notebook")
    seen = []
    for _ in made.program.listing.lines:
        made.step_operation()
        if made.position:
            seen.append(flow_of(made.snapshot(), 0))
    hidden, output = seen[0]
    assert hidden.products is not None
    assert output.products is None
    assert hidden.forward["g"] is None
    assert all(array is None for array in (*output.backward.values(), output.gradients))
    # ∂E/∂w is there before ∂E/∂v, in the order of the operations.
    assert seen[9][1].gradients is not None
    assert seen[9][0].gradients is None
    # After its update v is no more what ŷ was computed with.
    hidden, output = seen[-1]
    assert hidden.products is None
    assert output.products is not None


def test_of_the_whole_batch_the_derivatives_are_summed() -> None:
    made = debugger("deep")
    before_update(made)
    snapshot = made.snapshot()
    for flow in flow_of(snapshot, None):
        name = snapshot.listing.parameters[flow.layer.weights][0]
        assert flow.gradients is snapshot.values[name]
        error = flow.backward[f"dE_d{flow.layer.z}"]
        np.testing.assert_allclose(error, made.value(f"dE_db{flow.layer.weights}"), rtol=1e-12)
        np.testing.assert_allclose(
            flow.forward[flow.layer.a], made.value(flow.layer.a).mean(axis=0), rtol=1e-12
        )


def test_of_some_rows_there_is_no_sum() -> None:
    made = debugger("notebook")
    before_update(made)
    hidden, _ = flow_of(made.snapshot(slice(1, 3)), None)
    assert hidden.forward["g"] is None
    assert hidden.gradients is not None

"""The formulas that are one edit away, and their values on arrays of any size."""

from typing import Any

import numpy as np
import pytest

from engine.debugger import Debugger
from engine.formula.evaluate import evaluate, names
from engine.formula.writing import in_symbols
from engine.mistakes import Around, Mistake, mistakes, opened
from tests.engine.formulas import computed
from tests.engine.nets import CLASSES, OTHERS, make

Arrays = dict[str, np.ndarray[Any, Any]]
SIGMOIDS: dict[str, Any] = {"hidden": "3,2", "outputs": 2, "bias": "per-neuron", "l2": 0.1}
ADAM: dict[str, Any] = {"optimiser": "adam"}
SOFTMAX: dict[str, Any] = {"loss": "cross-entropy", "output_activation": "softmax", **CLASSES}


def sigma(z: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-z))


def held(debugger: Debugger) -> Arrays:
    """What the tensors hold after some iterations."""
    debugger.run(3)
    program = debugger.program
    tensors = [*program.tensors.values(), *program.changes.values()]
    return {tensor.name: tensor.data.copy() for tensor in tensors}


def arrays(debugger: Debugger) -> Arrays:
    """The same with the parameters as they were before the last update."""
    values, program = held(debugger), debugger.program
    for name in program.parameters:
        before = program.operation(name).before
        assert before is not None
        values[name] = before
    return values


def first(debugger: Debugger, name: str, wrong: Any, values: Arrays) -> Mistake:
    """The first mistake in an operation that gives some wrong numbers."""
    program = debugger.program
    operation, around = program.operation(name), Around(program.operations)
    right = evaluate(operation.rule.tree, values)
    assert right.shape != np.shape(wrong) or not np.allclose(right, wrong), "that is right"
    for mistake in mistakes(operation, around):
        found = evaluate(mistake.formula, values)
        if found.shape == np.shape(wrong) and np.allclose(found, wrong, rtol=1e-9, atol=0.0):
            return mistake
    raise AssertionError(f"no mistake in {name} gives these numbers")


# What students write, in NumPy, and what it is to be called.
WRONG: list[tuple[dict[str, Any], str, Any, str, str]] = [
    ({}, "df_dy", lambda v: sigma(v["f"]) * (1 - sigma(v["f"])), "slope-argument", "applied twice"),
    ({}, "df_dy", lambda v: v["y"] * (1 - v["y"]), "slope-argument", "pre-activation y"),
    ({}, "df_dy", lambda v: 1 - np.tanh(v["y"]) ** 2, "wrong-slope-formula", "tanh"),
    ({"activation": "tanh"}, "dg_dyhat", lambda v: np.tanh(v["yhat"]), "wrong-slope-formula", "g"),
    ({"activation": "tanh"}, "dg_dyhat", lambda v: 1 - v["g"], "wrong-slope-formula", "square"),
    ({}, "dE_dy", lambda v: v["dE_df"], "missing-slope", "∂f/∂y"),
    (
        {"loss": "half-sse"},
        "dE_dy",
        lambda v: (v["f"] - v["f0"]) * (1 - (v["f"] - v["f0"])),
        "slope-argument",
        "error f − f₀",
    ),
    (SOFTMAX, "dE_dy", lambda v: v["dE_dy"] * v["f"] * (1 - v["f"]), "extra-slope", "f(1 − f)"),
    ({}, "dE_df", lambda v: 2 * (v["f"] - v["f0"]), "reduction", "N·O"),
    ({}, "dE_df", lambda v: (v["f"] - v["f0"]) / v["f"].size, "factor", "2"),
    (SIGMOIDS, "dE_dw", lambda v: v["dy_dw"].T @ v["dE_dy"], "penalty", "∂R/∂w"),
    (SIGMOIDS, "dE_dw", lambda v: v["dE_dw"] - 2 * v["dR_dw"], "penalty", "subtracted"),
    (SIGMOIDS, "dE_dbw", lambda v: v["dE_dy"].mean(0), "bias-reduction", "N times too small"),
    (SIGMOIDS, "dE_dbw", lambda v: v["dE_dy"], "bias-reduction", "not added up"),
    ({}, "dE_dv", lambda v: v["dE_dv"] / len(v["x"]), "reduction", "mean over the observations"),
    ({}, "dE_dw", lambda v: v["dE_dw"].T, "transpose", "transposed"),
    ({}, "dE_dw", lambda v: v["g"] * v["dE_dy"], "elementwise", "element by element"),
    (
        {"outputs": 2},
        "dE_dg",
        lambda v: v["dE_dy"] @ (v["w"] + v["delta_w"]).T,
        "updated-weights",
        "after its update",
    ),
    ({"outputs": 3}, "dE_dg", lambda v: v["dE_dy"] @ v["dy_dg"], "transpose", "transposed"),
    ({"outputs": 2}, "dE_dg", lambda v: v["dE_df"] @ v["dy_dg"].T, "wrong-operand", "∂E/∂f"),
    (
        SOFTMAX,
        "f",
        lambda v: np.exp(v["y"]) / np.exp(v["y"]).sum(0),
        "softmax-axis",
        "over the outputs",
    ),
    ({}, "g", lambda v: v["yhat"], "left-out", "σ"),
    ({}, "g", lambda v: 1 / (1 + np.exp(v["yhat"])), "sign", ""),
    (SIGMOIDS, "y", lambda v: v["g2"] @ v["w"], "left-out", "the bias bw"),
    ({}, "E", lambda v: np.sum((v["f"] - v["f0"]) ** 2), "reduction", "sum"),
    ({}, "E", lambda v: np.mean((v["f"] - v["f0"]) ** 2) / 2, "factor", "half"),
    ({}, "v", lambda v: v["v"] + v["eta"] * v["dE_dv"], "sign", "uphill"),
    ({}, "v", lambda v: v["v"], "no-update", "never changed"),
    ({}, "v", lambda v: v["v"] - 2 * v["eta"] * v["dE_dv"], "factor", "the step is twice"),
    (ADAM, "mhat_v", lambda v: v["m_v"] / (1 - 0.9), "optimiser-formula", "the power is missing"),
    (
        ADAM,
        "mhat_v",
        lambda v: v["m_v"] / (1 - 0.9 ** (v["t"] - 1)),
        "optimiser-formula",
        "one off",
    ),
    (ADAM, "m_v", lambda v: 0.1 * v["m_v"] + 0.9 * v["dE_dv"], "optimiser-formula", "exchanged"),
    (
        ADAM,
        "d_v",
        lambda v: v["mhat_v"] / np.sqrt(v["shat_v"] + 1e-8),
        "optimiser-formula",
        "under the root",
    ),
    (
        {"optimiser": "momentum"},
        "m_v",
        lambda v: 0.9 * v["m_v"] - v["dE_dv"],
        "optimiser-formula",
        "subtracted",
    ),
]


@pytest.mark.parametrize(("kind", "name", "wrong", "called", "words"), WRONG)
def test_what_students_write_is_named(
    kind: dict[str, Any], name: str, wrong: Any, called: str, words: str
) -> None:
    debugger = make(**kind)
    values = arrays(debugger)
    found = first(debugger, name, wrong(values), values)
    assert (found.kind, found.of) == (called, name), found.says
    assert words in found.says
    assert debugger.program.operation(name).right_hand_side in found.repair
    if called == "updated-weights":
        assert in_symbols(found.formula) == "∂E/∂y·(w + Δw)ᵀ"


def test_a_mistake_in_a_part_that_is_computed_on_the_way() -> None:
    """∂E/∂y in one go, 2(f − f₀)/(N·O)·σ′(f): it is the slope that is wrong."""
    debugger = make()
    v = arrays(debugger)
    wrong = v["dE_df"] * sigma(v["f"]) * (1 - sigma(v["f"]))
    found = first(debugger, "dE_dy", wrong, v)
    assert (found.kind, found.of) == ("slope-argument", "df_dy")


def test_the_same_in_a_formula_that_is_written_out() -> None:
    """∂E/∂y = 2(f − f₀)/(N·O) ∘ f(1 − f) as one formula, without its slope."""
    debugger = make()
    program, v = debugger.program, arrays(debugger)
    operation, around = program.operation("dE_dy"), Around(program.operations)
    whole = opened(operation.rule.tree, around)
    assert names(whole) == {"f", "f0"}
    assert np.allclose(evaluate(whole, v), v["dE_dy"])
    for mistake in mistakes(operation, around, whole):
        if np.allclose(evaluate(mistake.formula, v), v["dE_df"]):
            assert mistake.kind == "missing-slope"
            assert mistake.says == "the slope ∂f/∂y is missing, f(1 − f)"
            return
    raise AssertionError("it is not among them")


@pytest.mark.parametrize("size", [1, 7])
def test_values_of_any_number_of_rows(size: int) -> None:
    """N is how many rows the arrays have, and not those of the program."""
    program = make(outputs=2).program
    random = np.random.RandomState(0)
    f, f0 = random.rand(2, size, 2)
    tree = program.operation("dE_df").rule.tree
    assert np.allclose(evaluate(tree, {"f": f, "f0": f0}), (f - f0) / size)
    assert names(tree) == {"f", "f0"}
    with pytest.raises(KeyError):
        evaluate(tree, {"f": f})
    with pytest.raises(ValueError, match="f0 has 2 axes, not 1"):
        evaluate(tree, {"f": f, "f0": f0[0]})


SOME = [OTHERS[0], SOFTMAX, {"loss": "bce", "batch_size": 2}, SIGMOIDS, ADAM]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("kind", SOME, ids=str)
def test_every_formula_has_the_value_of_its_calls(kind: dict[str, Any]) -> None:
    debugger = make(**kind)
    values, program = held(debugger), debugger.program
    around = Around(program.operations)
    for operation in program.operations:
        found = list(mistakes(operation, around, depth=0))
        formulas = [mistake.formula for mistake in found]
        assert len(set(formulas)) == len(formulas)
        assert operation.rule.tree not in formulas
        for mistake in found:
            assert mistake.says
            assert in_symbols(mistake.formula)
            value = evaluate(mistake.formula, values)
            assert value.shape == tuple(len(axis.labels) for axis in mistake.formula.axes)
            if value.shape == operation.shape:
                assert np.allclose(value, computed(mistake.formula), equal_nan=True)

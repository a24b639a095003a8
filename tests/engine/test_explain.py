"""An explanation's own arithmetic must give the cell that it explains."""

import itertools
import math
import re
from typing import Any

import numpy as np
import pytest

from engine import Debugger, NotComputedError, read_dataset
from engine.formula.arithmetic import (
    Constant,
    Power,
    Product,
    Quotient,
    Square,
    Sum,
    evaluate,
    format_number,
    render,
)
from engine.maths.optimisers import OPTIMISERS
from engine.reports.trace import trace_text
from engine.reports.training import chain_text
from tests.engine.by_hand import by_hand
from tests.engine.nets import CLASSES, every_kind, make


def explain_all(debugger: Debugger, names: list[str]) -> None:
    for name in names:
        value = debugger.value(name)
        for index in np.ndindex(*value.shape):
            explanation = debugger.explain(name, *index)
            assert explanation.cell.value == value[index]
            found = evaluate(explanation.expression)
            assert math.isclose(found, value[index], rel_tol=1e-12, abs_tol=1e-15), name


@pytest.mark.one_in(10)
@every_kind
def test_what_is_printed_can_be_computed_by_hand(kind: dict[str, Any]) -> None:
    debugger = make(**kind)
    debugger.run(4)
    for line in debugger.program.listing.lines:
        value = debugger.value(line.name)
        for index in itertools.islice(np.ndindex(*value.shape), 12):
            explanation = debugger.explain(line.name, *index)
            if explanation.leads_on:
                # Eight digits are printed; of a difference fewer are right.
                found = by_hand(explanation)
                assert found == pytest.approx(value[index], rel=1e-5, abs=1e-7), explanation


HUBER: dict[str, Any] = {"loss": "huber", "huber_delta": 0.25, "output_activation": "identity"}
SCHEDULED: dict[str, Any] = {"schedule_steps": 3, "learning_rate": 0.05}


@pytest.mark.parametrize(
    ("cell", "kind", "numbers"),
    [
        ("eta", {"schedule": "step", **SCHEDULED}, "0.05·0.5^⌊5/3⌋"),
        ("eta", {"schedule": "exponential", **SCHEDULED}, "0.05·0.5^(5/3)"),
        ("eta", {"schedule": "cosine", **SCHEDULED}, "0.05·½·(1 + cos(π·min(5/3, 1)))"),
        ("eta", {"schedule": "warm-up", **SCHEDULED}, "0.05·min((5 + 1)/3, 1)"),
        ("E", {"loss": "bce", "rows": 1}, "ln(1 + e^{y}) − {f0}·{y}"),
        ("E", {"loss": "sse", "rows": 1}, "({f} − {f0})²"),
        ("dE_df", {"loss": "half-sse"}, "{f} − {f0}"),
        ("dE_df", {"rows": 2}, "{f} − {f0}"),
        ("E", {**HUBER, "rows": 1}, "0.25·(|{f} − {f0}| − ½·0.25)"),
        ("E", {**HUBER, "rows": 1, "huber_delta": 9.0}, "½·({f} − {f0})²"),
        ("dE_df", HUBER, "0.2·clamp({f} − {f0}, ±0.25)"),
        ("dE_df", {"loss": "hinge", "targets": "sides", "output_activation": "tanh"},
         "(−0.2)·{f0}·[{f0}·{f} < 1]"),
        ("dg_dyhat", {"activation": "relu"}, "[{yhat} > 0]"),
        ("dg_dyhat", {"activation": "leaky-relu"}, "1 where {yhat} > 0, else 0.01"),
        ("dg_dyhat", {"activation": "elu"}, "e^min({yhat}, 0)"),
        ("shat_w", {"optimiser": "adam", "beta2": 0.1234567}, "{s_w}/(1 − 0.1234567^6)"),
    ],
)  # fmt: skip
def test_the_numbers_of_an_explanation(cell: str, kind: dict[str, Any], numbers: str) -> None:
    debugger = make(**kind)
    debugger.run(6)
    index = tuple(0 for _ in debugger.value(cell).shape)
    explanation = debugger.explain(cell, *index)
    values = {operand.tensor: format_number(operand.value) for operand in explanation.operands}
    assert explanation.numbers == numbers.format(**values)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_what_is_said_of_a_step_is_true(optimiser: str) -> None:
    """Whether it can go against its own gradient, as a run with a large rate shows."""
    debugger = make(optimiser=optimiser, learning_rate=2.0, bias="per-neuron", init="normal")
    uphill = []
    for _ in range(300):
        debugger.run(1)
        uphill.append(
            any(
                (debugger.value(f"delta_{name}") * debugger.value(f"dE_d{name}") > 0.0).any()
                for name in debugger.parameters
            )
        )
    why = debugger.explain("v", 0, 0).why
    assert ("It may go uphill" in why) == any(uphill)
    direction = debugger.program.operation("v").reads[-1]
    assert f" {direction.symbol}" in why.replace(".", ",")
    assert debugger.explain("delta_v", 0, 0).why == why


def test_an_update_is_no_equation() -> None:
    debugger = make(optimiser="adam")
    debugger.run(3)
    assert str(debugger.explain("t")) == "t ← t + 1 = 2 + 1 = 3"
    for name in ("v", "m_v", "s_v"):
        assert str(debugger.explain(name, 0, 0)).count(f"{name}[input1, g1] ← ") == 1
    for name in ("d_v", "delta_v", "mhat_v", "y"):
        assert "←" not in str(debugger.explain(name, 0, 0))
    text = chain_text(debugger.explain_chain("v", 0, 0), 2)
    assert "\nv[input1, g1] ← v[input1, g1] − η·d_v[input1, g1]\n    = 0." in text


def test_the_factor_of_each_squared_loss_is_explained() -> None:
    for loss, words in (
        ("mse", "The 2 is the square's, N·O the mean's."),
        ("sse", "The 2 is the square's."),
        ("half-sse", "The 2 of the square and the ½ of E cancel."),
    ):
        debugger = make(loss=loss)
        debugger.run(1)
        assert debugger.explain("dE_df", 0, 0).why.endswith(f"no change. {words}")


def test_minus_nothing_is_nothing() -> None:
    debugger = make(loss="cross-entropy", output_activation="softmax", **CLASSES)
    debugger.run(1)
    assert np.signbit(debugger.value("dE_df")[0, 1])
    assert str(debugger.explain("dE_df", 0, 1)).endswith(" = 0")
    shown = trace_text(debugger)
    assert "∂E/∂f = −f₀/(f·N)" in shown
    assert re.search(r"-0\.?(?![\d.])", shown) is None


def visible(debugger: Debugger) -> list[str]:
    return [name for name in debugger.snapshot().values if debugger.is_computed(name)]


@pytest.mark.one_in(10)
@every_kind
def test_every_cell_after_an_iteration(kind: dict[str, Any]) -> None:
    """The update has changed the weights by then; the forward phase read the old ones."""
    debugger = make(**kind)
    debugger.run(3)
    explain_all(debugger, [line.name for line in debugger.program.listing.lines])


DIVERGING = [
    {"output_activation": "identity", "activation": "identity", "bias": "per-neuron"},
    {"output_activation": "identity", "activation": "relu", "bias": "shared", "loss": "sse"},
    {"output_activation": "identity", "activation": "elu", "loss": "huber", "l2": 0.5},
    {"output_activation": "identity", "activation": "softplus", "l1": 0.5, "clip": 1e200},
    {"output_activation": "identity", "activation": "leaky-relu", "optimiser": "momentum"},
    {"output_activation": "identity", "activation": "identity", "optimiser": "adam"},
    {"output_activation": "identity", "activation": "identity", "optimiser": "rmsprop"},
    {"activation": "identity", "loss": "bce", "bias": "per-neuron", "targets": "bits"},
    {"activation": "identity", "loss": "cross-entropy", "output_activation": "softmax", **CLASSES},
    {"activation": "identity", "loss": "bce", "output_activation": "softmax", **CLASSES},
    {"activation": "identity", "output_activation": "softmax", **CLASSES},
    {"activation": "relu", "loss": "hinge", "output_activation": "identity", "targets": "bits"},
]


@pytest.mark.one_in(10)
@pytest.mark.parametrize("kind", DIVERGING)
@pytest.mark.parametrize("rate", [1e3, 1e150, 1e308])
def test_every_cell_of_what_diverges(kind: dict[str, Any], rate: float) -> None:
    debugger = make(**{"learning_rate": rate, "rows": 9, **kind})
    for iterations in (1, 1, 2, 8):
        debugger.run(iterations)
        for line in debugger.program.listing.lines:
            value = debugger.value(line.name)
            for index in np.ndindex(*value.shape):
                explanation = debugger.explain(line.name, *index)
                found = evaluate(explanation.expression)
                if np.isfinite([value[index], found]).all() and abs(found) < 1e300:
                    assert math.isclose(found, value[index], rel_tol=1e-9, abs_tol=1e-12), line
                assert str(explanation)
        debugger.explain_chain("E")


def test_what_is_not_finite_adds_up_and_divides_as_in_numpy() -> None:
    numbers = [0.0, -0.0, 1.0, -2.0, 1e308, -1e308, math.inf, -math.inf, math.nan]
    with np.errstate(all="ignore"):
        for a, b in itertools.product(map(Constant, numbers), repeat=2):
            total, product, square = Sum((a, b, b)), Product((a, b)), Square((a,))
            added = np.add(np.add(a.value, b.value), b.value)
            np.testing.assert_array_equal(evaluate(total), added)
            np.testing.assert_equal(evaluate(product), float(np.multiply(a.value, b.value)))
            np.testing.assert_equal(evaluate(square), float(np.square(a.value)))
            quotient = float(np.divide(a.value, b.value))
            np.testing.assert_equal(evaluate(Quotient((a, b))), quotient)


def test_powers_are_written_without_doubt() -> None:
    two, small, minus = Constant(2.0), Constant(1e-5), Constant(-0.5)
    assert render(Power((two, small))) == "2^(1e−05)"
    assert render(Power((two, minus))) == "2^(−0.5)"
    assert render(Power((Power((two, two)), Quotient((two, minus))))) == "(2^2)^(2/(−0.5))"
    assert evaluate(Power((Constant(10.0), Constant(1e9)))) == math.inf


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


@pytest.mark.one_in(25)
@every_kind
def test_every_cell_after_edits_and_another_rate_in_the_midst(
    kind: dict[str, Any],
) -> None:
    """A line reads what was there when it ran, not what has been set since."""
    debugger = make(**kind)
    debugger.run(2)
    operations = len(debugger.program.operations)
    for position in range(operations):
        name = list(debugger.parameters)[position % len(debugger.parameters)]
        index = tuple(size - 1 for size in debugger.parameters[name].shape)
        debugger.edit(name, index, 0.5 + position)
        debugger.change(learning_rate=0.01 * (position + 1))
        debugger.step_operation()
        if position in (operations // 2, operations - 1):
            here = (debugger.iteration, debugger.position)
            explain_all(debugger, visible(debugger))
            assert (debugger.iteration, debugger.position) == here


def test_a_weight_set_between_the_phases() -> None:
    debugger = make()
    debugger.run(3)
    forward = debugger.parameters["w"][0, 0]
    while debugger.next_operation.name != "dy_dg":
        debugger.step_operation()
    debugger.edit("w", (0, 0), 5.0)
    debugger.finish_iteration()
    operands = {
        name: {
            c.tensor: c.value for c in debugger.explain(name, 0, 0).operands if c.index == (0, 0)
        }
        for name in ("y", "dy_dg", "dE_dg", "w")
    }
    assert operands["y"]["w"] == forward
    assert operands["dy_dg"]["w"] == operands["dE_dg"]["dy_dg"] == operands["w"]["w"] == 5.0
    read = debugger.explain("w", 0, 0, as_read=True)
    assert (read.cell.value, read.leads_on) == (forward, False)
    assert read.rule == "what the update of iteration 2 left"
    debugger.edit("w", (0, 0), 7.0)
    assert debugger.explain("w", 0, 0).rule == "set by hand here"
    assert debugger.explain("w", 0, 0, as_read=True).cell.value == forward
    debugger.step_operation()
    assert debugger.explain("w", 0, 0).rule == "set by hand in iteration 4"


def test_a_rate_changed_since_is_not_the_one_that_was_read() -> None:
    debugger = make()
    debugger.run(2)
    debugger.change(learning_rate=0.75)
    for text in ("delta_v", "v"):
        read = {cell.tensor: cell.value for cell in debugger.explain(text, 1, 0).operands}
        assert read["eta"] == 0.1
    assert debugger.explain("eta").cell.value == 0.75
    assert debugger.explain("eta", as_read=True).cell.value == 0.1
    assert {e.cell.tensor: e.cell.value for e in debugger.explain_chain("v", 1, 0)}["eta"] == 0.1


def test_the_way_back_to_the_data() -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.finish_iteration()
    way = debugger.explain_chain("dE_dv", 1, 0)
    assert way[0].cell.value == pytest.approx(-0.00371928, abs=5e-9)
    names = [explanation.cell.tensor for explanation in way]
    wanted = ["dE_dv", "dE_dyhat", "dg_dyhat", "dE_dg", "dy_dg", "dE_dy", "df_dy", "dE_df"]
    assert names[: len(wanted)] == wanted
    assert names[len(wanted) : -4] == ["f", "y", "g", "yhat"]
    assert set(names[-4:]) == {"x", "f0", "v", "w"}
    for explanation in way[-4:]:
        assert not explanation.operands
    start = debugger.initial_parameters
    for leaf in way[-4:]:
        if leaf.cell.tensor in start:
            assert leaf.cell.value == start[leaf.cell.tensor][leaf.cell.index]
            assert leaf.rule == "the start, drawn from seed 1"


@pytest.mark.one_in(5)
@every_kind
def test_the_way_back_passes_each_tensor_once(kind: dict[str, Any]) -> None:
    debugger = make(**kind)
    debugger.run(2)
    for _ in range(3):
        # Within an iteration Δv is still that of the one before.
        debugger.step_operation()
    for name in visible(debugger):
        way = debugger.explain_chain(name, *(0 for _ in debugger.value(name).shape))
        names = [explanation.cell.tensor for explanation in way]
        assert names[0] == name
        assert len(set(names)) == len(names)
        for place, explanation in enumerate(way[1:], 1):
            read = {(o.tensor, o.index) for earlier in way[:place] for o in earlier.operands}
            assert (explanation.cell.tensor, explanation.cell.index) in read
        ends = {explanation.cell.tensor for explanation in way if not explanation.leads_on}
        assert ends <= {"x", "f0", "eta", "eta0", *debugger.program.state}


def test_an_observation_with_a_number_for_a_name_is_no_index() -> None:
    from engine.program.listing import parse_cell

    debugger = Debugger(read_dataset("or"))
    debugger.run(1)
    text = str(debugger.explain("dE_dyhat", 1, 0))
    assert text.startswith("∂E/∂ŷ[obs 2, g1] = ∂E/∂g[obs 2, g1] · ∂g/∂ŷ[obs 2, g1] = ")
    listing = debugger.program.listing
    assert parse_cell(listing, "∂E/∂ŷ[obs 2, g1]") == ("dE_dyhat", (1, 0))
    assert parse_cell(listing, "∂E/∂ŷ[2, g1]") == ("dE_dyhat", (2, 0))

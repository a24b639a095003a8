"""The check of the gradients: passes what is right, and catches what is wrong."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, check_gradients, read_dataset
from engine.maths.activations import ACTIVATIONS
from engine.model.hyperparameters import BIAS_MODES
from engine.program.program import Program
from engine.proof.finite_differences import Probe, Verdict, _needed_for
from engine.proof.gradient_check import GradientCheck
from engine.proof.report import check_object, check_text
from engine.reports.trace import trace_text
from tests.engine.nets import CLASSES, make
from tests.engine.planted import Plant, half_the_error

SQUARES = ("mse", "sse", "half-sse")


squares = pytest.mark.parametrize(
    ("bias", "loss", "outputs"), list(itertools.product(BIAS_MODES, SQUARES, (1, 2)))
)


def checked(debugger: Debugger, **options: object) -> GradientCheck:
    check = check_gradients(debugger, **options)  # type: ignore[arg-type]
    assert check is not None
    return check


@pytest.mark.one_in(5)
@squares
def test_right_gradients_pass(bias: str, loss: str, outputs: int) -> None:
    debugger = make(bias, loss, outputs)
    for iteration in (0, 1, 50):
        debugger.run_to(iteration)
        check = checked(debugger)
        assert check.passed
        # Of a sum of squares without 1/N a gradient of 5e-7 is lost in the rounding of E.
        tiny = [
            cell
            for parameter in check.parameters
            for cell in parameter.cells.values()
            if cell.finding.verdict is Verdict.UNTOLD and abs(cell.finding.analytic) < 1e-6
        ]
        assert check.count(Verdict.AGREES) + len(tiny) == check.checked == check.size
        assert len(tiny) <= 1
        assert [p.name for p in check.parameters] == list(debugger.parameters)


def test_it_checks_the_gradients_of_the_clock_and_leaves_it_alone() -> None:
    debugger = make("per-neuron")
    debugger.run_to(3)
    for _ in range(7):
        debugger.step_operation()
    before = debugger.snapshot()
    check = checked(debugger)
    after = debugger.snapshot()
    assert (check.iteration, check.position) == (after.iteration, after.position) == (3, 7)
    assert before.values.keys() == after.values.keys()
    for name, value in before.values.items():
        np.testing.assert_array_equal(value, after.values[name])
    np.testing.assert_array_equal(before.losses, after.losses)
    debugger.finish_iteration()
    assert debugger.losses[3] == check.E
    for parameter in check.parameters:
        gradient = debugger.value(f"dE_d{parameter.name}")
        for index, cell in parameter.cells.items():
            assert cell.finding.analytic == gradient[index]


@pytest.mark.parametrize("iteration", [0, 1, 2, 4, 65])
def test_it_checks_the_batch_of_its_iteration(iteration: int) -> None:
    debugger = make("per-neuron", batch_size=2, shuffle="yes")
    debugger.run_to(iteration)
    check = checked(debugger)
    assert check.count(Verdict.AGREES) == check.checked
    debugger.run(1)
    assert debugger.losses[iteration] == check.E
    for parameter in check.parameters:
        gradient = debugger.value(f"dE_d{parameter.name}")
        for index, cell in parameter.cells.items():
            assert cell.finding.analytic == gradient[index]


def test_the_differences_are_those_of_the_loss() -> None:
    debugger = make("shared", "sse", 2)
    check = checked(debugger)
    worked = {n: a.copy() for n, a in debugger.parameters.items()}
    worked["v"][1, 2] += 1e-5
    above = Debugger(debugger.dataset, debugger.hyperparameters, worked)
    worked["v"][1, 2] -= 2e-5
    below = Debugger(debugger.dataset, debugger.hyperparameters, worked)
    above.run(1)
    below.run(1)
    numeric = (above.losses[0] - below.losses[0]) / 2e-5
    assert check.parameters[0].cells[1, 2].finding.numeric == pytest.approx(numeric, rel=1e-9)


# Planted mistakes


def test_half_the_error_as_if_there_were_always_four_rows(
    plant: Plant,
) -> None:
    four, five = make(rows=4), make(rows=5)
    plant("dE_df", half_the_error)
    assert checked(four).passed
    check = checked(five)
    assert not check.passed
    assert check.count(Verdict.DIFFERS) == check.checked


def test_the_activation_instead_of_its_slope(plant: Plant) -> None:
    def wrong(program: Program, right: Callable[[], None]) -> Callable[[], None]:
        f, out = program.tensors["f"].data, program.tensors["df_dy"].data

        def run() -> None:
            out[...] = f

        return run

    plant("df_dy", wrong)
    check = checked(make("per-neuron"))
    assert check.count(Verdict.DIFFERS) == check.checked


def test_weights_that_were_updated_before_they_were_used(
    plant: Plant,
) -> None:
    def wrong(program: Program, right: Callable[[], None]) -> Callable[[], None]:
        names = ("w", "dE_dw", "eta", "dy_dg")
        w, gradient, eta, out = (program.tensors[name].data for name in names)

        def run() -> None:
            out[...] = w - eta * gradient

        return run

    plant("dy_dg", wrong)
    check = checked(make("per-neuron"))
    found = {parameter.name: parameter.failing for parameter in check.parameters}
    # What comes before ∂E/∂g is right, and said to be right.
    assert [name for name, cells in found.items() if cells] == ["v", "bv"]
    assert len(found["v"]) == 12


def test_a_mean_that_forgets_the_outputs(plant: Plant) -> None:
    def wrong(program: Program, right: Callable[[], None]) -> Callable[[], None]:
        f, f0, out = (program.tensors[name].data for name in ("f", "f0", "dE_df"))

        def run() -> None:
            out[...] = 2.0 * (f - f0) / len(f)

        return run

    plant("dE_df", wrong)
    assert checked(make(outputs=1)).passed
    check = checked(make(outputs=2))
    assert check.count(Verdict.DIFFERS) == check.checked
    worst = check.parameters[0].worst
    assert worst is not None
    assert worst.finding.analytic == pytest.approx(2 * worst.finding.numeric)


def test_one_wrong_cell_is_named(plant: Plant) -> None:
    def wrong(program: Program, right: Callable[[], None]) -> Callable[[], None]:
        out = program.tensors["dE_dw"].data

        def run() -> None:
            right()
            out[1, 0] *= 1.00001

        return run

    plant("dE_dw", wrong)
    check = checked(make())
    (cell,) = [cell for parameter in check.parameters for cell in parameter.failing]
    assert cell.label == "∂E/∂w[g2, output]"
    assert check_object(check)["parameters"][1]["differ"][0]["labels"] == ["g2", "output"]
    text = check_text(check)
    assert "∂E/∂w[g2, output] is" in text
    assert text.endswith("1 of 15 gradients differs from the differences of E.")


# What differences cannot tell


@pytest.fixture
def relu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the neurons be relu instead of σ."""

    relu = ACTIVATIONS["relu"]
    bent = replace(ACTIVATIONS["sigmoid"], value=relu.value, slope=relu.slope)
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", bent)


def bent_network(v: float, x: float = 1.0) -> Debugger:
    """One neuron on one input, with its kink at v = 0."""
    dataset = Dataset.from_arrays(np.array([[x], [2 * x]]), np.array([[0.5], [0.2]]))
    parameters = {"v": np.array([[v]]), "w": np.array([[1.5]]), "bv": [0.0], "bw": [0.25]}
    return Debugger(dataset, Hyperparameters(hidden=1, bias="per-neuron"), parameters)


@pytest.mark.parametrize("distance", [0.0, 1e-9, 2e-7, 3e-6, 6.7e-6, 9.9e-6, -1e-9, -5e-6])
def test_a_kink_within_the_step_is_told_and_not_failed(relu: None, distance: float) -> None:
    check = checked(bent_network(distance))
    assert check.passed
    v, bv = check.parameters[0].cells[0, 0], check.parameters[1].cells[0,]
    assert v.finding.verdict is bv.finding.verdict is Verdict.KINK
    assert "2 are at a kink" in check_text(check)
    assert "∂E/∂v[input1, g1] is" in check_text(check)


@pytest.mark.parametrize("distance", [0.0, 1e-9, 3e-6, -3e-6])
def test_a_kink_excuses_no_wrong_gradient(relu: None, plant: Plant, distance: float) -> None:
    def wrong(program: Program, right: Callable[[], None]) -> Callable[[], None]:
        out = program.tensors["dE_dv"].data

        def run() -> None:
            right()
            np.add(out, 3.0, out)

        return run

    plant("dE_dv", wrong)
    check = checked(bent_network(distance))
    assert check.parameters[0].cells[0, 0].finding.verdict is Verdict.DIFFERS


def test_far_from_the_kink_relu_simply_agrees(relu: None) -> None:
    for v in (0.3, -0.3):
        check = checked(bent_network(v))
        assert check.count(Verdict.AGREES) == check.checked


def test_a_dead_neuron_agrees_with_0_twice(relu: None) -> None:
    finding = checked(bent_network(-0.3)).parameters[0].cells[0, 0].finding
    assert (finding.analytic, finding.numeric, finding.relative_error) == (0.0, 0.0, 0.0)
    assert finding.verdict is Verdict.AGREES


def test_a_gradient_below_the_noise_of_the_loss_is_told_and_not_failed() -> None:
    # Gradients of order 1e-17 beside an E of order 1 are lost in its rounding, 1e-16.
    dataset = Dataset.from_arrays(np.array([[1.0], [2.0]]), np.array([[0.0], [1.0]]))
    parameters = {"v": np.array([[20.0, 0.5]]), "w": np.array([[1e-6], [-2.0]])}
    check = checked(Debugger(dataset, Hyperparameters(hidden=2), parameters))
    finding = check.parameters[0].cells[0, 0].finding
    assert 0 < abs(finding.analytic) < 1e-14
    assert finding.verdict is Verdict.UNTOLD
    assert check.passed
    assert "1 is too small to tell; none differs." in check_text(check)


def test_near_a_minimum_the_length_of_the_step_is_not_taken_for_a_mistake() -> None:
    # ∂E/∂w is 0 here but for 3e-9, and E‴ is not: the step itself errs by more than 1e-6 of it.
    dataset = Dataset.from_arrays(np.array([[1.0]]), np.array([[0.7]]))
    w = np.log(0.7 / 0.3) + 1e-8
    parameters = {"v": np.array([[0.0]]), "w": np.array([[2 * w]])}
    debugger = Debugger(dataset, Hyperparameters(hidden=1), parameters)
    slopes = Probe(debugger)._slopes("w", (0, 0), 1e-5)
    finding = checked(debugger).parameters[1].cells[0, 0].finding
    assert slopes is not None
    assert abs(slopes.central / finding.analytic - 1) > 1e-5
    assert finding.verdict is Verdict.AGREES


def test_a_parameter_too_large_to_be_moved() -> None:
    dataset = Dataset.from_arrays(np.array([[0.0]]), np.array([[1.0]]))
    parameters = {"v": np.array([[1e15]]), "w": np.array([[1.0]])}
    check = checked(Debugger(dataset, Hyperparameters(hidden=1), parameters))
    assert check.parameters[0].cells[0, 0].finding.verdict is Verdict.UNTOLD
    assert "too large to be moved by ε" in check_text(check)


def test_what_is_not_finite_fails() -> None:
    debugger = make(output_activation="identity")
    assert checked(debugger).passed
    debugger.edit("w", (0, 0), 1e308)
    check = checked(debugger)
    assert not np.isfinite(check.E)
    assert not check.passed
    assert check.count(Verdict.NOT_FINITE) == check.size
    assert check_object(check)["passed"] is False


@pytest.mark.parametrize(
    ("kind", "aside"),
    [
        ({"loss": "bce"}, ("∂E/∂f", "∂f/∂y")),
        ({"loss": "cross-entropy", "output_activation": "softmax", **CLASSES}, ("∂E/∂f",)),
        ({}, ()),
    ],
)
def test_it_says_what_it_proves_nothing_of(kind: dict[str, Any], aside: tuple[str, ...]) -> None:
    debugger = make(**kind)
    check = checked(debugger)
    assert check.aside == aside
    assert check_object(check)["aside"] == list(aside)
    last = check_text(check).splitlines()[-1]
    assert last.startswith(" and ".join(aside) or "All ")
    trace = trace_text(debugger)
    assert trace.count("for display only") == len(aside)
    assert ("fused: ∂E/∂f·∂f/∂y multiplied out" in trace) == bool(aside)


def test_a_difference_measures_nothing_that_is_held_out() -> None:
    """Nor f, where E is computed from y."""
    dataset = read_dataset("iris", split=0.2)
    wanted = Hyperparameters(loss="cross-entropy", output_activation="softmax", l2=0.1)
    debugger = Debugger(dataset, wanted)
    tensors, operations = debugger.program.tensors, debugger.program.operations
    needed = _needed_for(tensors["E"], operations)
    assert [operation.name for operation in needed] == ["yhat", "g", "y", "R", "E"]
    probe = Probe(debugger)
    before = probe.E
    probe.parameters["w"].data[...] += 1e-3
    assert probe._evaluate() != before


# Many parameters


def many(hidden: int = 400) -> Debugger:
    random = np.random.RandomState(0)
    dataset = Dataset.from_arrays(random.randn(3, 7), random.rand(3, 1))
    return Debugger(dataset, Hyperparameters(hidden=hidden, bias="per-neuron"))


def test_of_many_parameters_a_stated_sample_is_checked() -> None:
    debugger = many()
    check = checked(debugger, most=300)
    again = checked(debugger, most=300)
    v, bv, w, bw = check.parameters
    assert check.size == 2800 + 400 + 400 + 1
    assert 300 <= check.checked <= 360
    assert (len(bw.cells), 50 <= len(w.cells) <= 51, 50 <= len(bv.cells) <= 51) == (1, True, True)
    assert [set(p.cells) for p in check.parameters] == [set(p.cells) for p in again.parameters]
    debugger.run(1)
    for parameter in check.parameters:
        gradient = np.abs(debugger.value(f"dE_d{parameter.name}"))
        largest = tuple(int(i) for i in np.unravel_index(gradient.argmax(), gradient.shape))
        assert largest in parameter.cells
    assert {row for row, _ in v.cells} == set(range(7))
    assert "of 3,601: above 2,000 parameters" in check_text(check)


def test_all_of_two_thousand_are_checked() -> None:
    check = checked(many(hidden=222))
    assert check.checked == check.size == 1999


def test_it_tells_how_far_it_is_and_can_be_given_up() -> None:
    told: list[tuple[int, int]] = []
    assert check_gradients(make(), lambda done, total: told.append((done, total))) is not None
    assert told == [(i + 1, 15) for i in range(15)]
    told.clear()
    given_up = check_gradients(
        make(), lambda done, total: told.append((done, total)), lambda: len(told) == 4
    )
    assert given_up is None
    assert len(told) == 4

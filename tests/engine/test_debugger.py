import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, InputError, read_dataset
from tests.engine.nets import make


def bits(debugger: Debugger) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in debugger.parameters.items()}


def test_stepping_and_running_give_the_same_bits() -> None:
    stepped, run = make("per-neuron"), make("per-neuron")
    for _ in range(20 * len(stepped.program.operations)):
        stepped.step_operation()
    run.run(20)
    assert bits(stepped) == bits(run)
    assert stepped.losses.tobytes() == run.losses.tobytes()
    assert (stepped.iteration, stepped.position) == (20, 0)


def test_step_iteration_stays_at_the_operation() -> None:
    debugger = make()
    for _ in range(5):
        debugger.step_operation()
    debugger.step_iteration()
    assert (debugger.iteration, debugger.position) == (1, 5)
    debugger.finish_iteration()
    assert (debugger.iteration, debugger.position) == (2, 0)
    debugger.finish_iteration()
    assert (debugger.iteration, debugger.position) == (3, 0)


def test_run_completes_the_iteration_that_has_begun() -> None:
    debugger, whole = make(), make()
    debugger.step_operation()
    debugger.run(3)
    whole.run(3)
    assert (debugger.iteration, debugger.position) == (3, 0)
    assert bits(debugger) == bits(whole)


def test_parameters_change_in_the_update_phase_only() -> None:
    debugger = make("per-neuron")
    before = bits(debugger)
    while debugger.next_operation.phase != "update":
        debugger.step_operation()
    assert bits(debugger) == before
    debugger.finish_iteration()
    assert all(bits(debugger)[name] != before[name] for name in before)


def test_the_hidden_gradient_uses_the_weights_before_their_update() -> None:
    debugger = make(outputs=2)
    w = debugger.parameters["w"]
    debugger.run(1)
    np.testing.assert_array_equal(debugger.value("dE_dg"), debugger.value("dE_dy") @ w.T)


def test_loss_slope_depends_on_the_number_of_observations() -> None:
    debugger = make(rows=5)
    debugger.run(1)
    expected = 2 * (debugger.value("f") - debugger.dataset.f0) / 5
    np.testing.assert_allclose(debugger.value("dE_df"), expected, rtol=1e-15)


def test_local_derivatives_are_those_before_the_update() -> None:
    debugger = make()
    w = debugger.parameters["w"]
    debugger.run(1)
    np.testing.assert_array_equal(debugger.value("dy_dg"), w)
    np.testing.assert_array_equal(debugger.value("dy_dw"), debugger.value("g"))


def test_the_last_change_is_the_difference() -> None:
    debugger = make()
    before = debugger.parameters
    debugger.run(1)
    for name, array in debugger.parameters.items():
        np.testing.assert_array_equal(before[name] + debugger.value(f"delta_{name}"), array)


def test_learning_rate_changes_live_from_the_next_update_on() -> None:
    debugger = make()
    debugger.run(2)
    debugger.change(learning_rate=0.0, iterations=5)
    before = bits(debugger)
    debugger.run(1)
    assert bits(debugger) == before
    assert debugger.hyperparameters.iterations == 5


def test_what_needs_a_reset_does_not_change_live() -> None:
    with pytest.raises(InputError, match="hidden neurons needs a reset"):
        make().change(hidden=4)


def test_reset_and_back() -> None:
    debugger = make()
    start = bits(debugger)
    debugger.run(7)
    trained = bits(debugger)
    debugger.reset()
    assert (bits(debugger), debugger.iteration, len(debugger.losses)) == (start, 0, 0)
    assert debugger.undo()
    assert (bits(debugger), debugger.iteration, len(debugger.losses)) == (trained, 7, 7)
    assert not make().undo()


def test_reset_with_other_hyperparameters() -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.reset(Hyperparameters(hidden=8, bias="shared"))
    assert debugger.parameters["v"].shape == (2, 8)
    assert debugger.parameters["b"] == 0.0


def test_given_parameters_are_used_or_refused_by_name() -> None:
    dataset = read_dataset("or")
    v, w = [[1, 2, 3], [4, 5, 6]], [[1], [2], [3]]
    assert Debugger(dataset, parameters={"v": v, "w": w}).parameters["v"].tolist() == v
    for parameters, message in (
        ({"v": v}, "this network's parameters are v, w, not v"),
        ({"v": w, "w": w}, "v: the shape is 3×1, but 2×3 is needed"),
        ({"v": [[1, 2, 3], [4, 5]], "w": w}, "v: not an array of numbers"),
        ({"v": v, "w": [["a"], ["b"], ["c"]]}, "w: not an array of numbers"),
        ({"v": v, "w": [[float("nan")], [2], [3]]}, "w: not all values are finite"),
    ):
        with pytest.raises(InputError, match=message):
            Debugger(dataset, parameters=parameters)


def test_what_leaves_the_debugger_cannot_change_it() -> None:
    debugger = make()
    debugger.run(1)
    before = bits(debugger)
    debugger.value("w")[...] = 0
    debugger.parameters["v"][...] = 0
    with pytest.raises(ValueError, match="read-only"):
        debugger.losses[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        debugger.snapshot().values["w"][0, 0] = 0
    assert bits(debugger) == before


def test_a_snapshot_does_not_move_with_the_debugger() -> None:
    debugger = make()
    debugger.run(1)
    snapshot = debugger.snapshot()
    w = snapshot.values["w"].copy()
    debugger.run(5000)
    np.testing.assert_array_equal(snapshot.values["w"], w)
    assert (snapshot.iteration, len(snapshot.losses)) == (1, 1)


def test_a_snapshot_of_some_observations() -> None:
    debugger = make(rows=40)
    debugger.run(1)
    whole, part = debugger.snapshot(), debugger.snapshot(slice(10, 15))
    for name in ("x", "g", "dE_dyhat"):
        np.testing.assert_array_equal(part.values[name], whole.values[name][10:15])
    np.testing.assert_array_equal(part.values["v"], whole.values["v"])
    np.testing.assert_array_equal(part.errors, whole.errors[10:15])
    assert part.first_observation == 10


def test_it_is_asked_in_between_whether_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.run.motion._UNASKED", 0.0)
    debugger = make()
    answers = iter([False] * 3 + [True])
    debugger.run(100, cancel=lambda: next(answers))
    assert (debugger.iteration, debugger.position) == (3, 0)


def test_a_slow_iteration_can_be_stopped_between_operations() -> None:
    random = np.random.RandomState(0)
    dataset = Dataset.from_arrays(random.randn(60_000, 20), random.rand(60_000, 1))
    debugger = Debugger(dataset, Hyperparameters(hidden=40))
    debugger.run(1)
    # Whatever this machine needs: after 20 ms at most a pause is to be obeyed.
    debugger._run.seconds_per_iteration = 0.018
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 4

    debugger.run(5, stop)
    assert (debugger.iteration, debugger.position) == (1, 4)


def test_predictions_come_from_the_present_parameters() -> None:
    debugger = make()
    debugger.run(5)
    before = debugger.snapshot()
    predicted = debugger.predict()
    np.testing.assert_array_equal(debugger.snapshot().values["f"], before.values["f"])
    debugger.run(1)
    np.testing.assert_array_equal(debugger.value("f"), predicted)

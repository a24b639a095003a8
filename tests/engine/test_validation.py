"""What is held out: its loss beside the other, and stopping in time."""

import dataclasses

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, InputError
from engine.reports.training import run_object, run_text
from tui.commands.without_screen import train_to_the_end


def halves(**wanted: object) -> Debugger:
    """A network that learns 6 noisy observations by heart, beside 9 that are held out."""
    random = np.random.RandomState(2)
    x = random.randn(15, 3)
    f0 = (x[:, :1] + random.randn(15, 1) > 0).astype(float)
    held_out = Dataset.from_arrays(x[6:], f0[6:])
    dataset = dataclasses.replace(Dataset.from_arrays(x[:6], f0[:6]), held_out=held_out)
    given = {"hidden": "5", "bias": "per-neuron", "learning_rate": 1.0, "init": "normal", **wanted}
    return Debugger(dataset, Hyperparameters(**given))  # type: ignore[arg-type]


def held_out_loss(debugger: Debugger) -> float:
    """Computed by hand, from the definition."""
    p, held_out = debugger.parameters, debugger.dataset.held_out
    assert held_out is not None
    g = 1 / (1 + np.exp(-(held_out.x @ p["v"] + p["bv"])))
    f = 1 / (1 + np.exp(-(g @ p["w"] + p["bw"])))
    return float(((f - held_out.f0) ** 2).mean())


def test_its_loss_is_of_the_parameters_that_the_iteration_begins_with() -> None:
    debugger = halves(l2=0.5)
    for iteration in range(5):
        expected = held_out_loss(debugger)
        debugger.finish_iteration()
        assert float(debugger.value("E_val")) == pytest.approx(expected, rel=1e-12)
        assert debugger.held_out_losses[iteration] == debugger.value("E_val")


def test_no_gradient_comes_from_it() -> None:
    with_part, without = halves(), halves()
    alone = Debugger(dataclasses.replace(without.dataset, held_out=None), without.hyperparameters)
    with_part.run(50)
    alone.run(50)
    assert with_part.losses.tobytes() == alone.losses.tobytes()


def test_with_batches_it_is_measured_once_an_epoch() -> None:
    debugger = halves(batch_size=2)
    values = []
    for _ in range(9):
        begins = debugger.iteration % 3 == 0
        expected = held_out_loss(debugger)
        debugger.finish_iteration()
        values.append(float(debugger.value("E_val")))
        if begins:
            assert values[-1] == pytest.approx(expected, rel=1e-12)
    assert len(set(values)) == 3
    debugger.go_to(5, 3)
    assert float(debugger.value("E_val")) == values[4]


@pytest.mark.parametrize("batch_size", ["full", "2"])
def test_patience_ends_the_run_and_the_best_parameters_come_back(batch_size: str) -> None:
    debugger = halves(patience=15, batch_size=batch_size)
    an_epoch = 1 if batch_size == "full" else 3
    hit = debugger.train()
    assert hit is not None
    assert hit.is_patience
    curve = debugger.held_out_losses[::an_epoch]
    best = int(np.argmin(curve))
    assert f"patience: held-out E no better since iteration {best * an_epoch}," in hit.words
    assert len(curve) == best + 15 + 1
    for _ in range(2):
        # The best so far as of there is another one, but it is there to stay.
        assert debugger.restore_best() == debugger.iteration == best * an_epoch
    assert held_out_loss(debugger) == pytest.approx(float(curve.min()), rel=1e-12)


def test_what_reaches_its_target_is_not_thrown_away_for_the_sake_of_patience() -> None:
    debugger = halves(target_loss=0.01, patience=100_000)
    train_to_the_end(debugger)
    assert debugger.losses[-1] <= 0.01
    assert debugger.iteration == len(debugger.losses) > int(np.argmin(debugger.held_out_losses))
    report = run_text(debugger, 1.0)
    assert "stopped: the target loss is reached, E <= 0.01" in report
    assert "best ones" not in report
    debugger = halves(target_loss=1e-9, patience=15)
    train_to_the_end(debugger)
    assert debugger.iteration == int(np.argmin(debugger.held_out_losses))
    assert f"the best ones, of iteration {debugger.iteration}" in run_text(debugger, 1.0)


def test_a_report_names_no_stop_that_the_run_has_passed() -> None:
    debugger = halves(iterations=200)
    debugger.stops.add_breakpoint("dE_dw")
    hit = debugger.proceed()
    assert hit is not None
    assert debugger.ended_by == hit
    assert run_object(debugger, 1.0)["stopped"] == hit.words
    train_to_the_end(debugger)
    assert debugger.ended_by is None
    assert "stopped:" not in run_text(debugger, 1.0)
    assert run_object(debugger, 1.0)["stopped"] is None


def test_planned_stops_are_in_the_list_and_found_on_the_way_back() -> None:
    debugger = halves(patience=15)
    (planned,) = (stop for stop in debugger.snapshot().stops if stop.number <= 0)
    assert planned.spec == "worse >= 15"
    with pytest.raises(InputError, match="hyperparameter"):
        debugger.stops.toggle(planned.number)
    hit = debugger.proceed()
    debugger.run(40)
    assert debugger.back_to_stop() == hit


def test_a_target_ends_the_run() -> None:
    debugger = halves(target_loss=0.1)
    assert debugger.train() is not None
    assert debugger.losses[-1] <= 0.1 < debugger.losses[-2]
    debugger.reset()
    assert debugger.proceed() is not None
    assert debugger.losses[-1] <= 0.1 < debugger.losses[-2]


def test_patience_needs_something_held_out() -> None:
    dataset = dataclasses.replace(halves().dataset, held_out=None)
    with pytest.raises(InputError, match="--split"):
        Debugger(dataset, Hyperparameters(patience=3))

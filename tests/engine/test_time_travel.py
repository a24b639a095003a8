"""Going back and forth, against a model that keeps everything."""

from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine import Debugger, InputError
from engine.history import History
from tests.engine.nets import make

State = dict[str, bytes]


def state_of(debugger: Debugger) -> State:
    """Every value that there is to see, and what goes with it, as bits."""
    snapshot = debugger.snapshot()
    state = {name: array.tobytes() for name, array in snapshot.values.items()}
    state["loss"] = np.float64(np.nan if snapshot.loss is None else snapshot.loss).tobytes()
    state["rate"] = np.float64(snapshot.hyperparameters.learning_rate).tobytes()
    return state


class Travels(RuleBasedStateMachine):
    """Walks a debugger about; the model steps forward only and keeps each state."""

    def __init__(self) -> None:
        super().__init__()
        self.debugger = make("per-neuron", outputs=2)
        # A grid so small that it is thinned out again and again.
        self.debugger._run._history = History(
            self.debugger.initial_parameters, 0.1, budget=5 * 8 * 23
        )
        self.debugger._run._history.gap = 2
        self.operations = len(self.debugger.program.operations)
        self.rates = {0: 0.1}
        self.model: dict[int, State] = {}
        self.reached = 0

    @property
    def now(self) -> int:
        return self.debugger.iteration * self.operations + self.debugger.position

    @rule()
    def next_operation(self) -> None:
        self.debugger.step_operation()

    @rule()
    def next_iteration(self) -> None:
        before = self.now
        self.debugger.step_iteration()
        assert self.now == before + self.operations

    @rule()
    def finish(self) -> None:
        self.debugger.finish_iteration()
        assert self.debugger.position == 0

    @rule(iterations=st.integers(1, 30))
    def run(self, iterations: int) -> None:
        self.debugger.run(iterations)

    @rule()
    def back_operation(self) -> None:
        before = self.now
        self.debugger.back_operation()
        assert self.now == max(before - 1, 0)

    @rule()
    def back_iteration(self) -> None:
        before = self.now
        self.debugger.back_iteration()
        assert self.now == max(before - self.operations, 0)

    @rule()
    def start_of_iteration(self) -> None:
        before = self.debugger.iteration, self.debugger.position
        self.debugger.start_iteration()
        expected = before[0] if before[1] else max(before[0] - 1, 0)
        assert (self.debugger.iteration, self.debugger.position) == (expected, 0)

    @rule(share=st.floats(0, 1.2), data=st.data())
    def go_to(self, share: float, data: Any) -> None:
        position = data.draw(st.integers(0, self.operations - 1))
        iteration = int(share * (self.reached // self.operations))
        assert self.debugger.go_to(iteration, position)
        assert (self.debugger.iteration, self.debugger.position) == (iteration, position)

    @rule(rate=st.sampled_from([0.0, 0.1, 0.5, 2.0]))
    def change_rate(self, rate: float) -> None:
        if self.debugger.hyperparameters.learning_rate == rate:
            return
        now = self.now
        in_the_past = self.debugger.iteration < len(self.debugger.losses)
        self.debugger.change(learning_rate=rate)
        assert self.now == now
        # What lay ahead was computed with another rate.
        self.rates = {at: r for at, r in self.rates.items() if at <= now}
        self.rates[now] = rate
        self.model = {at: state for at, state in self.model.items() if at < now}
        if in_the_past:
            assert len(self.debugger.losses) == self.debugger.iteration
        self.reached = now

    @precondition(lambda self: self.reached > 40)
    @rule()
    def reset(self) -> None:
        rate = self.debugger.hyperparameters.learning_rate
        self.debugger.reset()
        self.rates, self.model, self.reached = {0: rate}, {}, 0

    @invariant()
    def agrees_with_the_model(self) -> None:
        now = self.now
        self.reached = max(self.reached, now)
        if now not in self.model:
            self.model[now] = self.replayed(now)
        assert state_of(self.debugger) == self.model[now]
        assert self.debugger.losses.tobytes() == self.losses().tobytes()

    def replayed(self, now: int) -> State:
        """The state of a fresh run that only ever went forward, an operation at a time."""
        fresh = make("per-neuron", outputs=2)
        fresh.change(learning_rate=self.rates[0])
        for at in range(now + 1):
            if at in self.rates:
                fresh.change(learning_rate=self.rates[at])
            if at < now:
                fresh.step_operation()
        return state_of(fresh)

    def losses(self) -> np.ndarray:
        fresh = make("per-neuron", outputs=2)
        fresh.change(learning_rate=self.rates[0])
        for at in range(len(self.debugger.losses) * self.operations):
            if at in self.rates:
                fresh.change(learning_rate=self.rates[at])
            fresh.step_operation()
        return fresh.losses


TestTravels = Travels.TestCase
TestTravels.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)


def test_far_back_in_a_long_run() -> None:
    debugger, straight = make(), make()
    debugger.run(5000)
    losses = debugger.losses.tobytes()
    for iteration, position in ((4999, 7), (64, 0), (63, 17), (1, 1), (0, 0), (3333, 5)):
        assert debugger.go_to(iteration, position)
        straight.reset()
        straight.go_to(iteration, position)
        assert state_of(debugger) == state_of(straight)
        assert debugger.losses.tobytes() == losses


def test_history_keeps_to_its_budget() -> None:
    parameters = {"v": np.zeros((4, 8))}
    history = History(parameters, 0.1, budget=100 * 32 * 8)
    for iteration in range(100_000):
        if iteration == history.next_checkpoint:
            parameters["v"][...] = iteration
            history.keep(list(parameters.values()))
    assert history._rows.nbytes <= 100 * 32 * 8
    for iteration in (0, 63, 64, 50_000, 99_999):
        found = history.restore(iteration, list(parameters.values()))
        assert iteration - history.gap < found <= iteration
        assert (parameters["v"] == found).all()


def test_a_change_in_the_past_keeps_the_old_future() -> None:
    debugger = make()
    debugger.run(50)
    old = state_of(debugger)
    debugger.go_to(20)
    debugger.change(learning_rate=1.0)
    debugger.run(30)
    assert debugger.iteration == 50
    assert state_of(debugger) != old
    debugger.undo()
    assert debugger.iteration == 20
    debugger.run(30)
    assert state_of(debugger) == old


def test_a_move_back_that_is_stopped_leaves_the_clock() -> None:
    debugger = make()
    debugger.run(60)
    before = state_of(debugger)
    answers = iter([False] * 10 + [True] * 1000)
    assert not debugger.go_to(40, cancel=lambda: next(answers))
    assert debugger.iteration == 60
    assert state_of(debugger) == before


@pytest.mark.parametrize("clock", [(-1, 0), (0, 18), (0, -1)])
def test_there_is_no_such_time(clock: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="there is no operation"):
        make().go_to(*clock)

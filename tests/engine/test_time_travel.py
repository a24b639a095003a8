"""Going back and forth, against a model that keeps everything."""

from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine import Dataset, Debugger, Hyperparameters, InputError
from engine.run import history
from engine.run.history import History
from engine.run.motion import Motion
from tests.engine.naive import Line, Session, State
from tests.engine.nets import every_kind, make
from tests.examples import examples

BUDGET = 15 * 8 * 23
"""Bytes: a few checkpoints of the larger network."""


def state_of(debugger: Debugger) -> State:
    """Every value that there is to see, and what goes with it, as bits."""
    snapshot = debugger.snapshot()
    state = {name: array.tobytes() for name, array in snapshot.values.items()}
    state["loss"] = np.float64(np.nan if snapshot.loss is None else snapshot.loss).tobytes()
    state["rate"] = np.float64(snapshot.hyperparameters.learning_rate).tobytes()
    return state


class Travels(RuleBasedStateMachine):
    """Walks a debugger about and changes things, beside a model that only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        # A grid so fine, and memory so small, that it is thinned out again and again.
        self.patch = patch.object(history, "_WIDEST_FIRST_GAP", 2)
        self.patch.start()
        random = np.random.RandomState(7)
        dataset = Dataset.from_arrays(random.randn(5, 4), random.rand(5, 2))
        hyperparameters = Hyperparameters(bias="per-neuron", learning_rate=0.1, seed=3)
        # A megabyte of one byte, to run out of it soon.
        with patch("engine.debugger.base.MEGABYTE", 1):
            self.debugger = Debugger(dataset, hyperparameters, history=BUDGET)
        self.model = Session(dataset, hyperparameters)
        self.branches = {self.model.line: self.debugger.branches.current}

    def teardown(self) -> None:
        self.patch.stop()

    @property
    def operations(self) -> int:
        return len(self.debugger.program.operations)

    def ahead(self, operations: int) -> tuple[int, int]:
        """The clock so many operations later."""
        iteration, position = self.model.line.clock
        now = max(iteration * self.operations + position + operations, 0)
        return divmod(now, self.operations)

    @rule(back=st.booleans())
    def operation(self, back: bool) -> None:
        self.model.moved(self.ahead(-1 if back else 1))
        (self.debugger.back_operation if back else self.debugger.step_operation)()

    @rule(back=st.booleans())
    def iteration(self, back: bool) -> None:
        self.model.moved(self.ahead(-self.operations if back else self.operations))
        (self.debugger.back_iteration if back else self.debugger.step_iteration)()

    @rule()
    def start_of_iteration(self) -> None:
        iteration, position = self.model.line.clock
        self.model.moved((iteration if position else max(iteration - 1, 0), 0))
        self.debugger.start_iteration()

    @rule(iterations=st.integers(1, 50))
    def run(self, iterations: int) -> None:
        self.model.moved((self.model.line.clock[0] + iterations, 0))
        self.debugger.run(iterations)

    @rule(iterations=st.integers(1, 20))
    def proceed(self, iterations: int) -> None:
        end = self.model.line.clock[0] + iterations
        self.model.moved((end, 0))
        assert self.debugger.proceed(end) is None

    @rule(share=st.floats(0, 1.1), data=st.data())
    def go_to(self, share: float, data: st.DataObject) -> None:
        position = data.draw(st.integers(0, self.operations - 1))
        time = (int(share * self.model.line.reached), position)
        self.model.moved(time)
        assert self.debugger.go_to(*time)

    @rule(rate=st.sampled_from([0.0, 0.1, 0.5, 2.0]))
    def change_rate(self, rate: float) -> None:
        if self.debugger.hyperparameters.learning_rate != rate:
            self.model.change("eta", (), rate)
        self.debugger.change(learning_rate=rate)

    @rule(value=st.floats(-9, 9), data=st.data())
    def edit(self, value: float, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.debugger.parameters)))
        shape = self.debugger.parameters[name].shape
        index = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
        self.model.change(name, index, value)
        self.debugger.edit(name, index, value)

    @rule(hidden=st.sampled_from([2, 3]))
    def reset(self, hidden: int) -> None:
        wanted = self.debugger.hyperparameters.replace(hidden=hidden)
        self.model.begin(Line(wanted))
        self.debugger.reset(wanted)

    @rule()
    def undo(self) -> None:
        assert bool(self.debugger.undo()) == bool(self.model.done)
        if self.model.done:
            self.model.undo()

    @rule()
    def redo(self) -> None:
        assert bool(self.debugger.redo()) == bool(self.model.undone)
        if self.model.undone:
            self.model.redo()

    @rule(data=st.data())
    def switch(self, data: st.DataObject) -> None:
        line = data.draw(st.sampled_from(self.model.lines))
        self.model.switch(line)
        self.debugger.branches.switch(self.branches[line].number)

    @precondition(lambda self: len(self.model.lines) > 2)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        line = data.draw(st.sampled_from([x for x in self.model.lines if x is not self.model.line]))
        self.model.drop(line)
        self.debugger.branches.drop(self.branches[line].number)

    @precondition(lambda self: self.debugger.iteration > 1)
    @rule()
    def ask(self) -> None:
        """What looks elsewhere comes back."""
        self.debugger.evaluate("norm(prev(v))")
        self.debugger.scan("E", max(len(self.debugger.losses) - 5, 0))
        self.debugger.explain_chain("delta_v", 1, 0)

    @invariant()
    def agrees_with_the_model(self) -> None:
        debugger, line = self.debugger, self.model.line
        self.branches.setdefault(line, debugger.branches.current)
        assert self.branches[line] is debugger.branches.current
        assert list(debugger.branches) == [self.branches[x] for x in self.model.lines]
        assert (debugger.iteration, debugger.position) == line.clock
        values = {name: array.tobytes() for name, array in debugger.snapshot().values.items()}
        assert values == self.model.replay(line, line.clock).at(line.clock)
        for each in self.model.lines:
            assert self.branches[each].run.losses.values.tobytes() == self.model.losses(each)

    @invariant()
    def keeps_to_the_budget(self) -> None:
        runs = [branch.run for branch in self.debugger.branches]
        # Two checkpoints are the least that each of them needs.
        least = sum(2 * 8 * sum(p.size for p in run.initial.values()) for run in runs)
        assert sum(run.history.bytes for run in runs) <= max(BUDGET, least)


TestTravels = Travels.TestCase
TestTravels.settings = settings(max_examples=examples(35), stateful_step_count=40)


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


@pytest.mark.one_in(5)
@every_kind
def test_back_and_forth_with_every_kind(kind: dict[str, Any]) -> None:
    """What an optimiser remembers, the schedule's count and the batch go back too."""
    debugger, straight = make(**kind), make(**kind)
    states, operations = {}, len(straight.program.operations)
    random = np.random.RandomState(5)
    times = {(int(random.randint(90)), int(random.randint(operations))) for _ in range(12)}
    for time in sorted(times):
        while (straight.iteration, straight.position) != time:
            straight.step_operation()
        states[time] = (state_of(straight), straight.snapshot().batch)
    debugger.run(95)
    debugger.branches.current.run.history.set_budget(0)
    for time in random.permutation(sorted(times)):
        assert debugger.go_to(*map(int, time))
        assert (state_of(debugger), debugger.snapshot().batch) == states[tuple(time)]
    debugger.run_to(95)
    straight.run_to(95)
    assert state_of(debugger) == state_of(straight)
    assert debugger.losses.tobytes() == straight.losses.tobytes()


def test_history_keeps_to_its_budget() -> None:
    parameters = {"v": np.zeros((4, 8))}
    history = History(list(parameters.values()), budget=100 * 32 * 8)
    for iteration in range(100_000):
        if iteration == history.next_checkpoint:
            parameters["v"][...] = iteration
            history.keep(list(parameters.values()))
    assert history._rows.nbytes <= 100 * 32 * 8
    for iteration in (0, 63, 64, 50_000, 99_999):
        found = history.restore(iteration, list(parameters.values()))
        assert iteration - history.gap < found <= iteration
        assert (parameters["v"] == found).all()


@given(paces=st.lists(st.sampled_from([1e-5, 1e-3, 3e-3, 0.02, 0.5]), min_size=1, max_size=80))
def test_checkpoints_go_on_whatever_the_pace(paces: list[float]) -> None:
    debugger = Debugger(Dataset.from_arrays([[0.0], [1.0]], [[0.0], [1.0]]), Hyperparameters())
    run = debugger.branches.current.run
    with (
        patch.object(Motion, "_measure", lambda motion, seconds: None),
        patch("engine.run.history._WIDEST_FIRST_GAP", 64),
    ):
        for pace in paces:
            debugger.step_iteration()
            run.history.set_pace(pace, run.iteration)
        debugger.run_to(1000)
    assert run.history.next_checkpoint >= 1000
    assert run.history.reaches(999) > 999 - 64 - len(paces)


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
    # How often it asks depends on the gap, and that on how fast the machine is.
    assert not debugger.go_to(40, cancel=lambda: True)
    assert debugger.iteration == 60
    assert state_of(debugger) == before


@pytest.mark.parametrize("clock", [(-1, 0), (0, 18), (0, -1)])
def test_there_is_no_such_time(clock: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="there is no operation"):
        make().go_to(*clock)

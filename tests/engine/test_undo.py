"""Undo and redo are each other's inverse, whatever was done in between the actions."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine import Debugger, Hyperparameters, read_dataset
from tests.examples import examples

Made = tuple[Hyperparameters, tuple[object, ...]]


def made(debugger: Debugger) -> Made:
    """What the present run is made of, wherever the clock is."""
    run = debugger.branches.current.run
    changes = tuple((change.time, repr(change.what)) for change in run.changes.all)
    return run.started_with, changes


class Undoing(RuleBasedStateMachine):
    """Remembers for each action what the run was before it, and for each undone one after it."""

    def __init__(self) -> None:
        super().__init__()
        self.debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=1000))
        self.before: list[Made | None] = []
        self.after: list[Made | None] = []
        self.done = 0

    def did(self, was: Made) -> None:
        """Take note of an action, if there was one."""
        if len(self.debugger.branches.done) > self.done:
            self.before.append(was)
            self.after.clear()

    @rule(iterations=st.integers(1, 9))
    def run(self, iterations: int) -> None:
        self.debugger.run(iterations)

    @rule(iteration=st.integers(0, 30), position=st.integers(0, 17))
    def go_to(self, iteration: int, position: int) -> None:
        self.debugger.go_to(iteration, position)

    @rule(row=st.integers(0, 1), value=st.floats(-9, 9))
    def edit(self, row: int, value: float) -> None:
        was = made(self.debugger)
        self.debugger.edit("v", (row, 0), value)
        self.did(was)

    @rule(rate=st.sampled_from([0.0, 0.1, 0.5]), iterations=st.sampled_from([1000, 2000]))
    def change(self, rate: float, iterations: int) -> None:
        was = made(self.debugger)
        if rate != self.debugger.hyperparameters.learning_rate:
            self.debugger.change(learning_rate=rate)
        else:
            self.debugger.change(iterations=iterations)
        self.did(was)

    @rule(seed=st.integers(1, 3))
    def reset(self, seed: int) -> None:
        was = made(self.debugger)
        self.debugger.reset(self.debugger.hyperparameters.replace(seed=seed))
        self.did(was)

    @rule(data=st.data())
    def switch(self, data: st.DataObject) -> None:
        was = made(self.debugger)
        branches = self.debugger.branches
        branches.switch(data.draw(st.sampled_from([branch.number for branch in branches])))
        self.did(was)

    @precondition(lambda self: len(list(self.debugger.branches)) > 2)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        branches = self.debugger.branches
        others = [branch.number for branch in branches if branch is not branches.current]
        was = made(self.debugger)
        branches.drop(data.draw(st.sampled_from(others)))
        assert made(self.debugger) == was
        # Stays in that branch are gone from what can be undone; what was before them is not known.
        self.before = [None] * len(branches.done)
        self.after = [None] * len(branches.undone)

    @rule(times=st.integers(1, 4))
    def undo(self, times: int) -> None:
        for _ in range(times):
            was = made(self.debugger)
            if self.debugger.undo():
                expected = self.before.pop()
                assert expected in (None, made(self.debugger))
                self.after.append(was)

    @rule(times=st.integers(1, 4))
    def redo(self, times: int) -> None:
        for _ in range(times):
            was = made(self.debugger)
            if self.debugger.redo():
                expected = self.after.pop()
                assert expected in (None, made(self.debugger))
                self.before.append(was)

    @invariant()
    def has_all_that_can_be_undone(self) -> None:
        branches = self.debugger.branches
        self.done = len(branches.done)
        assert (self.done, len(branches.undone)) == (len(self.before), len(self.after))

    @invariant()
    def lists_no_other_branch_without_iterations(self) -> None:
        branches = self.debugger.branches
        listed = list(branches)
        assert branches.current in listed
        assert all(len(b.run.losses) for b in listed if b is not branches.current)
        assert [b.number for b in listed] == sorted(b.number for b in listed)


TestUndoing = Undoing.TestCase
TestUndoing.settings = settings(max_examples=examples(60), stateful_step_count=30)

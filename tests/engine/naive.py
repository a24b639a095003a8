"""A session of a debugger, by a model that only goes forward and keeps everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from engine import Dataset, Hyperparameters
from engine.formula.scratch import Scratch
from engine.loop.row import Bound, LoopClock
from engine.maths.operations.operation import Operation
from engine.model.network import Network
from engine.program.program import Program

Time = tuple[int, int]
State = dict[str, bytes]
Event = tuple[Time, str, tuple[int, ...], float]
"""When, which parameter or ``eta``, which cell, and its new value."""


def from_python(operations: Sequence[Operation]) -> list[Callable[[], None]]:
    """Return what makes the calls of each operation, outside of any plan."""
    bound = [[call.bind(LoopClock()) for call in o.calls(Scratch())] for o in operations]

    def run(calls: list[Bound]) -> None:
        with np.errstate(all="ignore"):
            for call in calls:
                call()

    return [partial(run, calls) for calls in bound]


class Replay:
    """One run with its changes by hand, an operation at a time from iteration 0 on."""

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, events: tuple[Event, ...]
    ) -> None:
        initial = Network(dataset, hyperparameters).draw_parameters(hyperparameters.seed)
        self._program = Program(dataset, hyperparameters, initial)
        self._run = from_python(self._program.operations)
        self._events = events
        self._time: Time = (0, 0)
        self._written: set[str] = set()
        self.losses: list[float] = []
        self.states: dict[Time, State] = {}
        self._keep()

    def at(self, time: Time) -> State:
        while time not in self.states:
            self._step()
        return self.states[time]

    def _step(self) -> None:
        program, (iteration, position) = self._program, self._time
        if position == 0:
            self._written -= {o.name for o in program.operations} - set(program.parameters)
        operation = program.operations[position]
        self._run[position]()
        self._written |= {operation.name, f"delta_{operation.name}"}
        last = position + 1 == len(program.operations)
        if last:
            self.losses.append(float(program.tensors["E"].data))
        self._time = (iteration + 1, 0) if last else (iteration, position + 1)
        self._keep()

    def _keep(self) -> None:
        program = self._program
        for time, name, index, value in self._events:
            if time == self._time and name == "eta":
                program.set_learning_rate(value)
            elif time == self._time:
                program.parameters[name].data[index] = value
        changes = {tensor.name: tensor for tensor in program.changes.values()}
        seen = {"x", "f0", "eta", *program.parameters, *self._written}
        self.states[self._time] = {
            name: tensor.data.tobytes()
            for name, tensor in {**program.tensors, **changes}.items()
            if name in seen
        }


@dataclass(eq=False)
class Line:
    """A branch: where it began, what was changed on it, how far it went, where its clock is."""

    hyperparameters: Hyperparameters
    events: list[Event] = field(default_factory=list)
    reached: int = 0
    clock: Time = (0, 0)
    began: int = 0

    @property
    def has_future(self) -> bool:
        return self.reached > self.clock[0] or any(time > self.clock for time, *_ in self.events)

    @property
    def has_progress(self) -> bool:
        return self.reached > self.began

    def fork(self) -> Line:
        events = [event for event in self.events if event[0] <= self.clock]
        return Line(self.hyperparameters, events, self.clock[0], self.clock, self.clock[0])


@dataclass
class Action:
    """Something that can be undone: another line, or a change of one."""

    before: Line
    after: Line
    event: Event | None = None
    began: bool = True


def move(actions: list[Action], line: Line, to: Line) -> None:
    """Have what was done on a line be done on another one."""
    for action in actions:
        action.before = to if action.before is line else action.before
        action.after = to if action.after is line else action.after


def without(actions: list[Action], line: Line) -> list[Action]:
    """Leave out the stays in a line."""
    left: list[Action] = []
    origin: Line | None = None
    for action in actions:
        if action.before is line and action.after is line:
            continue
        if action.after is line:
            origin = action.before
        elif action.before is not line:
            left.append(action)
        elif origin is not None and origin is not action.after:
            left.append(Action(origin, action.after, began=action.began))
    return left


class Session:
    """All lines, and what undo and redo go through."""

    def __init__(self, dataset: Dataset, hyperparameters: Hyperparameters) -> None:
        self._dataset = dataset
        self.line = Line(hyperparameters)
        self.lines, self.born = [self.line], [self.line]
        self.undone: list[Action] = []
        self.done: list[Action] = []
        self._replays: dict[object, Replay] = {}

    def replay(self, line: Line, until: Time | None = None) -> Replay:
        events = tuple(e for e in line.events if until is None or e[0] <= until)
        key = (line.hyperparameters, events)
        if key not in self._replays:
            self._replays[key] = Replay(self._dataset, line.hyperparameters, events)
        return self._replays[key]

    def losses(self, line: Line) -> bytes:
        replay = self.replay(line)
        replay.at((line.reached, 0))
        return np.array(replay.losses[: line.reached]).tobytes()

    def moved(self, time: Time) -> None:
        self.line.clock = time
        self.line.reached = max(self.line.reached, time[0])

    def enter(self, line: Line) -> None:
        if line not in self.born:
            self.born.append(line)
        if line not in self.lines:
            self.lines.append(line)
            self.lines.sort(key=self.born.index)
        before, self.line = self.line, line
        if before is not line and before.reached == 0 and before in self.lines:
            self.lines.remove(before)

    def do(self, action: Action) -> None:
        self.done.append(action)
        self.undone.clear()

    def begin(self, line: Line) -> None:
        before = self.line
        self.enter(line)
        self.do(Action(before, line))

    def change(self, name: str, index: tuple[int, ...], value: float) -> None:
        event = (self.line.clock, name, index, value)
        if self.line.has_future:
            self.begin(self.line.fork())
            self.line.events.append(event)
        else:
            self.line.events.append(event)
            self.do(Action(self.line, self.line, event))

    def switch(self, line: Line) -> None:
        if line is not self.line:
            self.do(Action(self.line, line, began=False))
        self.enter(line)

    def drop(self, line: Line) -> None:
        self.lines.remove(line)
        self.done = without(self.done, line)
        self.undone = without(self.undone[::-1], line)[::-1]

    def undo(self) -> None:
        action = self.done.pop()
        if action.event is None:
            if action.began and not action.after.has_progress and action.after in self.lines:
                self.lines.remove(action.after)
            self.enter(action.before)
            self.undone.append(action)
            return
        line, event = action.after, action.event
        self.enter(line)
        line.clock = event[0]
        if line.events[-1] is event and line.reached == line.clock[0]:
            line.events.pop()
            self.undone.append(action)
        else:
            fork = line.fork()
            place = next(i for i, e in enumerate(fork.events) if e is event)
            del fork.events[place:]
            self.enter(fork)
            self.undone.append(Action(fork, line, began=False))
            move(self.done, line, fork)

    def redo(self) -> None:
        action = self.undone.pop()
        if action.event is None:
            self.enter(action.after)
            self.done.append(action)
            return
        line, (time, *what) = action.after, action.event
        self.enter(line)
        line.clock = time
        if line.has_future:
            fork = line.fork()
            self.enter(fork)
            self.done.append(Action(line, fork))
            move(self.undone, line, fork)
        else:
            self.done.append(Action(line, line, (time, *what)))
            fork = line
        fork.events.append((time, *what))
        if fork is line:
            self.done[-1].event = line.events[-1]

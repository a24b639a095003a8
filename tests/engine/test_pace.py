"""How fast a run goes on, with a time that passes only while the runner waits."""

from collections.abc import Callable
from itertools import pairwise
from queue import SimpleQueue
from typing import TypeVar

import pytest

from engine import Debugger, Hyperparameters, Runner, read_dataset
from engine.common.pace import FULL, SPEEDS, Clock, Speed
from engine.run.clock import Time

T = TypeVar("T")
NAMES = {speed.name: speed for speed in SPEEDS}
OPERATIONS = 18


class Waits(Clock):
    """Passes at once whenever the runner waits, and notes where the run is then.

    Args:
        debugger: What runs.
        at: Called at each wait, with the seconds and the clock's time.
    """

    def __init__(self, debugger: Debugger, at: Callable[[float, Time], None] | None = None) -> None:
        self.seconds = 0.0
        self.seen: list[tuple[float, Time]] = []
        self._debugger = debugger
        self._at = at

    def now(self) -> float:
        return self.seconds

    def next_of(self, queue: SimpleQueue[T], seconds: float | None) -> T | None:
        assert seconds is not None
        here = Time(self._debugger.iteration, self._debugger.position)
        self.seen.append((self.seconds, here))
        if self._at is not None:
            self._at(self.seconds, here)
        if queue.empty():
            self.seconds += seconds
            return None
        return queue.get()


def run(
    debugger: Debugger, speed: Speed, at: Callable[[Runner, float], None] | None = None
) -> list[tuple[float, Time]]:
    """Run to a stop or the end; return when it waited, and where."""
    clock = Waits(debugger, lambda seconds, here: at(runner, seconds) if at else None)
    runner = Runner(debugger, speed, clock)
    runner.run().result(60)
    thread = runner._thread
    while runner.running:
        thread.join(0.001)
    runner.close()
    return clock.seen


def on_or(iterations: int) -> Debugger:
    return Debugger(read_dataset("or"), Hyperparameters(iterations=iterations))


@pytest.mark.parametrize(("name", "rate"), [("1op", 1), ("4op", 4), ("1", OPERATIONS)])
def test_a_walk_runs_operation_by_operation_at_its_speed(name: str, rate: int) -> None:
    debugger = on_or(2)
    seen = run(debugger, NAMES[name])
    # The first at once, then one each time.
    expected = [(k / rate, divmod(k + 1, OPERATIONS)) for k in range(2 * OPERATIONS - 1)]
    assert [tuple(time) for _, time in seen] == [tuple(time) for _, time in expected]
    assert [seconds for seconds, _ in seen] == pytest.approx([at for at, _ in expected])
    assert debugger.iteration == 2


@pytest.mark.parametrize(("name", "rate"), [("10", 10), ("100", 100), ("1000", 1000)])
def test_a_run_makes_so_many_iterations_a_second(name: str, rate: int) -> None:
    seen = run(on_or(3 * rate), NAMES[name])
    for seconds, (iteration, position) in seen:
        assert position == 0
        assert abs(iteration - rate * seconds) <= max(rate * 0.02, 1) + 1e-6
    assert len(seen) == 3 * min(rate, 50) - 1


def test_a_walk_computes_what_full_speed_computes() -> None:
    walked, ran = on_or(3), on_or(3)
    run(walked, NAMES["4op"])
    ran.run(3)
    assert walked.losses.tolist() == ran.losses.tolist()
    assert all((walked.parameters[name] == ran.parameters[name]).all() for name in ran.parameters)


@pytest.mark.parametrize("speed", SPEEDS, ids=lambda speed: speed.name)
def test_a_stop_stops_at_any_speed(speed: Speed) -> None:
    debugger = on_or(10)
    debugger.stops.add_breakpoint("dE_dw: iteration >= 1")
    run(debugger, speed)
    assert (debugger.iteration, debugger.position) == (1, 9)
    assert "breakpoint before ∂E/∂w" in debugger.stopped
    # The next time round, not at once again.
    run(debugger, speed)
    assert (debugger.iteration, debugger.position) == (2, 9)
    debugger.stops.add_watch("iteration == 4")
    debugger.stops.toggle_breakpoint("dE_dw")
    run(debugger, speed)
    assert (debugger.iteration, debugger.position) == (5, 0)
    assert debugger.stopped.endswith("after iteration 4")


def test_a_value_that_is_not_finite_stops_a_walk_where_it_comes_from() -> None:
    debugger = on_or(10)
    debugger.run(1)
    debugger.edit("v", (0, 0), 1e308)
    debugger.edit("v", (1, 0), 1e308)
    run(debugger, NAMES["4op"])
    assert (debugger.iteration, debugger.position) == (1, 1)
    assert "ŷ" in debugger.stopped


def test_another_speed_holds_from_then_on() -> None:
    def faster(runner: Runner, seconds: float) -> None:
        if seconds == 2 and runner.speed.name == "1op":
            runner.change_speed(1)

    seen = run(on_or(1), NAMES["1op"], faster)
    times = sorted({seconds for seconds, _ in seen})
    gaps = [after - before for before, after in pairwise(times)]
    assert gaps == pytest.approx([1.0] * 2 + [0.25] * (len(gaps) - 2))


def test_the_list_has_two_ends() -> None:
    assert SPEEDS[0].beside(-1) is SPEEDS[0]
    assert FULL.beside(1) is FULL
    assert [speed.name for speed in SPEEDS if speed.walks] == ["1op", "4op", "1"]


def test_what_could_not_be_done_in_time_is_not_made_up_for() -> None:
    late = [False]

    def stall(runner: Runner, seconds: float) -> None:
        if seconds >= 1 and not late[0]:
            late[0] = True
            runner._clock.seconds += 100.0  # type: ignore[attr-defined]

    seen = run(on_or(2), NAMES["1op"], stall)
    after = [time for seconds, time in seen if seconds > 100]
    # Where it was late it goes on with one operation.
    assert after[1] <= Time(0, after[0].position + 2)


def test_a_little_delay_is_made_up_for() -> None:
    late: set[int] = set()

    def stall(runner: Runner, seconds: float) -> None:
        if int(seconds * 4) not in late and seconds < 1.5:
            late.add(int(seconds * 4))
            runner._clock.seconds += 0.15  # type: ignore[attr-defined]

    seen = run(on_or(200), NAMES["100"], stall)
    assert len(late) > 3
    assert seen[-1][0] == pytest.approx(2, abs=0.05)

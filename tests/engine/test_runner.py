import threading
import time
from collections.abc import Iterator

import pytest

from engine import Debugger, Hyperparameters, InputError, Runner, read_dataset

LONG = 10**9


@pytest.fixture
def runner() -> Iterator[Runner]:
    runner = Runner(Debugger(read_dataset("or"), Hyperparameters(iterations=LONG)))
    yield runner
    runner.close()


def iteration(runner: Runner) -> int:
    return runner.submit(lambda debugger: debugger.iteration).result(60)


def test_commands_are_obeyed_in_order(runner: Runner) -> None:
    for _ in range(5):
        runner.submit(Debugger.step_operation)
    assert runner.submit(lambda debugger: debugger.position).result(60) == 5


def test_it_runs_answers_while_running_and_pauses(runner: Runner) -> None:
    runner.run().result(60)
    first = iteration(runner)
    until = time.monotonic() + 60
    while iteration(runner) == first and time.monotonic() < until:
        time.sleep(0.001)
    assert runner.running
    runner.pause().result(60)
    paused = iteration(runner)
    assert paused > first
    assert not runner.running
    assert runner.submit(lambda debugger: debugger.position).result(60) == 0
    assert iteration(runner) == paused


def test_it_stops_at_the_planned_end_and_goes_on_when_raised(runner: Runner) -> None:
    runner.submit(lambda debugger: debugger.change(iterations=50)).result(60)
    for planned in (50, 80):
        runner.submit(lambda debugger, n=planned: debugger.change(iterations=n)).result(60)
        runner.run().result(60)
        until = time.monotonic() + 60
        while runner.running and time.monotonic() < until:
            pass
        assert iteration(runner) == planned


def test_it_pauses_itself_at_a_stop(runner: Runner) -> None:
    runner.submit(lambda d: d.stops.add_breakpoint("dE_dw: iteration >= 700")).result(60)
    for expected in (700, 701):
        runner.run().result(60)
        until = time.monotonic() + 60
        while runner.running and time.monotonic() < until:
            time.sleep(0.001)
        snapshot = runner.submit(Debugger.snapshot).result(60)
        assert snapshot.iteration == expected
        assert "breakpoint before ∂E/∂w" in snapshot.stopped
    assert len(runner.submit(lambda debugger: debugger.log).result(60)) == 2


def test_an_error_reaches_the_one_who_asked_and_the_runner_lives_on(runner: Runner) -> None:
    future = runner.submit(lambda debugger: debugger.change(hidden=4))
    with pytest.raises(InputError, match="needs a reset"):
        future.result(60)
    assert iteration(runner) == 0


def test_what_goes_wrong_while_running_is_told_with_the_next_command() -> None:
    debugger = Debugger(read_dataset("or"))
    runner = Runner(debugger)

    def no_memory(loss: object) -> None:
        raise MemoryError("no room for the losses")

    debugger._run.losses.append = no_memory  # type: ignore[method-assign]
    runner.run().result(60)
    until = time.monotonic() + 60
    while runner.running and time.monotonic() < until:
        time.sleep(0.001)
    # Neither who lets a save be made nor who pauses would hear of it.
    assert runner.serve(lambda debugger: 1).result(60) == 1
    runner.pause().result(60)
    assert isinstance(runner.submit(lambda debugger: None).exception(60), MemoryError)
    assert not runner.running
    assert iteration(runner) == 0
    runner.close()


def test_a_cancelled_command_is_dropped(runner: Runner) -> None:
    gate = threading.Event()
    runner.submit(lambda debugger: gate.wait(60))
    step = runner.submit(Debugger.step_operation)
    assert step.cancel()
    gate.set()
    assert runner.submit(lambda debugger: debugger.position).result(60) == 0


def test_closing_ends_a_running_thread() -> None:
    # One of a test before may end meanwhile.
    before = set(threading.enumerate())
    runner = Runner(Debugger(read_dataset("or"), Hyperparameters(iterations=LONG)))
    runner.run()
    runner.close(timeout=60)
    assert set(threading.enumerate()) <= before

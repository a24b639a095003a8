"""Changes by hand: what they keep, and how they are taken back."""

from unittest.mock import patch

import pytest

from engine import Debugger, Hyperparameters, InputError, read_dataset
from engine.run import history
from tests.engine.nets import make


def bits(debugger: Debugger) -> dict[str, bytes]:
    values = {name: array.tobytes() for name, array in debugger.snapshot().values.items()}
    return values | {"losses": debugger.losses.tobytes()}


def listed(debugger: Debugger) -> list[tuple[int, str, bool, int | None, int]]:
    return [
        (b.number, b.label, b.current, b.began, b.computed) for b in debugger.snapshot().branches
    ]


def test_an_edit_at_the_end_of_a_branch_stays_on_it() -> None:
    debugger = make()
    debugger.run(10)
    debugger.edit("v", (1, 2), 0.25)
    assert debugger.value("v")[1, 2] == 0.25
    assert listed(debugger) == [(1, "start", True, None, 10)]
    assert debugger.snapshot().changes == ((10, 0),)


def test_an_edit_in_the_past_keeps_the_old_branch() -> None:
    debugger = make()
    debugger.run(50)
    old = bits(debugger)
    debugger.go_to(20, 3)
    w = debugger.parameters["w"]
    debugger.edit("w", (1, 0), 4.5)
    assert (debugger.iteration, debugger.position) == (20, 3)
    assert debugger.parameters["w"][1, 0] == 4.5
    assert len(debugger.losses) == 20
    debugger.run(10)
    assert listed(debugger) == [
        (1, "start", False, None, 50),
        (2, "w[g2, output] = 4.5 at 20", True, 20, 30),
    ]
    new = bits(debugger)
    debugger.branches.switch(1)
    # Each branch has its own clock.
    assert (debugger.iteration, debugger.position) == (20, 3)
    assert debugger.parameters["w"].tobytes() == w.tobytes()
    debugger.go_to(50)
    assert bits(debugger) == old
    debugger.branches.switch(2)
    assert bits(debugger) == new


def test_a_change_is_undone_and_done_again() -> None:
    debugger = make()
    debugger.run(10)
    before = bits(debugger)
    debugger.edit("v", (0, 0), 3.0)
    edited = bits(debugger)
    debugger.change(learning_rate=0.5)
    changed = bits(debugger)
    assert debugger.undo() == "without η = 0.5 at 10"
    assert bits(debugger) == edited
    assert debugger.undo() == "without v[input1, g1] = 3 at 10"
    assert bits(debugger) == before
    assert debugger.undo() == ""
    assert debugger.redo() == "v[input1, g1] = 3 again"
    assert bits(debugger) == edited
    assert debugger.redo() == "η = 0.5 again"
    assert bits(debugger) == changed
    assert debugger.redo() == ""
    assert len(listed(debugger)) == 1


def test_undoing_a_change_keeps_what_was_computed_with_it() -> None:
    debugger, plain = make(), make()
    for each in (debugger, plain):
        each.run(10)
    debugger.edit("v", (0, 0), 3.0)
    debugger.run(10)
    with_it = bits(debugger)
    debugger.undo()
    assert (debugger.iteration, len(debugger.losses)) == (10, 10)
    for each in (debugger, plain):
        each.run(10)
    assert bits(debugger) == bits(plain)
    debugger.redo()
    debugger.go_to(20)
    assert bits(debugger) == with_it


@pytest.mark.parametrize("position", [0, 5])
def test_undoing_a_change_where_a_checkpoint_has_been_kept_since(position: int) -> None:
    with patch.object(history, "_WIDEST_FIRST_GAP", 1):
        debugger = make()
        debugger.run(4)
        debugger.go_to(4, position)
        before = bits(debugger)
        debugger.edit("v", (0, 0), 3.0)
        debugger.step_operation()
        debugger.undo()
        assert (debugger.iteration, debugger.position) == (4, position)
        assert bits(debugger) == before
        debugger.run(3)
        plain = make()
        plain.run(7)
        for each in (debugger, plain):
            each.go_to(5, 2)
        assert bits(debugger) == bits(plain)


def test_undoing_a_switch_loses_nothing() -> None:
    debugger = make()
    debugger.run(10)
    debugger.go_to(5)
    debugger.edit("v", (0, 0), 3.0)
    debugger.branches.switch(1)
    debugger.branches.switch(2)
    # Branch 2 has computed nothing of its own, but its edit is not what is undone here.
    assert debugger.undo()
    assert [number for number, *_ in listed(debugger)] == [1, 2]
    assert debugger.undo()
    assert debugger.undo()
    assert [number for number, *_ in listed(debugger)] == [1]
    for _ in range(3):
        assert debugger.redo()
    assert [number for number, *_ in listed(debugger)] == [1, 2]
    assert debugger.parameters["v"][0, 0] == 3.0


def test_branches_without_iterations_are_not_kept() -> None:
    debugger = make()
    first = debugger.hyperparameters
    debugger.step_operation()
    debugger.reset(debugger.hyperparameters.replace(hidden="5"))
    debugger.edit("v", (0, 0), 3.0)
    edited = bits(debugger)
    debugger.reset(debugger.hyperparameters.replace(seed=9))
    assert listed(debugger) == [(3, "hidden neurons = 5, seed = 9", True, None, 0)]
    debugger.reset(first)
    assert listed(debugger) == [(4, "start", True, None, 0)]
    for _ in range(2):
        debugger.undo()
    assert listed(debugger) == [(2, "hidden neurons = 5", True, None, 0)]
    assert bits(debugger) == edited
    debugger.undo()
    debugger.undo()
    assert listed(debugger) == [(1, "start", True, None, 0)]
    # One stands where one stood, within the iteration too.
    assert (debugger.position, debugger.undo()) == (1, "")
    for _ in range(4):
        assert debugger.redo()
    debugger.run(5)
    debugger.reset(debugger.hyperparameters.replace(seed=11))
    assert listed(debugger) == [
        (4, "start", False, None, 5),
        (5, "seed = 11", True, None, 0),
    ]
    debugger.branches.switch(4)
    assert [number for number, *_ in listed(debugger)] == [4]
    debugger.undo()
    assert [(number, current) for number, _, current, *_ in listed(debugger)] == [
        (4, False),
        (5, True),
    ]


def test_undone_branches_leave_no_operations_behind() -> None:
    debugger = make()
    debugger.run(10)
    debugger.go_to(5, 3)
    debugger.edit("w", (0, 0), 2.0)
    debugger.undo()
    assert [number for number, *_ in listed(debugger)] == [1]


def test_a_branch_is_dropped_for_good() -> None:
    debugger = make()
    debugger.run(10)
    debugger.reset()
    debugger.run(5)
    for number, message in ((2, "the present branch"), (7, "there is no branch 7")):
        with pytest.raises(InputError, match=message):
            debugger.branches.drop(number)
    debugger.branches.drop(1)
    assert [number for number, *_ in listed(debugger)] == [2]
    assert debugger.undo() == ""
    debugger.reset(Hyperparameters(hidden=3, seed=9))
    assert listed(debugger)[-1][:2] == (3, "learning rate = 0.05, seed = 9")


def test_what_cannot_be_edited() -> None:
    debugger = make()
    for name, index, value, message in (
        ("g", (0, 0), 1.0, r"only parameters can be set \(v, w\), not g"),
        ("v", (4, 0), 1.0, "v has the shape"),
        ("v", (-1, 0), 1.0, "v has the shape"),
        ("v", (0,), 1.0, "v has the shape"),
        ("v", (0, 0), float("nan"), "a finite number is needed"),
        ("v", (0, 0), float("inf"), "a finite number is needed"),
    ):
        with pytest.raises(InputError, match=message):
            debugger.edit(name, index, value)
    assert debugger.undo() == ""


@pytest.mark.parametrize("budget", [1, 2_000, 20_000])
def test_all_branches_share_the_memory_of_going_back(budget: int) -> None:
    # A megabyte of one byte, to run out of it soon.
    with patch("engine.debugger.base.MEGABYTE", 1):
        debugger = Debugger(read_dataset("or"), history=budget)
    debugger.run(20_000)
    least = 2 * 8 * 9
    for count in range(2, 8):
        debugger.go_to(20_000 - 1000 * count)
        debugger.edit("v", (0, 0), float(count))
        debugger.run(3_000)
        runs = [branch.run for branch in debugger.branches]
        assert len(runs) == count
        assert sum(run.history.bytes for run in runs) <= max(budget, count * least)
    before = bits(debugger)
    end = debugger.iteration
    debugger.go_to(end - 1_111, 4)
    debugger.go_to(end)
    assert bits(debugger) == before


def test_another_number_of_iterations_is_undone_too() -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.change(iterations=500)
    debugger.change(learning_rate=0.1)
    assert debugger.undo()
    assert debugger.hyperparameters == Hyperparameters(iterations=500)
    assert debugger.undo()
    assert debugger.hyperparameters == Hyperparameters()
    assert debugger.redo()
    assert debugger.hyperparameters == Hyperparameters(iterations=500)


def test_branches_are_compared_as_experiments() -> None:
    debugger = Debugger(read_dataset("iris", split=0.2), Hyperparameters(iterations=60))
    assert [(e.computed, e.loss, e.held_out_loss) for e in debugger.experiments()] == [
        (0, None, None)
    ]
    debugger.run(60)
    first, ended = debugger.losses.copy(), debugger.evaluate_held_out()
    debugger.reset(debugger.hyperparameters.replace(hidden="5"))
    debugger.run(20)
    debugger.edit("w", (0, 0), 2.0)
    debugger.run(20)
    debugger.branches.rename(1, " three neurons ")
    debugger.branches.switch(1)
    # Where the clock of a branch stands makes no difference, and it stays there.
    debugger.go_to(30, 4)
    one, two = debugger.experiments()
    assert (debugger.iteration, debugger.position) == (30, 4)
    assert (one.label, one.current, one.computed) == ("three neurons", True, 60)
    assert (one.loss, one.best_loss) == (first[-1], first.min())
    assert ended is not None
    assert (one.held_out_loss, one.accuracy) == (ended.E, ended.accuracy)
    assert one.differs == "hidden neurons = 3"
    assert two.differs == "hidden neurons = 5, w[g1, iris=setosa] = 2 at 20"
    assert (two.current, two.computed) == (False, 40)


def test_a_branch_is_renamed_to_what_can_be_shown() -> None:
    debugger = make()
    version = debugger.branches.version
    debugger.branches.rename(1, "wide\x1b[1m")
    assert "\x1b" not in debugger.branches[1].label
    assert debugger.branches.version > version
    for wrong in ("", "  ", "x" * 61):
        with pytest.raises(InputError, match="a name of 1 to 60 characters"):
            debugger.branches.rename(1, wrong)
    with pytest.raises(InputError, match="no branch 7"):
        debugger.branches.rename(7, "x")

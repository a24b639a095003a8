"""What the version before has saved opens, with its numbers, its past and its stops."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine import Debugger, Hyperparameters, read_dataset
from engine.data.options import TableOptions
from engine.model.parameters_file import read_parameters
from engine.saved.restore import Restored, open_run
from engine.saved.run_files import Folder

BEFORE = Path(__file__).parent / "before"


def opened(name: str) -> tuple[Restored, dict]:
    """Open a run of before; return it and what its manifest says."""
    return open_run(Folder(BEFORE / name)), json.loads((BEFORE / name / "run.json").read_text())


def agree(found: np.ndarray, expected: object) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=0)


def test_a_run_with_branches_edits_and_stops() -> None:
    restored, manifest = opened("or")
    debugger = restored.debugger
    assert (debugger.iteration, debugger.position, len(debugger.losses)) == (150, 7, 200)
    agree(debugger.losses[-1], float(manifest["summary"]["E"]))
    stops = [(stop.number, stop.spec, stop.enabled) for stop in debugger.stops]
    assert stops[1:] == [
        (2, "E > 10 * best_E", False),
        (3, "E < 0.01", False),
        (4, "gradient_norm < 1e-6 for 100", False),
        (5, "E < prev(E) for 3", True),
        (6, "dE_dy: E < 0.19", True),
    ]
    labels = [branch.label for branch in debugger.snapshot().branches]
    assert labels == ["start", "v[input1, g2] = −0.25 at 100"]
    report = json.loads((BEFORE / "train.json").read_text())
    agree(debugger.losses[:100], report["losses"][:100])
    agree(debugger.branches[1].run.losses.values[:120], report["losses"][:120])


def test_its_edits_are_in_force_where_they_were() -> None:
    debugger = opened("or")[0].debugger
    again = Debugger(read_dataset("or"), Hyperparameters(iterations=400))
    again.run(100)
    again.edit("v", (0, 1), -0.25)
    again.run(100)
    agree(debugger.losses, again.losses)
    debugger.branches.switch(1)
    debugger.go_to(121)
    first = Debugger(read_dataset("or"), Hyperparameters(iterations=400))
    first.run(120)
    first.edit("w", (1, 0), 0.5)
    first.run(1)
    for name, values in first.parameters.items():
        agree(debugger.parameters[name], values)


def test_a_run_with_something_held_out_and_another_rate() -> None:
    restored, manifest = opened("iris")
    debugger = restored.debugger
    assert (debugger.iteration, debugger.position) == (80, 0)
    agree(debugger.losses[-1], float(manifest["summary"]["E"]))
    given = manifest["branches"][0]["hyperparameters"]
    again = Debugger(read_dataset("iris", TableOptions(split=0.2)), Hyperparameters(**given))
    again.run(50)
    again.change(learning_rate=0.02)
    again.run(30)
    assert debugger.hyperparameters.learning_rate == 0.02
    agree(debugger.losses, again.losses)
    agree(debugger.held_out_losses, again.held_out_losses)


@pytest.mark.parametrize("name", ["or", "iris"])
def test_other_last_digits_are_told_and_nothing_worse(name: str) -> None:
    # On the processor and NumPy that saved it there may be nothing to tell.
    assert all("the last digits of the losses" in line for line in opened(name)[0].notices)


def test_a_report_gives_the_weights_to_go_on_with() -> None:
    report = json.loads((BEFORE / "train.json").read_text())
    given = read_parameters(BEFORE / "train.json")
    assert given == report["parameters"]
    going_on = Debugger(read_dataset("or"), parameters=given)
    going_on.run(50)
    whole = Debugger(read_dataset("or"))
    whole.run(250)
    agree(whole.losses[:200], report["losses"])
    agree(going_on.losses, whole.losses[200:])

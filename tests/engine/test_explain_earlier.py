"""What an earlier iteration has left is explained as that iteration made it."""

from typing import Any

import pytest

from engine import Debugger, read_dataset
from tests.engine.nets import make
from tests.engine.test_query import bits


def within(iteration: int, operations: int, **kind: Any) -> Debugger:
    debugger = make(**kind)
    debugger.run(iteration)
    for _ in range(operations):
        debugger.step_operation()
    return debugger


def test_a_weight_before_its_update_is_what_the_iteration_before_left() -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.run(2)
    debugger.step_operation()
    here = bits(debugger)
    found = debugger.explain("v", 0, 0)
    assert (found.rule, found.made_in, found.is_found) == (
        "what the update of iteration 1 left",
        1,
        True,
    )
    earlier = debugger.explain("v", 0, 0, after=1)
    assert bits(debugger) == here
    assert str(debugger.explain("v", 0, 0)) == str(found)
    debugger.back_operation()
    # Between the iterations the update of iteration 1 is what there is to see.
    assert debugger.explain("v", 0, 0) == earlier
    assert earlier.cell.value == found.cell.value
    assert not earlier.is_found
    start = debugger.explain("v", 0, 0, as_read=True)
    assert (start.rule, start.made_in) == ("what the update of iteration 0 left", 0)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("v", {}),
        ("m_w", {"optimiser": "nesterov"}),
        ("s_v", {"optimiser": "adam", "batch_size": 2}),
        ("t", {"schedule": "step"}),
    ],
)
@pytest.mark.parametrize("position", [0, 3])
def test_the_way_leads_back_to_the_start(name: str, kind: dict[str, Any], position: int) -> None:
    debugger = within(7, position, **kind)
    here = bits(debugger)
    index = tuple(0 for _ in debugger.value(name).shape)
    values = {}
    other = make(**kind)
    for iteration in range(7):
        other.run(1)
        values[iteration] = other.value(name)[index]
    made_in, explanation = None, debugger.explain(name, *index, as_read=position == 0)
    passed = []
    while explanation.made_in is not None:
        made_in = explanation.made_in
        passed.append(made_in)
        made = debugger.explain(name, *index, after=made_in)
        assert made.cell.value == explanation.cell.value == values[made_in]
        before = next(cell for cell in made.operands if cell.tensor == name)
        explanation = debugger.explain(name, *index, as_read=before.before, after=made_in)
        assert explanation.cell.value == before.value
    assert passed == list(range(6 if position else 5, -1, -1))
    assert explanation.rule in ("the start, drawn from seed 3", "0 at the start")
    assert bits(debugger) == here


def test_what_was_set_by_hand_ends_the_way() -> None:
    debugger = within(3, 0)
    while debugger.next_operation.name != "w":
        debugger.step_operation()
    # Its update has run, and the iteration has not ended.
    debugger.edit("v", (1, 2), 9.0)
    assert not debugger.explain("v", 1, 2).is_found
    debugger.run(1)
    debugger.step_operation()
    found = debugger.explain("v", 1, 2)
    assert (found.cell.value, found.rule) == (9.0, "set by hand in iteration 3")
    assert (found.made_in, found.is_found) == (None, True)
    assert debugger.explain("v", 1, 1).made_in == 3


def test_a_last_change_is_of_the_iteration_that_made_it() -> None:
    debugger = within(4, 2)
    found = debugger.explain("delta_v", 0, 1)
    assert found.made_in == 3
    gradient = next(cell for cell in found.operands if cell.tensor == "dE_dv")
    made = debugger.explain("dE_dv", 0, 1, after=3)
    assert made.cell.value == gradient.value
    debugger.finish_iteration()
    assert debugger.explain("delta_v", 0, 1).made_in is None


def test_what_no_update_makes_is_said_otherwise() -> None:
    debugger = Debugger(read_dataset("iris", split=0.2))
    debugger.run(2)
    for name in ("best_E_val", "best_at"):
        assert debugger.explain(name).rule == "written together with worse"
        assert debugger.explain(name, as_read=True).rule == "written together with worse"
    debugger.step_operation()
    assert debugger.explain("E_val").rule == "what iteration 1 left"
    assert debugger.explain("E_val", after=1).rule == "E of what is held out"

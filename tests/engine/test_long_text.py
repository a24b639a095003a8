"""Typed text of any length is read, or refused, without looking at each character many times."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from engine import Debugger, InputError, read_dataset
from engine.data.table.sniffing import is_number
from engine.inspection.typed_iterations import parse_iteration, split_range
from engine.program.listing import parse_cell
from engine.stops.stop import split_count, split_place

MANY = 300_000
"""So many that their square takes minutes on any machine."""

FLOODS = [
    *(" ", "\t", "\n", "1", ".", ",", "[", "(", "-", "a", "∂", "over ", " for 1", "a ", "1 ", "::"),
]


pytestmark = pytest.mark.timeout(100, method="signal")
"""Whatever looks at each character many times takes far longer."""


def debugger() -> Debugger:
    found = Debugger(read_dataset("or"))
    found.run(1)
    return found


READERS: dict[str, Callable[[Debugger, str], object]] = {
    "a watch": lambda d, text: d.stops.add_watch(text),
    "a breakpoint": lambda d, text: d.stops.add_breakpoint(text),
    "an expression": lambda d, text: d.evaluate(text),
    "a count": lambda d, text: split_count(text),
    "a place": lambda d, text: split_place(text),
    "a range": lambda d, text: split_range(text),
    "a cell": lambda d, text: parse_cell(d.program.listing, text),
    "a time": lambda d, text: parse_iteration(text, now=1, computed=1, planned=9),
    "a number": lambda d, text: is_number(text),
}


@pytest.mark.parametrize("reader", READERS)
def test_a_flood_of_anything_is_read_once(reader: str) -> None:
    read, run = READERS[reader], debugger()
    for flood in FLOODS:
        text = flood * (MANY // len(flood))
        for typed in (text, f"E <{text}1", f"dE_dw{text}]", f"x over{text}!", f"{text}for x"):
            with suppress(InputError):
                read(run, typed)


def test_an_expression_that_is_too_long_is_told_its_limit() -> None:
    run, long = debugger(), "E + " * 200 + "1"
    for add in (run.evaluate, run.stops.add_watch, lambda t: run.stops.add_breakpoint(f"w: {t}")):
        with pytest.raises(InputError, match="an expression has at most 400 characters"):
            add(f"{long} < 2")
    # Blanks are none of it.
    assert run.stops.add_watch(f"E <{' ' * MANY}1 for{' ' * MANY}3").spec == "E < 1 for 3"

"""A run as a script that needs NumPy alone and prints the same losses."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from engine.reports.standalone.above import (
    about,
    data,
    functions,
    imports,
    settings,
    start,
    title,
)
from engine.reports.standalone.below import ending, prediction, table
from engine.reports.standalone.body import loop
from engine.reports.standalone.literals import quoted
from engine.reports.standalone.plan import ExportPlan

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.reports.standalone.literals import Arrays


_WIDEST = 88
_NEEDS = "This program was written by nn-tui. It needs NumPy alone and prints the run's losses."


def script_of(debugger: Debugger, beside: str, *, blanks: bool = False) -> tuple[str, Arrays]:
    """Write a run as a script.

    Args:
        debugger: The run.
        beside: The name of the file that large arrays go to, in the script's folder.
        blanks: Whether to leave the right-hand sides of the backward phase out.

    Returns:
        The script, and the arrays that belong into that file.
    """
    plan = ExportPlan(debugger, blanks=blanks)
    # The imports depend on which arrays are large.
    made, started = data(plan), start(plan)
    told = [_quoted(text) for text in (*about(plan), _NEEDS)]
    head = [line for text in told for line in textwrap.wrap(text, _WIDEST)]
    place = f"Path(__file__).with_name({quoted(beside)})"
    lines = [f'"""{_quoted(title(plan))}', "", *head, '"""', "", *imports(plan, place)]
    found = functions(plan)
    for function in found:
        lines += ["", "", *function]
    lines += [""] * bool(found)
    lines += ["", "# data", *made]
    lines += ["", "# hyperparameters", *settings(plan)]
    lines += ["", "# initial parameters", *started]
    lines += ["", *loop(plan)]
    for last in (ending(plan), ["# predictions", *prediction(plan), *table(plan)]):
        lines += [""] * bool(last) + last
    return "\n".join(lines) + "\n", plan.arrays


def _quoted(text: str) -> str:
    """Return text that ends no docstring and escapes nothing in it."""
    return text.replace("\\", "\\\\").replace('"', "'")

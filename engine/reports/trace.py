"""Every operation of one iteration with its value, as text and as an object for JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.common.json_safe import plain
from engine.common.numbers import dimensions, grouped
from engine.common.text import counted, folded
from engine.debugger import Debugger
from engine.formula.tensor import Array
from engine.maths.operations.operation import Operation

_MOST_NAMES = 20
"""Of the observations of a batch."""


def trace_object(debugger: Debugger) -> dict[str, Any]:
    """Run one iteration from where the debugger stands and describe its operations.

    Args:
        debugger: Stands between two iterations; afterwards one further.
    """
    described: dict[str, Any] = {"iteration": debugger.iteration}
    operations: list[dict[str, Any]] = []
    for _ in debugger.program.operations:
        done = debugger.step_operation()
        if not operations and debugger.program.batch is not None:
            described["epoch"] = debugger.program.batches.epoch(debugger.iteration)
            described["batch"] = list(debugger.program.observations.labels)
        operations.append(
            {
                "name": done.name,
                "symbol": done.symbol,
                "phase": str(done.phase),
                "layer": done.layer,
                "formula": done.formula,
                "note": done.note,
                "shape": list(done.shape),
                "value": plain(done.target.data),
            }
        )
    return {**described, "operations": operations}


def trace_text(debugger: Debugger) -> str:
    """Run one iteration from where the debugger stands and write its operations.

    Args:
        debugger: Stands between two iterations; afterwards one further.
    """
    lines: list[str] = []
    head = f"iteration {debugger.iteration}"
    widest = max(len(operation.formula) for operation in debugger.program.operations)
    heading = ""
    for _ in debugger.program.operations:
        done = debugger.step_operation()
        if not lines:
            lines.append(head + _batch(debugger))
        layer = f", {done.layer} layer" if done.layer else ""
        if heading != (heading := f"{done.phase}{layer}"):
            lines += ["", heading]
        lines += _lines(done, widest)
    return "\n".join(lines)


def _batch(debugger: Debugger) -> str:
    """Say of which epoch it is and which observations it sees; "" if it sees all."""
    program = debugger.program
    if program.batch is None:
        return ""
    names = program.observations.labels
    of = f"{grouped(len(names))} of {counted(len(debugger.dataset.observations), 'observation')}"
    epoch = program.batches.epoch(debugger.iteration)
    return f", epoch {grouped(epoch)}\nbatch of {of}: {folded(tuple(names), _MOST_NAMES)}"


def _lines(operation: Operation, widest: int) -> list[str]:
    data: Array = operation.target.data
    # −0 is 0 to a reader.
    matrix = (data.reshape(-1, data.shape[-1]) if data.ndim else data.reshape(1, 1)) + 0.0
    with np.printoptions(suppress=False):
        text = np.array2string(matrix, max_line_width=100, precision=8, threshold=200)
    shape = dimensions(operation.shape)
    first = f"  {operation.formula:<{widest}}  {shape:>9}  "
    margin = " " * len(first)
    rows = [row.strip().removeprefix("[").removesuffix("]") for row in text.split("\n")]
    lines = [(first if i == 0 else margin) + row for i, row in enumerate(rows)]
    return lines + [f"    {operation.note}"] * bool(operation.note)

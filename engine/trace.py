"""Every operation of one iteration with its value, as text and as an object for JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.debugger import Debugger
from engine.operations.base import Operation
from engine.report import plain
from engine.tensor import Array


def trace_object(debugger: Debugger) -> dict[str, Any]:
    """Run one iteration from where the debugger stands and describe its operations.

    Args:
        debugger: Stands between two iterations; afterwards one further.
    """
    iteration = debugger.iteration
    operations = []
    for _ in debugger.program.operations:
        done = debugger.step_operation()
        operations.append(
            {
                "name": done.name,
                "symbol": done.symbol,
                "phase": str(done.phase),
                "layer": done.layer,
                "formula": done.formula,
                "shape": list(done.shape),
                "value": plain(done.target.data),
            }
        )
    return {"iteration": iteration, "operations": operations}


def trace_text(debugger: Debugger) -> str:
    """Run one iteration from where the debugger stands and write its operations.

    Args:
        debugger: Stands between two iterations; afterwards one further.
    """
    lines = [f"iteration {debugger.iteration}"]
    widest = max(len(operation.formula) for operation in debugger.program.operations)
    heading = ""
    for _ in debugger.program.operations:
        done = debugger.step_operation()
        layer = f", {done.layer} layer" if done.layer else ""
        if heading != (heading := f"{done.phase}{layer}"):
            lines += ["", heading]
        lines += _lines(done, widest)
    return "\n".join(lines)


def _lines(operation: Operation, widest: int) -> list[str]:
    data: Array = operation.target.data
    matrix = data.reshape(-1, data.shape[-1]) if data.ndim else data.reshape(1, 1)
    with np.printoptions(suppress=False):
        text = np.array2string(matrix, max_line_width=100, precision=8, threshold=200)
    shape = "×".join(map(str, operation.shape)) or "scalar"
    first = f"  {operation.formula:<{widest}}  {shape:>9}  "
    margin = " " * len(first)
    rows = [row.strip().removeprefix("[").removesuffix("]") for row in text.split("\n")]
    return [(first if i == 0 else margin) + row for i, row in enumerate(rows)]

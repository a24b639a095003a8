"""The hints for a blank line, from the vaguest to the whole formula."""

from __future__ import annotations

from engine.maths.operations.operation import Operation


def _what_it_reads(operation: Operation) -> str:
    symbols = [tensor.symbol for tensor in operation.reads]
    if not symbols:
        return f"{operation.symbol} reads nothing: it is the same everywhere."
    return f"{operation.symbol} reads {' and '.join(symbols)}."


HINTS = (
    _what_it_reads,
    lambda operation: operation.why,
    lambda operation: operation.formula,
)
"""In the order in which they are given; each takes the operation as it is right."""


def hint(operation: Operation, taken: int) -> str:
    """Return the next hint for a line, or the last one again.

    Args:
        operation: The line as it is right.
        taken: How many hints were taken for it before.
    """
    step = min(taken + 1, len(HINTS))
    return f"{step} of {len(HINTS)}: {HINTS[step - 1](operation)}"

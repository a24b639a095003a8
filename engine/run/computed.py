"""The tensors that can be read of a run at its clock."""

from __future__ import annotations

from engine.common.errors import NotComputedError
from engine.formula.tensor import Array, Tensor
from engine.maths.operations.operation import Operation
from engine.run.run import Run


def operations_done(run: Run) -> list[Operation]:
    """Return the operations whose values are of the iteration that there is to see.

    The values of an iteration stay until the first operation of the next one.
    """
    operations = run.program.operations
    return operations[: run.position] if run.position or not run.iteration else operations


def values_iteration(run: Run) -> int:
    """Return the iteration that the values belong to: between two, the complete one."""
    return run.iteration if run.position else max(run.iteration - 1, 0)


def computed_tensors(run: Run) -> dict[str, Tensor]:
    """Return the tensors that hold a value now, by name."""
    program = run.program
    written = {operation.name for operation in program.operations[len(operations_done(run)) :]}
    written -= set(program.state)
    computed = {n: tensor for n, tensor in program.tensors.items() if n not in written}
    for position, operation in enumerate(program.operations):
        change = program.changes.get(operation.name)
        if change is not None and (run.iteration or run.position > position):
            computed[change.name] = change
    return computed


def read_value(run: Run, name: str) -> Array:
    """Return a copy of a tensor.

    Raises:
        NotComputedError: Its operation has not run in this iteration.
        KeyError: There is no such tensor.
    """
    tensor = computed_tensors(run).get(name)
    if tensor is not None:
        return tensor.data.copy()
    symbol = run.program.known[name].symbol
    raise NotComputedError(f"{symbol} is not computed yet in this iteration")

"""The origin of a number: the arithmetic of its cell, and the way back to the data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from engine.common.errors import NotComputedError
from engine.common.numbers import grouped
from engine.formula.arithmetic import Constant, Explanation
from engine.formula.tensor import Array, Cell, Index, Tensor
from engine.maths.operations.operation import Operation, Phase
from engine.run.clock import Time
from engine.run.computed import computed_tensors, operations_done, values_iteration
from engine.run.run import Run

_ORIGINS = {
    "f0": "a target, from the table",
    "eta": "the learning rate, a hyperparameter",
    "eta0": "the learning rate that is set, a hyperparameter",
}


def explain(
    run: Run, name: str, index: Index, *, as_read: bool = False, after: int | None = None
) -> Explanation:
    """Explain one cell with the numbers that made it, see `Debugger.explain`."""
    if after is not None:
        with _at_the_start_of(run, after + 1):
            return explain(run, name, index, as_read=as_read)
    tensor = run.program.known[name]
    tensor.require_cell(index)
    done = operations_done(run)
    operation = next((o for o in run.program.operations if o.name == name), None)
    is_kept = name in run.program.state
    if name in run.program.network.frozen:
        return _frozen(run, tensor, index, as_read)
    if is_kept and operation is None:
        return _leaf(tensor.cell(index), f"written together with {_beside(run, tensor).symbol}")
    if is_kept and operation is not None and (as_read or operation not in done):
        return _given(run, operation, index, as_read)
    if tensor is run.program.rate and as_read:
        return _leaf(_as_first_read(run, tensor, index)[0], _ORIGINS[name])
    if is_kept and operation is not None:
        since = Time(values_iteration(run), run.program.operations.index(operation) + 1)
        if run.changes.has_edit(name, index, since, run.time):
            return _leaf(tensor.cell(index), "set by hand here")
    if name == "x" and name in computed_tensors(run):
        return _leaf(tensor.cell(index), run.origin_of_input(*index))
    if operation is not None and operation in done:
        return operation.explain(index, _reader(run, operation))
    if name not in computed_tensors(run):
        raise NotComputedError(f"{tensor.symbol} has not run in this iteration")
    if tensor in run.program.changes.values():
        with _when_made(run, tensor) as made_in:
            found = _change(run, tensor, index)
        return dataclasses.replace(found, made_in=made_in)
    return _leaf(tensor.cell(index), _ORIGINS[name])


def _reader(run: Run, operation: Operation) -> Callable[[Tensor, Index], Cell]:
    """Return a reader of cells as an operation read them."""
    program = run.program
    position = program.operations.index(operation)
    values = state_read(run, position)
    found = {program.rate.name} | {
        o.name for o in program.operations[position:] if o.before is not None
    }

    def read(tensor: Tensor, index: Index) -> Cell:
        data = values.get(tensor.name, tensor.data)
        return tensor.cell_of(data, index, before=tensor.name in found)

    return read


def state_read(run: Run, position: int) -> Mapping[str, Array]:
    """Return the state and η as the operation at a position of this iteration found them.

    What is not in it still has that value.
    """
    iteration = values_iteration(run)
    eta = {run.program.rate.name: np.array(run.changes.learning_rate_at(Time(iteration, position)))}
    if run.changes.has_edits_after(Time(iteration, position)):
        here = run.time
        run.go_to(iteration, position)
        found = {n: tensor.data.copy() for n, tensor in run.program.state.items()}
        run.go_to(*here)
        return found | eta
    done = operations_done(run)[position:]
    return {o.name: o.before for o in done if o.before is not None} | eta


def _given(run: Run, operation: Operation, index: Index, as_read: bool) -> Explanation:
    """Explain what an operation changes as this iteration found it, or as it was set in it."""
    tensor, iteration = operation.target, values_iteration(run)
    cell, time = tensor.cell(index), run.time
    if as_read:
        cell, time = _as_first_read(run, tensor, index)
    made_in = None
    since = Time(max(iteration - 1, 0), run.program.operations.index(operation) + 1)
    if run.changes.has_edit(tensor.name, index, Time(iteration), time):
        origin = f"set by hand in iteration {grouped(iteration)}"
    elif not iteration:
        origin = run.origin if tensor.name in run.program.parameters else "0 at the start"
    elif run.changes.has_edit(tensor.name, index, since, time):
        origin = f"set by hand in iteration {grouped(iteration - 1)}"
    else:
        made_in = iteration - 1
        what = "the update of " if operation.phase is Phase.UPDATE else ""
        origin = f"what {what}iteration {grouped(made_in)} left"
    return dataclasses.replace(_leaf(cell, origin), is_found=True, made_in=made_in)


def _frozen(run: Run, tensor: Tensor, index: Index, as_read: bool) -> Explanation:
    """Explain a parameter that no update changes."""
    cell, time = tensor.cell(index), run.time
    if as_read:
        cell, time = _as_first_read(run, tensor, index)
    is_edited = run.changes.has_edit(tensor.name, index, Time(0), time)
    return _leaf(
        cell, f"{'set by hand' if is_edited else run.origin}; frozen, no update changes it"
    )


def _beside(run: Run, tensor: Tensor) -> Operation:
    """Return the operation that writes a tensor beside its own."""
    return next(o for o in run.program.operations if tensor in o.writes)


def _as_first_read(run: Run, tensor: Tensor, index: Index) -> tuple[Cell, Time]:
    """Return a cell as the first of this iteration's operations read it, and when; or as now."""
    reader = next(i for i, o in enumerate(run.program.operations) if tensor in o.reads)
    if reader >= len(operations_done(run)):
        return tensor.cell(index), run.time
    values = state_read(run, reader).get(tensor.name, tensor.data)
    return tensor.cell_of(values, index), Time(values_iteration(run), reader)


def _leaf(cell: Cell, origin: str) -> Explanation:
    return Explanation(cell, origin, Constant(cell.value), leads_on=False)


@contextmanager
def _at_the_start_of(run: Run, iteration: int) -> Iterator[None]:
    """Move the clock to the start of an iteration, and back when the block ends."""
    here = run.time
    run.go_to(iteration)
    try:
        yield
    finally:
        run.go_to(*here)


@contextmanager
def _when_made(run: Run, tensor: Tensor) -> Iterator[int | None]:
    """Move the clock back to the previous iteration's end, if that iteration made the last change.

    Gives that iteration then, else None.
    """
    waiting = run.program.operations[len(operations_done(run)) :]
    if tensor in run.program.state.values() or not any(tensor in o.writes[:-1] for o in waiting):
        yield None
        return
    with _at_the_start_of(run, run.iteration):
        yield run.iteration - 1


def _change(run: Run, change: Tensor, index: Index) -> Explanation:
    """Explain the last change of a parameter."""
    update = _beside(run, change)
    return update.explain(index, _reader(run, update), of=change)


def chain(run: Run, name: str, index: Index) -> list[Explanation]:
    """Explain a cell and the way back to the data, see `Debugger.explain_chain`."""
    order = {o.name: i for i, o in enumerate(run.program.operations)}
    for parameter in run.program.parameters:
        order[parameter] = -1
    explanations = [explain(run, name, index)]
    seen, waiting = {name}, list(explanations[0].main_operands)
    with _when_made(run, run.program.known[name]):
        while waiting := [cell for cell in waiting if cell.tensor not in seen]:
            cell = max(waiting, key=lambda cell: order.get(cell.tensor, -1))
            seen.add(cell.tensor)
            explanation = explain(run, cell.tensor, cell.index, as_read=cell.before)
            explanations.append(explanation)
            waiting += explanation.main_operands
    return explanations

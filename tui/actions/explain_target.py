"""The number that is meant where an explanation is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.common.errors import InputError, NotComputedError
from engine.common.numbers import grouped

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.formula.tensor import Index
    from tui.view_state import Moment
    from tui.workspace import Frame


def meant_number(frame: Frame, moment: Moment) -> tuple[str, Callable[[Debugger], Index]]:
    """Return the tensor that is meant in the active pane, and what finds the cell in it.

    Raises:
        InputError: No number is meant; it says why.
    """
    pane, snapshot, selected = frame.active, moment.snapshot, moment.selected
    if pane == "weights":
        name, index = frame.weights.cell
        return name, lambda debugger: index
    if pane == "hyperparameters" and frame.hyperparameters.fields.field.name == "learning_rate":
        return "eta", lambda debugger: ()
    if pane == "hyperparameters":
        raise InputError("This is a setting, so there is nothing to explain.")
    if pane == "pictures":
        return _neuron(frame, moment)
    if pane == "loss":
        cursor = frame.loss.cursor_iteration
        if cursor is not None and cursor != snapshot.values_iteration:
            raise InputError(f"Enter goes to iteration {grouped(cursor)}; x then explains its E.")
        return "E", lambda debugger: ()
    if pane == "dataset" and selected is not None and snapshot.place_of(selected) is None:
        called = moment.dataset.observations[selected]
        raise InputError(f"Observation {called} is not in this batch, so it has no f now.")
    name = "f" if pane == "dataset" else frame.iteration.explained
    first = snapshot.first_cell(name, selected)
    if pane == "iteration" and selected is None and moment.yours is not None:
        # A cell that a script has right tells nothing of what it has wrong.
        first = moment.yours.first_wrong(name, snapshot.values_iteration) or first
    by_observation = snapshot.listing.is_by_observation(name)
    row = first[0] if by_observation and selected is not None else None
    if pane == "dataset":
        first = (first[0], frame.dataset.target)
    elsewhere = pane == "iteration"
    return name, lambda debugger: _striking_cell(debugger, name, first, row, elsewhere)


def _neuron(frame: Frame, moment: Moment) -> tuple[str, Callable[[Debugger], Index]]:
    """Return the number of the neuron that is chosen in the picture."""
    chosen = frame.pictures.cell
    if chosen is None:
        raise InputError("No number is chosen here: h j k l choose a neuron of the network.")
    name, neuron = chosen
    row = moment.snapshot.place_of(moment.selected or 0)
    if row is None:
        raise InputError("This observation is not in the batch, so nothing of it is computed.")
    return name, lambda debugger: (row, neuron)


def _striking_cell(
    debugger: Debugger, name: str, first: Index, row: int | None, elsewhere: bool
) -> Index:
    """Find the first cell that is not finite.

    Args:
        debugger: Has all values; a snapshot has those that can be seen.
        name: The tensor.
        first: The cell where all are finite.
        row: The row of the chosen observation, which is looked through first.
        elsewhere: Whether a cell of another row will do.
    """
    try:
        value = debugger.value(name)
    except (KeyError, NotComputedError):
        # Whoever asks for the explanation will be told.
        return first
    # Imported here, as the first frame need not wait for it.
    import numpy as np

    cells = np.argwhere(~np.isfinite(value))
    if row is not None:
        in_row = cells[cells[:, 0] == row]
        cells = in_row if len(in_row) or not elsewhere else cells
    return tuple(int(i) for i in cells[0]) if len(cells) else first

"""The rows of the table, those that are held out below the others, those of the batch marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.view_state import Moment

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.maths.tensor import Array

HELD_OUT = "○"
"""Stands before the name of an observation that is held out."""
IN_BATCH = "•"
"""Stands before the name of one that is in the batch, from when that is picked."""


@dataclass(frozen=True)
class Rows:
    """Some rows, one below the other.

    Attributes:
        first: The number of the first one.
        names: What they are called, and whether they are held out or in the batch.
        x: Their inputs as they are in the table.
        f0: Their targets.
        aim: f₀ as the loss takes it.
        f: By number, their predictions, as far as these are known.
    """

    first: int
    names: tuple[str, ...]
    x: Array
    f0: Array
    aim: Array
    f: Mapping[int, Array]


def count_rows(dataset: Dataset) -> int:
    """Return the number of rows, held-out ones included."""
    held = dataset.held_out
    return len(dataset.observations) + (len(held.observations) if held is not None else 0)


def rows_of(moment: Moment, rows: range) -> Rows:
    """Collect the contents of some rows; the work grows with their number only."""
    dataset, snapshot = moment.dataset, moment.snapshot
    held, trained = dataset.held_out, len(dataset.observations)
    window = slice(rows.start, rows.stop)
    names, x, f0 = dataset.observations[window], dataset.shown_x[window], dataset.f0[window]
    known: dict[int, Array] = {}
    f, offset = snapshot.values.get("f"), snapshot.first_observation
    batch = snapshot.batch
    places = {n: n for n in rows if n < trained}
    if batch is not None:
        picked = "x" in snapshot.values
        within = {n: place for place, n in enumerate(batch) if picked and n in places}
        marks = (IN_BATCH if n in within else " " for n in places)
        names = tuple(f"{mark}{name}" for mark, name in zip(marks, names, strict=True))
        places = within
    if f is not None:
        known = {n: f[at - offset] for n, at in places.items() if 0 <= at - offset < len(f)}
    if held is not None and rows.stop > trained:
        # Imported here, as the first frame has no numbers and need not wait for it.
        import numpy as np

        below = slice(max(rows.start - trained, 0), rows.stop - trained)
        names += tuple(f"{HELD_OUT} {name}" for name in held.observations[below])
        x = np.vstack([x, held.shown_x[below]])
        f0 = np.vstack([f0, held.f0[below]])
        if snapshot.held_out_evaluation is not None:
            g = snapshot.held_out_evaluation.f
            known |= {n: g[n - trained] for n in rows if n >= trained}
    return Rows(rows.start, names, x, f0, snapshot.aim(f0), known)

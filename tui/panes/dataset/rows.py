"""The rows of the table: what stands in them, what they are taken for, and their marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.drawing.numbers import NOT_COMPUTED
from tui.view_state import Moment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.analysis.metrics import Decision
    from engine.data.dataset import Dataset
    from engine.formula.tensor import Array

HELD_OUT = "○"
"""Stands before the name of an observation that is held out."""
IN_BATCH = "•"
"""Stands before the name of one that is in the batch, from when that is picked."""
FILLED = "~"
"""Stands before a number that is not in the table, as its cell is empty there."""


@dataclass(frozen=True)
class Verdict:
    """The class of a row, and the class that it is taken for.

    Attributes:
        true: The number of its class.
        found: That of the class it is taken for, negative where the prediction is not finite;
            None as long as there is no prediction.
    """

    true: int
    found: int | None

    @property
    def mark(self) -> str:
        """Whether it is taken for what it is, in a character."""
        return NOT_COMPUTED if self.found is None else "✓" if self.found == self.true else "✗"


@dataclass(frozen=True)
class Rows:
    """Some rows, one below the other.

    Attributes:
        numbers: Their numbers; those of the held-out ones follow those of the others.
        names: What they are called, and whether they are held out or in the batch.
        x: Their inputs as they are in the table.
        filled: Which of these are filled in; None where none is.
        f0: Their targets.
        aim: f₀ as the loss takes it.
        f: By number, their predictions, as far as these are known.
        verdicts: By number, for classes, what they are and are taken for.
        outside: The numbers of those that are not in the batch, once it is picked.
    """

    numbers: tuple[int, ...]
    names: tuple[str, ...]
    x: Array
    filled: NDArray[np.bool_] | None
    f0: Array
    aim: Array
    f: Mapping[int, Array]
    verdicts: Mapping[int, Verdict]
    outside: frozenset[int]


def count_rows(dataset: Dataset) -> int:
    """Return the number of rows, held-out ones included."""
    held = dataset.held_out
    return len(dataset.observations) + (len(held.observations) if held is not None else 0)


def rows_of(moment: Moment, numbers: Sequence[int]) -> Rows:
    """Collect the contents of some rows, held-out ones last; the work grows with them only."""
    # Imported here, as the first frame has no numbers and need not wait for it.
    import numpy as np

    dataset, snapshot = moment.dataset, moment.snapshot
    held, trained = dataset.held_out, len(dataset.observations)
    inside = [n for n in numbers if n < trained]
    below = [n - trained for n in numbers if n >= trained]
    names = [dataset.observations[n] for n in inside]
    x, f0 = dataset.shown_x[inside], dataset.f0[inside]
    filled = dataset.filled[inside] if dataset.filled is not None else None
    places = {n: n for n in inside}
    outside: frozenset[int] = frozenset()
    if snapshot.batch is not None:
        picked = "x" in snapshot.values
        batch = {n: place for place, n in enumerate(snapshot.batch) if picked}
        places = {n: batch[n] for n in inside if n in batch}
        names = [f"{IN_BATCH if n in places else ' '}{dataset.observations[n]}" for n in inside]
        outside = frozenset(inside) - places.keys() if picked else outside
    known = {n: f for n, f in snapshot.predictions.items() if n in inside}
    f, offset = snapshot.values.get("f"), snapshot.first_observation
    if f is not None:
        known |= {n: f[at - offset] for n, at in places.items() if 0 <= at - offset < len(f)}
    if held is not None and below:
        names += [f"{HELD_OUT} {held.observations[n]}" for n in below]
        x = np.vstack([x, held.shown_x[below]])
        f0 = np.vstack([f0, held.f0[below]])
        if filled is not None or held.filled is not None:
            parts = (filled, len(inside)), (held.filled, len(below))
            filled = np.vstack([_gaps(part, count, x.shape[1]) for part, count in parts])
        if snapshot.held_out_evaluation is not None:
            g = snapshot.held_out_evaluation.f
            known |= {n + trained: g[n] for n in below}
    order = tuple(inside) + tuple(n + trained for n in below)
    aim = snapshot.aim(f0)
    verdicts = _verdicts(snapshot.decision, order, f0, known)
    return Rows(order, tuple(names), x, filled, f0, aim, known, verdicts, outside)


def _gaps(filled: NDArray[np.bool_] | None, rows: int, columns: int) -> NDArray[np.bool_]:
    """Return which cells of a part of the table are filled in."""
    import numpy as np

    return np.zeros((rows, columns), dtype=np.bool_) if filled is None else filled


def _verdicts(
    decision: Decision | None, order: Sequence[int], f0: Array, known: Mapping[int, Array]
) -> dict[int, Verdict]:
    """Return by number what rows are, and what they are taken for."""
    import numpy as np

    if decision is None or not order:
        return {}
    true = decision.truth(f0)
    found: dict[int, int] = {}
    if known:
        decided = decision.decide(np.array(list(known.values())))
        found = dict(zip(known, map(int, decided), strict=True))
    return {n: Verdict(int(a), found.get(n)) for n, a in zip(order, true, strict=True)}

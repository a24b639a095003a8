"""A thread that computes what the pictures show, so that the screen need not wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.analysis.histograms import LayerDistribution
    from engine.analysis.metrics import Decision, Quality
    from engine.analysis.surface import Map
    from engine.data.dataset import Dataset
    from engine.formula.tensor import Array
    from engine.inspection.snapshot import Snapshot

MOST_COLUMNS, MOST_ROWS = 40, 40
"""The points of the grid; a larger picture is interpolated."""
_MOST_CELLS = 400_000
"""Activations of a grid, all neurons together; of a larger network the grid is coarser."""


@dataclass(frozen=True, eq=False)
class Order:
    """A picture to compute.

    Attributes:
        view: ``boundary``, ``network``, ``quality`` or ``histograms``.
        dataset: The table.
        snapshot: The state to compute it for.
        inputs: For the boundary: the inputs to vary.
        columns: For the boundary: the columns of the grid.
        rows: For the boundary: its rows.
        bins: For the histograms: how many bars.
        observation: For the network: whose activations, by number.
    """

    view: str
    dataset: Dataset
    snapshot: Snapshot
    inputs: tuple[int, ...] = ()
    columns: int = 0
    rows: int = 0
    bins: int = 0
    observation: int = 0

    def resembles(self, other: Order) -> bool:
        """Return whether another task differs in the parameters at most."""
        return (
            self.dataset is other.dataset
            and self.snapshot.is_of_same_network(other.snapshot)
            and (self.view, self.inputs) == (other.view, other.inputs)
            and (self.columns, self.rows, self.bins) == (other.columns, other.rows, other.bins)
            and self.observation == other.observation
        )


@dataclass(frozen=True)
class Field:
    """The network over a grid; see `engine.analysis.surface.Surface`."""

    inputs: tuple[int, ...]
    across: Array
    upward: Array
    maps: tuple[Map, ...]
    values: dict[str, Array]
    decision: Decision | None


@dataclass(frozen=True)
class Reading:
    """The activations of the network for one observation, with the present parameters."""

    observation: int
    values: dict[str, Array]


Picture = Field | Reading | dict[str, "Quality"] | list["LayerDistribution"]


@dataclass(frozen=True)
class Painted:
    """A picture, or why there is none, and how long it took."""

    order: Order
    picture: Picture | BaseException
    seconds: float


class Studio:
    """Computes the latest requested picture; older requests that still wait are dropped.

    Args:
        deliver: Takes each picture; called in the studio's thread.
    """

    def __init__(self, deliver: Callable[[Painted], None]) -> None:
        self._deliver = deliver
        self._changed = threading.Condition()
        self._order: Order | None = None
        self._closed = False
        self._thread: threading.Thread | None = None
        self._tools: dict[str, tuple[Order, Callable[[Order], Picture]]] = {}

    def submit(self, order: Order) -> None:
        """Request a picture, to be computed in the background."""
        with self._changed:
            self._order = order
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="studio", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread after its present task."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._order is not None)
                order, self._order = self._order, None
                if self._closed or order is None:
                    return
            began = perf_counter()
            picture: Picture | BaseException
            try:
                picture = self._paint(order)
            except Exception as error:
                picture = error
            self._deliver(Painted(order, picture, perf_counter() - began))

    def _paint(self, order: Order) -> Picture:
        """Paint with the tools of the last picture of its kind, if they still fit."""
        before, tool = self._tools.get(order.view, (None, None))
        if tool is None or before is None or not order.resembles(before):
            tool = _TOOLS[order.view](order)
            self._tools[order.view] = (order, tool)
        return tool(order)


def _boundary(order: Order) -> Callable[[Order], Picture]:
    from engine.analysis.metrics import decision_of
    from engine.analysis.surface import Surface, grid_size

    wanted = min(order.columns, MOST_COLUMNS), min(order.rows, MOST_ROWS)
    grid = grid_size(order.snapshot.listing.sizes, *wanted, _MOST_CELLS)
    surface = Surface(order.dataset, order.snapshot.hyperparameters, order.inputs, *grid)
    decision = decision_of(order.dataset, order.snapshot.hyperparameters.loss)

    def paint(order: Order) -> Picture:
        values = surface.compute(order.snapshot.values)
        return Field(order.inputs, surface.across, surface.upward, surface.maps, values, decision)

    return paint


def _network(order: Order) -> Callable[[Order], Picture]:
    from engine.analysis.evaluate import Forward

    n = order.observation
    point = order.dataset.x[n : n + 1]
    forward = Forward(order.dataset, order.snapshot.hyperparameters, point)

    def read(order: Order) -> Picture:
        computed = forward.run(order.snapshot.values)
        return Reading(n, {name: array[0].copy() for name, array in computed.items()})

    return read


def _quality(order: Order) -> Callable[[Order], Picture]:
    from engine.analysis.metrics import Examiner

    examiner = Examiner(order.dataset, order.snapshot.hyperparameters)
    return lambda order: examiner.assess(order.snapshot.values)


def _histograms(order: Order) -> Callable[[Order], Picture]:
    from engine.analysis.evaluate import Forward
    from engine.analysis.histograms import distributions

    forward = Forward(order.dataset, order.snapshot.hyperparameters)
    return lambda order: distributions(forward, order.snapshot.values, order.bins)


_TOOLS = {
    "boundary": _boundary,
    "network": _network,
    "quality": _quality,
    "histograms": _histograms,
}

"""Groups the tensors of a snapshot by layers of the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.drawing.short_names import class_names

if TYPE_CHECKING:
    from engine.inspection.snapshot import Snapshot
    from engine.maths.tensor import Array, Axis
    from tui.view_state import Moment


@dataclass(frozen=True)
class Column:
    """The inputs, or the neurons of a layer.

    Attributes:
        title: The symbol of its values: x, g or f.
        names: The names of the inputs or neurons.
        axis: What counts them.
        values: Those of one observation; None where they are not computed.
        weights: The weights that lead to it, by name; None for the inputs.
    """

    title: str
    names: tuple[str, ...]
    axis: Axis
    values: Array | None
    weights: str | None


def chosen(moment: Moment) -> int:
    """Return the selected observation, by number; the first one before any was selected."""
    return min(moment.selected or 0, len(moment.dataset.x) - 1)


def row_of(moment: Moment, observation: int) -> int | None:
    """Return the row of an observation in the snapshot's tensors; None if it has none there."""
    snapshot = moment.snapshot
    place = snapshot.place_of(observation)
    row = None if place is None else place - snapshot.first_observation
    if row is None or row < 0:
        return None
    computed = (snapshot.values.get(activation) for _, activation in layers_of(snapshot))
    return row if all(array is None or row < len(array) for array in computed) else None


def columns_of(
    moment: Moment, observation: int, aside: Mapping[str, Array] | None = None
) -> list[Column]:
    """Return the network's columns from the input side to the output side.

    Args:
        moment: What there is to see.
        observation: Whose values, by number.
        aside: Its activations, by name, where the snapshot has no row for it.
    """
    snapshot = moment.snapshot
    listing = snapshot.listing
    row = row_of(moment, observation)
    inputs = listing.axes["x"][1]
    columns = [Column("x", tuple(inputs.labels), inputs, moment.dataset.x[observation], None)]
    for weights, activation in layers_of(snapshot):
        axis = listing.axes[weights][1]
        computed = snapshot.values.get(activation)
        values = None if computed is None or row is None else computed[row]
        if row is None and aside is not None:
            values = aside[activation]
        title = listing.symbols[activation]
        columns.append(Column(title, class_names(axis.labels), axis, values, weights))
    return columns


def layers_of(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return the names of each layer's weights and activations, from the input side on."""
    lines = [line for line in snapshot.listing.lines if line.phase == "forward"]
    layers = []
    for parameter in snapshot.listing.parameters:
        if len(snapshot.listing.axes[parameter]) == 2:
            z = next(line.name for line in lines if parameter in line.reads)
            layers.append((parameter, next(line.name for line in lines if z in line.reads)))
    return layers


@dataclass(frozen=True)
class Touch:
    """What the operation about to run touches.

    Attributes:
        formula: The operation.
        written: The axes of the neurons that it writes something of.
        read: Those that it reads something of.
        weights: Pairs of axes whose weights, or something of theirs, it reads or writes.
    """

    formula: str
    written: tuple[Axis, ...]
    read: tuple[Axis, ...]
    weights: tuple[tuple[Axis, Axis], ...]


def touch_of(snapshot: Snapshot) -> Touch:
    """Return the parts of the network that the next operation reads or writes."""
    line = snapshot.listing.lines[snapshot.position]
    axes = snapshot.listing.axes
    observations = axes["x"][0]
    nodes: list[list[Axis]] = [[], []]
    weights = []
    for side, names in enumerate(((line.name,), line.reads)):
        for name in names:
            of = axes.get(name, ())
            if len(of) == 2 and of[0] != observations:
                weights.append((of[0], of[1]))
            elif of:
                nodes[side].append(of[-1])
    return Touch(line.formula, tuple(nodes[0]), tuple(nodes[1]), tuple(weights))

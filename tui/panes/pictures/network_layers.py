"""The content of the picture of the network: its columns, and what neurons and edges carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from tui.drawing.short_names import class_names

if TYPE_CHECKING:
    from engine.formula.tensor import Array, Axis
    from engine.inspection.flow import Flow
    from engine.inspection.snapshot import Snapshot
    from tui.view_state import Moment


_MOST_EDGES = 10_000
"""Of a layer: more are not drawn one by one."""


class Carried(Enum):
    """The quantities that neurons and edges carry."""

    PHASE = "by phase"
    VALUE = "values"
    GRADIENT = "gradients"
    BOTH = "both"

    @property
    def next(self) -> Carried:
        """The next one, round."""
        kinds = list(Carried)
        return kinds[(kinds.index(self) + 1) % len(kinds)]


@dataclass(frozen=True)
class Choice:
    """The choices made in the picture.

    Attributes:
        carried: The quantity that neurons and edges are to carry.
        whole: Whether the numbers are those of the whole batch, not of an observation.
        neuron: A neuron, by column and place in it.
    """

    carried: Carried = Carried.PHASE
    whole: bool = False
    neuron: tuple[int, int] | None = None

    def moved(self, columns: Sequence[Column], direction: str) -> Choice:
        """Go to a neighbouring neuron; at first, to the first hidden one or output."""
        column, index = 1, 0
        if self.neuron is not None:
            column, index = self.neuron
            step = 1 if direction in ("right", "down") else -1
            if direction in ("left", "right"):
                column = min(max(column + step, 0), len(columns) - 1)
            else:
                index += step
        index = min(max(index, 0), len(columns[column].names) - 1)
        return replace(self, neuron=(column, index))


@dataclass(frozen=True)
class Numbers:
    """Some numbers of a column: one for each neuron, or for each edge that leads to it.

    Attributes:
        name: The tensor they are of; "" where it is none of the program.
        symbol: As it is written.
        array: The numbers; None where they are not computed.
        is_gradient: Whether they are of the way back.
    """

    name: str
    symbol: str
    array: Array | None
    is_gradient: bool = False


@dataclass(frozen=True)
class Column:
    """The inputs, or the neurons of a layer.

    Attributes:
        title: The symbol of its activations: x, g or f.
        names: The names of the inputs or neurons.
        axis: What counts them.
        neurons: All that the neurons have.
        value: What stands for a neuron on the way forward.
        gradient: The same on the way back; None for the inputs.
        edges: Its weights, their products and their gradients; none for the inputs.
    """

    title: str
    names: tuple[str, ...]
    axis: Axis
    neurons: tuple[Numbers, ...]
    value: Numbers
    gradient: Numbers | None
    edges: tuple[Numbers, ...]


def chosen(moment: Moment) -> int:
    """Return the selected observation, by number; the first one before any was selected."""
    return min(moment.selected or 0, len(moment.dataset.x) - 1)


def row_of(moment: Moment, observation: int) -> int | None:
    """Return the row of an observation in the snapshot's tensors; None if it has none there."""
    from engine.inspection.flow import layers_of

    snapshot = moment.snapshot
    place = snapshot.place_of(observation)
    row = None if place is None else place - snapshot.first_observation
    if row is None or row < 0:
        return None
    computed = (snapshot.values.get(layer.a) for layer in layers_of(snapshot.listing))
    return row if all(array is None or row < len(array) for array in computed) else None


def carried_at(moment: Moment, wanted: Carried) -> Carried:
    """Return what is carried at a moment: by phase, gradients once there are any."""
    if wanted is not Carried.PHASE:
        return wanted
    snapshot = moment.snapshot
    if moment.is_blurred or not snapshot.position:
        return Carried.VALUE
    phase = snapshot.listing.lines[snapshot.position - 1].phase
    return Carried.GRADIENT if phase in ("backward", "update") else Carried.VALUE


def is_of_all(moment: Moment, choice: Choice) -> bool:
    """Return whether the numbers are of the whole batch; an update is made with its sum."""
    snapshot = moment.snapshot
    by_phase = choice.carried is Carried.PHASE and not moment.is_blurred
    # Between two iterations the update is what was done last.
    updates = snapshot.listing.lines[snapshot.position].phase == "update" or not snapshot.position
    return choice.whole or (by_phase and updates)


def columns_of(
    moment: Moment, choice: Choice, aside: Mapping[str, Array] | None = None
) -> list[Column]:
    """Return the network's columns from the input side to the output side.

    Args:
        moment: The moment to draw.
        choice: What is chosen.
        aside: The activations of the observation, by name, where the snapshot has none of it.
    """
    from engine.inspection.flow import flow_of, part_of

    snapshot, observation = moment.snapshot, chosen(moment)
    listing, row = snapshot.listing, row_of(moment, observation)
    inputs = listing.axes["x"][1]
    x = part_of(snapshot, "x", None) if choice.whole else moment.dataset.x[observation]
    given = Numbers("x", "x", x)
    columns = [Column("x", tuple(inputs.labels), inputs, (given,), given, None, ())]
    flows = flow_of(snapshot, None if choice.whole else row, _MOST_EDGES)
    sums = flows
    if is_of_all(moment, choice) and not choice.whole:
        sums = flow_of(snapshot, None, _MOST_EDGES)
    hidden = row is None and not choice.whole
    for flow, total in zip(flows, sums, strict=True):
        before = columns[-1].title
        columns.append(_column(snapshot, flow, total, before, hidden, aside or {}))
    return columns


def _column(
    snapshot: Snapshot,
    flow: Flow,
    total: Flow,
    before: str,
    hidden: bool,
    aside: Mapping[str, Array],
) -> Column:
    """Return the column of a layer.

    Args:
        snapshot: Where the run is.
        flow: The numbers of the layer.
        total: Where the gradients of the edges come from.
        before: The symbol of what leads to it.
        hidden: Whether the observation has no numbers among them.
        aside: Its activations then.
    """
    symbols, layer = snapshot.listing.symbols, flow.layer

    def numbers(name: str, array: Array | None, back: bool) -> Numbers:
        known = aside.get(name) if hidden else array
        return Numbers(name, symbols[name], known, back)

    forward = [numbers(name, array, False) for name, array in flow.forward.items()]
    backward = [numbers(name, array, True) for name, array in flow.backward.items()]
    of = {number.name: number for number in (*forward, *backward)}
    error, given = of.get(f"dE_d{layer.z}"), of.get(f"dE_d{layer.a}")
    is_given = error is None or (error.array is None and given is not None)
    gradient = given if is_given else error
    name, _ = snapshot.listing.parameters[layer.weights]
    product = f"{before}·{symbols[layer.weights]}"
    return Column(
        symbols[layer.a],
        class_names(flow.axis.labels),
        flow.axis,
        (*forward, *backward),
        of[layer.a],
        gradient,
        (
            Numbers(layer.weights, symbols[layer.weights], flow.weights),
            Numbers("", product, None if hidden else flow.products),
            Numbers(name, symbols[name], None if hidden else total.gradients, True),
        ),
    )


@dataclass(frozen=True)
class Touch:
    """The parts of the picture that the operation about to run touches.

    Attributes:
        formula: The operation.
        name: What it writes.
        reads: The tensors that it reads.
        written: The axes of the neurons that it writes something of.
        read: Those that it reads something of.
        weights: Pairs of axes whose weights, or something of theirs, it reads or writes.
    """

    formula: str
    name: str
    reads: tuple[str, ...]
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
    written, read = tuple(nodes[0]), tuple(nodes[1])
    return Touch(line.formula, line.name, line.reads, written, read, tuple(weights))


def chosen_cell(moment: Moment, choice: Choice) -> tuple[str, int] | None:
    """Return the tensor of the chosen neuron, and its place there; None if none is chosen."""
    if choice.neuron is None:
        return None
    column, index = choice.neuron
    shown = columns_of(moment, choice)[column]
    back = carried_at(moment, choice.carried) is Carried.GRADIENT
    number = shown.gradient if back and shown.gradient is not None else shown.value
    return number.name, index

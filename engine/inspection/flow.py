"""The flow through the layers of the network, forward and back, for one observation or all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.formula.tensor import Array, Axis
    from engine.inspection.snapshot import Snapshot
    from engine.program.listing import Line, Listing


@dataclass(frozen=True)
class FlowLayer:
    """The names of a layer's tensors.

    Attributes:
        weights: Those that lead to it.
        z: Its pre-activation.
        a: Its activation.
    """

    weights: str
    z: str
    a: str


@dataclass(frozen=True)
class Flow:
    """The numbers of a layer; None stands for what is not computed.

    Attributes:
        layer: Its tensors.
        axis: Its neurons.
        forward: What the neurons have on the way forward, by the tensor's name.
        backward: The same on the way back.
        weights: The weights that lead to it, as they are now.
        products: Each times the activation before it: the terms of z.
        gradients: The derivatives of E by the weights; of one observation, its term in them.
    """

    layer: FlowLayer
    axis: Axis
    forward: Mapping[str, Array | None]
    backward: Mapping[str, Array | None]
    weights: Array
    products: Array | None
    gradients: Array | None


def layers_of(listing: Listing) -> Iterator[FlowLayer]:
    """Return the layers from the input side on."""
    lines = [line for line in listing.lines if line.phase == "forward"]
    for parameter in listing.parameters:
        if len(listing.axes[parameter]) == 2:
            z = next(line.name for line in lines if parameter in line.reads)
            yield FlowLayer(parameter, z, next(line.name for line in lines if z in line.reads))


def flow_of(snapshot: Snapshot, row: int | None, most: int | None = None) -> list[Flow]:
    """Return the numbers of each layer, from the input side on.

    Args:
        snapshot: Where the run is.
        row: Whose numbers, as the row in the snapshot's tensors; None for the whole batch:
            there derivatives are summed, and all else is the mean.
        most: Of a layer with more weights than that, what they carry is left out.
    """
    before, flows = "x", []
    layers = list(layers_of(snapshot.listing))
    with np.errstate(all="ignore"):
        for layer in layers:
            last = layer is layers[-1]
            flows.append(_flow(snapshot, row, before, layer, most, last))
            before = layer.a
    return flows


def _flow(
    snapshot: Snapshot, row: int | None, before: str, layer: FlowLayer, most: int | None, last: bool
) -> Flow:
    listing = snapshot.listing
    axis = listing.axes[layer.weights][1]
    bias = next((n for n in listing.parameters if listing.axes[n] == (axis,)), None)
    forward = [layer.z, layer.a, *(["f0"] if last else [])]
    backward = [f"dE_d{layer.a}", f"d{layer.a}_d{layer.z}", f"dE_d{layer.z}"]
    weights = snapshot.values[layer.weights]
    source = part_of(snapshot, before, row)
    is_few = most is None or weights.size <= most
    is_known = source is not None and is_few and _is_read_as_it_is(snapshot, layer)
    values = {bias: snapshot.values.get(bias)} if bias else {}
    values |= {name: part_of(snapshot, name, row) for name in forward}
    slopes = {name: part_of(snapshot, name, row) for name in backward if name in listing.axes}
    return Flow(
        layer,
        axis,
        values,
        slopes,
        weights,
        source[:, None] * weights if source is not None and is_known else None,
        _gradients(snapshot, layer, row) if is_few else None,
    )


def part_of(snapshot: Snapshot, name: str, row: int | None) -> Array | None:
    """Return a row of a tensor, or for None its mean or sum; None where it is not computed."""
    array = snapshot.values.get(name)
    if array is None:
        return None
    if row is not None:
        picked: Array = array[row]
        return picked
    if len(array) < len(snapshot.listing.axes[name][0].labels):
        # Only those that can be seen are in the snapshot.
        return None
    with np.errstate(all="ignore"):
        whole: Array = array.sum(axis=0) if name.startswith("dE_d") else array.mean(axis=0)
    return whole


def _is_read_as_it_is(snapshot: Snapshot, layer: FlowLayer) -> bool:
    """Return whether z is computed, and with the weights that there are now."""
    lines = snapshot.listing.lines
    done = {line.name for line in lines[: snapshot.computed]}
    return layer.z in done and layer.weights not in done


def _gradients(snapshot: Snapshot, layer: FlowLayer, row: int | None) -> Array | None:
    name, _ = snapshot.listing.parameters[layer.weights]
    whole = snapshot.values.get(name)
    if row is None or whole is None:
        return whole
    line = next(line for line in snapshot.listing.lines if line.name == name)
    local, error = _factors(line)
    term: Array = np.outer(snapshot.values[local][row], snapshot.values[error][row])
    return term


def _factors(line: Line) -> tuple[str, str]:
    """Return the tensors whose product, summed over the observations, a gradient is."""
    local, error, *_ = line.reads
    return local, error

"""Gradients of weights that hold their bias as a row, as the weights do: taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.audit.network.linear import Linear
from engine.audit.passes.matching import as_rows
from engine.audit.passes.one_pass import Found, Pass


def take_apart(one: Pass, layers: Sequence[Linear]) -> None:
    """Add the parts of what may be such gradients to the arrays of a pass.

    Args:
        one: The pass.
        layers: Its layers.
    """
    for layer in layers:
        if layer.ones and layer.of_bias is None:
            one.add(_parts(one, layer))


def _parts(one: Pass, layer: Linear) -> Iterator[Found]:
    rows, columns = layer.weights.shape
    at, own = (rows, slice(None, -1)) if layer.ones == "last" else (0, slice(1, None))
    for found in list(one.by_size.get((rows + 1) * columns, ())):
        if found.first <= layer.of_z.first or found.is_taken:
            continue
        for data, _ in as_rows(found, (rows + 1, columns)):
            for name, part in (("weights", data[own]), ("bias", data[at])):
                site = ("part", name, layer.ones, *found.site)
                yield Found(part, found.first, found.records, site, False, True)

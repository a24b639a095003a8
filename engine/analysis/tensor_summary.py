"""A tensor at a glance: a few numbers, and a picture with few cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.common.scale import largest_exponent, scaled
from engine.formula.tensor import Array

_MOST_BLOCKS = 96
"""Rows and columns of the picture, at most."""
SATURATED = 0.01
"""An activation whose slope is smaller than this share of the largest slope hardly learns."""


@dataclass(frozen=True)
class Summary:
    """A tensor in a few numbers, and in blocks for a small picture.

    Attributes:
        name: The identifier of the tensor.
        shape: Its shape.
        least: The smallest finite value; NaN if there is none, as for the next two.
        mean: The mean of the finite values.
        most: The largest finite value.
        norm: The square root of the sum of squares.
        zeros: The share of values that are exactly 0.
        saturated: For an activation's slope or the activation itself, the share of values
            where the slope has vanished; None for other tensors.
        nonfinite: How many values are not finite.
        blocks: The tensor in at most 96 × 96 blocks: in each, the value that is largest
            in magnitude.
    """

    name: str
    shape: tuple[int, ...]
    least: float
    mean: float
    most: float
    norm: float
    zeros: float
    saturated: float | None
    nonfinite: int
    blocks: Array


def summarise(name: str, data: Array, slope: Array | None = None, steepest: float = 1.0) -> Summary:
    """Summarise a tensor.

    Args:
        name: Its identifier.
        data: Its values.
        slope: For an activation, its slope at each of the values.
        steepest: The largest slope that it can have.
    """
    finite = data[np.isfinite(data)]
    some = finite.size > 0
    # Beside 1 no sum leaves the numbers that there are, unless what it gives does.
    power = largest_exponent(data)
    near = scaled(data.reshape(-1), -power)
    saturated = None
    if slope is not None and slope.size:
        saturated = float((np.abs(slope) < SATURATED * steepest).mean())
    with np.errstate(all="ignore"):
        return Summary(
            name=name,
            shape=data.shape,
            least=float(finite.min()) if some else np.nan,
            mean=scaled(float(near[np.isfinite(near)].mean()), power) if some else np.nan,
            most=float(finite.max()) if some else np.nan,
            norm=scaled(float(np.sqrt(np.dot(near, near))), power),
            zeros=float((data == 0).mean()) if data.size else 0.0,
            saturated=saturated,
            nonfinite=data.size - finite.size,
            blocks=_blocks(data),
        )


def _blocks(data: Array) -> Array:
    table = data.reshape(-1, data.shape[-1]) if data.ndim else data.reshape(1, 1)
    for axis in (0, 1):
        size = table.shape[axis]
        step = -(-size // _MOST_BLOCKS)
        if step > 1:
            starts = np.arange(0, size, step)
            high = np.maximum.reduceat(table, starts, axis)
            low = np.minimum.reduceat(table, starts, axis)
            table = np.where(np.abs(high) >= np.abs(low), high, low)
    return table.copy()

"""Buffers seen in the one way in which NumPy and the loop walk through them alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Buffer = NDArray[Any]
Indices = NDArray[np.intp]


def together(operands: Sequence[Buffer], out: Buffer) -> tuple[Buffer, ...]:
    """Return views of operands and output with as few axes as all of them can share.

    Each has the shape of the output then, an axis along which an operand is repeated having
    the stride 0. The last axis is the innermost for NumPy too, whatever the layouts.

    Raises:
        ValueError: An operand does not fit the output, or lies partly in it.
    """
    require_plain(*operands, out)
    require_output(out)
    shape = out.shape
    try:
        arrays = [*(np.broadcast_to(operand, shape) for operand in operands), out]
    except ValueError:
        shapes = ", ".join(str(operand.shape) for operand in operands)
        raise ValueError(f"operands of the shapes {shapes} do not fit {shape}") from None
    in_place = [_is_in_place(array, out) for array in arrays]
    for operand, is_out in zip(operands, in_place, strict=False):
        if not is_out:
            require_apart(operand, out)
    axes = [axis for axis, size in enumerate(shape) if size != 1]
    if len(axes) == 2 and out.strides[0] < out.strides[1]:
        axes.reverse()
    sizes = [shape[axis] for axis in axes]
    strides = [[array.strides[axis] for axis in axes] for array in arrays]
    if len(axes) == 2 and all(outer == inner * sizes[1] for outer, inner in strides):
        sizes = [sizes[0] * sizes[1]]
        strides = [[inner] for _, inner in strides]
    *_, target = views = [
        as_strided(array, sizes, steps) for array, steps in zip(arrays, strides, strict=True)
    ]
    # NumPy is twice as quick where it sees the very same array.
    return tuple(target if is_out else view for view, is_out in zip(views, in_place, strict=True))


def require_plain(*arrays: Buffer) -> None:
    """Refuse what the loop cannot walk through.

    Raises:
        ValueError: Something is no array, has another type or more axes, runs backwards or is
            not aligned.
    """
    for array in arrays:
        require_array(array)
        if array.dtype not in (np.float64, np.bool_):
            raise ValueError(f"a buffer holds float64 or bool, not {array.dtype}")
        if array.ndim > 2 or min(array.strides, default=0) < 0 or not array.flags.aligned:
            raise ValueError("a buffer has at most two axes, neither backwards, and is aligned")


def require_array(array: object) -> None:
    """Refuse scalars, NumPy's too: they have no place of their own that stays.

    Raises:
        ValueError: It is no array.
    """
    if not isinstance(array, np.ndarray):
        raise ValueError(f"a buffer is an array, not {type(array).__name__}")


def require_output(out: Buffer) -> None:
    """Refuse an output that is read-only or has one cell in several places.

    Raises:
        ValueError: It is.
    """
    if is_repeated(out) or not out.flags.writeable:
        raise ValueError("an output is writeable, each cell in a place of its own")


def is_repeated(array: Buffer) -> bool:
    """Return whether an array has one number in several cells along an axis."""
    axes = zip(array.shape, array.strides, strict=True)
    return array.size > 0 and any(size > 1 and not step for size, step in axes)


def require_indices(array: Indices, axes: int) -> None:
    """Refuse what does not hold whole numbers that can be written.

    Raises:
        ValueError: It is not contiguous, with so many axes, and of NumPy's type for indices.
    """
    require_array(array)
    if array.dtype != np.intp or array.ndim != axes or not array.flags.c_contiguous:
        raise ValueError(f"whole numbers are intp, contiguous, with {axes} axes here")
    require_output(array)


def require_apart(operand: Buffer, out: Buffer) -> None:
    """Refuse operands that NumPy would have to copy first.

    Raises:
        ValueError: The operand shares memory with the output.
    """
    if np.may_share_memory(operand, out) and np.shares_memory(operand, out):
        raise ValueError("an operand lies partly in the output")


def index_of_loop(ufunc: np.ufunc, inputs: Sequence[Buffer], out: Buffer) -> int:
    """Return the number of the loop of a ufunc that takes these types as they are.

    Raises:
        ValueError: None does.
    """
    wanted = "".join(array.dtype.char for array in inputs) + "->" + out.dtype.char
    if wanted not in ufunc.types:
        raise ValueError(f"{ufunc.__name__} has no loop for {wanted}")
    index: int = ufunc.types.index(wanted)
    return index


def address(array: Buffer) -> int:
    """Return where the first number of an array is."""
    place: int = array.__array_interface__["data"][0]
    return place


def _is_in_place(operand: Buffer, out: Buffer) -> bool:
    return (
        address(operand) == address(out)
        and operand.dtype == out.dtype
        and all(
            size == 1 or mine == its
            for size, mine, its in zip(out.shape, operand.strides, out.strides, strict=True)
        )
    )

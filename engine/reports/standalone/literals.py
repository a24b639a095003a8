"""The arrays of a stand-alone program: literals in it, or in a file beside it if they are large."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.formula.tensor import Array

_MOST, _MOST_ROWS = 400, 40
"""The largest array that is written as a literal: its numbers and its rows."""
_WIDEST = 96
_ALIGNED = 8
"""Digits up to which the numbers of a column are aligned."""


class Arrays:
    """The arrays that a program needs.

    Attributes:
        beside: By name, those that go into the file beside it.
    """

    def __init__(self) -> None:
        self.beside: dict[str, Array] = {}

    def assigned(self, name: str, array: Array, *, with_large: bool = False) -> list[str]:
        """Return the lines that give an array its name.

        Args:
            name: The name.
            array: The array.
            with_large: Whether others that belong to it are large.
        """
        if with_large or is_large(array):
            self.beside[name] = np.ascontiguousarray(array)
            return [f'{name} = arrays["{name}"]']
        return list(_literal(name, array))


def quoted(text: str) -> str:
    """Write a text as a literal, in double quotes where it needs no escapes."""
    plain = text.isprintable() and not set(text) & {'"', "\\"}
    return f'"{text}"' if plain else repr(text)


def is_large(array: Array) -> bool:
    """Return whether an array is too large to stand in a program."""
    return array.size > _MOST or (array.ndim == 2 and len(array) > _MOST_ROWS)


def _literal(name: str, array: Array) -> Iterator[str]:
    if array.ndim == 0:
        yield f"{name} = {float(array)!r}"
        return
    cells = np.vectorize(lambda value: repr(float(value)), otypes=[object])(array)
    short = f"{name} = np.array({_nested(cells)})"
    if len(short) <= _WIDEST and (array.ndim == 1 or len(array) <= 2):
        yield short
        return
    yield f"{name} = np.array(["
    if array.ndim == 1:
        yield from _wrapped(cells.tolist(), "    ")
    else:
        yield from _rows(cells)
    yield "])"


def _nested(cells: np.ndarray[tuple[int, ...], np.dtype[np.object_]]) -> str:
    if cells.ndim == 1:
        return f"[{', '.join(cells)}]"
    return f"[{', '.join(map(_nested, cells))}]"


def _rows(cells: np.ndarray[tuple[int, ...], np.dtype[np.object_]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in cells.T]
    widths = [width if width <= _ALIGNED else 0 for width in widths]
    for row in cells.tolist():
        texts = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        line = f"    [{', '.join(texts)}],"
        if len(line) <= _WIDEST:
            yield line
        else:
            yield "    ["
            yield from _wrapped(row, "        ")
            yield "    ],"


def _wrapped(cells: list[str], margin: str) -> Iterator[str]:
    line = margin
    for cell in cells:
        if len(line) + len(cell) > _WIDEST:
            yield line.rstrip()
            line = margin
        line += f"{cell}, "
    yield line.rstrip()

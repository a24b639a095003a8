"""Arrays in a program of its own: as literals, or where they are large in a file beside it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.maths.tensor import Array

_MOST = 400
"""Numbers of an array that stands in the program."""
_WIDEST = 96


class Arrays:
    """The arrays that a program needs.

    Attributes:
        beside: By name, those that go into the file beside it.
    """

    def __init__(self) -> None:
        self.beside: dict[str, Array] = {}

    def assigned(self, name: str, array: Array) -> list[str]:
        """Return the lines that give an array its name."""
        if array.size > _MOST:
            self.beside[name] = np.ascontiguousarray(array)
            return [f'{name} = arrays["{name}"]']
        return list(_literal(name, array))


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
    for row in cells.tolist():
        if sum(widths) + 2 * len(widths) + 5 <= _WIDEST:
            texts = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
            yield f"    [{', '.join(texts)}],"
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

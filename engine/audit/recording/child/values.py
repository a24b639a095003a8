"""The numbers that were seen, each different array once.

A script may have classes that do anything when they are compared, printed or turned into an array:
only objects of exactly the known types are looked at, and none of their methods is called that a
script could have replaced.
"""

from __future__ import annotations

import sys
import weakref
from array import array
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Shape = tuple[int, ...]
    Seen = tuple[int, int, int]

MOST_CELLS = 1_000_000
"""Of a larger array the shape alone is kept."""
MOST_IN_LISTS = 100_000
MOST_ELEMENTS = 64
"""Of a list of arrays that do not stack so many are recorded, each by itself."""


class Values:
    """The table of values, which tells numbers from everything else."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.shapes: list[Shape] = []
        self.contents: list[bytes] = []
        self.kept = 0
        self.looked_at = 0
        self.too_large: Shape = ()
        """The shape of the last array that was too large to keep."""
        self.numeric: dict[int, str] = {}
        """The ids of the types that may hold numbers, and of which sort they are."""
        self._numbers: dict[Any, int] = {}
        self._floats: dict[float, int] = {}
        self._alive: dict[int, Any] = {}
        self._serial = 0
        self._numpy: Any = None
        self._pandas: Any = None
        for kind in (float, int, bool):
            self.numeric[id(kind)] = "number"
        for sort in (list, tuple):
            self.numeric[id(sort)] = "list"

    def learn_types(self) -> None:
        """Look for NumPy and pandas among the modules that the script has imported by now."""
        numpy = sys.modules.get("numpy")
        if self._numpy is None and hasattr(numpy, "matrix") and hasattr(numpy, "float64"):
            self._numpy = numpy
            for kind in (numpy.ndarray, numpy.matrix, numpy.memmap):  # type: ignore[union-attr]
                self.numeric[id(kind)] = "array"
            for code in "?bBhHiIlLqQefd":
                self.numeric[id(numpy.dtype(code).type)] = "scalar"  # type: ignore[union-attr]
            self._bases = (numpy.ndarray, numpy.matrix, numpy.memmap)  # type: ignore[union-attr]
            self._float64 = numpy.dtype("float64")  # type: ignore[union-attr]
        pandas = sys.modules.get("pandas")
        if self._pandas is None and hasattr(pandas, "DataFrame") and hasattr(pandas, "Series"):
            self._pandas = pandas
            for kind in (pandas.DataFrame, pandas.Series):  # type: ignore[union-attr]
                self.numeric[id(kind)] = "table"

    def see(self, value: Any, sort: str) -> Seen | None:
        """Return the number, identity and base of a value; None where it holds no numbers.

        The number is -1 for an array that is too large to keep.
        """
        if sort == "number":
            return self._number(value)
        if sort == "scalar":
            return self._scalar(value)
        if sort == "array":
            return self._array(value)
        if sort == "list":
            return self._list(value)
        return self._table(value)

    def shape_of(self, value: Any) -> tuple[int, Shape] | None:
        """Return the number and the shape of a value; None where it holds no numbers."""
        sort = self.numeric.get(id(type(value)))
        seen = self.see(value, sort) if sort is not None else None
        if seen is None:
            return None
        return seen[0], self.shapes[seen[0]] if seen[0] >= 0 else self.too_large

    def parts(self, value: Any) -> list[Any]:
        """Return the elements of a list to be recorded one by one, where it is one of arrays."""
        if type(value) not in (list, tuple) or not 0 < len(value) <= MOST_IN_LISTS:
            return []
        parts = list(value[:MOST_ELEMENTS])
        is_arrays = any(self.numeric.get(id(type(part))) == "array" for part in parts)
        is_lists = any(type(part) in (list, tuple) for part in parts)
        if not is_arrays and not is_lists:
            return []
        return parts

    def identity(self, value: Any) -> int:
        """Return a number that no other object has had; of a list its id."""
        key = id(value)
        known = self._alive.get(key)
        if known is not None:
            return int(known[0])
        try:
            reference = weakref.ref(value, lambda _, key=key: self._alive.pop(key, None))  # type: ignore[misc]
        except TypeError:
            return key
        self._serial += 1
        self._alive[key] = (self._serial, reference)
        return self._serial

    def _number(self, value: Any) -> Seen | None:
        if type(value) is float:
            if value != value:
                return self._add("f", (), array("d", [value]).tobytes()), 0, 0
            number = self._floats.get(value)
            if number is None:
                number = self._floats[value] = self._new("f", (), array("d", [value]).tobytes())
            return number, 0, 0
        kind = "b" if type(value) is bool else "i"
        try:
            return self._add(kind, (), array("d", [value]).tobytes()), 0, 0
        except OverflowError:
            return None

    def _scalar(self, value: Any) -> Seen:
        content = array("d", [float(value)]).tobytes()
        return self._add(_kind(value.dtype.kind), (), content), 0, 0

    def _array(self, value: Any) -> Seen | None:
        kind = value.dtype.kind
        if kind not in "fiub":
            return None
        identity = base = self.identity(value)
        below = value.base
        if below is not None:
            while type(below) in self._bases and below.base is not None:
                below = below.base
            base = self.identity(below)
        shape = value.shape
        if value.size > MOST_CELLS:
            self.too_large = shape
            return -1, identity, base
        return self._add(_kind(kind), shape, self._bytes(value)), identity, base

    def _bytes(self, value: Any) -> bytes:
        if value.dtype is not self._float64:
            value = self._numpy.ndarray.astype(value, self._float64)
        content: bytes = value.tobytes()
        return content

    def _list(self, value: Any) -> Seen | None:
        if not 0 < len(value) <= MOST_IN_LISTS:
            return None
        if self.numeric.get(id(type(value[0]))) == "array":
            return self._stack(value)
        flat: list[float] = []
        kinds: dict[str, None] = {}
        shape = self._flatten(value, flat, kinds, 0)
        self.looked_at += 32 * len(flat)
        if shape is None:
            return None
        kind = "f" if "f" in kinds else "i" if "i" in kinds else "b"
        return self._add(kind, shape, array("d", flat).tobytes()), id(value), id(value)

    def _flatten(
        self,
        value: Any,
        flat: list[float],
        kinds: dict[str, None],
        depth: int,
    ) -> Shape | None:
        """Write the numbers of nested lists in a row; return their shape if they have one."""
        shape: Shape | None = None
        for part in value:
            sort = self.numeric.get(id(type(part)))
            inner: Shape | None = ()
            if sort == "number":
                kinds["f" if type(part) is float else "b" if type(part) is bool else "i"] = None
                try:
                    flat.append(float(part))
                except OverflowError:
                    return None
            elif sort == "scalar":
                kinds[_kind(part.dtype.kind)] = None
                flat.append(float(part))
            elif sort == "list" and depth < 8 and len(part):
                inner = self._flatten(part, flat, kinds, depth + 1)
            else:
                return None
            if inner is None or len(flat) > MOST_IN_LISTS:
                return None
            if shape is None:
                shape = inner
            elif shape != inner:
                return None
        return None if shape is None else (len(value), *shape)

    def _stack(self, value: Any) -> Seen | None:
        """Return a list of arrays as one array, where they have the same shape."""
        first = value[0]
        cells = first.size * len(value)
        if cells > MOST_IN_LISTS or first.dtype.kind not in "fiub":
            return None
        for part in value:
            if type(part) not in self._bases or part.shape != first.shape:
                return None
            if part.dtype.kind != first.dtype.kind:
                return None
        content = b"".join([self._bytes(part) for part in value])
        shape = (len(value), *first.shape)
        return self._add(_kind(first.dtype.kind), shape, content), id(value), id(value)

    def _table(self, value: Any) -> Seen | None:
        kinds = value.dtypes if type(value) is self._pandas.DataFrame else [value.dtype]
        if any(getattr(kind, "kind", "O") not in "fiub" for kind in kinds):
            return None
        seen = self._array(self._numpy.asarray(value.to_numpy()))
        if seen is None:
            return None
        return seen[0], self.identity(value), self.identity(value)

    def _add(self, kind: str, shape: Shape, content: bytes) -> int:
        self.looked_at += len(content)
        key = (kind, shape, content)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = self._new(kind, shape, content)
        return number

    def _new(self, kind: str, shape: Shape, content: bytes) -> int:
        self.kinds.append(kind)
        self.shapes.append(shape)
        self.contents.append(content)
        self.kept += len(content) + 200
        return len(self.contents) - 1


def _kind(code: str) -> str:
    return "i" if code == "u" else code

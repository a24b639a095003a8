"""The table of records, with those of paths and places that its columns number."""

from __future__ import annotations

from _thread import get_ident
from array import array
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .flow import Flow, Path
    from .values import Values
    from .windows import Windows


class Records:
    """What was recorded so far.

    Args:
        containers: For each node that reads an attribute or an element, the text of its container.
        values: The table of the numbers.
        windows: When something is recorded.
        flow: Where the script is.
    """

    def __init__(
        self, containers: dict[int, str], values: Values, windows: Windows, flow: Flow
    ) -> None:
        self.rows = array("q")
        self.too_large: dict[int, tuple[int, ...]] = {}
        self.places: list[tuple[str, tuple[Any, ...]]] = []
        self.paths: list[tuple[int, int, int]] = [(-1, -1, -1)]
        self._containers = containers
        self._values = values
        self._windows = windows
        self._flow = flow
        self._thread = get_ident()
        self._numeric = values.numeric
        self._place_numbers: dict[Any, int] = {}
        self._path_numbers: dict[tuple[int, int, int], int] = {}
        flow.root.number = 0

    def keep(self, node: int, place: int, value: Any, sort: str) -> None:
        """Record a number, array or list that a node gave; of another thread nothing."""
        windows = self._windows
        if get_ident() != self._thread or windows.quiet:
            return
        seen = self._values.see(value, sort)
        if seen is None:
            if sort == "list":
                self._keep_parts(node, place, value)
            return
        path = self._flow.path
        number = path.number
        if number < 0:
            number = self._number(path)
        if seen[0] < 0:
            self.too_large[windows.count] = self._values.too_large
        self.rows.extend((node, number, place, seen[0], seen[1], seen[2], windows.stretch))
        windows.recorded()

    def place(self, text: str, owner: tuple[Any, ...]) -> int:
        """Return the number of a place."""
        key = (text, owner)
        number = self._place_numbers.get(key)
        if number is None:
            number = self._place_numbers[key] = len(self.places)
            self.places.append(key)
        return number

    def attribute_place(self, node: int, container: Any, name: str) -> int:
        """Return the number of the place of an attribute, or -1."""
        text = self._containers.get(node, "")
        return self.place(text + "." + name, ("attribute", id(container), name)) if text else -1

    def item_place(self, node: int, container: Any, key: Any) -> int:
        """Return the number of the place of an element, or -1 where its index is not plain."""
        text = self._containers.get(node, "")
        if not text:
            return -1
        if type(key) is int:
            index = str(key)
            if key < 0 and type(container) in (list, tuple):
                key += len(container)
            owner = str(key)
        elif type(key) is str and len(key) <= 100:
            index = owner = repr(key)
        elif type(key) is tuple and 0 < len(key) <= 4:
            if any(type(part) not in (int, str) for part in key):
                return -1
            index = owner = ", ".join([repr(part)[:100] for part in key])
        elif self._numeric.get(id(type(key))) == "scalar" and key.dtype.kind in "iu":
            index = owner = str(int(key))
        else:
            return -1
        is_array = self._numeric.get(id(type(container))) == "array"
        identity = self._values.identity(container) if is_array else id(container)
        return self.place("%s[%s]" % (text, index), ("item", identity, owner))  # noqa: UP031

    def _keep_parts(self, node: int, place: int, value: Any) -> None:
        """Record the arrays of a list that do not make one array together."""
        text = self.places[place][0] if place >= 0 else ""
        for at, part in enumerate(self._values.parts(value)):
            sort = self._numeric.get(id(type(part)))
            if sort is None or (sort == "list" and self._values.see(part, sort) is None):
                continue
            at_place = -1
            if text:
                at_place = self.place("%s[%d]" % (text, at), ("item", id(value), str(at)))  # noqa: UP031
            self.keep(node, at_place, part, sort)

    def _number(self, path: Path) -> int:
        missing = []
        one: Path | None = path
        while one is not None and one.number < 0:
            missing.append(one)
            one = one.around
        for one in reversed(missing):
            assert one.around is not None
            key = (one.around.number, one.node, one.index)
            number = self._path_numbers.get(key)
            if number is None:
                number = self._path_numbers[key] = len(self.paths)
                self.paths.append(key)
            one.number = number
        return path.number

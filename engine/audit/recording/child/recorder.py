"""The hooks that a rewritten script calls: they record what goes through them, or let it pass."""

from __future__ import annotations

import operator
import sys
from _thread import get_ident
from typing import TYPE_CHECKING, Any

from .flow import DEEPEST, Path

if TYPE_CHECKING:
    from collections.abc import Callable

    from .flow import Flow, Frame
    from .records import Records
    from .values import Values
    from .windows import Windows

_IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.iadd, "Sub": operator.isub, "Mult": operator.imul, "Div": operator.itruediv,
    "FloorDiv": operator.ifloordiv, "Mod": operator.imod, "Pow": operator.ipow,
    "MatMult": operator.imatmul, "LShift": operator.ilshift, "RShift": operator.irshift,
    "BitOr": operator.ior, "BitXor": operator.ixor, "BitAnd": operator.iand,
}  # fmt: skip


class Recorder:
    """Records the numbers that go through the hooks.

    Args:
        names: For each node whose place is a name, its text and what tells it in its function.
        values: The table of the numbers.
        windows: When something is recorded.
        flow: Where the script is.
        records: The table of records.
    """

    def __init__(
        self,
        names: list[tuple[str, str]],
        values: Values,
        windows: Windows,
        flow: Flow,
        records: Records,
    ) -> None:
        self.failed: tuple[int, int, list[tuple[int, Any] | None]] | None = None
        """The last exception that came out of a call: its id, the node, and what it was given."""
        self._names = names
        self._values = values
        self._windows = windows
        self._flow = flow
        self._records = records
        self._thread = get_ident()
        self._numeric = values.numeric

    def hooks(self) -> dict[str, Any]:
        """Return all hooks by their names."""
        found = {}
        for one in (self, self._flow):
            for name in dir(type(one)):
                if name.startswith("hook_"):
                    found["@" + name[len("hook_") :]] = getattr(one, name)
        return found

    # Hooks: reading.

    def hook_value(self, node: int, value: Any) -> Any:
        if not self._windows.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                self._records.keep(node, -1, value, sort)
        return value

    def hook_name(self, node: int, value: Any) -> Any:
        if not self._windows.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                text, key = self._names[node]
                self._records.keep(node, self._records.place(text, ("global", key)), value, sort)
        return value

    def hook_local(self, node: int, value: Any, frame: Frame | None) -> Any:
        if not self._windows.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                text, key = self._names[node]
                number = 0 if frame is None else frame.number
                self._records.keep(
                    node, self._records.place(text, ("local", number, key)), value, sort
                )
        return value

    def hook_attribute(self, node: int, container: Any, name: str) -> Any:
        path = self._flow.path
        value = getattr(container, name)
        if not self._windows.quiet:
            self._flow.path = path
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                self._records.keep(
                    node, self._records.attribute_place(node, container, name), value, sort
                )
        return value

    def hook_item(self, node: int, container: Any, key: Any) -> Any:
        value = container[key]
        if not self._windows.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                self._records.keep(
                    node, self._records.item_place(node, container, key), value, sort
                )
        return value

    def hook_slice(self, start: Any, stop: Any, step: Any) -> slice:
        return slice(start, stop, step)

    def hook_true(self, *seen: Any) -> bool:
        return True

    # Hooks: calls.

    def hook_call(self, node: int, function: Any, /, *given: Any, **named: Any) -> Any:
        flow = self._flow
        path = flow.path
        is_followed = not self._windows.quiet and get_ident() == self._thread
        if is_followed and path.depth < DEEPEST:
            flow.path = Path(path, node, -1)
        try:
            value = function(*given, **named)
        except Exception as error:
            if get_ident() == self._thread:
                self._fail(error, node, given)
            raise
        if is_followed:
            flow.leave(path)
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                self._records.keep(node, -1, value, sort)
        return value

    def _fail(self, error: Exception, node: int, given: tuple[Any, ...]) -> None:
        is_known = self.failed is not None and self.failed[0] == id(error)
        if not is_known and type(error) is not StopIteration:
            self.failed = id(error), node, [self._values.shape_of(part) for part in given[:8]]

    def hook_get(self, node: int, function: Any, container: Any, *given: Any) -> Any:
        value = function(container, *given)
        if not self._windows.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                place = -1
                if function is getattr and given and type(given[0]) is str:
                    place = self._records.attribute_place(node, container, given[0])
                self._records.keep(node, place, value, sort)
        return value

    def hook_set(self, node: int, function: Any, container: Any, name: Any, value: Any) -> Any:
        result = function(container, name, value)
        if not self._windows.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None and function is setattr and type(name) is str:
                self._records.keep(
                    node, self._records.attribute_place(node, container, name), value, sort
                )
        return result

    def hook_listed(self, found: Any) -> Any:
        """Return the variables of a function without the one that is ours."""
        if type(found) is dict:
            return {name: value for name, value in found.items() if name[:1] != "@"}
        return [name for name in found if name[:1] != "@"] if type(found) is list else found

    def hook_last(self, *parts: Any) -> Any:
        return parts[-1]

    # Hooks: assigning.

    def hook_augment(self, operation: str, old: Any, value: Any) -> Any:
        return _IN_PLACE[operation](old, value)

    def hook_load_attribute(self, node: int, container: Any, name: str) -> tuple[Any, str, Any]:
        return container, name, self.hook_attribute(node, container, name)

    def hook_load_item(self, node: int, container: Any, key: Any) -> tuple[Any, Any, Any]:
        return container, key, self.hook_item(node, container, key)

    def hook_augment_attribute(
        self,
        node: int,
        operation: str,
        loaded: tuple[Any, str, Any],
        value: Any,
    ) -> None:
        container, name, old = loaded
        self.hook_store_attribute(node, _IN_PLACE[operation](old, value), container, name)

    def hook_augment_item(
        self,
        node: int,
        operation: str,
        loaded: tuple[Any, Any, Any],
        value: Any,
    ) -> None:
        container, key, old = loaded
        self.hook_store_item(node, _IN_PLACE[operation](old, value), container, key)

    def hook_store_attribute(self, node: int, value: Any, container: Any, name: str) -> None:
        setattr(container, name, value)
        if not self._windows.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                self._records.keep(
                    node, self._records.attribute_place(node, container, name), value, sort
                )

    def hook_store_item(self, node: int, value: Any, container: Any, key: Any) -> None:
        container[key] = value
        if not self._windows.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                place = self._records.item_place(node, container, key)
                self._records.keep(node, place, value, sort)

    # Hooks: reading what was stored into once more, without calling anything of the script's.

    def hook_peek_attribute(self, node: int, container: Any, name: str) -> Any:
        if self._windows.quiet:
            return None
        for kind in type.__dict__["__mro__"].__get__(type(container)):
            if name in type.__dict__["__dict__"].__get__(kind):
                return None
        try:
            value = object.__getattribute__(container, "__dict__").get(name)
        except AttributeError:
            return None
        self._peeked(node, value, self._records.attribute_place(node, container, name))
        return value

    def hook_peek_item(self, node: int, container: Any, key: Any) -> Any:
        if self._windows.quiet or type(container) not in (list, dict):
            return None
        try:
            value = container[key]
        except (LookupError, TypeError):
            return None
        self._peeked(node, value, self._records.item_place(node, container, key))
        return value

    def _peeked(self, node: int, value: Any, place: int) -> None:
        sort = self._numeric.get(id(type(value)))
        if node >= 0 and sort is not None:
            self._records.keep(node, place, value, sort)

    def hook_imported(self) -> None:
        self._values.learn_types()
        matplotlib = sys.modules.get("matplotlib")
        if hasattr(matplotlib, "use"):
            # There is no screen, whatever the script chooses.
            matplotlib.use = lambda *_, **__: None  # type: ignore[union-attr]

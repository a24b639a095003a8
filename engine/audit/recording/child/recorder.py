"""The hooks that a rewritten script calls, and the windows of time in which they record.

Recording everything would fill the memory, and a training repeats itself: the first records are
kept, and then those of two later turns of the outermost loop. In between the hooks do next to
nothing.
"""

from __future__ import annotations

import operator
import time
from _thread import get_ident
from array import array
from typing import TYPE_CHECKING, Any

from .values import Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DEEPEST = 64
"""So many loops and calls are told apart; a recursion that goes deeper stays at this one."""
_IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.iadd, "Sub": operator.isub, "Mult": operator.imul, "Div": operator.itruediv,
    "FloorDiv": operator.ifloordiv, "Mod": operator.imod, "Pow": operator.ipow,
    "MatMult": operator.imatmul, "LShift": operator.ilshift, "RShift": operator.irshift,
    "BitOr": operator.ior, "BitXor": operator.ixor, "BitAnd": operator.iand,
}  # fmt: skip


class Path:
    """Where in its execution the script is: a loop's turn or a call inside of another.

    Args:
        around: What it is inside of; None for the script as a whole.
        node: The loop or the call.
        index: The number of the turn, or -1 for a call.
    """

    __slots__ = ("around", "depth", "index", "node", "number", "outermost")

    def __init__(self, around: Path | None, node: int, index: int) -> None:
        self.around = around
        self.node = node
        self.index = index
        self.number = -1
        self.depth: int = 0 if around is None else around.depth + 1
        outermost: Path | None = None if around is None else around.outermost
        self.outermost: Path | None = self if outermost is None and index >= 0 else outermost


class Frame:
    """A function while it runs: its number, and where it was called."""

    __slots__ = ("base", "number")

    def __init__(self, number: int, base: Path) -> None:
        self.number = number
        self.base = base


class Limits:
    """How much is recorded.

    Args:
        first: How many records at the beginning.
        window: How many in each later window at most.
        turns: The turns of the outermost loop at which these open.
        kept: How many bytes of numbers are kept.
        looked_at: How many are looked at in the beginning, repetitions included.
        patience: For how many seconds a window is waited for.
    """

    def __init__(
        self,
        first: int = 60_000,
        window: int = 20_000,
        turns: tuple[int, ...] = (50, 300),
        kept: int = 128 << 20,
        looked_at: int = 2 << 30,
        patience: float = 8.0,
    ) -> None:
        self.first = first
        self.window = window
        self.turns = turns
        self.kept = kept
        self.looked_at = looked_at
        self.patience = patience


class Recorder:
    """Records the numbers that go through the hooks.

    Args:
        names: For each node whose place is a name, its text and what tells it in its function.
        containers: For each node that reads an attribute or an element, the text of its container.
        limits: How much is recorded.
        stop: What ends the script when enough is recorded; it does not return.
    """

    def __init__(
        self,
        names: list[tuple[str, str]],
        containers: dict[int, str],
        limits: Limits,
        stop: Callable[[str], None],
    ) -> None:
        self.values = Values()
        self.rows = array("q")
        self.too_large: dict[int, tuple[int, ...]] = {}
        self.places: list[tuple[str, tuple[Any, ...]]] = []
        self.paths: list[tuple[int, int, int]] = [(-1, -1, -1)]
        self.failed = -1
        """The call that an exception came out of first."""
        self.quiet = False
        self.is_over = False
        self._names = names
        self._containers = containers
        self._limits = limits
        self._stop = stop
        self._root = self.path = Path(None, -1, -1)
        self._root.number = 0
        self._count = 0
        self._window = 0
        self._most = limits.first
        self._most_looked_at = limits.looked_at
        self._quiet_since = 0.0
        self._frames = 0
        self._place_numbers: dict[Any, int] = {}
        self._path_numbers: dict[tuple[int, int, int], int] = {}
        self._thread = get_ident()
        self._numeric = self.values.numeric

    def hooks(self) -> dict[str, Any]:
        """Return the hooks by their names."""
        hooks = (
            "value", "name", "local", "attribute", "item", "call", "get", "set", "slice", "true",
            "augment", "load_attribute", "load_item", "augment_attribute", "augment_item",
            "store_attribute", "store_item", "peek_attribute", "peek_item", "turns", "turn", "back",
            "enter", "returned", "last",
            "suspended", "resumed", "imported",
        )  # fmt: skip
        return {"@" + name: getattr(self, "hook_" + name) for name in hooks}

    # Records.

    def _keep(self, node: int, place: int, value: Any, sort: str) -> None:
        if get_ident() != self._thread or self.quiet:
            return
        seen = self.values.see(value, sort)
        if seen is None:
            if sort == "list":
                self._keep_parts(node, place, value)
            return
        path = self.path
        number = path.number
        if number < 0:
            number = self._number(path)
        if seen[0] < 0:
            self.too_large[self._count] = self.values.too_large
        self.rows.extend((node, number, place, seen[0], seen[1], seen[2], self._window))
        self._count += 1
        values = self.values
        if (
            self._count >= self._most
            or values.kept > self._limits.kept
            or values.looked_at > self._most_looked_at
        ):
            self._close()

    def _keep_parts(self, node: int, place: int, value: Any) -> None:
        """Record the arrays of a list that do not make one array together."""
        text = self.places[place][0] if place >= 0 else ""
        for at, part in enumerate(self.values.parts(value)):
            sort = self._numeric.get(id(type(part)))
            if sort is None or (sort == "list" and self.values.see(part, sort) is None):
                continue
            at_place = -1
            if text:
                at_place = self._place("%s[%d]" % (text, at), ("item", id(value), str(at)))  # noqa: UP031
            self._keep(node, at_place, part, sort)

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

    def _place(self, text: str, owner: tuple[Any, ...]) -> int:
        key = (text, owner)
        number = self._place_numbers.get(key)
        if number is None:
            number = self._place_numbers[key] = len(self.places)
            self.places.append(key)
        return number

    def _attribute_place(self, node: int, container: Any, name: str) -> int:
        text = self._containers.get(node, "")
        return self._place(text + "." + name, ("attribute", id(container), name)) if text else -1

    def _item_place(self, node: int, container: Any, key: Any) -> int:
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
        identity = self.values.identity(container) if is_array else id(container)
        return self._place("%s[%s]" % (text, index), ("item", identity, owner))  # noqa: UP031

    # Windows.

    def _close(self) -> None:
        self.quiet = True
        self._quiet_since = time.monotonic()

    def _outer_turn(self, node: int, index: int) -> None:
        """Open or close a window at the beginning of a turn of an outermost loop."""
        if get_ident() != self._thread or self.is_over:
            return
        if not self.quiet and self._window > 0:
            self._close()
        if not self.quiet:
            return
        turns = self._limits.turns
        if index in turns and self.values.kept <= self._limits.kept:
            self._window += 1
            self._most = self._count + self._limits.window
            self._most_looked_at = self.values.looked_at + self._limits.looked_at // 4
            self.quiet = False
        elif (
            not turns
            or index > turns[-1]
            or self.values.kept > self._limits.kept
            or time.monotonic() - self._quiet_since > self._limits.patience
        ):
            self._stop("enough")

    # Hooks: reading.

    def hook_value(self, node: int, value: Any) -> Any:
        if not self.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                self._keep(node, -1, value, sort)
        return value

    def hook_name(self, node: int, value: Any) -> Any:
        if not self.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                text, key = self._names[node]
                self._keep(node, self._place(text, ("global", key)), value, sort)
        return value

    def hook_local(self, node: int, value: Any, frame: Frame | None) -> Any:
        if not self.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                text, key = self._names[node]
                number = 0 if frame is None else frame.number
                self._keep(node, self._place(text, ("local", number, key)), value, sort)
        return value

    def hook_attribute(self, node: int, container: Any, name: str) -> Any:
        path = self.path
        value = getattr(container, name)
        if not self.quiet:
            self.path = path
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                self._keep(node, self._attribute_place(node, container, name), value, sort)
        return value

    def hook_item(self, node: int, container: Any, key: Any) -> Any:
        value = container[key]
        if not self.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                self._keep(node, self._item_place(node, container, key), value, sort)
        return value

    def hook_slice(self, start: Any, stop: Any, step: Any) -> slice:
        return slice(start, stop, step)

    def hook_true(self, *seen: Any) -> bool:
        return True

    # Hooks: calls.

    def hook_call(self, node: int, function: Any, /, *given: Any, **named: Any) -> Any:
        if self.quiet:
            return function(*given, **named)
        path = self.path
        if get_ident() == self._thread and path.depth < _DEEPEST:
            self.path = Path(path, node, -1)
        try:
            value = function(*given, **named)
        except BaseException:
            if self.failed < 0 and get_ident() == self._thread:
                self.failed = node
            raise
        if get_ident() == self._thread:
            self.path = path
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                self._keep(node, -1, value, sort)
        return value

    def hook_get(self, node: int, function: Any, container: Any, *given: Any) -> Any:
        value = function(container, *given)
        if not self.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                place = -1
                if function is getattr and given and type(given[0]) is str:
                    place = self._attribute_place(node, container, given[0])
                self._keep(node, place, value, sort)
        return value

    def hook_set(self, node: int, function: Any, container: Any, name: Any, value: Any) -> Any:
        result = function(container, name, value)
        if not self.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None and function is setattr and type(name) is str:
                self._keep(node, self._attribute_place(node, container, name), value, sort)
        return result

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
        if not self.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                self._keep(node, self._attribute_place(node, container, name), value, sort)

    def hook_store_item(self, node: int, value: Any, container: Any, key: Any) -> None:
        container[key] = value
        if not self.quiet:
            sort = self._numeric.get(id(type(value)))
            if sort is not None:
                place = self._item_place(node, container, key)
                self._keep(node, place, value, sort)

    # Hooks: reading what was stored into once more, without calling anything of the script's.

    def hook_peek_attribute(self, node: int, container: Any, name: str) -> Any:
        if self.quiet:
            return None
        for kind in type.__dict__["__mro__"].__get__(type(container)):
            if name in type.__dict__["__dict__"].__get__(kind):
                return None
        try:
            value = object.__getattribute__(container, "__dict__").get(name)
        except AttributeError:
            return None
        self._peeked(node, value, self._attribute_place(node, container, name))
        return value

    def hook_peek_item(self, node: int, container: Any, key: Any) -> Any:
        if self.quiet or type(container) not in (list, dict):
            return None
        try:
            value = container[key]
        except (LookupError, TypeError):
            return None
        self._peeked(node, value, self._item_place(node, container, key))
        return value

    def _peeked(self, node: int, value: Any, place: int) -> None:
        sort = self._numeric.get(id(type(value)))
        if node >= 0 and sort is not None:
            self._keep(node, place, value, sort)

    # Hooks: loops and functions.

    def hook_turns(
        self, node: int, iterable: Any, frame: Frame | None = None, loops: int = 0
    ) -> Any:
        """Go through the turns of a loop; in a generator its frame says where it is asked."""
        outermost = self.path.outermost
        if (self.quiet and outermost is not None) or get_ident() != self._thread:
            return iterable
        return self._turns(node, iter(iterable), frame, loops, outermost is None)

    def _turns(
        self,
        node: int,
        iterator: Iterator[Any],
        frame: Frame | None,
        loops: int,
        is_outermost: bool,
    ) -> Iterator[Any]:
        base = self.path
        index = 0
        while True:
            if index and frame is not None:
                base = self._up_to(frame.base.depth + loops)
            if base.depth < _DEEPEST:
                self.path = Path(base, node, index)
            if is_outermost:
                self._outer_turn(node, index)
            path = self.path
            try:
                part = next(iterator)
            except StopIteration:
                self.path = base
                return
            self.path = path
            yield part
            index += 1

    def _up_to(self, depth: int) -> Path:
        path = self.path
        while path.depth > depth and path.around is not None:
            path = path.around
        return path

    def hook_turn(self, node: int, frame: Frame | None, loops: int) -> bool:
        outermost = self.path.outermost
        depth = (0 if frame is None else frame.base.depth) + loops + 1
        if self.quiet and outermost is not None:
            is_this = outermost.node == node and outermost.depth == depth
            if not is_this:
                return True
        if get_ident() != self._thread or depth > _DEEPEST:
            return True
        path = self._up_to(depth)
        if path.depth == depth and path.node == node and path.around is not None:
            self.path = Path(path.around, node, path.index + 1)
        elif path.depth == depth - 1:
            self.path = Path(path, node, 0)
        else:
            return True
        if self.path.outermost is self.path:
            self._outer_turn(node, self.path.index)
        return True

    def hook_back(self, frame: Frame | None, loops: int) -> None:
        """Go back to where a function is after it left a loop in whatever way."""
        if get_ident() != self._thread:
            return
        self.path = self._up_to((0 if frame is None else frame.base.depth) + loops)

    def hook_enter(self) -> Frame:
        self._frames += 1
        return Frame(self._frames, self.path)

    def hook_returned(self, frame: Frame | None, value: Any) -> Any:
        if frame is not None and get_ident() == self._thread:
            self.path = frame.base
        return value

    def hook_suspended(self, loops: int) -> list[tuple[int, int]]:
        """Return the turns of the loops in which a generator stops."""
        tail: list[tuple[int, int]] = []
        path = self.path
        while len(tail) < loops and path.around is not None:
            tail.append((path.node, path.index))
            path = path.around
        return tail[::-1]

    def hook_resumed(self, frame: Frame | None, tail: list[tuple[int, int]], sent: Any) -> Any:
        """Go on in a generator: in the turn of whoever asked for its next value."""
        if frame is not None and get_ident() == self._thread:
            frame.base = path = self.path
            for node, index in tail:
                if path.depth < _DEEPEST:
                    path = Path(path, node, index)
            self.path = path
        return sent

    def hook_imported(self) -> None:
        self.values.learn_types()

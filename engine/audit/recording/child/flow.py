"""Where a script is while it runs: in which turns of which loops, and in which calls."""

from __future__ import annotations

from _thread import get_ident
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .windows import Windows

DEEPEST = 64
"""So many loops and calls are told apart; a recursion that goes deeper stays at this one."""


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


class Flow:
    """Follows a script through its loops and functions.

    Args:
        windows: When something is recorded; it is told where outermost loops turn and end.
    """

    def __init__(self, windows: Windows) -> None:
        self.root = self.path = Path(None, -1, -1)
        self._windows = windows
        self._thread = get_ident()
        self._frames = 0

    def leave(self, path: Path) -> None:
        """Go back to where a loop or a call was begun."""
        is_out = self.path.outermost is not None and path.outermost is None
        self.path = path
        if is_out:
            self._windows.left()

    def hook_turns(
        self, node: int, iterable: Any, frame: Frame | None = None, loops: int = 0
    ) -> Any:
        """Go through the turns of a loop; in a generator its frame says where it is asked."""
        outermost = self.path.outermost
        if (self._windows.quiet and outermost is not None) or get_ident() != self._thread:
            return iterable
        return self._turns(node, iter(iterable), frame, loops, outermost is None)

    def hook_turn(self, node: int, frame: Frame | None, loops: int) -> bool:
        outermost = self.path.outermost
        depth = (0 if frame is None else frame.base.depth) + loops + 1
        if self._windows.quiet and outermost is not None:
            is_this = outermost.node == node and outermost.depth == depth
            if not is_this:
                return True
        if get_ident() != self._thread or depth > DEEPEST:
            return True
        path = self._up_to(depth)
        if path.depth == depth and path.node == node and path.around is not None:
            self.path = Path(path.around, node, path.index + 1)
        elif path.depth == depth - 1:
            self.path = Path(path, node, 0)
        else:
            return True
        if self.path.outermost is self.path:
            self._windows.turn(self.path.index, self._around)
        return True

    def hook_back(self, frame: Frame | None, loops: int) -> None:
        """Go back to where a function is after it left a loop in whatever way."""
        if get_ident() != self._thread:
            return
        self.leave(self._up_to((0 if frame is None else frame.base.depth) + loops))

    def hook_enter(self) -> Frame:
        self._frames += 1
        return Frame(self._frames, self.path)

    def hook_returned(self, frame: Frame | None, value: Any) -> Any:
        if frame is not None and get_ident() == self._thread:
            self.leave(frame.base)
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
                if path.depth < DEEPEST:
                    path = Path(path, node, index)
            self.path = path
        return sent

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
            if base.depth < DEEPEST:
                self.path = Path(base, node, index)
            if is_outermost:
                self._windows.turn(index, self._around)
            path = self.path
            try:
                part = next(iterator)
            except StopIteration:
                self.leave(base)
                return
            self.path = path
            yield part
            index += 1

    def _around(self) -> list[int]:
        """Return the nodes of an outermost loop in which it is, and of the calls around it."""
        around = []
        path: Path | None = self.path
        while path is not None and path.around is not None:
            around.append(path.node)
            path = path.around
        return around

    def _up_to(self, depth: int) -> Path:
        path = self.path
        while path.depth > depth and path.around is not None:
            path = path.around
        return path

"""When the numbers of a script are recorded, and when it has run long enough.

Recording everything would fill the memory, and a training repeats itself: the first turns of each
outermost loop are kept, and then those of two later turns. A loop that more work follows may take
half of what is left at most, for it may do no more than prepare the data.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .values import Values


_AFTER_A_LOOP = 1_000
"""So many records at least, however many the loops before took."""


class Limits:
    """How much is recorded.

    Args:
        first: How many records, without those of the later windows.
        window: How many in each later window at most.
        turns: The turns of an outermost loop at which these open.
        kept: How many bytes of numbers are kept.
        looked_at: How many are looked at without a break, repetitions included.
        patience: For how many seconds nothing is recorded before the script is stopped.
    """

    def __init__(
        self,
        first: int = 60_000,
        window: int = 20_000,
        turns: Iterable[int] = (50, 300),
        kept: int = 128 << 20,
        looked_at: int = 2 << 30,
        patience: float = 8.0,
    ) -> None:
        self.first = first
        self.window = window
        self.turns = tuple(turns)
        self.last_turn = max(self.turns, default=-1)
        self.kept = kept
        self.kept_first = kept // 4 * 3
        self.looked_at = looked_at
        self.patience = patience


class Windows:
    """Tells whether the next number is recorded.

    Args:
        limits: How much is recorded.
        values: The numbers that are kept.
        follows: Tells whether more work follows a loop, which is given with the calls around it.
        stop: What ends the script when enough is recorded; it does not return.
    """

    def __init__(
        self,
        limits: Limits,
        values: Values,
        follows: Callable[[list[int]], bool],
        stop: Callable[[str], None],
    ) -> None:
        self.quiet = False
        self.is_over = False
        self.stretch = 0
        """The number of the uninterrupted stretch of recording."""
        self.count = 0
        self._limits = limits
        self._values = values
        self._follows = follows
        self._stop = stop
        self._more_follows = False
        self._end_of_first = limits.first
        self._late_since = -1
        self._quiet_since = 0.0
        self._most = limits.first
        self._most_kept = limits.kept_first
        self._most_looked_at = limits.looked_at

    def recorded(self) -> None:
        """Count one record more."""
        self.count += 1
        values = self._values
        if (
            self.count >= self._most
            or values.kept > self._most_kept
            or values.looked_at > self._most_looked_at
        ):
            self._close()

    def turn(self, index: int, around: Callable[[], list[int]]) -> None:
        """Begin a turn of an outermost loop, given with the nodes of the calls around it."""
        if self.is_over:
            return
        if index == 0:
            self._begin(around())
        if self._late_since >= 0:
            self._close()
        if not self.quiet:
            return
        limits = self._limits
        is_full = self._values.kept > limits.kept
        if index in limits.turns and not is_full:
            self._late_since = self.count
            self._open(self.count + limits.window, limits.kept, limits.looked_at // 4)
        elif time.monotonic() - self._quiet_since > limits.patience or (
            (index > limits.last_turn or is_full) and not self._more_follows
        ):
            self._stop("enough")

    def left(self) -> None:
        """Go on after an outermost loop."""
        if self.is_over:
            return
        if self._late_since >= 0:
            self._close()
        limits = self._limits
        most = max(self._end_of_first, self.count + _AFTER_A_LOOP)
        if not self.quiet:
            self._most, self._most_kept = most, limits.kept_first
        elif self._values.kept <= limits.kept_first:
            self._open(most, limits.kept_first, limits.looked_at)

    def _begin(self, around: list[int]) -> None:
        self._more_follows = self._follows(around)
        if self._more_follows and not self.quiet:
            kept = self._values.kept
            self._most = self.count + (self._end_of_first - self.count) // 2
            self._most_kept = kept + (self._limits.kept_first - kept) // 2

    def _open(self, most: int, kept: int, looked_at: int) -> None:
        self.stretch += 1
        self._most = most
        self._most_kept = kept
        self._most_looked_at = self._values.looked_at + looked_at
        self.quiet = False

    def _close(self) -> None:
        if self._late_since >= 0:
            self._end_of_first += self.count - self._late_since
            self._late_since = -1
        if not self.quiet:
            self._quiet_since = time.monotonic()
        self.quiet = True


class Work:
    """Where a script has loops, or calls its functions that have some.

    Args:
        nodes: The parts of the script.
    """

    def __init__(self, nodes: list[dict[str, Any]]) -> None:
        self._nodes = nodes
        loops = [node for node in nodes if node["kind"] in ("loop:For", "loop:While")]
        calls = [node for node in nodes if node["kind"] == "Call"]
        names: set[str] = set()
        size = -1
        while size != len(names):
            size = len(names)
            for node in loops + [call for call in calls if _called(call) in names]:
                names.update(_names(node["scope"]))
        self._work = loops + [call for call in calls if _called(call) in names]

    def follows(self, around: list[int]) -> bool:
        """Tell whether there is more work after a loop and the calls around it."""
        for number in around:
            outer = self._nodes[number]
            for node in self._work:
                is_after = node["line"] > outer["end_line"] and node["scope"] == outer["scope"]
                if is_after and number not in node["loops"]:
                    return True
        return False


def _called(call: dict[str, Any]) -> str:
    name: str = call["function"].rpartition(".")[2]
    return name


def _names(scope: str) -> set[str]:
    """Return what a function is called by: itself, and its class where it makes an object."""
    outer, _, name = scope.rpartition(".")
    return {name, outer.rpartition(".")[2]} - {""} if name == "__init__" else {name} - {""}

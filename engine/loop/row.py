"""The two uses of a call: run through NumPy, and described to the loop in C."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from engine.loop.layout import Buffer

if TYPE_CHECKING:
    from types import ModuleType

Bound = Callable[[], object]
"""Runs a call; takes nothing, allocates nothing that lasts."""


@dataclass
class LoopClock:
    """The iteration at hand, for the calls that need it."""

    iteration: int = 0


@dataclass(frozen=True)
class Row:
    """A call as the loop in C reads it; `_loop.c` says what each field means for a kind.

    Attributes:
        period: The call runs in iterations divisible by it.
        holds: Arrays that the row has addresses of, beside those of its call.
    """

    kind: int
    period: int = 1
    loop: tuple[int, int] = (0, 0)
    at: tuple[int, ...] = ()
    dims: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()
    outer: int = 1
    outer_steps: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()
    holds: tuple[Buffer, ...] = ()

    def words(self) -> list[int]:
        """Return the fields in the order of the struct."""
        return [
            *(self.kind, self.period),
            *self.loop,
            *_filled(self.at, 4),
            *_filled(self.dims, 4),
            *_filled(self.steps, 9),
            self.outer,
            *_filled(self.outer_steps, 4),
            *_filled(self.extra, 4),
        ]


class Call(Protocol):
    """One step of a list, bound to its buffers when it is made."""

    def bind(self, clock: LoopClock) -> Bound:
        """Return what runs it through NumPy."""

    def row(self, loop: ModuleType) -> Row:
        """Describe it to the loop in C."""


def _filled(values: tuple[int, ...], width: int) -> tuple[int, ...]:
    return values + (0,) * (width - len(values))

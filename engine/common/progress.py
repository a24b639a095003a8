"""Progress and cancellation of long computations."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with how much is done, and of how much; it may raise to give up."""


def silent(done: int, total: int) -> None:
    """Report no progress."""


Cancel = Callable[[], bool]
"""Asked from time to time; true ends the work."""


def never() -> bool:
    """Cancel nothing."""
    return False

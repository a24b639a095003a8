"""Times as people write them."""

from __future__ import annotations

from engine.errors import InputError
from engine.text import clean


def parse_iteration(text: str, *, now: int, computed: int, planned: int) -> int:
    """Turn what a user typed into an iteration to go to.

    Args:
        text: A number, ``+100`` or ``-1`` from where one is, ``50%`` of the planned
            iterations, or ``end`` for the last one computed.
        now: The iteration at the clock.
        computed: How many iterations were ever completed.
        planned: How many are planned.

    Raises:
        InputError: It is none of these.
    """
    typed = text.strip().replace(",", "").replace("\u2212", "-")
    try:
        if typed == "end":
            iteration = computed
        elif typed.endswith("%"):
            iteration = round(float(typed[:-1]) / 100 * planned)
        elif typed[:1] in ("+", "-"):
            iteration = now + int(typed)
        else:
            iteration = int(typed)
    except (ValueError, OverflowError):
        said = clean(text, 40)
        raise InputError(f"a number, +100, -1, 50% or end, not {said!r}") from None
    limit = max(planned, computed)
    if iteration < 0 or iteration > limit:
        raise InputError(f"an iteration from 0 to {limit:,}, not {iteration:,}")
    return iteration

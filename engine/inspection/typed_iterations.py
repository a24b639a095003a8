"""Times as people write them."""

from __future__ import annotations

import re

from engine.common.errors import InputError
from engine.common.numbers import MINUS, grouped, ungrouped
from engine.common.text import clean
from engine.language.parsing import LONGEST

_AFTER_SIGN = re.compile(r"^([+-])\s+")
_RANGE = re.compile(
    r"^(?P<text>.*)\sover\s+(?:all|(?P<first>[\d,]*)\s*\.\.\s*(?P<last>[\d,]*))$", re.DOTALL
)


_LONGEST = 2 * LONGEST
"""Characters of an expression and its iterations."""


def parse_iteration(text: str, *, now: int, computed: int, planned: int) -> int:
    """Turn what a user typed into an iteration to go to.

    Args:
        text: A number, also ``1e3``, ``+100`` or ``-1`` from where one is, ``50%`` of the planned
            iterations, or ``end`` for the last one computed.
        now: The iteration at the clock.
        computed: How many iterations were ever completed.
        planned: How many are planned.

    Raises:
        InputError: It is none of these.
    """
    typed = ungrouped(_AFTER_SIGN.sub(r"\1", text.strip().replace(MINUS, "-")))
    try:
        if typed == "end":
            iteration = computed
        elif typed.endswith("%"):
            iteration = round(float(typed[:-1]) / 100 * planned)
        elif typed[:1] in ("+", "-"):
            iteration = now + _whole(typed)
        else:
            iteration = _whole(typed)
    except (ValueError, OverflowError):
        said = clean(text, 40)
        raise InputError(f"a number, +100, -1, 50% or end, not {said!r}") from None
    limit = max(planned, computed)
    if iteration < 0 or iteration > limit:
        raise InputError(f"an iteration from 0 to {grouped(limit)}, not {grouped(iteration)}")
    return iteration


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        number = float(text)
        if not number.is_integer():
            raise
        return int(number)


def split_range(text: str) -> tuple[str, int, int | None] | None:
    """Split ``norm(dE_dw) over 1000..2000`` into the expression and the iterations.

    Either end may be left out, and ``over all`` names every iteration.

    Returns:
        The expression, the first and the last iteration, None for the last one computed;
        or None where the text names no iterations.
    """
    typed = text.strip()
    # With more blanks it would take as long as their square; as an expression it is refused.
    match = _RANGE.match(typed) if len(typed) <= _LONGEST else None
    if match is None or len(match["first"] or "") > 12 or len(match["last"] or "") > 12:
        return None
    first, last = (ungrouped(match[end] or "") for end in ("first", "last"))
    if "," in first + last:
        return None
    return match["text"].strip(), int(first or 0), int(last) if last else None

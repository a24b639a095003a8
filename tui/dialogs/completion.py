"""Completing the names of an expression while it is typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.suggester import Suggester

if TYPE_CHECKING:
    from tui.view_state import Moment

_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*$")
_ITERATIONS = re.compile(r"\sover\s+\w*$")
"""Where iterations are named, and no quantity."""


class NameSuggester(Suggester):
    """Completes the name that a line ends with; → or Tab takes it.

    Args:
        names: What there is to name, the first that fits being suggested.
    """

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(case_sensitive=True)
        self._names = tuple(names)

    async def get_suggestion(self, value: str) -> str | None:
        found = _NAME.search(value)
        if found is None:
            return None
        begun, names = found[0], ("all",) if _ITERATIONS.search(value) else self._names
        if begun in names:
            return None
        name = next((name for name in names if name.startswith(begun)), None)
        return None if name is None else value + name[len(begun) :]


def suggester_for(moment: Moment) -> NameSuggester:
    """Return what completes the names that an expression has in a run."""
    # Imported here, as the first frame need not wait for NumPy.
    from engine.language.functions import FUNCTIONS
    from engine.stops.scope import CLOCKS

    functions = (f"{name}(" for name in (*FUNCTIONS, "prev"))
    return NameSuggester((*moment.snapshot.listing.axes, *CLOCKS, *functions))

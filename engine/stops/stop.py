"""The stops of a run: breakpoints, watches, and those that are built in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.common.errors import InputError
from engine.common.text import clean
from engine.model.hyperparameters import Hyperparameters
from engine.run.halt import NONFINITE, PATIENCE

_LONGEST_COUNT = 9
"""Digits."""
_PLACE = re.compile(
    r"^\s*(?P<place>[^\s:\[\]()]+)(?:\s*:|\s+(?=after\s)|\s*$)(?P<rest>.*)$", re.DOTALL
)


@dataclass
class Stop:
    """One line of the list of stops.

    Attributes:
        number: What it is called by in its list, and there only.
        place: The name of the operation before which it stops; "" for a watch, which is
            looked at when an iteration is complete.
        text: The condition; "" for a breakpoint without one.
        count: For a breakpoint, from which hit on it stops; for a watch, for how many
            iterations in a row it must be true. A watch stops when it becomes true.
        name: What a built-in or planned stop is known by, in each list and each saved run; ""
            for one of the user.
        title: What a built-in or planned stop is for.
        enabled: Whether it stops anything.
        problem: Why it was disabled, if its expression failed.
    """

    number: int
    place: str = ""
    text: str = ""
    count: int = 1
    name: str = ""
    title: str = ""
    enabled: bool = True
    problem: str = ""

    @property
    def is_watch(self) -> bool:
        """Whether it is looked at when an iteration is complete."""
        return not self.place

    @property
    def spec(self) -> str:
        """The text that makes the same stop again."""
        parts = [f"{self.place}:" if self.place and self.text else self.place, self.text]
        if self.count > 1:
            parts.append(f"{'for' if self.is_watch else 'after'} {self.count}")
        return " ".join(part for part in parts if part)


BUILT_IN = (
    (NONFINITE, "the first value that is no finite number", "", 1, True),
    ("growth", "E has grown beyond ten times its best", "E > 10 * best_E", 1, False),
    ("goal", "E has reached a target", "E < 0.01", 1, False),
    ("vanished", "the gradients have vanished", "gradient_norm < 1e-6", 100, False),
)
"""Name, title, condition, how many iterations in a row, and whether it is on at the start.

The name stands in saved runs, so it stays what it is.
"""

TARGET = "target"
PLANNED = (TARGET, PATIENCE)
"""The names of the stops that come from the hyperparameters."""


def planned_stops(hyperparameters: Hyperparameters) -> list[Stop]:
    """Return the stops that hyperparameters ask for, with numbers that no stop of a list has."""
    stops = []
    if hyperparameters.target_loss:
        text = f"E <= {hyperparameters.target_loss!r}"
        stops.append(Stop(0, "", text, name=TARGET, title="the target loss is reached"))
    if hyperparameters.patience:
        text = f"worse >= {hyperparameters.patience}"
        stops.append(Stop(-1, "", text, name=PATIENCE, title="patience ends"))
    return stops


def split_count(text: str) -> tuple[str, str, int]:
    """Split ``E < 0.1 for 3`` into the condition, the word and the count.

    Raises:
        InputError: The count is 0.
    """
    # No regular expression, which would look at each blank as often as there are some.
    condition, word, last = ["", "", "", *text.rsplit(maxsplit=2)][-3:]
    if word not in ("after", "for") or not last.isdecimal() or len(last) > _LONGEST_COUNT:
        return text.strip(), "", 1
    count = int(last)
    if count < 1:
        raise InputError(f"{word} 1 or more, not {count}")
    return condition.strip(), word, count


def split_place(spec: str) -> tuple[str, str]:
    """Split ``dE_dw: norm(dE_dw) > 1`` into the operation and the rest.

    Raises:
        InputError: No operation is named.
    """
    match = _PLACE.match(spec)
    if match is None:
        raise InputError(f"a breakpoint is OPERATION or OPERATION:CONDITION, not {clean(spec)!r}")
    return match["place"], match["rest"].strip()

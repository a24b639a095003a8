"""A verb of the line interface, and what the verbs of a session share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.common.errors import InputError
from engine.common.numbers import ungrouped
from engine.common.progress import Cancel, never
from engine.common.text import clean

if TYPE_CHECKING:
    from engine.debugger import Debugger

_MOST_TIMES = 9
"""Digits of how often."""


@dataclass
class Talk:
    """A session of the line interface.

    Attributes:
        debugger: The debugger of the session.
        cancel: Asked by what takes long; true gives it up.
        last: The last motion, as it was typed.
        explanations: What there is still to explain on the way that `x` has begun.
        ended: Whether the session is over.
    """

    debugger: Debugger
    cancel: Cancel = never
    last: str = ""
    explanations: list[str] = field(default_factory=list)
    ended: bool = False


@dataclass(frozen=True)
class Verb:
    """One verb.

    Attributes:
        names: What it is called by; the first one is its key on the screen, if it has one.
        takes: The arguments that follow it, in words.
        help: What it does.
        do: Does it, given the rest of the line, and returns what there is to tell.
        is_motion: Whether `.` does it again.
    """

    names: tuple[str, ...]
    takes: str
    help: str
    do: Callable[[Talk, str], str]
    is_motion: bool = False


def times(text: str) -> int:
    """Read how often something is to be done; once where nothing stands.

    Raises:
        InputError: It is no whole number from 1 on.
    """
    typed = ungrouped(text)
    if not text:
        return 1
    if not typed.isdecimal() or len(typed) > _MOST_TIMES or not int(typed):
        raise InputError(f"how often: a whole number such as 100, not {clean(text, 40)!r}")
    return int(typed)


def nothing_after(text: str) -> None:
    """Refuse words behind a verb that stands alone.

    Raises:
        InputError: There are some.
    """
    if text:
        raise InputError(f"nothing follows this verb, so not {clean(text, 40)!r}")


def required(text: str, example: str) -> str:
    """Return what follows a verb.

    Raises:
        InputError: Nothing does.
    """
    if not text:
        raise InputError(f"something is missing, as in {example}")
    return text

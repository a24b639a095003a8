"""All verbs: found by name, and told of by `help`."""

from __future__ import annotations

import difflib
import textwrap

from engine.common.errors import InputError
from engine.common.text import clean
from tui.plain import asking, changing, moving, stopping
from tui.plain.verb import Talk, Verb, nothing_after

_WIDTH, _ROOM = 79, " " * 29
"""Of a line of help, and where what a verb does begins."""
_SINGLE = (":", "?", ".")
"""Verbs behind which no blank is needed."""


def perform(talk: Talk, line: str) -> str:
    """Run the verb of a line, and return its answer.

    Raises:
        InputError: It cannot be done.
        NotComputedError: It asks for what is not computed yet.
    """
    name, text = _split(line)
    if name in (".", "repeat"):
        nothing_after(text)
        if not talk.last:
            raise InputError("nothing to repeat yet: . does the last motion again")
        name, text = _split(talk.last)
    verb = _verb(name)
    told = verb.do(talk, text)
    if verb.is_motion:
        talk.last = f"{name} {text}"
    return told


def _split(line: str) -> tuple[str, str]:
    if line.startswith(_SINGLE):
        return line[0], line[1:].strip()
    name, _, text = line.partition(" ")
    return name, text.strip()


def _verb(name: str) -> Verb:
    verb = _BY_NAME.get(name)
    if verb is None:
        meant = difflib.get_close_matches(name, [n for n in _BY_NAME if len(n) > 1], n=1)
        hint = f"did you mean {meant[0]}?" if meant else "help lists the verbs"
        raise InputError(f"there is no verb {clean(name, 40)!r}; {hint}")
    return verb


def _help(talk: Talk, text: str) -> str:
    if text:
        return _line(_verb(text))
    parts = []
    for heading, verbs in GROUPS.items():
        parts.append("\n".join([heading, *map(_line, verbs)]))
    return "\n\n".join(parts)


def _line(verb: Verb) -> str:
    first = f"  {', '.join(verb.names)} {verb.takes}".rstrip()
    return textwrap.fill(verb.help, _WIDTH, initial_indent=f"{first:<28} ", subsequent_indent=_ROOM)


def _repeat(talk: Talk, text: str) -> str:
    raise NotImplementedError  # `perform` does it.


def _quit(talk: Talk, text: str) -> str:
    nothing_after(text)
    talk.ended = True
    return ""


GROUPS = {
    "Moving through the program": (
        *moving.VERBS,
        Verb((".", "repeat"), "", "do the last motion again; so does an empty line", _repeat),
    ),
    "Stopping": stopping.VERBS,
    "Asking": asking.VERBS,
    "Changing": changing.VERBS,
    "General": (
        Verb(("?", "h", "help"), "[VERB]", "this list, or one line of it", _help),
        Verb(("q", "quit", "exit"), "", "end; the run is saved", _quit),
    ),
}
"""The verbs under their headings."""

_BY_NAME = {name: verb for verbs in GROUPS.values() for verb in verbs for name in verb.names}

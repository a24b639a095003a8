"""A line to type in, whose keys work in the order in which they were pressed."""

from __future__ import annotations

from textual.binding import BindingsMap
from textual.events import Key
from textual.widgets import Input

from engine.common.numbers import grouped
from engine.common.text import visible

_EDITING = BindingsMap(Input.BINDINGS).key_to_bindings
"""The keys of the line itself; with the inherited ones, up and down would scroll it."""


LONGEST = 1_000
"""Characters that a line takes."""


class TypedLine(Input):
    """Answers its editing keys itself, and holds no character that a terminal would act on.

    Textual lets the keys go up to the app and come back as actions, and what is typed right behind
    them, as over a slow link, overtakes them.
    """

    def validate_value(self, value: str) -> str:
        """Make control and bidi characters visible and cut the text."""
        shown = visible(value[: LONGEST + 1])
        if len(shown) > LONGEST and self.is_attached:
            self.notify(
                f"A line takes {grouped(LONGEST)} characters; the rest was cut.", markup=False
            )
        return shown[:LONGEST]

    async def on_key(self, event: Key) -> None:
        if event.key == "tab" and self.suggester is not None:
            self.action_cursor_right()
            event.stop()
            event.prevent_default()
            return
        for binding in _EDITING.get(event.key, ()):
            await self.run_action(binding.action)
            event.stop()
            event.prevent_default()


def pasted(text: str) -> str:
    """Return the part of a pasted text that a line takes: its first line, made visible.

    It may be longer than a line by one character, so that a line can tell that it was cut.
    """
    # Of the megabytes that a clipboard may hold.
    first = text[: 2 * LONGEST].splitlines()[:1]
    return visible("".join(first).replace("\t", " "))[: LONGEST + 1]

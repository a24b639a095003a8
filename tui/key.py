"""One key: what it does, what it is called, and the panes whose key it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from textual.binding import Binding
from textual.keys import format_key

_CALLED = {
    ".": "full_stop",
    ":": "colon",
    "?": "question_mark",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "<": "less_than_sign",
    ">": "greater_than_sign",
    "+": "plus",
    "-": "minus",
    "*": "asterisk",
    "_": "underscore",
    "Esc": "escape",
    "←": "left",
    "↓": "down",
    "↑": "up",
    "→": "right",
}
"""Textual's names of keys that are shown otherwise."""


@dataclass(frozen=True)
class Key:
    """One action and the keys that call it."""

    action: str
    """The name of the action, with its argument if it has one; of its panes, if it has any."""
    shown: str
    """The keys as a person reads them, with a blank between two."""
    label: str
    """In a word or two, for the footer."""
    help: str
    title: str = ""
    """In the palette, where the label does not say enough."""
    footer: bool = False
    panes: Mapping[str, str] = field(default_factory=dict)
    """The panes whose key it is, each with its label there; none for a key of the app."""
    home: str = ""
    """Of these the one that answers where the focus is in none of them, if one does."""

    @property
    def keys(self) -> tuple[str, ...]:
        """As Textual calls them."""
        return tuple(map(_called, self.shown.split(" ")))

    @property
    def name(self) -> str:
        """Its name in the palette."""
        return self.title or self.label.capitalize()

    @property
    def is_told_by_name(self) -> bool:
        """Whether the help says no more than the name."""
        return self.help.removeprefix("go to the ").lower() == self.name.lower()

    @property
    def setting(self) -> str:
        """Its name in the settings, e.g. ``next_operation`` or ``pane loss``."""
        return " ".join(re.split(r"[()']+", self.action)).strip()

    def shown_with(self, keymap: Mapping[str, str]) -> str:
        """Return the keys as a person reads them, the first one as the settings have it."""
        first, *others = self.shown.split(" ")
        wanted = keymap.get(self.setting)
        return " ".join([first if wanted is None else format_key(wanted), *others])

    @property
    def app_action(self) -> str:
        """The action of the app that does it wherever the focus is."""
        return f"pane_key({self.action!r})" if self.panes else self.action

    def bindings(self, pane: str = "") -> list[Binding]:
        """Return the same for Textual, for a pane or the app; the first key is in its footer."""
        return [
            Binding(
                key,
                self.action if pane else self.app_action,
                self.panes.get(pane, self.label),
                show=self.footer and i == 0 and bool(pane) == bool(self.panes),
                key_display=self.shown.split(" ")[0],
                tooltip=self.help,
                id=self.setting if i == 0 else None,
                # Those that end the app work in a field that is being edited too.
                priority=key in ("ctrl+q", "ctrl+c"),
            )
            for i, key in enumerate(self.keys)
        ]


def _called(shown: str) -> str:
    """Return what Textual calls a key."""
    # A capital letter is a key of its own, the words for the others have none.
    return _CALLED.get(shown, shown if len(shown) == 1 else shown.lower())

"""The keys as Textual and the palette take them, each in its order."""

from __future__ import annotations

from textual.binding import BindingType

from tui.key import Key
from tui.keys import GENERAL, GROUPS, KEYS

PRESENTED = {
    "run_or_pause": "run",
    "next_operation": "next",
    "previous_operation": "back",
    "next_iteration": "iteration",
    "previous_iteration": "iteration back",
    "present": "end",
}
"""The actions in the footer of a presentation, each with its label there."""
_LAST = {"go_to": 1, "breakpoint": 2, "continue": 3}
"""The actions that a narrow footer leaves out first."""


def bindings() -> list[BindingType]:
    """Return the bindings of the app, those first that a narrow footer has to show."""
    # The stable sort keeps the order of declaration for the rest.
    ordered = sorted(KEYS, key=lambda key: (key not in GROUPS[GENERAL], _LAST.get(key.action, 0)))
    return [binding for key in ordered for binding in key.bindings()]


def pane_bindings(pane: str) -> list[BindingType]:
    """Return the bindings of a pane, those of Enter first."""
    own = sorted((key for key in KEYS if pane in key.panes), key=lambda key: key.action != "open")
    return [binding for key in own for binding in key.bindings(pane)]


def palette_keys() -> list[Key]:
    """Return the keys that the palette lists: help first, and quitting last."""
    # Help has two keys, of which the first gives hints too: it is listed once.
    left_out = ("command_palette", "help", "move")
    listed = [key for key in KEYS if not key.action.startswith(left_out)]
    return sorted(listed, key=lambda key: (key.action != "hint", key.action == "quit"))

"""The keys at the bottom of the screen: whole ones, as many as fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.events import Resize
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from tui.bindings import PRESENTED
from tui.drawing.host import host_of
from tui.keys import KEYS

_BLANKS = 3
"""The cells around a key and its label."""


class WholeKey(FooterKey):
    """A key that is never compact: one that may be is styled three times before it is shown."""

    compact = reactive(False)


class KeysFooter(Footer):
    """Leaves out the keys at the end that there is no room for.

    It is built anew only where its keys are others: it is asked at each focus.
    """

    _keys: list[tuple[object, ...]] | None = None
    _is_told_of_keys = False

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._room = 0
        self._presenting = False

    def bindings_changed(self, screen: Screen[Any]) -> None:
        self._is_told_of_keys = True
        super().bindings_changed(screen)

    def present(self, presenting: bool) -> None:
        """Show the keys of a step only, or all."""
        self._presenting = presenting
        self.renew()

    def renew(self) -> None:
        """Show other keys, if there are."""
        # In this widget's own turn, as what it composes is bound to it.
        self.call_later(self.recompose)

    def _chosen(self) -> Iterator[WholeKey]:
        if self._presenting:
            yield from self._labelled(PRESENTED)
            return
        labels = host_of(self.app).exercise_keys
        offered: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values() if self._is_told_of_keys else ():
            if active.binding.show:
                offered.setdefault(active.binding.action, active)
        # Those that a pane does not offer anyway come first.
        yield from self._labelled({name: labels[name] for name in labels if name not in offered})
        for action, (_, binding, enabled, tooltip) in offered.items():
            shown = self.app.get_key_display(binding)
            label = labels.get(action, binding.description)
            yield WholeKey(binding.key, shown, label, action, not enabled, tooltip)

    def _labelled(self, labels: Mapping[str, str]) -> Iterator[WholeKey]:
        """Make the keys of these actions, each with its label."""
        for key in KEYS:
            if key.action in labels:
                shown = key.shown_with(host_of(self.app).keymap).split(" ")[0]
                yield WholeKey(key.keys[0], shown, labels[key.action], key.action, tooltip=key.help)

    def compose(self) -> ComposeResult:
        self._keys, self._room = self._present(), self.app.size.width
        room = self._room
        for child in self._chosen():
            room -= cell_len(child.key_display) + cell_len(child.description) + _BLANKS
            # A cell may be missing at the end of the last one.
            if room >= -1:
                yield child

    async def recompose(self) -> None:
        """Compose anew, if there are other keys or there is another width."""
        # What is composed before the screen is ready is empty.
        shown = (self._keys, self._room)
        if not self.children or shown != (self._present(), self.app.size.width):
            await super().recompose()

    async def on_resize(self, event: Resize) -> None:
        """Choose anew in another width."""
        await self.recompose()

    def _present(self) -> list[tuple[object, ...]]:
        if self._presenting:
            return [(True,)]
        active = self.screen.active_bindings.values()
        shown = [(key.binding, key.enabled, key.tooltip) for key in active if key.binding.show]
        return [*shown, *host_of(self.app).exercise_keys.items()]

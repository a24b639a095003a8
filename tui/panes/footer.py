"""The keys in the last line."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer


class KeyFooter(Footer):
    """A footer that is built anew only where its keys are others: it is asked at each focus."""

    _keys: list[tuple[object, ...]] | None = None

    def compose(self) -> ComposeResult:
        self._keys = self._present()
        yield from super().compose()

    async def recompose(self) -> None:
        # What is composed before the screen is ready is empty.
        if not self.children or self._keys != self._present():
            await super().recompose()

    def _present(self) -> list[tuple[object, ...]]:
        active = self.screen.active_bindings.values()
        return [(key.binding, key.enabled, key.tooltip) for key in active if key.binding.show]

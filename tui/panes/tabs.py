"""The line of tabs where only one pane is shown at a time."""

from __future__ import annotations

from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from tui.drawing.lines import LinesView, Row


class PaneTabs(LinesView, can_focus=False):
    """The panes by number and name; a click goes to one."""

    DEFAULT_CSS = """
    PaneTabs {
        height: 1;
        background: $surface;
        display: none;
        overflow: hidden;
    }
    """

    class Chosen(Message):
        """A pane was clicked."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, panes: dict[str, str]) -> None:
        super().__init__(id="tabs")
        self._panes = panes
        self._active = next(iter(panes))
        self._spans: list[tuple[int, str]] = []

    def activate(self, pane: str) -> None:
        """Mark a pane as the one that is shown."""
        self._active = pane
        if self.size:
            self.redraw()

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        palette = self.palette
        numbered = list(enumerate(self._panes.items(), start=1))
        full = sum(len(title) + 4 for title in self._panes.values()) <= width
        row = Row()
        self._spans = []
        for number, (name, title) in numbered:
            active = name == self._active
            text = f" {number} {title} " if full or active else f" {number} "
            row.add(text, palette.current if active else palette.label)
            self._spans.append((row.width, name))
        return [row.strip(width)]

    def on_click(self, event: Click) -> None:
        for end, name in self._spans:
            if event.x < end:
                self.post_message(self.Chosen(name))
                return

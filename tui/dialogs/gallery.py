"""The bundled tables as small pictures, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from tui.dialogs.openable import Item
from tui.dialogs.table_picture import picture
from tui.drawing.lines import LinesView, Row, cut

COLUMNS = 3
_GAP = 2
_LEAST, _MOST = 4, 7
"""The lines of a picture."""


class Gallery(LinesView, can_focus=False):
    """Shows the tables of a list, each under its name, and which one is chosen."""

    class Picked(Message):
        """A picture was clicked."""

        def __init__(self, item: Item) -> None:
            super().__init__()
            self.item = item

    def __init__(self) -> None:
        super().__init__(id="gallery")
        self._items: list[Item] = []
        self._chosen: Item | None = None
        self._drawn: dict[object, list[Row]] = {}

    def tell(self, items: Sequence[Item], chosen: Item | None) -> None:
        """Show other tables, or choose another one."""
        self._items = [item for item in items if item.path is not None]
        self._chosen = chosen
        if self.size:
            self.redraw()

    def _shape(self) -> tuple[int, int]:
        """Return the cells and the lines of a picture."""
        bands = -(-len(self._items) // COLUMNS) or 1
        width = (self.size.width - _GAP * (COLUMNS - 1)) // COLUMNS
        return width, min(max(self.size.height // bands - 1, _LEAST), _MOST)

    def total_lines(self) -> int:
        return -(-len(self._items) // COLUMNS) * (self._shape()[1] + 1)

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        shape, rows = self._shape(), list[Row]()
        for start in range(0, len(self._items), COLUMNS):
            rows += self._band(self._items[start : start + COLUMNS], shape)
        return [row.strip(width) for row in rows[top : top + count]]

    def _band(self, items: Sequence[Item], shape: tuple[int, int]) -> list[Row]:
        """Draw a line of pictures side by side."""
        band = [Row() for _ in range(shape[1] + 1)]
        for item in items:
            at = item is self._chosen
            style = self.palette.heading + Style(reverse=True) if at else self.palette.label
            assert item.path is not None
            named = Row().add(cut(item.name, shape[0]), style)
            for row, part in zip(band, [named, *self._picture(item.path, shape)], strict=True):
                row.extend(part).add("", width=max(shape[0] - part.width, 0) + _GAP)
        return band

    def _picture(self, path: Path, shape: tuple[int, int]) -> list[Row]:
        # Drawn once for each palette, as each key draws the others again.
        key = (path, shape, id(self.palette))
        if key not in self._drawn:
            self._drawn[key] = picture(path, self.palette, shape)
        return self._drawn[key]

    def on_click(self, event: Click) -> None:
        width, height = self._shape()
        band = (event.y + round(self.scroll_y)) // (height + 1)
        at = band * COLUMNS + min(event.x // (width + _GAP), COLUMNS - 1)
        if at < len(self._items):
            self.post_message(self.Picked(self._items[at]))

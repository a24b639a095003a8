"""Lines and points in braille: eight dots in each cell of the screen."""

from __future__ import annotations

from rich.style import Style

from tui.drawing.lines import Row

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BLANK = 0x2800


class Canvas:
    """Cells with dots, one style a cell, over which text is laid.

    Args:
        width: The cells of a line.
        height: The lines.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._dots: dict[tuple[int, int], tuple[int, Style]] = {}
        self._text: dict[tuple[int, int], tuple[str, Style]] = {}

    def dot(self, x: int, y: int, style: Style) -> None:
        """Set a dot, counted in dots from the top left; the cell takes its style."""
        cell = (x // 2, y // 4)
        if 0 <= cell[0] < self.width and 0 <= cell[1] < self.height:
            bits = self._dots.get(cell, (0, style))[0]
            self._dots[cell] = (bits | _DOTS[x % 2][y % 4], style)

    def line(
        self, start: tuple[int, int], end: tuple[int, int], style: Style, gap: int = 1
    ) -> None:
        """Draw a straight line of dots, of which only each `gap`-th is set."""
        (x0, y0), (x1, y1) = start, end
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for i in range(0, steps + 1, gap):
            self.dot(x0 + round((x1 - x0) * i / steps), y0 + round((y1 - y0) * i / steps), style)

    def write(self, x: int, y: int, text: str, style: Style) -> None:
        """Write text from a cell on, over whatever is there; each character takes one cell."""
        for i, character in enumerate(text):
            if 0 <= x + i < self.width and 0 <= y < self.height:
                self._text[x + i, y] = (character, style)

    def is_free(self, x: int, y: int, width: int) -> bool:
        """Return whether no text stands in some cells of a line."""
        return all((x + i, y) not in self._text for i in range(width))

    def rows(self, blank: Style) -> list[Row]:
        """Return the lines."""
        rows = []
        for y in range(self.height):
            row = Row()
            for x in range(self.width):
                if (x, y) in self._text:
                    row.add(*self._text[x, y])
                elif (x, y) in self._dots:
                    bits, style = self._dots[x, y]
                    row.add(chr(_BLANK + bits), style)
                else:
                    row.add(" ", blank)
            rows.append(row)
        return rows

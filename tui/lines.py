"""The base of the panes: lines of cells of which only the changed ones are sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.moment import Moment
from tui.palette import Palette

if TYPE_CHECKING:
    from tui.app import NNTui


class Row:
    """A line under construction."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.width = 0

    def add(self, text: str, style: Style | None = None, width: int | None = None) -> Row:
        """Append text, padded or cut to a width in cells if one is given."""
        if width is not None:
            if cell_len(text) > width:
                text = set_cell_size(text, max(width - 1, 0)) + "…" * (width > 0)
            text = set_cell_size(text, width)
        if text:
            self.segments.append(Segment(text, style))
            self.width += cell_len(text)
        return self

    def strip(self, width: int, base: Style | None = None) -> Strip:
        """Return the line in exactly that width, its style laid over `base`."""
        strip = Strip(self.segments, self.width).adjust_cell_length(width)
        return strip.apply_style(base) if base is not None else strip


class LinesView(ScrollView, can_focus=True, inherit_bindings=False):
    """Draws lines, compares them with those on the screen, and sends the difference.

    Refreshing a whole widget sends every cell of it to the terminal; over a slow link,
    ten times a second, that is most of what the link can carry.
    """

    DEFAULT_CSS = """
    LinesView {
        scrollbar-size: 1 1;
        scrollbar-background: $surface;
        scrollbar-color: $border-blurred;
        scrollbar-color-hover: $primary;
        scrollbar-color-active: $primary;
        overflow-x: hidden;
    }
    """

    BINDINGS = [  # noqa: RUF012 (Textual declares it so)
        Binding("pageup", "page_up", "page up", show=False),
        Binding("pagedown", "page_down", "page down", show=False),
        Binding("home", "scroll_home", "top", show=False),
        Binding("end", "scroll_end", "bottom", show=False),
    ]

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.moment: Moment | None = None
        self._lines: list[Strip] = []
        self._drawn_at: tuple[int, int, Size] | None = None

    @property
    def palette(self) -> Palette:
        """The colours of the present theme."""
        return cast("NNTui", self.app).palette

    def show(self, moment: Moment) -> None:
        """Draw another moment, if the widget can be seen; otherwise once it can."""
        self.moment = moment
        if self.size:
            self.redraw()

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        """Return the lines from `top` on that fit into `count` rows."""
        raise NotImplementedError

    def total_lines(self) -> int:
        """How many lines there are to scroll through."""
        return self.size.height

    def redraw(self) -> None:
        """Build the lines anew and have the terminal told what differs."""
        total = self.total_lines()
        if self.virtual_size.height != total:
            self.virtual_size = Size(self.size.width, total)
        before, at = self._lines, self._drawn_at
        self._rebuild()
        if at != self._drawn_at or len(before) != len(self._lines):
            self.refresh()
            return
        regions = []
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            span = _difference(old, new)
            if span is not None:
                start, end = span
                regions.append(Region(start, y, end - start, 1))
        if regions:
            self.refresh(*regions)

    def _rebuild(self) -> None:
        size = self.scrollable_content_region.size
        top = round(self.scroll_y)
        lines = self.build(size.width, top, size.height)
        blank = Strip.blank(size.width)
        self._lines = (lines + [blank] * size.height)[: size.height]
        self._drawn_at = (top, round(self.scroll_x), size)

    def render_line(self, y: int) -> Strip:
        size = self.scrollable_content_region.size
        if self._drawn_at != (round(self.scroll_y), round(self.scroll_x), size):
            self._rebuild()
        line = self._lines[y] if y < len(self._lines) else Strip.blank(size.width)
        return line.apply_style(self.rich_style)

    def on_resize(self) -> None:
        self._drawn_at = None
        total = self.total_lines()
        self.virtual_size = Size(self.size.width, total)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawn_at = None

    def move(self, direction: str) -> None:
        """Answer an arrow key; by default by scrolling."""
        if direction == "up":
            self.scroll_to(y=self.scroll_y - 1, animate=False)
        elif direction == "down":
            self.scroll_to(y=self.scroll_y + 1, animate=False)

    def keep_visible(self, line: int) -> None:
        """Scroll as little as possible to bring a line into view."""
        height = self.scrollable_content_region.height
        if line < self.scroll_y:
            self.scroll_to(y=line, animate=False)
        elif height and line >= self.scroll_y + height:
            self.scroll_to(y=line - height + 1, animate=False)


def right(text: str, width: int) -> str:
    """Put text at the right end of so many cells, cut with an ellipsis if it is too long."""
    if cell_len(text) > width:
        text = set_cell_size(text, max(width - 1, 0)).rstrip() + "…" * (width > 0)
    return " " * (width - cell_len(text)) + text


def wrap(text: str, width: int) -> list[str]:
    """Break text between words into lines of at most so many cells."""
    lines: list[str] = []
    for word in text.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def _difference(old: Strip, new: Strip) -> tuple[int, int] | None:
    """Return the first and the last cell, exclusive, in which two lines differ."""
    if old == new:
        return None
    before, after = list(old), list(new)
    start = 0
    while before and after and before[0] == after[0]:
        start += before.pop(0).cell_length
        after.pop(0)
    end = new.cell_length
    while before and after and before[-1] == after[-1]:
        end -= before.pop().cell_length
        after.pop()
    if len(before) == len(after) == 1 and before[0].style == after[0].style:
        first, last = _differing_characters(before[0].text, after[0].text)
        start, end = start + first, end - last
    return start, max(end, start + 1)


def _differing_characters(old: str, new: str) -> tuple[int, int]:
    """Return how many leading and trailing characters two texts of one width share."""
    if len(old) != len(new) or cell_len(new) != len(new):
        return 0, 0
    differing = [i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    return (differing[0], len(new) - 1 - differing[-1]) if differing else (0, 0)

"""The base of the panes: lines of cells of which only the changed ones are sent again."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import ClassVar, Self

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.drawing.difference import differences
from tui.drawing.host import host_of
from tui.drawing.palette import Palette
from tui.keys import TITLES
from tui.terminal.ascii import typeset
from tui.view_state import Moment


class Row:
    """A line under construction."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.width = 0

    def add(self, text: str, style: Style | None = None, width: int | None = None) -> Row:
        """Append text, padded or cut to a width in cells if one is given."""
        text = typeset(text)
        if width is not None:
            text = set_cell_size(cut(text, width), width)
        if not text:
            return self
        self.width += cell_len(text)
        # Each change of style costs up to 40 bytes on the way to the terminal.
        if self.segments and self.segments[-1].style == style:
            text = self.segments.pop().text + text
        self.segments.append(Segment(text, style))
        return self

    def extend(self, other: Row) -> Row:
        """Append all of another line."""
        self.segments += other.segments
        self.width += other.width
        return self

    def justified(self, end: Row, width: int) -> Row:
        """Align another line to the right in a width, cutting this one down to half of it."""
        room = max(width - end.width, min(self.width, width // 2))
        row = Row()
        row.segments = list(_fitted(Strip(self.segments, self.width), room))
        row.width = min(self.width, room)
        return row.add("", width=room - row.width).extend(end)

    def strip(self, width: int, base: Style | None = None) -> Strip:
        """Return the line in exactly that width, its style laid over `base`."""
        strip = _fitted(Strip(self.segments, self.width), width).adjust_cell_length(width)
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

    CALM: ClassVar[float] = 0.0
    """Seconds that numbers stand still while training, so that one can read them."""
    HEADING: ClassVar[int] = 0
    """Lines at the top that stay when the others scroll."""

    BINDINGS = [  # noqa: RUF012 (Textual declares it so)
        Binding("pageup", "leap(-1)", "page up", show=False),
        Binding("pagedown", "leap(1)", "page down", show=False),
        Binding("home", "leap(-1_000_000_000)", "top", show=False),
        Binding("end", "leap(1_000_000_000)", "bottom", show=False),
    ]

    _entitling = False
    """Whether only the titles are being changed."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.moment: Moment | None = None
        self._lines: list[Strip] = []
        self._titles = ("", "", "")
        self.neighbour = ""
        """The pane that the frame is shared with, one or the other being shown; "" for none."""
        self._shown_at = 0.0
        self._drawn_at: tuple[int, int, Size] | None = None

    @property
    def palette(self) -> Palette:
        """The colours of the present theme."""
        return host_of(self.app).palette

    @property
    def is_colourless(self) -> bool:
        """Whether colours cannot tell one thing from another here."""
        return self.app.no_color or host_of(self.app).depth == 16

    def show(self, moment: Moment) -> None:
        """Draw another moment, if the widget can be seen; otherwise once it can."""
        running = moment.is_blurred
        now = monotonic()
        if running and now - self._shown_at < self.CALM:
            return
        self._shown_at = now if running else 0.0
        self.moment = moment
        if self.size:
            self.redraw()

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        """Return the lines from `top` on that fit into `count` rows."""
        raise NotImplementedError

    def total_lines(self) -> int:
        """Return the number of lines to scroll through."""
        return self.size.height

    def entitle(self, title: str, subtitle: str = "") -> None:
        """Write into the border, if that is not what stands there."""
        title, subtitle = typeset(title), typeset(subtitle)
        if (title, subtitle, self.neighbour) != self._titles:
            self._titles = (title, subtitle, self.neighbour)
            self._entitling = True
            # A title may hold names from a file, which are no markup.
            self.border_title = Content(title) if not self.neighbour else self._shared(title)
            self.border_subtitle = subtitle
            self._entitling = False

    def refresh(self, *regions: Region, **options: bool) -> Self:
        """Draw the regions anew; where only the titles are others, the border alone."""
        if self._entitling and self.size:
            (left, top), (width, height) = self.content_offset, self.outer_size
            lines = (-top, height - 1 - top)
            regions = tuple(Region(-left, line, width, 1) for line in lines)
        return super().refresh(*regions, **options)

    def _shared(self, title: str) -> Content:
        """Write the titles of both panes of a frame as tabs, the other one to be clicked."""
        names = list(TITLES)
        other = names.index(self.neighbour)
        number, name, *_ = title.split(" ")
        tab = len(number) + 1 + len(name)
        action = f"app.pane('{self.neighbour}')"
        room = self.size.width - len(f"{title} │ ")
        called = f"{other + 1} {TITLES[self.neighbour]}"
        link = Content.from_markup(
            f"[@click={action}]{called if len(called) <= room else other + 1}[/]"
        )
        marked = Content(title).stylize("reverse", 0, tab)
        parts = (
            (marked, " │ ", link) if names.index(self.id or "") < other else (link, " │ ", marked)
        )
        return Content.assemble(*parts)

    def redraw(self) -> None:
        """Build the lines again and redraw the cells that differ."""
        self._measure()
        before, at = self._lines, self._drawn_at
        self._rebuild()
        if at != self._drawn_at or len(before) != len(self._lines):
            self.refresh()
            return
        regions = []
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            spans = differences(old, new)
            regions += [Region(start, y, end - start, 1) for start, end in spans]
        if regions:
            self.refresh(*regions)

    def _measure(self) -> None:
        """Set the scrollable height to the present number of lines."""
        total = self.total_lines()
        if self.virtual_size.height != total:
            self.virtual_size = Size(self.size.width, total)

    def _rebuild(self) -> None:
        size = self.scrollable_content_region.size
        top = round(self.scroll_y)
        # A pane behind another that takes the whole screen has no room at all.
        lines = self.build(size.width, top, size.height) if size.width > 0 else []
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
        self._measure()
        self.keep_marked_visible()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawn_at = None

    def move(self, direction: str) -> None:
        """Handle an arrow key; by default, scroll."""
        if direction == "up":
            self.jump_to(self.scroll_y - 1)
        elif direction == "down":
            self.jump_to(self.scroll_y + 1)

    def action_leap(self, pages: int) -> None:
        """Scroll by pages."""
        page = max(self.size.height - self.HEADING - self.footing, 1)
        self.jump_to(self.scroll_y + pages * page)

    def jump_to(self, top: float) -> None:
        """Scroll at once: an animation would only fill the line."""
        # A scroll bar that is only now needed does not let itself be moved yet.
        self.scroll_to(y=top, animate=False, force=True)

    @property
    def footing(self) -> int:
        """Lines at the bottom that stay when the others scroll."""
        return 0

    def marked(self) -> Sequence[int]:
        """Return the lines to keep in view, counted below the heading, the foremost one last."""
        return ()

    def keep_marked_visible(self) -> None:
        """Scroll the marked lines and the cursor into view."""
        self.keep_visible(*self.marked())

    def keep_visible(self, *lines: int) -> None:
        """Scroll as little as possible to bring lines, counted below the heading, into view.

        Where there is no room for all of them, the last one is.
        """
        height = self.scrollable_content_region.height - self.HEADING - self.footing
        if not self.size or not lines:
            return
        self._measure()
        top = round(self.scroll_y)
        for line in lines:
            top = min(max(top, line - max(height, 1) + 1), line)
        # Forced, it may have gone further than there are lines to fill it.
        unseen = self.virtual_size.height - self.scrollable_content_region.height
        top = min(top, max(unseen, 0))
        if top != self.scroll_y:
            self.jump_to(top)


def _fitted(strip: Strip, width: int) -> Strip:
    """Return what fits of a line, with an ellipsis at its end where more than blanks do not."""
    if strip.cell_length <= width or cell_len(strip.text.rstrip()) <= width:
        return strip.crop(0, width)
    if width <= 0:
        return Strip([])
    kept, last = strip.crop(0, width - 1), strip.crop(width - 1, width)
    style = next((segment.style for segment in last), None)
    return Strip([*kept, Segment("…", style)])


def cells_of(text: str) -> int:
    """Return the width of a text in cells, as the terminal can show it."""
    return cell_len(typeset(text))


def right(text: str, width: int) -> str:
    """Align text to the right in a width in cells, cut with an ellipsis if it is too long."""
    text = cut(typeset(text), width)
    return " " * (width - cell_len(text)) + text


def cut(text: str, width: int) -> str:
    """Cut text to a width in cells, with an ellipsis at its end."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + "…" * (width > 0)


def wrap(text: str, width: int) -> list[str]:
    """Wrap text between words into lines of at most a width in cells."""
    text = typeset(text)
    lines: list[str] = []
    for word in text.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines

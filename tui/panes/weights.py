"""The parameters: their values, gradients and last updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

from tui.lines import LinesView, Row
from tui.moment import Moment
from tui.numbers import NARROWEST, width_for
from tui.panes.matrix import beside, matrix_rows, name_width, names_of

VIEWS = ("value", "gradient", "update")
_GAP = 3

if TYPE_CHECKING:
    from engine.listing import Listing


class WeightsPane(LinesView):
    """One view of every parameter, or as many side by side as there is room for."""

    BORDER_TITLE = "4 Weights"
    CALM = 0.5

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._view = 0
        self._total = 1
        self._column = 0

    def next_view(self, step: int = 1) -> None:
        """Go from values to gradients to updates, and round."""
        self._view = (self._view + step) % len(VIEWS)
        self._tell()
        if self.size:
            self.redraw()

    def move(self, direction: str) -> None:
        if direction in ("left", "right"):
            self._scroll_columns(1 if direction == "right" else -1)
        else:
            super().move(direction)

    def _scroll_columns(self, step: int) -> None:
        if self.moment is not None:
            columns, _ = _extent(self.moment.snapshot.listing)
            self._column = min(max(self._column + step, 0), columns - 1)
            self.redraw()

    def show(self, moment: Moment) -> None:
        super().show(moment)
        self._tell()

    def _tell(self) -> None:
        if self.moment is None:
            return
        names = "  ".join(self.moment.snapshot.listing.parameters)
        title = f"4 Weights  {names}"
        shown = self._shown(self.scrollable_content_region.width)
        if len(shown) == len(VIEWS):
            self.entitle(title)
        else:
            views = (f"[b u]{view}[/]" if i in shown else view for i, view in enumerate(VIEWS))
            self.entitle(title, " │ ".join(views) + "  v ▸")

    def total_lines(self) -> int:
        return self._total

    def _shown(self, width: int) -> list[int]:
        """Which views fit side by side, the chosen one first."""
        assert self.moment is not None
        listing = self.moment.snapshot.listing
        columns, names = _extent(listing)
        needed = names + columns * (NARROWEST + 1) + _GAP
        count = max(1, min(len(VIEWS), (width + _GAP) // needed))
        if count == len(VIEWS):
            return list(range(count))
        return sorted((self._view + i) % len(VIEWS) for i in range(count))

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        if self.moment is None:
            return []
        snapshot = self.moment.snapshot
        shown = self._shown(width)
        columns, names = _extent(snapshot.listing)
        each = (width - _GAP * (len(shown) - 1)) // len(shown)
        number = width_for(columns, each - names)
        lines: list[Strip] = []
        for parameter in snapshot.listing.parameters:
            blocks = [self._block(parameter, view, each, names, number) for view in shown]
            lines += beside(blocks, [each + _GAP] * len(shown), width)
            lines.append(Strip.blank(width))
        total = len(lines) - 1
        if total != self._total:
            self._total = total
            self.call_later(self.on_resize)
        return lines[top : top + count]

    def _block(self, parameter: str, view: int, width: int, names: int, number: int) -> list[Row]:
        assert self.moment is not None
        snapshot = self.moment.snapshot
        gradient, change = snapshot.listing.parameters[parameter]
        name = (parameter, gradient, change)[view]
        fresh = self.moment.fresh
        is_fresh = fresh is not None and (fresh == name or (view == 2 and fresh == parameter))
        return matrix_rows(
            snapshot.listing.symbols[name],
            snapshot.listing.axes[parameter],
            snapshot.values.get(name),
            palette=self.palette,
            width=width,
            names=names,
            number=number,
            fresh=is_fresh,
            column=self._column,
        )


def _extent(listing: Listing) -> tuple[int, int]:
    """The most columns of any parameter, and the width of the longest row name or title."""
    columns, names = 1, 2
    for parameter in listing.parameters:
        axes = listing.axes[parameter]
        columns = max(columns, len(names_of(axes)[1]))
        titles = (parameter, *listing.parameters[parameter])
        names = max(names, name_width(axes), *(len(listing.symbols[t]) for t in titles))
    return columns, names

"""All parameters, one below another, with as many views side by side as fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.strip import Strip

from tui.drawing.lines import Row, cells_of, wrap
from tui.drawing.matrix import Mark, beside, matrix_rows, name_width, names_of
from tui.drawing.numbers import NARROWEST, width_for
from tui.drawing.palette import Palette
from tui.panes.weights.check import Checked, head_rows, parameter_rows
from tui.view_state import Moment

if TYPE_CHECKING:
    from engine.formula.tensor import Array, Index
    from engine.program.listing import Listing

VIEWS = ("value", "gradient", "update", "change")
"""The views that are shown side by side where there is room."""
CHECK = len(VIEWS)
"""The view after these: what the check of the gradients has found."""
TABS = (*VIEWS, "check")
_BRIEF = {"gradient": "grad"}
"""The names of tabs where there is little room."""
_GAP = 3
_CUT = 3
"""The cells that names of rows may lose to one more column."""
_SHORTEST_NAME = 7


class Cursor(NamedTuple):
    """The chosen cell, and whether it is shown."""

    parameter: str
    row: int
    column: int
    is_shown: bool


def tensor_of(listing: Listing, parameter: str, view: int) -> str:
    """Return the tensor behind a view of a parameter; of a frozen one without change, itself."""
    gradient, change = listing.parameters[parameter]
    return (parameter, gradient, change or parameter, parameter, gradient)[view]


def _update_title(listing: Listing, parameter: str) -> str:
    change = listing.parameters[parameter][1]
    return f"{listing.symbols[parameter]} frozen" if change is None else listing.symbols[change]


def place(row: int, column: int, dimensions: int) -> Index:
    """Return the index into a tensor of a cell in its table."""
    return (row, column)[2 - dimensions :] if dimensions else ()


def views_in(listing: Listing, width: int, view: int) -> list[int]:
    """Return the views that fit side by side, the chosen one first."""
    columns, names = _extent(listing)
    if view == CHECK:
        return [CHECK]
    needed = names + columns * (NARROWEST + 1) + _GAP
    count = max(1, min(len(VIEWS), (width + _GAP) // needed))
    if count == len(VIEWS):
        return list(range(count))
    return sorted((view + i) % len(VIEWS) for i in range(count))


def tabs_title(listing: Listing, width: int, view: int) -> str:
    """Write the views to click on, the shown ones highlighted; short names in a narrow pane."""
    tabs: tuple[str, ...] = TABS
    hint = " v ▸"
    if len("│".join(tabs) + hint) > width - 2:
        tabs, hint = tuple(_BRIEF.get(tab, tab) for tab in tabs), ""
    shown = views_in(listing, width, view)
    marked = (f"[reverse]{tab}[/]" if i in shown else tab for i, tab in enumerate(tabs))
    return "│".join(f"[@click=go_to_view({i})]{tab}[/]" for i, tab in enumerate(marked)) + hint


def overview(
    moment: Moment, palette: Palette, width: int, view: int, cursor: Cursor
) -> list[Strip]:
    """Lay out the lines of all parameters."""
    listing = moment.snapshot.listing
    shown = views_in(listing, width, view)
    columns, names = _extent(listing)
    each = (width - _GAP * (len(shown) - 1)) // len(shown)
    names = _narrowed(names, each, columns)
    number = width_for(columns, each - names)
    lines: list[Strip] = []
    for parameter in listing.parameters:
        is_here = cursor.is_shown and parameter == cursor.parameter
        mark = Mark(cursor.row, cursor.column) if is_here else None
        blocks = []
        for one in shown:
            title, values = _titled_values(moment, parameter, one)
            rows = matrix_rows(
                title,
                listing.axes[parameter],
                values,
                palette=palette,
                width=each,
                names=names,
                number=number,
                fresh=_is_fresh(moment, parameter, one),
                column=cursor.column,
                mark=mark if one == view else None,
            )
            blocks.append(rows)
        lines += beside(blocks, [each + _GAP] * len(shown), width)
        lines.append(Strip.blank(width))
    return lines[:-1]


def _titled_values(moment: Moment, parameter: str, view: int) -> tuple[str, Array | None]:
    snapshot = moment.snapshot
    name = tensor_of(snapshot.listing, parameter, view)
    title = snapshot.listing.symbols[name]
    if view == VIEWS.index("change"):
        # Imported here, as the first frame need not wait for NumPy.
        import numpy as np

        with np.errstate(over="ignore", invalid="ignore"):
            return f"{title} − start", snapshot.values[parameter] - snapshot.starting[parameter]
    if view == VIEWS.index("update"):
        change = snapshot.listing.parameters[parameter][1]
        title = _update_title(snapshot.listing, parameter)
        return title, None if change is None else snapshot.values.get(change)
    return title, snapshot.values.get(name)


def _is_fresh(moment: Moment, parameter: str, view: int) -> bool:
    """Return whether the last operation has written the tensor of a view."""
    if moment.fresh is None:
        return False
    follows = moment.fresh == parameter and view != VIEWS.index("gradient")
    return follows or moment.fresh == tensor_of(moment.snapshot.listing, parameter, view)


def check_overview(
    moment: Moment, palette: Palette, width: int, checked: Checked | None, cursor: Cursor
) -> list[Strip]:
    """Lay out the results of the check, parameter by parameter, as in the overview."""
    listing = moment.snapshot.listing
    if checked is None or not checked.fits(moment.snapshot):
        words = "Not checked yet: d checks every gradient against differences of E."
        return [Row().add(line, palette.dim).strip(width) for line in wrap(words, width)]
    index = place(cursor.row, cursor.column, len(listing.axes[cursor.parameter]))
    holds = checked.holds(moment.snapshot)
    rows = head_rows(checked, (cursor.parameter, index), holds, palette, width)
    _, names = _extent(listing)
    for parameter in listing.parameters:
        is_here = cursor.is_shown and parameter == cursor.parameter
        rows += parameter_rows(
            checked,
            parameter,
            listing.axes[parameter],
            palette=palette,
            width=width,
            names=names,
            cursor=(cursor.row, cursor.column) if is_here else None,
            column=cursor.column,
        )
    return [row.strip(width) for row in rows]


def _narrowed(names: int, width: int, columns: int) -> int:
    """Cut names of rows a little where that makes room for one more column."""
    each = NARROWEST + 1
    fitting = (width - names) // each
    wanted = width - each * (fitting + 1)
    return wanted if fitting < columns and names - _CUT <= wanted >= _SHORTEST_NAME else names


def _extent(listing: Listing) -> tuple[int, int]:
    """Return the largest number of columns, and the width of the longest row name or title."""
    columns, names = 1, 2
    for parameter in listing.parameters:
        axes = listing.axes[parameter]
        columns = max(columns, len(names_of(axes)[1]))
        gradient = listing.parameters[parameter][0]
        titles = [listing.symbols[parameter], listing.symbols[gradient]]
        titles.append(_update_title(listing, parameter))
        names = max(names, name_width(axes), *map(cells_of, titles))
    return columns, names

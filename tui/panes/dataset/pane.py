"""The table: every observation with its inputs, target, prediction and error.

The observations that were held out for validation stand below the others, marked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from rich.cells import cell_len
from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from engine.common.numbers import grouped, percent, scientific
from tui.bindings import pane_bindings
from tui.drawing.host import host_of
from tui.drawing.lines import LinesView, Row, wrap
from tui.panes.dataset.columns import Table, lay_out
from tui.panes.dataset.rows import FILLED, HELD_OUT, IN_BATCH, count_rows
from tui.panes.dataset.writing import heading, observation
from tui.view_state import Moment

if TYPE_CHECKING:
    from engine.inspection.observations import Observations

T = TypeVar("T")

_BATCH_WORDS = 28
"""The cells beside the title that the names of the first and the last of a batch may take."""

_LEAST_ROWS = 4
"""The least number of observations above the text about the table."""


class DatasetPane(LinesView):
    """Draws only the rows that can be seen, however many there are."""

    BORDER_TITLE = "1 Dataset"
    BINDINGS = pane_bindings("dataset")
    CALM = 0.5
    HEADING = 1

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._cursor = -1
        self._first = (0, 0)
        """The input and the target that the columns in sight begin with."""
        self._table: Table | None = None
        self._order: tuple[int, ...] = ()
        """The observations in another order than that of the table."""
        self._sorted_at = 0
        """The iteration whose errors gave that order."""

    class Selected(Message):
        """The cursor moved to an observation."""

        def __init__(self, observation: int) -> None:
            super().__init__()
            self.observation = observation

    class WindowMoved(Message):
        """Observations came into view whose predictions the snapshot may not hold."""

    @property
    def target(self) -> int:
        """The first target in sight."""
        return self._table.outputs.start if self._table is not None else 0

    @property
    def predicted(self) -> tuple[int, ...]:
        """The observations in sight whose predictions a snapshot may not hold otherwise."""
        moment = self.moment
        if moment is None or not (self._order or moment.snapshot.batch is not None):
            return ()
        shown = range(*self.window.indices(len(moment.dataset.observations)))
        return tuple(map(self._number, shown))

    def _number(self, place: int) -> int:
        """Return the number of the row at a place."""
        return self._order[place] if place < len(self._order) else place

    def _place(self, number: int) -> int:
        """Return the place of a row."""
        return self._order.index(number) if self._order else number

    def start_again(self) -> None:
        """Forget the order, as another table follows."""
        self._order = ()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.moment is not None:
            snapshot, window = self.moment.snapshot, self.window
            rows = len(snapshot.values.get("x", ()))
            first = snapshot.first_observation
            last = min(window.stop, len(self.moment.dataset.observations))
            is_outside = window.start < first or last > first + rows
            if self._order or snapshot.batch is not None:
                is_outside = not snapshot.predictions.keys() >= set(self.predicted)
            if is_outside:
                self.post_message(self.WindowMoved())

    def total_lines(self) -> int:
        if self.moment is None:
            return 1
        below = self.footing or len(self._below())
        return self.HEADING + count_rows(self.moment.dataset) + below

    @property
    def footing(self) -> int:
        """The lines at the bottom for what is to know of a table that is longer than the pane."""
        if self.moment is None:
            return 0
        rows, height = count_rows(self.moment.dataset), self.size.height - self.HEADING
        below = len(self._below())
        if rows + below <= height:
            return 0
        return max(min(below - 1, height - min(rows, _LEAST_ROWS)), 0)

    def _below(self) -> list[str]:
        """Lay out the notes on the table, after an empty line, leaving room for a scroll bar."""
        return ["", *self._notes(self.size.width - 1)]

    def _notes(self, width: int) -> list[str]:
        assert self.moment is not None
        dataset, found = self.moment.dataset, self.moment.snapshot.held_out_evaluation
        notes = []
        if dataset.held_out is not None:
            count = grouped(len(dataset.held_out.observations))
            note = f"{HELD_OUT} held out for validation: {count}"
            if found is not None:
                note += f"; with the present weights E {scientific(found.E)}"
            if found is not None and found.accuracy is not None:
                note += f", accuracy {percent(found.accuracy, 1, ' %')}"
            notes += wrap(note, width)
        if self.moment.snapshot.batch is not None:
            notes += wrap("outside the batch f is with the present weights", width)
        if dataset.filled is not None:
            notes += wrap(f"{FILLED} filled in", width)
        assumptions = dataset.assumptions + self.moment.snapshot.listing.assumptions
        if assumptions:
            notes += wrap("assumed " + ", ".join(assumptions), width)
        return notes

    @property
    def window(self) -> slice:
        """The observations that can be seen."""
        top = round(self.scroll_y)
        return slice(top, top + max(self.size.height - self.footing, 1))

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment = self.moment
        if moment is None:
            return [Row().add("waiting for the table …", self.palette.dim).strip(width)]
        observations, footing = count_rows(moment.dataset), self.footing
        end = top + max(count - self.HEADING - footing, 0)
        rows = range(min(top, observations), min(end, observations))
        numbers = tuple(map(self._number, rows))
        table = self._table = lay_out(moment, numbers, width, self._first)
        self._tell(table, moment)
        lines = [heading(moment, table, self.palette, width)]
        lines += [
            observation(moment, table, place, self.palette, width) for place in range(len(rows))
        ]
        told = self._below()
        if footing:
            del told[0]
            if footing < len(told):
                told[footing - 1] += " …"
            told = told[:footing]
        lines += [Row().add(line, self.palette.dim).strip(width) for line in told]
        return lines[:count]

    def _tell(self, table: Table, moment: Moment) -> None:
        """Say in the border what the batch is, and how to see columns that are out of sight."""
        cut = any(len(shown.texts) < shown.count for shown in (table.inputs, table.targets))
        words = _batch_words(moment) if not moment.is_blurred else ""
        if self._order:
            words += f"  by error at {grouped(self._sorted_at)}"
        # It is being drawn: only after that may the border change.
        self.call_later(self.entitle, self.BORDER_TITLE + words, "←→ columns" if cut else "")

    def _ask(self, question: Callable[[Observations], T], then: Callable[[T], None]) -> None:
        host_of(self.app).ask(lambda debugger: question(debugger.observations), then)

    def action_next_wrong(self, step: int) -> None:
        """Go to the next row, or the one before, that is taken for another class."""
        moment = self.moment
        if moment is None:
            return
        if moment.snapshot.decision is None:
            host_of(self.app).say("There are no classes here: O sorts by error.")
        elif "f" not in moment.snapshot.values:
            host_of(self.app).say("No f is computed yet: s runs an iteration.")
        else:
            self._ask(lambda rows: rows.wrong(), partial(self._go_to_wrong, step))

    def _go_to_wrong(self, step: int, wrong: Sequence[int]) -> None:
        if not wrong:
            assert self.moment is not None
            which = "row" if self.moment.dataset.held_out is None else "training row"
            host_of(self.app).say(f"Every {which} is taken for its class.")
            return
        places = sorted(map(self._place, wrong))
        at = self._place(self._cursor) if self._cursor >= 0 else -1
        ahead = [place for place in places if (place > at if step > 0 else place < at)]
        # Round, from the last to the first and back.
        place = (ahead or places)[0 if step > 0 else -1]
        self.select(self._number(place))

    def action_order(self) -> None:
        """Sort the rows by error, or as in the table again."""
        if self.moment is None:
            return
        if self._order:
            self._sort(0, ())
        elif "f" not in self.moment.snapshot.values:
            host_of(self.app).say("No f is computed yet: s runs an iteration.")
        else:
            iteration = self.moment.snapshot.values_iteration
            self._ask(lambda rows: rows.by_error(), partial(self._sort, iteration))

    def _sort(self, iteration: int, order: tuple[int, ...]) -> None:
        self._order, self._sorted_at = order, iteration
        if order:
            self.select(order[0])
        elif self._cursor >= 0:
            self.keep_marked_visible()
        self.redraw()
        self.post_message(self.WindowMoved())

    def marked(self) -> Sequence[int]:
        return (self._place(self._cursor),) if self._cursor >= 0 else ()

    def move(self, direction: str) -> None:
        if self.moment is None:
            return
        if direction in ("up", "down"):
            step = 1 if direction == "down" else -1
            last = len(self.moment.dataset.observations) - 1
            at = self._place(self._cursor) if self._cursor >= 0 else -1
            self.select(self._number(min(max(at + step, 0), last)))
        elif self._table is not None:
            self._first = _beside(self._table, 1 if direction == "right" else -1)
            self.redraw()

    def select(self, observation: int) -> None:
        """Put the cursor on an observation and tell the app."""
        self._cursor = observation
        self.keep_marked_visible()
        self.post_message(self.Selected(observation))

    def follow(self, observation: int) -> None:
        """Go to an observation that was chosen in the inspector."""
        self._cursor = observation
        self.keep_marked_visible()

    def action_open(self) -> None:
        """Ask which column is what."""
        host_of(self.app).choose_columns()

    action_edit = action_open

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if self.moment is None or offset is None or offset.y >= self.size.height - self.footing:
            return
        place = round(self.scroll_y) + offset.y - self.HEADING
        if offset.y >= self.HEADING and place < len(self.moment.dataset.observations):
            self.select(self._number(place))


def _batch_words(moment: Moment) -> str:
    """Write the observations of the batch, or their number, once it is picked."""
    batch = moment.snapshot.batch
    if batch is None or "x" not in moment.snapshot.values:
        return ""
    first, names = batch[0], moment.dataset.observations
    if batch == tuple(range(first, first + len(batch))):
        words = f"  {IN_BATCH} batch {names[first]}…{names[batch[-1]]}"
        if cell_len(words) <= _BATCH_WORDS:
            return words
    return f"  {IN_BATCH} {grouped(len(batch))} in the batch"


def _beside(table: Table, step: int) -> tuple[int, int]:
    """Return the first columns in view after a step right (inputs before targets) or left."""
    inputs, targets = table.inputs, table.targets
    i, o = inputs.shown.start, targets.shown.start
    if step > 0:
        return (i + 1, o) if inputs.after else (i, o + 1 if targets.after else o)
    return (i, o - 1) if o else (max(i - 1, 0), 0)

"""The table: every observation with its inputs, target, prediction and error.

The observations that were held out for validation stand below the others, marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from tui.lines import LinesView, Row, right, wrap
from tui.moment import Moment
from tui.numbers import (
    NARROWEST,
    fixed,
    given,
    largest_magnitude,
    missing,
    whole_digits,
    width_for,
)
from tui.panes.rows import HELD_OUT, Rows, count_rows, rows_of

if TYPE_CHECKING:
    from engine.tensor import Array

_HEADER_LINES = 1
_NAME_WIDTH = 12
_NAME_LEAST = 3
"""Characters of an input's name that there is always room for."""
_DIGITS = (6, 4, 3, 2)
"""The user's numbers are rounded to fewer digits where even two columns do not fit."""


class DatasetPane(LinesView):
    """Draws only the rows that can be seen, however many there are."""

    BORDER_TITLE = "1 Dataset"
    CALM = 0.5

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._cursor = -1

    class Selected(Message):
        """The cursor moved to an observation."""

        def __init__(self, observation: int) -> None:
            super().__init__()
            self.observation = observation

    class WindowMoved(Message):
        """Observations came into sight whose predictions the snapshot may not have."""

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.moment is not None:
            snapshot, window = self.moment.snapshot, self.window
            if snapshot.batch is not None:
                return
            rows = len(snapshot.values["x"])
            first = snapshot.first_observation
            last = min(window.stop, len(self.moment.dataset.observations))
            if window.start < first or last > first + rows:
                self.post_message(self.WindowMoved())

    def total_lines(self) -> int:
        if self.moment is None:
            return 1
        rows = count_rows(self.moment.dataset)
        return _HEADER_LINES + rows + 1 + len(self._notes(self.size.width))

    def _notes(self, width: int) -> list[str]:
        assert self.moment is not None
        dataset, found = self.moment.dataset, self.moment.snapshot.validation
        notes = []
        if dataset.validation is not None:
            note = f"{HELD_OUT} held out for validation: {len(dataset.validation.observations):,}"
            if found is not None:
                note += f"; with the present weights E {found.E:.6e}"
            if found is not None and found.accuracy is not None:
                note += f", accuracy {100 * found.accuracy:.1f} %"
            notes += wrap(note, width)
        assumptions = dataset.assumptions + self.moment.snapshot.listing.assumptions
        if assumptions:
            notes += wrap("assumed " + ", ".join(assumptions), width)
        return notes

    @property
    def window(self) -> slice:
        """The observations that can be seen."""
        top = max(round(self.scroll_y) - _HEADER_LINES, 0)
        return slice(top, top + max(self.size.height, 1))

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment = self.moment
        if moment is None:
            return [Row().add("reading the table …", self.palette.dim).strip(width)]
        observations = count_rows(moment.dataset)
        first = max(top - _HEADER_LINES, 0)
        rows = range(min(first, observations), min(first + count, observations))
        table = _lay_out(moment, rows, width)
        lines = [self._header(moment, table, width)] if top == 0 else []
        lines += [self._observation(moment, table, n, width) for n in rows]
        after = [Strip.blank(width)]
        after += [Row().add(line, self.palette.dim).strip(width) for line in self._notes(width)]
        lines += after[max(top - _HEADER_LINES - observations, 0) :]
        return lines[:count]

    def _header(self, moment: Moment, table: _Table, width: int) -> Strip:
        palette, dataset = self.palette, moment.dataset
        row = Row().add("obs", palette.label, width=table.name_width)
        for name, texts in zip(dataset.inputs, table.inputs, strict=False):
            row.add(" " + right(name, _widest(texts)), palette.heading)
        row.add(" …" if table.cut else "", palette.dim).add(" │", palette.dim)
        several = len(dataset.targets) > 1
        names = dataset.classes if several and dataset.classes else dataset.targets
        for name, texts in zip(names, table.targets, strict=True):
            row.add(" " + right("f₀", _widest(texts)), palette.heading)
            row.add(" " + right(f"f {name}" if several else "f", table.number), palette.heading)
            row.add(" " + right("f₀−f", table.number), palette.heading)
        return row.strip(width)

    def _observation(self, moment: Moment, table: _Table, n: int, width: int) -> Strip:
        palette, row, number = self.palette, Row(), table.number
        place = n - table.rows.first
        row.add(table.rows.names[place], palette.label, width=table.name_width)
        for column in table.inputs:
            row.add(" " + column[place], palette.text)
        row.add(" …" if table.cut else "", palette.dim).add(" │", palette.dim)
        f = table.rows.f.get(n)
        for o, targets in enumerate(table.targets):
            row.add(" " + targets[place], palette.text)
            if f is None:
                row.add((" " + missing(number)) * 2, palette.dim)
                continue
            row.add(" " + fixed(float(f[o]), number, table.whole), palette.text)
            error = float(table.rows.f0[place, o] - f[o])
            style = palette.number(error, table.largest_error)
            row.add(" " + fixed(error, number, table.whole), style)
        return row.strip(width, palette.selected if n == moment.selected else None)

    def move(self, direction: str) -> None:
        if self.moment is None:
            return
        step = {"up": -1, "down": 1}.get(direction, 0)
        last = len(self.moment.dataset.observations) - 1
        if step:
            self.select(min(max(self._cursor + step, 0), last))

    def select(self, observation: int) -> None:
        """Put the cursor on an observation and tell the app."""
        self._cursor = observation
        self.keep_visible(observation + _HEADER_LINES if observation else 0)
        self.post_message(self.Selected(observation))

    def follow(self, observation: int) -> None:
        """Go to an observation that was chosen in the inspector."""
        self._cursor = observation
        self.keep_visible(observation + _HEADER_LINES if observation else 0)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if self.moment is None or offset is None:
            return
        observation = round(self.scroll_y) + offset.y - _HEADER_LINES
        if 0 <= observation < len(self.moment.dataset.observations):
            self.select(observation)


@dataclass(frozen=True)
class _Table:
    """How the visible rows are laid out.

    Attributes:
        rows: What stands in them.
        name_width: The cells of the observations' names.
        inputs: The input columns that fit, as text.
        cut: Whether there are more.
        targets: The target columns, as text.
        number: The cells of a prediction and of an error.
        whole: Their digits before the point.
        largest_error: What the errors' colours are measured by, at least 1.
    """

    rows: Rows
    name_width: int
    inputs: list[list[str]]
    cut: bool
    targets: list[list[str]]
    number: int
    whole: int
    largest_error: float


def _lay_out(moment: Moment, rows: range, width: int) -> _Table:
    dataset, shown = moment.dataset, rows_of(moment, rows)
    longest = max(map(cell_len, (*shown.names, "obs")))
    name_width = min(longest, _NAME_WIDTH)
    numbers = 2 * len(dataset.targets)
    for digits in _DIGITS:
        targets = [
            [text.rjust(len("f₀")) for text in given(column, digits)] for column in shown.f0.T
        ]
        room = width - name_width - 2 - sum(_widest(column) + 1 for column in targets)
        room -= numbers * (NARROWEST + 1)
        inputs, room = _fitting_inputs(shown.x, dataset.inputs, room, digits)
        if len(inputs) >= min(2, len(dataset.inputs)):
            break
    # What is left goes to the names of the inputs first, then to decimals.
    for i, texts in enumerate(inputs):
        wanted = max(cell_len(dataset.inputs[i]), _widest(texts))
        wider = min(wanted, _widest(texts) + max(room, 0) // (len(inputs) - i))
        room -= wider - _widest(texts)
        inputs[i] = [text.rjust(wider) for text in texts]
    snapshot = moment.snapshot
    f, errors = snapshot.values.get("f"), snapshot.errors
    held = snapshot.validation.f if snapshot.validation is not None else None
    largest = max(largest_magnitude(a) if a is not None else 0.0 for a in (f, errors, held))
    return _Table(
        rows=shown,
        name_width=name_width,
        inputs=inputs,
        cut=len(inputs) < len(dataset.inputs),
        targets=targets,
        number=width_for(numbers, room + numbers * (NARROWEST + 1)),
        whole=whole_digits(largest),
        largest_error=max(1.0, largest_magnitude(errors)) if errors is not None else 1.0,
    )


def _fitting_inputs(
    x: Array, names: Sequence[str], room: int, digits: int
) -> tuple[list[list[str]], int]:
    """Return the first input columns that fit into the room, and what is left of it."""
    inputs: list[list[str]] = []
    for i in range(x.shape[1]):
        least = min(cell_len(names[i]), _NAME_LEAST)
        texts = [text.rjust(least) for text in given(x[:, i], digits)]
        ellipsis = 2 if i + 1 < x.shape[1] else 0
        if _widest(texts) + 1 + ellipsis > room:
            return inputs, room - 2
        inputs.append(texts)
        room -= _widest(texts) + 1
    return inputs, room


def _widest(texts: list[str]) -> int:
    return max(map(len, texts), default=1)

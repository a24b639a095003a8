"""The table: every observation with its inputs, target, prediction and error."""

from __future__ import annotations

from dataclasses import dataclass

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

_HEADER_LINES = 1
_NAME_WIDTH = 12
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
        rows = len(self.moment.dataset.observations)
        return _HEADER_LINES + rows + 1 + len(self._assumed(self.size.width))

    def _assumed(self, width: int) -> list[str]:
        assert self.moment is not None
        assumptions = self.moment.dataset.assumptions
        return wrap("assumed " + ", ".join(assumptions), width) if assumptions else []

    @property
    def window(self) -> slice:
        """The observations that can be seen."""
        top = max(round(self.scroll_y) - _HEADER_LINES, 0)
        return slice(top, top + max(self.size.height, 1))

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment = self.moment
        if moment is None:
            return [Row().add("reading the table …", self.palette.dim).strip(width)]
        observations = len(moment.dataset.observations)
        first = max(top - _HEADER_LINES, 0)
        rows = range(min(first, observations), min(first + count, observations))
        table = _lay_out(moment, rows, width)
        lines = [self._header(moment, table, width)] if top == 0 else []
        lines += [self._observation(moment, table, n, width) for n in rows]
        after = [Strip.blank(width)]
        after += [Row().add(line, self.palette.dim).strip(width) for line in self._assumed(width)]
        lines += after[max(top - _HEADER_LINES - observations, 0) :]
        return lines[:count]

    def _header(self, moment: Moment, table: _Table, width: int) -> Strip:
        palette, dataset = self.palette, moment.dataset
        row = Row().add("obs", palette.label, width=table.name_width)
        for name, texts in zip(dataset.inputs, table.inputs, strict=False):
            row.add(" " + right(name, _widest(texts)), palette.heading)
        row.add(" …" if table.cut else "", palette.dim).add(" │", palette.dim)
        several = len(dataset.targets) > 1
        for name, texts in zip(dataset.targets, table.targets, strict=True):
            row.add(" " + right("f₀", _widest(texts)), palette.heading)
            row.add(" " + right(f"f {name}" if several else "f", table.number), palette.heading)
            row.add(" " + right("f₀−f", table.number), palette.heading)
        return row.strip(width)

    def _observation(self, moment: Moment, table: _Table, n: int, width: int) -> Strip:
        palette, snapshot = self.palette, moment.snapshot
        place, row, number = n - table.first, Row(), table.number
        row.add(moment.dataset.observations[n], palette.label, width=table.name_width)
        for column in table.inputs:
            row.add(" " + column[place], palette.text)
        row.add(" …" if table.cut else "", palette.dim).add(" │", palette.dim)
        place_in_batch = snapshot.place_of(n)
        at = -1 if place_in_batch is None else place_in_batch - snapshot.first_observation
        f, errors = snapshot.values.get("f"), snapshot.errors
        for o, targets in enumerate(table.targets):
            row.add(" " + targets[place], palette.text)
            if f is None or errors is None or not 0 <= at < len(f):
                row.add((" " + missing(number)) * 2, palette.dim)
                continue
            row.add(" " + fixed(float(f[at, o]), number, table.whole), palette.text)
            error = float(errors[at, o])
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
        first: The observation of the first row.
        name_width: The cells of the observations' names.
        inputs: The input columns that fit, as text.
        cut: Whether there are more.
        targets: The target columns, as text.
        number: The cells of a prediction and of an error.
        whole: Their digits before the point.
        largest_error: What the errors' colours are measured by, at least 1.
    """

    first: int
    name_width: int
    inputs: list[list[str]]
    cut: bool
    targets: list[list[str]]
    number: int
    whole: int
    largest_error: float


def _lay_out(moment: Moment, rows: range, width: int) -> _Table:
    dataset, snapshot = moment.dataset, moment.snapshot
    window = slice(rows.start, rows.stop)
    longest = max(map(cell_len, (*dataset.observations[window], "obs")))
    name_width = min(longest, _NAME_WIDTH)
    numbers = 2 * len(dataset.targets)
    for digits in _DIGITS:
        targets = [
            [text.rjust(len("f₀")) for text in given(column, digits)]
            for column in dataset.f0[window].T
        ]
        room = width - name_width - 2 - sum(_widest(column) + 1 for column in targets)
        room -= numbers * (NARROWEST + 1)
        inputs, room = _fitting_inputs(moment, window, room, digits)
        if len(inputs) >= min(2, len(dataset.inputs)):
            break
    # What is left goes to the names of the inputs first, then to decimals.
    for i, texts in enumerate(inputs):
        wanted = max(cell_len(dataset.inputs[i]), _widest(texts))
        wider = min(wanted, _widest(texts) + max(room, 0) // (len(inputs) - i))
        room -= wider - _widest(texts)
        inputs[i] = [text.rjust(wider) for text in texts]
    f, errors = snapshot.values.get("f"), snapshot.errors
    largest = max(largest_magnitude(a) if a is not None else 0.0 for a in (f, errors))
    return _Table(
        first=rows.start,
        name_width=name_width,
        inputs=inputs,
        cut=len(inputs) < len(dataset.inputs),
        targets=targets,
        number=width_for(numbers, room + numbers * (NARROWEST + 1)),
        whole=whole_digits(largest),
        largest_error=max(1.0, largest_magnitude(errors)) if errors is not None else 1.0,
    )


def _fitting_inputs(
    moment: Moment, window: slice, room: int, digits: int
) -> tuple[list[list[str]], int]:
    """Return the first input columns that fit into the room, and what is left of it."""
    x = moment.dataset.x
    inputs: list[list[str]] = []
    for i in range(x.shape[1]):
        texts = given(x[window, i], digits)
        ellipsis = 2 if i + 1 < x.shape[1] else 0
        if _widest(texts) + 1 + ellipsis > room:
            return inputs, room - 2
        inputs.append(texts)
        room -= _widest(texts) + 1
    return inputs, room


def _widest(texts: list[str]) -> int:
    return max(map(len, texts), default=1)

"""The table: every observation with its inputs, target, prediction and error.

The observations that were held out for validation stand below the others, marked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from tui.lines import LinesView, Row, right, wrap
from tui.moment import Moment
from tui.names import class_names, shortened
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

_NAME_WIDTH = 12
_NAME_LEAST = 4
"""Characters of an input's name that there is always room for."""
_NAME_LEGIBLE = 7
"""Those where not all inputs fit anyway."""
_DIGITS = (6, 4, 3, 2)
"""The user's numbers are rounded where not even one input and one target fit."""
_MARK = 2
"""The cells of the ellipsis that stands for columns out of sight, with a space."""


class DatasetPane(LinesView):
    """Draws only the rows that can be seen, however many there are."""

    BORDER_TITLE = "1 Dataset"
    CALM = 0.5
    HEADING = 1

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._cursor = -1
        self._first = (0, 0)
        """The input and the target that the columns in sight begin with."""
        self._table: _Table | None = None

    class Selected(Message):
        """The cursor moved to an observation."""

        def __init__(self, observation: int) -> None:
            super().__init__()
            self.observation = observation

    class WindowMoved(Message):
        """Observations came into sight whose predictions the snapshot may not have."""

    @property
    def target(self) -> int:
        """The first target in sight."""
        return self._table.targets.shown.start if self._table is not None else 0

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
        return self.HEADING + rows + 1 + len(self._notes(self.size.width))

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
        top = round(self.scroll_y)
        return slice(top, top + max(self.size.height, 1))

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment = self.moment
        if moment is None:
            return [Row().add("reading the table …", self.palette.dim).strip(width)]
        observations = count_rows(moment.dataset)
        below = max(count - self.HEADING, 0)
        rows = range(min(top, observations), min(top + below, observations))
        table = self._table = _lay_out(moment, rows, width, self._first)
        self._tell(table)
        lines = [self._header(table, width)]
        lines += [self._observation(moment, table, n, width) for n in rows]
        after = [Strip.blank(width)]
        after += [Row().add(line, self.palette.dim).strip(width) for line in self._notes(width)]
        lines += after[max(top - observations, 0) :]
        return lines[:count]

    def _tell(self, table: _Table) -> None:
        """Say in the border how to see the columns that are out of sight."""
        cut = any(len(shown.texts) < shown.count for shown in (table.inputs, table.targets))
        # It is being drawn: only after that may the border change.
        self.call_later(self.entitle, self.BORDER_TITLE, "←→ columns" if cut else "")

    def _header(self, table: _Table, width: int) -> Strip:
        palette, inputs, targets = self.palette, table.inputs, table.targets
        row = Row().add("obs", palette.label, width=table.name_width)
        row.add(" …" if inputs.before else "", palette.dim)
        for i, texts in enumerate(inputs.texts):
            name = shortened(inputs.names, _widest(texts))[i]
            row.add(" " + right(name, _widest(texts)), palette.heading)
        row.add(_between(inputs, targets), palette.dim)
        names = shortened(targets.names, table.number - len("f "))
        for name, texts in zip(names, targets.texts, strict=True):
            row.add(" " + right("f₀", _widest(texts)), palette.heading)
            told = f"f {name}" if targets.count > 1 else "f"
            row.add(" " + right(told, table.number), palette.heading)
            row.add(" " + right("f₀−f", table.number), palette.heading)
        return row.add(" …" if targets.after else "", palette.dim).strip(width)

    def _observation(self, moment: Moment, table: _Table, n: int, width: int) -> Strip:
        palette, row, number = self.palette, Row(), table.number
        inputs, targets = table.inputs, table.targets
        place = n - table.rows.first
        row.add(table.rows.names[place], palette.label, width=table.name_width)
        row.add(" …" if inputs.before else "", palette.dim)
        for column in inputs.texts:
            row.add(" " + column[place], palette.text)
        row.add(_between(inputs, targets), palette.dim)
        f = table.rows.f.get(n)
        for o, texts in zip(targets.shown, targets.texts, strict=True):
            row.add(" " + texts[place], palette.text)
            if f is None:
                row.add((" " + missing(number)) * 2, palette.dim)
                continue
            row.add(" " + fixed(float(f[o]), number, table.whole), palette.text)
            error = float(table.rows.f0[place, o] - f[o])
            style = palette.number(error, table.largest_error)
            row.add(" " + fixed(error, number, table.whole), style)
        row.add(" …" if targets.after else "", palette.dim)
        return row.strip(width, palette.selected if n == moment.selected else None)

    def move(self, direction: str) -> None:
        if self.moment is None:
            return
        if direction in ("up", "down"):
            step = 1 if direction == "down" else -1
            last = len(self.moment.dataset.observations) - 1
            self.select(min(max(self._cursor + step, 0), last))
        elif self._table is not None:
            self._first = _beside(self._table, 1 if direction == "right" else -1)
            self.redraw()

    def select(self, observation: int) -> None:
        """Put the cursor on an observation and tell the app."""
        self._cursor = observation
        self.keep_visible(observation)
        self.post_message(self.Selected(observation))

    def follow(self, observation: int) -> None:
        """Go to an observation that was chosen in the inspector."""
        self._cursor = observation
        self.keep_visible(observation)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if self.moment is None or offset is None:
            return
        observation = round(self.scroll_y) + offset.y - self.HEADING
        if offset.y >= self.HEADING and observation < len(self.moment.dataset.observations):
            self.select(observation)


@dataclass(frozen=True)
class _Columns:
    """The columns in sight, of the inputs or of the targets.

    Attributes:
        shown: Their numbers.
        names: Their names.
        texts: What stands in them.
        count: How many there are with those out of sight.
    """

    shown: range
    names: tuple[str, ...]
    texts: list[list[str]]
    count: int

    @property
    def before(self) -> bool:
        """Whether there are others on the left."""
        return self.shown.start > 0

    @property
    def after(self) -> bool:
        """Whether there are others on the right."""
        return self.shown.stop < self.count


@dataclass(frozen=True)
class _Table:
    """How the visible rows are laid out.

    Attributes:
        rows: What stands in them.
        name_width: The cells of the observations' names.
        inputs: The columns of the inputs.
        targets: Those of the targets.
        number: The cells of a prediction and of an error.
        whole: Their digits before the point.
        largest_error: What the errors' colours are measured by, at least 1.
    """

    rows: Rows
    name_width: int
    inputs: _Columns
    targets: _Columns
    number: int
    whole: int
    largest_error: float


def _between(inputs: _Columns, targets: _Columns) -> str:
    """The line between inputs and targets, with a mark on each side where columns are cut."""
    return (" …" if inputs.after else " ") + "│" + ("…" if targets.before else "")


def _beside(table: _Table, step: int) -> tuple[int, int]:
    """Where the columns begin a step further right, inputs first, then targets; or a step back."""
    inputs, targets = table.inputs, table.targets
    i, o = inputs.shown.start, targets.shown.start
    if step > 0:
        return (i + 1, o) if inputs.after else (i, o + 1 if targets.after else o)
    return (i, o - 1) if o else (max(i - 1, 0), 0)


def _lay_out(moment: Moment, rows: range, width: int, first: tuple[int, int]) -> _Table:
    dataset, shown = moment.dataset, rows_of(moment, rows)
    name_width = min(max(map(cell_len, (*shown.names, "obs"))), _NAME_WIDTH)
    room = width - name_width - len(" │")
    for digits, few in (*((digits, few) for digits in _DIGITS for few in (2, 1)), (_DIGITS[-1], 0)):
        x = _Texts(shown.x, dataset.inputs, digits)
        f0 = _Texts(shown.f0, ("f₀",) * len(dataset.targets), digits)
        pair = _in_sight(x, f0, room, few, first)
        if pair is not None:
            break
    assert pair is not None
    inputs, targets = x.columns(pair[0]), f0.columns(pair[1])
    classes = class_names(dataset.classes or dataset.targets)
    targets = replace(targets, names=classes[targets.shown.start : targets.shown.stop])
    numbers = 2 * len(targets.shown)
    room -= _input_cells(x, pair[0]) + _target_cells(f0, pair[1])
    # What is left goes to the names of the inputs first, then to decimals.
    for i, texts in enumerate(inputs.texts):
        wanted = max(cell_len(inputs.names[i]), _widest(texts))
        wider = min(wanted, _widest(texts) + max(room, 0) // (len(inputs.texts) - i))
        room -= wider - _widest(texts)
        inputs.texts[i] = [text.rjust(wider) for text in texts]
    snapshot = moment.snapshot
    f, errors = snapshot.values.get("f"), snapshot.errors
    held = snapshot.validation.f if snapshot.validation is not None else None
    largest = max(largest_magnitude(a) if a is not None else 0.0 for a in (f, errors, held))
    return _Table(
        rows=shown,
        name_width=name_width,
        inputs=inputs,
        targets=targets,
        number=width_for(numbers, room + numbers * (NARROWEST + 1)),
        whole=whole_digits(largest),
        largest_error=max(1.0, largest_magnitude(errors)) if errors is not None else 1.0,
    )


class _Texts:
    """What stands in the visible rows of some columns, written once it is asked for."""

    def __init__(self, values: Array, names: Sequence[str], digits: int) -> None:
        self._values = values
        self._names = names
        self._digits = digits
        self._written: dict[int, list[str]] = {}
        self.count: int = values.shape[1]

    def _column(self, k: int) -> list[str]:
        if k not in self._written:
            least = min(cell_len(self._names[k]), _NAME_LEAST)
            texts = given(self._values[:, k], self._digits)
            self._written[k] = [text.rjust(least) for text in texts]
        return self._written[k]

    def columns(self, shown: range) -> _Columns:
        """Return some of the columns."""
        names = tuple(self._names[k] for k in shown)
        return _Columns(shown, names, [self._column(k) for k in shown], self.count)

    def cells(self, shown: range, marks: tuple[int, int], least: int = 0) -> int:
        """Return what some columns take, with a space before each and the marks for the others.

        Args:
            shown: Which ones.
            least: The cells of a name that there has to be room for.
            marks: The cells of a mark on the left and of one on the right.
        """
        cells = marks[0] * (shown.start > 0) + marks[1] * (shown.stop < self.count)
        for k in shown:
            cells += 1 + max(_widest(self._column(k)), min(cell_len(self._names[k]), least))
        return cells


def _in_sight(
    x: _Texts, f0: _Texts, room: int, few: int, first: tuple[int, int]
) -> tuple[range, range] | None:
    """Which inputs and which targets to show.

    Args:
        x: The inputs.
        f0: The targets.
        room: The cells there are.
        few: As many inputs are shown before a second target is; with 0 anything will do.
        first: The first input and the first target to show.

    Returns:
        The inputs and the targets, or None where there is no room for these and one target.
    """
    everything = range(x.count), range(f0.count)
    if _input_cells(x, everything[0]) + _target_cells(f0, everything[1]) <= room:
        return everything
    few = min(few, x.count)
    start, target = min(first[0], x.count - few), min(first[1], f0.count - 1)
    inputs, targets = range(start, start + few), range(target, target + 1)
    left = room - _input_cells(x, inputs)
    if few and _target_cells(f0, targets) > left:
        return None
    targets = _grown(targets, f0.count, lambda shown: _target_cells(f0, shown) <= left)
    left = room - _target_cells(f0, targets)
    if few:
        # One that cannot be told by its name helps less than one to scroll to.
        inputs = _grown(
            inputs, x.count, lambda shown: _input_cells(x, shown, _NAME_LEGIBLE) <= left
        )
    return inputs, targets


def _grown(shown: range, count: int, fits: Callable[[range], bool]) -> range:
    """Take in the columns that follow, as long as they fit."""
    while shown.stop < count and fits(range(shown.start, shown.stop + 1)):
        shown = range(shown.start, shown.stop + 1)
    return shown


def _input_cells(x: _Texts, shown: range, least: int = 0) -> int:
    """What inputs take; beside the line to the targets a mark needs no space."""
    return x.cells(shown, (_MARK, _MARK - 1), least)


def _target_cells(f0: _Texts, shown: range) -> int:
    """What targets take, each with its prediction and its error."""
    return f0.cells(shown, (_MARK - 1, _MARK)) + 2 * len(shown) * (NARROWEST + 1)


def _widest(texts: list[str]) -> int:
    return max(map(len, texts), default=1)

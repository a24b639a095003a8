"""The columns of the table in sight: what stands in them, and how wide they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.drawing.numbers import NARROWEST, given, largest_magnitude, whole_digits, width_for
from tui.drawing.short_names import class_names, shortened, without_common_words
from tui.panes.dataset.rows import FILLED, Rows, rows_of
from tui.view_state import Moment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.formula.tensor import Array

_NAME_WIDTH = 12
_NAME_LEAST = 4
"""Characters of an input's name that there is always room for."""
_NAME_LEGIBLE = 7
"""The same where not all inputs fit anyway."""
_DIGITS = (6, 4, 3, 2)
"""The user's numbers are rounded where not even one input and one target fit."""
_CLASS_WIDTH = 12
"""The cells of the name of a class, at most."""
_MARK = 2
"""The cells of the ellipsis that stands for columns out of sight, with a space."""


@dataclass(frozen=True)
class Columns:
    """The columns in sight, of the inputs or of the targets.

    Attributes:
        shown: Their numbers.
        names: Their names.
        texts: Their contents.
        count: How many there are with those out of sight.
    """

    shown: range
    names: tuple[str, ...]
    texts: list[list[str]]
    count: int

    @property
    def before(self) -> bool:
        """Whether there are more columns on the left."""
        return self.shown.start > 0

    @property
    def after(self) -> bool:
        """Whether there are more columns on the right."""
        return self.shown.stop < self.count


@dataclass(frozen=True)
class Table:
    """The layout of the visible rows.

    Attributes:
        rows: Their contents.
        name_width: The cells of the observations' names.
        inputs: The columns of the inputs.
        targets: The columns of the targets.
        number: The cells of a prediction and of an error.
        whole: Their digits before the point.
        largest_error: What the errors' colours are measured by, at least 1.
        classes: The names of the classes, where the first column of the targets tells what rows
            are and are taken for; () where none does.
        is_marked: Whether there is a mark for right or wrong before the target instead.
    """

    rows: Rows
    name_width: int
    inputs: Columns
    targets: Columns
    number: int
    whole: int
    largest_error: float
    classes: tuple[str, ...] = ()
    is_marked: bool = False

    @property
    def outputs(self) -> range:
        """The outputs in sight."""
        shown, before = self.targets.shown, bool(self.classes)
        return range(max(shown.start - before, 0), shown.stop - before)

    @property
    def class_width(self) -> int:
        """The cells of a class."""
        return max(map(cell_len, self.classes), default=0)

    def called(self, number: int | None) -> str:
        """Return the name of a class, ? for none, "" for one that is not known yet."""
        return "" if number is None else "?" if number < 0 else self.classes[number]


def lay_out(moment: Moment, rows: Sequence[int], width: int, first: tuple[int, int]) -> Table:
    """Choose the columns that fit, and share the room out between names and decimals.

    Args:
        moment: The moment to draw.
        rows: The rows that can be seen.
        width: The cells of a row.
        first: The input and the target that the columns in sight begin with.
    """
    dataset, shown = moment.dataset, rows_of(moment, rows)
    name_width = min(max(map(cell_len, (*shown.names, "obs"))), _NAME_WIDTH)
    room = width - name_width - len(" │")
    outputs = class_names(dataset.classes or dataset.targets)
    classes = _told_classes(moment)
    is_marked = False
    if classes and not _fits(moment, shown, classes, room):
        classes = shortened(classes, _NAME_LEGIBLE)
    if len(dataset.targets) == 1 and moment.snapshot.decision is not None:
        # The target tells the class as well, so that a mark will do where there is little room.
        is_marked = not classes or not _fits(moment, shown, classes, room)
        if is_marked:
            classes = ()
    for digits, few in (*((digits, few) for digits in _DIGITS for few in (2, 1)), (_DIGITS[-1], 0)):
        x, f0 = _texts(moment, shown, digits, classes)
        pair = _in_sight(x, f0, room, few, first)
        if pair is not None:
            break
    assert pair is not None
    inputs, targets = x.columns(pair[0]), f0.columns(pair[1])
    names = (*[""] * bool(classes), *outputs)
    targets = replace(targets, names=names[targets.shown.start : targets.shown.stop])
    numbers = 2 * sum(o >= f0.before for o in targets.shown)
    room -= _input_cells(x, pair[0]) + _target_cells(f0, pair[1])
    # What is left goes to the names of the inputs first, then to decimals.
    wanted = _wanted(inputs)
    if sum(wanted) > room:
        inputs = replace(inputs, names=tuple(without_common_words(inputs.names)))
        wanted = _wanted(inputs)
    # Those that want least go first, and leave their part of what is left to the others.
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    for done, i in enumerate(order):
        more = min(wanted[i], max(room, 0) // (len(order) - done))
        room -= more
        inputs.texts[i] = [text.rjust(len(text) + more) for text in inputs.texts[i]]
    snapshot = moment.snapshot
    f, errors = snapshot.values.get("f"), snapshot.errors
    held = snapshot.held_out_evaluation.f if snapshot.held_out_evaluation is not None else None
    largest = max(largest_magnitude(a) if a is not None else 0.0 for a in (f, errors, held))
    return Table(
        rows=shown,
        name_width=name_width,
        inputs=inputs,
        targets=targets,
        number=width_for(numbers, room + numbers * (NARROWEST + 1)),
        whole=whole_digits(largest),
        largest_error=max(1.0, largest_magnitude(errors)) if errors is not None else 1.0,
        classes=classes,
        is_marked=is_marked,
    )


def _told_classes(moment: Moment) -> tuple[str, ...]:
    """Return the names of the classes, where these say more than the targets do."""
    decision, outputs = moment.snapshot.decision, len(moment.dataset.targets)
    if decision is None or (outputs == 1 and decision.classes in (("0", "1"), ("−1", "1"))):
        return ()
    return shortened(class_names(decision.classes), _CLASS_WIDTH)


def _texts(
    moment: Moment, rows: Rows, digits: int, classes: tuple[str, ...]
) -> tuple[_Texts, _Texts]:
    """Write the inputs and the targets, before these what tells the classes, if that is shown."""
    x = _Texts(rows.x, moment.dataset.inputs, digits, filled=rows.filled)
    blank = " " * (2 * max(map(cell_len, classes)) + len(" ✓ ")) if classes else ""
    told = [blank] * len(rows.numbers) if classes else []
    return x, _Texts(rows.f0, ("f₀",) * len(moment.dataset.targets), digits, told)


def _fits(moment: Moment, rows: Rows, classes: tuple[str, ...], room: int) -> bool:
    """Return whether every column has room."""
    x, f0 = _texts(moment, rows, _DIGITS[0], classes)
    return _input_cells(x, range(x.count)) + _target_cells(f0, range(f0.count)) <= room


def _wanted(inputs: Columns) -> list[int]:
    """Return the additional cells that each column needs to show its name."""
    return [
        max(cell_len(name) - widest(texts), 0)
        for name, texts in zip(inputs.names, inputs.texts, strict=True)
    ]


class _Texts:
    """The texts of the visible rows of some columns, written on demand."""

    def __init__(
        self,
        values: Array,
        names: Sequence[str],
        digits: int,
        told: Sequence[str] = (),
        filled: NDArray[np.bool_] | None = None,
    ) -> None:
        self.before = int(bool(told))
        """The columns of words that stand before those of the numbers."""
        self._values = values
        self._names = ("",) * self.before + tuple(names)
        self._digits = digits
        self._filled = filled
        self._written: dict[int, list[str]] = {0: list(told)} if told else {}
        self.count: int = values.shape[1] + self.before

    def _column(self, k: int) -> list[str]:
        if k not in self._written:
            least = min(cell_len(self._names[k]), _NAME_LEAST)
            texts = given(self._values[:, k - self.before], self._digits)
            if self._filled is not None and self._filled[:, k].any():
                gaps = self._filled[:, k]
                texts = [_marked(text, bool(gap)) for text, gap in zip(texts, gaps, strict=True)]
            self._written[k] = [text.rjust(least) for text in texts]
        return self._written[k]

    def columns(self, shown: range) -> Columns:
        """Return some of the columns."""
        names = tuple(self._names[k] for k in shown)
        return Columns(shown, names, [self._column(k) for k in shown], self.count)

    def cells(self, shown: range, marks: tuple[int, int], least: int = 0) -> int:
        """Return the width of some columns, with a space before each and the marks for the others.

        Args:
            shown: Which ones.
            least: The cells of a name that there has to be room for.
            marks: The cells of a mark on the left and of one on the right.
        """
        cells = marks[0] * (shown.start > 0) + marks[1] * (shown.stop < self.count)
        for k in shown:
            cells += 1 + max(widest(self._column(k)), min(cell_len(self._names[k]), least))
        return cells


def _in_sight(
    x: _Texts, f0: _Texts, room: int, few: int, first: tuple[int, int]
) -> tuple[range, range] | None:
    """Return the inputs and the targets that fit into view.

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
    """Return the width of some inputs; beside the line to the targets a mark needs no space."""
    return x.cells(shown, (_MARK, _MARK - 1), least)


def _target_cells(f0: _Texts, shown: range) -> int:
    """Return the width of some targets, each with its prediction and its error."""
    outputs = sum(o >= f0.before for o in shown)
    return f0.cells(shown, (_MARK - 1, _MARK)) + 2 * outputs * (NARROWEST + 1)


def _marked(text: str, is_filled: bool) -> str:
    """Put the mark of a filled-in cell before a number, or as much room."""
    number = text.lstrip()
    return " " * (len(text) - len(number)) + (FILLED if is_filled else " ") + number


def widest(texts: list[str]) -> int:
    """Return the cells that a column of texts takes."""
    return max(map(cell_len, texts), default=1)

"""The results of a gradient check, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from engine.common.numbers import general, grouped, relative_error, true_minus
from engine.model.hyperparameters import DECLARATIONS
from tui.drawing.lines import Row, cells_of, right
from tui.drawing.matrix import heading_row, in_sight, names_of
from tui.drawing.palette import Palette
from tui.drawing.short_names import shortened

if TYPE_CHECKING:
    from engine.common.declaration import Value
    from engine.formula.tensor import Array, Axis, Index
    from engine.inspection.snapshot import Snapshot
    from engine.proof.gradient_check import CellCheck, GradientCheck, ParameterCheck

HEAD = 3
"""The lines above the first parameter: two on the cell under the cursor, and one of what is due."""
NARROWEST = 6
_NOT_CHECKED = "·"
_MOST_ROWS = 200


class Checked:
    """A check, and the network and parameters that it was made with.

    Args:
        check: What it has found.
        snapshot: The state that the screen showed.
    """

    def __init__(self, check: GradientCheck, snapshot: Snapshot) -> None:
        self._axes = _axes(snapshot)
        self._settings = _settings(snapshot)
        self.parameters = {parameter.name: parameter for parameter in check.parameters}
        self.check = check
        self._values: dict[str, Array] = {name: snapshot.values[name] for name in self.parameters}

    def fits(self, snapshot: Snapshot) -> bool:
        """Return whether the shown network has the same parameters, whatever their values."""
        return _labels(_axes(snapshot)) == _labels(self._axes)

    def holds(self, snapshot: Snapshot) -> bool:
        """Return whether the check is still of the state on the screen."""
        if not self.fits(snapshot) or snapshot.iteration != self.check.iteration:
            return False
        if _settings(snapshot) != self._settings:
            return False
        return all((snapshot.values[name] == values).all() for name, values in self._values.items())

    def worst_row_and_column(self) -> list[int]:
        """Return where the worst failing gradient is; rows count on over all parameters."""
        above = 0
        for name, parameter in self.parameters.items():
            axes = self._axes[name]
            if parameter.failing:
                index = (0, 0, *parameter.failing[0].index)[-2:]
                return [above + index[0], index[1]]
            above += len(names_of(axes)[0])
        return [0, 0]


def _axes(snapshot: Snapshot) -> dict[str, tuple[Axis, ...]]:
    """Return the axes of the parameters, by name."""
    return {name: snapshot.listing.axes[name] for name in snapshot.listing.parameters}


def _labels(axes: dict[str, tuple[Axis, ...]]) -> dict[str, list[list[str]]]:
    """Return the labels of the axes by name, as each program has axes of its own."""
    return {name: [list(axis.labels) for axis in each] for name, each in axes.items()}


def _settings(snapshot: Snapshot) -> dict[str, Value]:
    """Return the hyperparameters that gradients may depend on: all that a run cannot change."""
    values = snapshot.hyperparameters.as_dict()
    return {name: values[name] for name, field in DECLARATIONS.items() if field.applies != "live"}


def head_rows(
    checked: Checked, cell: tuple[str, Index], holds: bool, palette: Palette, width: int
) -> list[Row]:
    """Write the finding on the cell under the cursor, with both numbers.

    Args:
        checked: What was found.
        cell: The parameter and the place under the cursor.
        holds: Whether that still is about what the screen shows; without a border nothing else
            tells of it.
        palette: The colours.
        width: The cells of a row.
    """
    parameter, index = cell
    found = checked.parameters[parameter].cells.get(index)
    if found is None:
        rows = [Row().add("this gradient was not in the sample", palette.dim), Row()]
    else:
        finding = found.finding
        style = _style(found, palette)
        words = str(finding.verdict)
        if finding.numeric == finding.numeric:
            words += f" {_error(found)}"
        room = min(cells_of(found.label), max(width - cell_len(words) - 1, 0))
        first = Row().add(found.label, palette.heading, width=room).add(f" {words}", style)
        second = Row().add("a ", palette.dim).add(_exact(finding.analytic), palette.text)
        second.add("  n ", palette.dim).add(_exact(finding.numeric), palette.text)
        rows = [first, second]
    due = Row() if holds else Row().add("outdated: d checks anew", palette.alarm)
    return [*rows, due]


def parameter_rows(
    checked: Checked,
    name: str,
    axes: tuple[Axis, ...],
    *,
    palette: Palette,
    width: int,
    names: int,
    cursor: tuple[int, int] | None,
    column: int,
) -> list[Row]:
    """Lay out one parameter: a heading, a row for each of its rows, and what it comes to.

    Args:
        checked: What was found.
        name: The parameter.
        axes: Its axes.
        palette: The colours.
        width: The cells of a row.
        names: The cells of the row names.
        cursor: Row and column of the cell under the cursor, if it is to be seen here.
        column: The column to have in sight.
    """
    parameter = checked.parameters[name]
    row_names, column_names = names_of(axes)
    symbol = parameter.symbol
    sight = in_sight(symbol, len(column_names), column, names, width - names, NARROWEST)
    rows = [heading_row(symbol, sight, column_names, names, NARROWEST, palette)]
    for i, row_name in enumerate(shortened(row_names[:_MOST_ROWS], names)):
        at = cursor is not None and cursor[0] == i
        row = Row().add(row_name, palette.heading if at else palette.label, width=names)
        for j in sight.columns:
            found = parameter.cells.get((i, j)[2 - len(axes) :] if axes else ())
            text = right(_NOT_CHECKED if found is None else _short(found), NARROWEST)
            style = palette.dim if found is None else _style(found, palette)
            if cursor == (i, j):
                row.add("›", palette.heading).add(text, style + palette.current)
            else:
                row.add(" " + text, style)
        rows.append(row)
    if len(row_names) > _MOST_ROWS:
        rows.append(Row().add(f"… {grouped(len(row_names) - _MOST_ROWS)} more rows", palette.dim))
    rows.append(_sum(parameter, palette))
    return rows


def _sum(parameter: ParameterCheck, palette: Palette) -> Row:
    """Summarise the check of a parameter in a line."""
    failing, worst = parameter.failing, parameter.worst
    row = Row()
    if failing:
        row.add(
            f"✗ {grouped(len(failing))} of {grouped(len(parameter.cells))} differ", palette.alarm
        )
    else:
        row.add(f"✓ {grouped(len(parameter.cells))} checked", palette.good)
        if len(parameter.cells) < parameter.size:
            row.add(f" of {grouped(parameter.size)}", palette.dim)
    if worst is not None:
        row.add(f", at most {_error(worst)}", palette.dim)
    return row


def _short(found: CellCheck) -> str:
    match found.finding.verdict.name:
        case "KINK":
            return "kink"
        case "UNTOLD":
            return "small"
        case "NOT_FINITE":
            return "✗ nan"
    mark = "✗" if found.finding.verdict.fails else ""
    return mark + _error(found)


def _error(found: CellCheck) -> str:
    """Write the relative error in a few characters."""
    error = found.finding.relative_error
    return true_minus(relative_error(error, 0)) if error else "0"


def _style(found: CellCheck, palette: Palette) -> Style:
    if found.finding.verdict.fails:
        return palette.alarm
    return palette.good if found.finding.verdict.name == "AGREES" else palette.label


def _exact(value: float) -> str:
    return true_minus(general(value, 7))

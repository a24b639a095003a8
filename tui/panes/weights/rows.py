"""The rows that the cursor of Weights goes through, and the lines that they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.panes.weights.check import HEAD as CHECK_HEAD
from tui.panes.weights.overview import CHECK, place, tensor_of

if TYPE_CHECKING:
    from engine.formula.tensor import Index
    from engine.program.listing import Listing

HEAD = 3
"""The lines above the first row of a tensor: two of summary, and the names of the columns."""


@dataclass(frozen=True)
class Rows:
    """The rows of one tensor, or of all parameters below each other.

    Attributes:
        listing: The tensors of the program.
        inspected: The tensor that is shown alone, or None.
        view: The view of the parameters.
    """

    listing: Listing
    inspected: str | None
    view: int

    @property
    def count(self) -> int:
        """The number of rows."""
        if self.inspected is not None:
            return self._rows_of(self.inspected)
        return sum(map(self._rows_of, self.listing.parameters))

    def columns_in(self, row: int) -> int:
        """Return the number of columns in a row."""
        name = self.parameter_at(row)[0] if self.inspected is None else self.inspected
        axes = self.listing.axes[name]
        return len(axes[-1].labels) if axes else 1

    def parameter_at(self, row: int) -> tuple[str, int]:
        """Return the parameter that a row of the overview is of, and its row there."""
        for parameter in self.listing.parameters:
            rows = self._rows_of(parameter)
            if row < rows:
                return parameter, row
            row -= rows
        return parameter, rows - 1

    def cell(self, row: int, column: int) -> tuple[str, Index]:
        """Return the tensor and the place in it of a row and a column."""
        if self.inspected is not None:
            return self.inspected, place(row, column, len(self.listing.axes[self.inspected]))
        parameter, row = self.parameter_at(row)
        name = tensor_of(self.listing, parameter, self.view)
        return name, place(row, column, len(self.listing.axes[parameter]))

    def line_of(self, row: int) -> int:
        """Return the line of the pane in which a row stands as numbers."""
        if self.inspected is not None:
            return row + HEAD
        line = 1 + (CHECK_HEAD if self.view == CHECK else 0)
        for parameter in self.listing.parameters:
            rows = self._rows_of(parameter)
            if row < rows:
                return line + row
            row -= rows
            line += rows + 2
        return line

    def _rows_of(self, name: str) -> int:
        axes = self.listing.axes[name]
        return len(axes[0].labels) if len(axes) > 1 else 1

"""Reads a sample by means of its own, so that the program's reading is not taken for granted."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parents[2] / "samples"


@dataclass(frozen=True)
class Table:
    """The inputs N × I, and the targets as they are written."""

    inputs: list[str]
    x: NDArray[np.float64]
    target: list[str]

    def column(self, name: str) -> NDArray[np.float64]:
        """Return one input."""
        return self.x[:, self.inputs.index(name)]


def parse(text: str) -> Table:
    """Read a CSV text; a first column called observation is left out."""
    header, *rows = csv.reader(io.StringIO(text))
    first = int(header[0] == "observation")
    x = np.array([[float(cell) for cell in row[first:-1]] for row in rows])
    return Table(header[first:-1], x, [row[-1] for row in rows])


def read(name: str) -> Table:
    """Read a bundled sample."""
    return parse((FOLDER / f"{name}.csv").read_text(encoding="utf-8"))

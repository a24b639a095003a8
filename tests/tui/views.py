"""What stands in the pane of the pictures, for the tests of each."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from rich.style import Style
from textual.pilot import Pilot

from engine import Dataset
from tests.tui.app import until
from tui.app import NNTui

SIZES = [(40, 10), (80, 24), (120, 36)]
at_three_sizes = pytest.mark.parametrize(
    "size", [*SIZES[:2], pytest.param(SIZES[2], marks=pytest.mark.slow)]
)
CLASSES = {"output_activation": "softmax", "loss": "cross-entropy"}


def drawn(app: NNTui) -> str:
    """What stands in the pane."""
    return "\n".join(line.text for line in app.frame.pictures._lines)


def cells(app: NNTui) -> Iterator[list[tuple[str, Style | None]]]:
    """Each line of the pane as cells."""
    for line in app.frame.pictures._lines:
        yield [(character, style) for t, style, _ in line for character in t]


async def go_to(app: NNTui, pilot: Pilot[None], view: str) -> None:
    await pilot.press("6")
    while app.frame.pictures.view != view:
        await pilot.press("v")
    await until(pilot, lambda: drawn(app).strip() and "drawing" not in drawn(app))


def of(inputs: int, outputs: int = 1, rows: int = 6) -> Dataset:
    random = np.random.RandomState(4)
    return Dataset.from_arrays(random.rand(rows, inputs), random.rand(rows, outputs))


def of_classes(count: int) -> Dataset:
    truth = np.arange(5 * count) % count
    x = np.random.RandomState(3).rand(len(truth), 2)
    names = tuple(f"kind=class_number_{k:02}" for k in range(count))
    return replace(Dataset.from_arrays(x, np.eye(count)[truth]), targets=names)

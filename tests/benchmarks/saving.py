"""What it costs that a run is saved while it trains."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from engine.common.progress import Cancel, never
from engine.data.table.read import read_dataset
from engine.debugger import Debugger
from engine.model.hyperparameters import Hyperparameters
from engine.saved.library import Library
from engine.saved.saver import INTERVAL, Saver
from tests.benchmarks.budget import Row
from tests.benchmarks.measure import alternate, timed

_ROUNDS, _SAVES = 9, 2
_BEGUN = 20_000
"""Iterations that are done before the time is taken."""


def rows() -> list[Row]:
    """Measure training with saving against training without."""
    with TemporaryDirectory() as folder:
        library = Library(Path(folder))
        plain = _begun()
        seconds = timed(lambda: plain.run_to(2 * _BEGUN))
        # Each turn is long enough for its saves.
        iterations = int(_BEGUN / seconds * (_SAVES + 0.1) * INTERVAL)

        def train(debugger: Debugger, cancel: Cancel) -> float:
            return timed(lambda: debugger.run_to(_BEGUN + iterations, cancel))

        def train_and_save() -> float:
            # A run of its own each time, as the first save writes all losses so far.
            debugger = _begun()
            saver = Saver(debugger, library.new(), library=library)
            seconds = train(debugger, saver.poll)
            saver.close("quit", here=True)
            return seconds

        comparison = alternate(lambda: train(_begun(), never), train_and_save, _ROUNDS)
    return [
        Row(
            what="training OR and saving the run",
            value=(1 - comparison.ratio) * 100,
            limit=2,
            form="{:.1f} % slower than without saving",
            detail=f"a save every {INTERVAL:.0f} s, median of {_ROUNDS} rounds, "
            f"{comparison.medians('s', 1, '{:.2f}')}",
        )
    ]


def _begun() -> Debugger:
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=10**9))
    debugger.run_to(_BEGUN)
    return debugger

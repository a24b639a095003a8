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


def rows() -> list[Row]:
    """Measure training with saving against training without."""
    with TemporaryDirectory() as folder:
        library = Library(Path(folder))
        plain, saved = (
            Debugger(read_dataset("or"), Hyperparameters(iterations=10**9)) for _ in range(2)
        )
        plain.run_to(20_000)
        saved.run_to(20_000)
        seconds = timed(lambda: plain.run_to(40_000))
        # Each turn is long enough for its saves.
        iterations = int(20_000 / seconds * (_SAVES + 0.1) * INTERVAL)

        def train(debugger: Debugger, cancel: Cancel) -> float:
            to = debugger.iteration + iterations
            return timed(lambda: debugger.run_to(to, cancel))

        def train_and_save() -> float:
            saver = Saver(saved, library.new(), library=library)
            seconds = train(saved, saver.poll)
            saver.close("quit", here=True)
            return seconds

        comparison = alternate(lambda: train(plain, never), train_and_save, _ROUNDS)
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

"""nn-tui with a defect in the engine that shows after some time."""

from engine.common.progress import Cancel
from engine.run.run import Run
from engine.stops.guard import Guard
from tui.cli import main

right = Run._run_freely


def wrong(self: Run, end: int, cancel: Cancel, guard: Guard | None) -> bool:
    if self.iteration >= 5000:
        raise ZeroDivisionError("a defect")
    return right(self, min(end, self.iteration + 1000), cancel, guard)


Run._run_freely = wrong  # type: ignore[method-assign]
main()

"""nn-tui with a defect in the engine that shows after some time."""

from engine.common.progress import Cancel
from engine.run.halt import Watch
from engine.run.motion import Motion
from tui.cli import main

right = Motion._run_freely


def wrong(self: Motion, end: int, cancel: Cancel, guard: Watch | None) -> bool:
    if self.iteration >= 5000:
        raise ZeroDivisionError("a defect")
    return right(self, min(end, self.iteration + 1000), cancel, guard)


Motion._run_freely = wrong  # type: ignore[method-assign]
main()

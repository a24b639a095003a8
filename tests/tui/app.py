"""The app in a headless terminal, for the tests."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from textual._compositor import Compositor
from textual.pilot import Pilot

from engine import Dataset, Debugger, Hyperparameters, Snapshot, read_dataset
from engine.common.pace import FULL, Speed
from engine.common.progress import Progress, silent
from tui.app import NNTui
from tui.opening.opened import Opening
from tui.view_state import State

SIZES = [(80, 24), (120, 36)]
at_two_sizes = pytest.mark.parametrize(
    "size", [SIZES[0], pytest.param(SIZES[1], marks=pytest.mark.slow)]
)
"""For what is the same in both: the larger one is left to the slow run."""


async def until(pilot: Pilot[None], condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait for a condition, without a fixed time, and for the parts of a screen that is new."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition() and all(screen.is_mounted for screen in pilot.app.screen_stack[-1:]):
            return
        await pilot.pause(0.01)
    raise AssertionError(f"it did not become true in {seconds} s\n{text(pilot.app)}")


def text(app: NNTui) -> str:
    """What stands on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def said(app: NNTui) -> str:
    """What it has told in passing, or as the run was opened, and still shows."""
    told = [notification.message for notification in app._notifications]
    return "\n".join([*told, *app.frame.notices])


def snapshot(app: NNTui) -> Snapshot:
    """The state that the screen shows."""
    assert app.moment is not None
    return app.moment.snapshot


def clock(app: NNTui) -> tuple[int, int]:
    """The iteration and the position that the screen shows."""
    return snapshot(app).iteration, snapshot(app).position


def state(app: NNTui) -> State:
    """What the run does, as the screen shows it."""
    assert app.moment is not None
    return app.moment.state


@dataclass
class PlainOpener:
    """Opens one run, which is not saved."""

    load: Callable[[], Debugger]
    progress: Progress = silent
    size: int = 0
    is_script: bool = False
    explicit: dict[str, object] = field(default_factory=dict)

    def offer(self) -> None:
        return None

    def start(self) -> Opening:
        return Opening(self.load())


def app_of(load: Callable[[], Debugger], speed: Speed = FULL) -> NNTui:
    """The app on what a function makes."""
    return NNTui("or.csv", lambda: PlainOpener(load), speed=speed)  # type: ignore[arg-type,return-value]


@asynccontextmanager
async def opened(
    size: tuple[int, int] = (120, 36),
    dataset: Dataset | None = None,
    *,
    notifications: bool = False,
    speed: Speed = FULL,
    **hyperparameters: object,
) -> AsyncIterator[tuple[NNTui, Pilot[None]]]:
    """The app on a dataset, by default OR, paused at iteration 0; what it tells may be shown."""

    def load() -> Debugger:
        values = Hyperparameters(**hyperparameters)  # type: ignore[arg-type]
        return Debugger(dataset or read_dataset("or"), values)

    app = app_of(load, speed)
    with pytest.MonkeyPatch.context() as meanwhile:
        # Nobody looks at how it opens, and half of that would be drawing.
        meanwhile.setattr(Compositor, "render_update", lambda *_, **__: None)
        async with app.run_test(size=size, notifications=notifications) as pilot:
            await until(pilot, lambda: app.moment is not None)
            await pilot.pause()
            meanwhile.undo()
            app.screen.refresh()
            await pilot.pause()
            yield app, pilot

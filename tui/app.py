"""The app: everything that it is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.events import Event, Key, Paste

from engine.common.pace import FULL, Speed
from tui.actions.asking import AskActions
from tui.actions.changes import ChangeActions
from tui.actions.clock import ClockActions
from tui.actions.deriving import DeriveActions
from tui.actions.ending import Ending
from tui.actions.general import GeneralActions
from tui.actions.looks import Looks
from tui.actions.opening import RunLoader
from tui.actions.panes import PaneActions
from tui.actions.showing import Showing
from tui.actions.stops import StopActions
from tui.actions.telling import Telling
from tui.bindings import bindings
from tui.drawing.numbers import show_few_digits
from tui.drawing.typed_line import pasted
from tui.panes.footer import KeysFooter

if TYPE_CHECKING:
    from tui.opening.open_run import Opener


class NNTui(
    PaneActions,
    ClockActions,
    StopActions,
    ChangeActions,
    AskActions,
    DeriveActions,
    GeneralActions,
    Showing,
    Looks,
    Telling,
    Ending,
):
    """The debugger on the screen.

    Args:
        data: The name of what is opened.
        opener: Makes what opens it; None where the screen is to ask what to open.
        fps: How often to draw a second, at most.
        calm: Whether only the header is drawn while training.
        speed: The speed of a run, to begin with.
        ask: Makes what opens the data, or the saved run, that the answer names.
    """

    TITLE = "nn-tui"
    CSS_PATH = "app.tcss"
    BINDINGS = bindings()
    AUTO_FOCUS: ClassVar[str | None] = None

    def __init__(
        self,
        data: str,
        opener: Callable[[], Opener] | None,
        fps: float = 10.0,
        *,
        calm: bool = False,
        speed: Speed = FULL,
        ask: Callable[[str | None, str | None], Opener] | None = None,
    ) -> None:
        super().__init__(data, fps, calm, speed)
        show_few_digits(False)
        self._loader = RunLoader(self, opener, ask)

    def read_again(self, **options: object) -> None:
        self._loader.read_again(**options)

    def read_script_again(self) -> bool:
        return self._loader.read_script_again()

    def compose(self) -> ComposeResult:
        yield self.frame
        yield KeysFooter()

    def on_mount(self) -> None:
        self.frame.go_to(self.frame.active)
        self._loader.begin()

    async def on_event(self, event: Event) -> None:
        if self._loader.holds(event) or (self.is_leaving and isinstance(event, (Key, Paste))):
            return
        if isinstance(event, Key):
            self.frame.forget_notices()
        if isinstance(event, Paste) and not event.is_forwarded:
            # Here, as the palette has a line of its own.
            event.text = pasted(event.text)
        await super().on_event(event)

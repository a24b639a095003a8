"""The question whether to continue a saved run, and the list of saved runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.common.numbers import grouped
from tui.dialogs.dialog import Dialog
from tui.drawing.list_text import ago, aligned, brief, brief_loss
from tui.opening.prepare import CONTINUE, COPY, READ_ONLY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.saved.library import Entry
    from engine.saved.manifest import Saved

_ENDS = {
    "quit": "when you quit",
    "SIGHUP": "when the link dropped",
    "SIGTERM": "when it was ended from outside",
    "SIGQUIT": "when it was ended from outside",
    "SIGINT": "when it was interrupted",
    "error": "when the program failed",
}


@dataclass(frozen=True)
class Choice:
    """The run to open: a saved one, or None for one anew."""

    entry: Entry | None
    how: str = CONTINUE


def summary(saved: Saved) -> str:
    """Write the iteration and the state of a run."""
    return f"{saved.name} at iteration {grouped(saved.iteration)} of {grouped(saved.planned)}"


def when(saved: Saved, now: float) -> str:
    """Write when and why a run was saved last."""
    end = _ENDS.get(saved.ended, "before it ended unexpectedly")
    return f"saved {ago(max(now - saved.saved, 0.0))}, {end}"


class ResumeScreen(Dialog[Choice]):
    """Asks once, before anything is read.

    Args:
        offer: The run to ask about.
        others: How many other runs there are to choose from.
    """

    BINDINGS = [  # noqa: RUF012 (Textual declares it so)
        Binding("r,enter", "resume", "resume"),
        Binding("c", f"open('{COPY}')", "copy"),
        Binding("o", f"open('{READ_ONLY}')", "read-only"),
        Binding("n,escape", "new", "new"),
        Binding("b", "browse", "browse"),
    ]

    def __init__(self, offer: Entry, runs: Sequence[Entry]) -> None:
        super().__init__()
        self._offer = offer
        self._runs = runs

    def compose(self) -> ComposeResult:
        saved, holder = self._offer.saved, self._offer.holder
        assert saved is not None
        words = Text()
        with Container() as box:
            if holder is None:
                box.border_title = "Resume?"
                words.append(f"Resume {summary(saved)}, {when(saved, time.time())}?")
                keys = "[R]esume   [N]ew   [B]rowse"
            else:
                box.border_title = "This run is open elsewhere"
                words.append(f"{summary(saved)} is open in {holder.words}.")
                keys = "[C]opy of its last save   [O]nly look   [N]ew   [B]rowse"
            words.append(f"\nE {brief_loss(saved.loss)}, network {saved.network}", style="dim")
            words.append(f"\n\n{keys}", style="bold")
            yield Static(words)

    def action_resume(self) -> None:
        """Continue the run."""
        if self._offer.holder is None:
            self.dismiss(Choice(self._offer))

    def action_open(self, how: str) -> None:
        """Open the run without continuing it."""
        self.dismiss(Choice(self._offer, how))

    def action_new(self) -> None:
        """Start anew; the saved run stays."""
        self.dismiss(Choice(None))

    def action_browse(self) -> None:
        """Choose from the list."""

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self.dismiss(choice)

        self.app.push_screen(BrowseScreen(self._runs), chosen)


def _cells(entry: Entry, now: float) -> list[str]:
    saved = entry.saved
    assert saved is not None
    held = f"   open in {entry.holder.words}" if entry.holder else ""
    return [
        f"iteration {grouped(saved.iteration)} / {grouped(saved.planned)}",
        f"E {brief_loss(saved.loss)}",
        brief(saved.network),
        f"{ago(max(now - saved.saved, 0.0))}{held}",
    ]


class _Runs(OptionList):
    """Textual's list, for keys that come before it has any room."""

    def action_page_down(self) -> None:
        # A page is counted in lines, which it does not have then.
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]

    def action_page_up(self) -> None:
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]


class BrowseScreen(Dialog[Choice]):
    """The saved runs on the same data."""

    BINDINGS: ClassVar = [
        Binding("escape,q", "dismiss", "back"),
    ]

    def __init__(self, runs: Sequence[Entry]) -> None:
        super().__init__(classes="-wide")
        self._runs = runs
        now = time.time()
        lines = aligned([_cells(entry, now) for entry in runs])
        options = [Option(Text(line), id=str(i)) for i, line in enumerate(lines)]
        self._box = _Runs(*options, id="list")

    def compose(self) -> ComposeResult:
        self._box.border_title = "Saved runs"
        self._box.border_subtitle = "Enter opens · Esc back"
        yield self._box

    def on_mount(self) -> None:
        self._box.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        entry = self._runs[int(event.option.id or 0)]
        self.dismiss(Choice(entry, COPY if entry.holder else CONTINUE))

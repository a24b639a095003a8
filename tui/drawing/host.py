"""The app as its panes and dialogs see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from textual.app import App

    from engine.debugger import Debugger
    from engine.formula.arithmetic import Explanation
    from engine.formula.tensor import Cell
    from engine.inspection.snapshot import StopView
    from tui.drawing.palette import Palette
    from tui.engine_link import Command
    from tui.view_state import Moment

T = TypeVar("T")


class Host:
    """The app, as far as what is drawn on it has to know it; its actions do all this."""

    palette: Palette
    """The colours of the present theme."""
    keymap: dict[str, str]
    """The keys that the settings give actions instead of their own."""
    moment: Moment | None
    """The state that is drawn; None before there is any."""

    @property
    def depth(self) -> int:
        """The number of colours of the terminal or the theme; 0 for all that there are."""
        raise NotImplementedError

    def say(self, words: str) -> None:
        """Tell something in passing."""

    def ask(self, question: Callable[[Debugger], T], then: Callable[[T], None]) -> None:
        """Ask the debugger a question; `then` gets the answer."""

    def do(self, command: Command) -> None:
        """Execute a command, then draw."""

    def inspect(self, name: str) -> None:
        """Show a tensor in the inspector and go there."""

    def edit_cell(self) -> None:
        """Ask for another value of the weight under the cursor."""

    def nudge(self, percent: int) -> None:
        """Change the weight under the cursor by so many per cent."""

    @property
    def score(self) -> str:
        """The progress of an exercise, in words; "" where the run is none."""
        raise NotImplementedError

    @property
    def exercise_keys(self) -> Mapping[str, str]:
        """The names of keys in the pane that has the focus, as the run is an exercise."""
        raise NotImplementedError

    def derive(self, name: str) -> bool:
        """Ask for the formula of a line, or mark it as wrong; false if the run is no exercise."""
        raise NotImplementedError

    def tell_the_way_to_a_weight(self, wanted: str | None = None) -> None:
        """Say how to come from where one is to a number that can be changed.

        Args:
            wanted: The tensor that one wanted to change; in Weights, the inspected one.
        """

    def choose_columns(self) -> None:
        """Ask which column of the table is what."""

    def prompt_new_stop(self, kind: str) -> None:
        """Ask for a watch or a breakpoint."""

    def prompt_stop(self, stop: StopView) -> None:
        """Ask for another condition of a stop."""

    def change_branch(self, command: Command) -> None:
        """Switch to another branch, or drop one."""

    def explain_cell(
        self, cell: Cell, then: Callable[[Explanation], None], after: int | None = None
    ) -> None:
        """Explain a cell of an explanation, at the clock or at the end of an iteration."""

    def give_up_search(self) -> None:
        """End a search that is under way."""

    def go_to_iteration(self, iteration: int) -> None:
        """Pause, and go to where an iteration begins."""

    def read_again(self, **options: object) -> None:
        """Read the table in another way and start a new run on it; the present one is kept.

        Args:
            **options: The fields of `TableOptions` that are to be others.
        """


def host_of(app: App[Any]) -> Host:
    """Return the app of a widget as what it is here."""
    return cast("Host", app)

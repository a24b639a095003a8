"""The prompt for a formula that is to be derived."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from textual.widgets import Input

from tui.dialogs.prompt import PromptScreen

if TYPE_CHECKING:
    from engine.derive import Verdict

_WAYS = "* element by element   @ matrix product   .T transposed   sum(…, 0) over rows"


class DeriveScreen(PromptScreen["Verdict"]):
    """Asks for a formula until it is right, and remembers what was typed whatever happens.

    Args:
        symbol: The left-hand side.
        names: What the formula can name.
        parse: Tries a formula; raises InputError with what is wrong.
        name: The line.
        drafts: What was typed last, by line.
    """

    def __init__(
        self,
        symbol: str,
        names: str,
        parse: Callable[[str], Future[Verdict]],
        name: str,
        drafts: dict[str, str],
    ) -> None:
        super().__init__(f"{symbol} =", f"{names}\n{_WAYS}", parse, drafts.get(name, ""))
        self.add_class("-wide")
        # What is there is to be gone on with, not to be typed over.
        self.field.select_on_focus = False
        self._name_of_line, self._drafts = name, drafts

    def on_input_changed(self, event: Input.Changed) -> None:
        """Keep what is typed."""
        self._drafts[self._name_of_line] = event.value

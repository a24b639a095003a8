"""A question with a line for the answer."""

from __future__ import annotations

from asyncio import wrap_future
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.suggester import Suggester
from textual.widgets import Input, Static

from engine.common.errors import InputError
from tui.dialogs.dialog import Dialog
from tui.drawing.typed_line import TypedLine

T = TypeVar("T")


def at_once(parse: Callable[[str], T]) -> Callable[[str], Future[T]]:
    """Turn a function that answers at once into an asynchronous one for a prompt."""

    def answered(text: str) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(parse(text))
        except InputError as error:
            future.set_exception(error)
        return future

    return answered


class PromptScreen(Dialog[T], Generic[T]):
    """Asks for a line and closes with its parsed value, or with None on Esc.

    Args:
        title: The title of what is asked for.
        hint: A hint at what may be typed.
        parse: Turns the line into the answer; where that raises InputError, the line
            stays, with what is wrong with it.
        value: The text that the line begins with.
        suggester: Completes what is typed, if anything does.

    Attributes:
        field: The line in which it is typed.
    """

    BINDINGS = [Binding("escape", "dismiss", "cancel")]  # noqa: RUF012 (Textual declares it so)

    def __init__(
        self,
        title: str,
        hint: str,
        parse: Callable[[str], Future[T]],
        value: str = "",
        suggester: Suggester | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._parse = parse
        # Kept, as an answer may come when nothing of the screen can be found any more.
        self.field = TypedLine(value, compact=True, select_on_focus=True, suggester=suggester)
        self._hint = Static(Text(hint), id="hint")

    def compose(self) -> ComposeResult:
        with Container() as box:
            # Names from a file are no markup.
            box.border_title = Text(self._title)
            box.border_subtitle = "Enter accepts, Esc cancels"
            yield self.field
            yield self._hint

    def on_mount(self) -> None:
        self.field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        # In a worker, as the answer may have to wait for a long way, and Esc may not.
        self.run_worker(self._answer(event.value), exclusive=True)

    async def _answer(self, text: str) -> None:
        try:
            answer = await wrap_future(self._parse(text))
        except InputError as error:
            self._hint.update(Text(str(error), style="bold"))
        else:
            self.dismiss(answer)

"""The prompt that evaluates expressions."""

from __future__ import annotations

from asyncio import wrap_future
from collections.abc import Callable
from concurrent.futures import Future

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.suggester import Suggester
from textual.widgets import Input, Static
from textual.worker import Worker

from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.formula.tensor import Array
from engine.inspection.ask import Scan
from engine.language.functions import FUNCTIONS
from engine.reports.answer import scan_text, value_text
from tui.dialogs.dialog import Dialog
from tui.drawing.host import host_of
from tui.drawing.typed_line import TypedLine

HINT = (
    "norm(dE_dw)   E - prev(E)   dE_dv[input2, g1]   all(isfinite(w))\n"
    "norm(dE_dw) over 1000.. looks through the iterations from 1,000 on\n"
    f"functions: {' '.join([*FUNCTIONS, 'prev'])}"
)


class EvaluateScreen(Dialog[None]):
    """Stays open for one expression after another; ↑ brings the last one back."""

    BINDINGS = [  # noqa: RUF012 (Textual declares it so)
        Binding("escape", "close", "close"),
        Binding("up", "earlier(-1)", "the previous expression"),
        Binding("down", "earlier(1)", "the next expression"),
        Binding("ctrl+g", "go", "go to the iteration found"),
    ]

    def __init__(
        self,
        evaluate: Callable[[str], Future[Array | Scan | None]],
        typed: list[str],
        suggester: Suggester,
    ) -> None:
        super().__init__(classes="-wide")
        self._evaluate = evaluate
        # Kept, as keys and answers come also when nothing of the screen can be found.
        self._line = TypedLine(compact=True, placeholder="an expression", suggester=suggester)
        self._result = Static(Text(HINT), id="result")
        self._typed = typed
        self._at = len(typed)
        self._found: int | None = None
        self._answering: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        with Container() as box:
            box.border_title = "Evaluate"
            box.border_subtitle = "Enter evaluates · Tab completes · ↑ earlier · Esc"
            yield self._line
            yield self._result

    def on_mount(self) -> None:
        self._line.focus()

    def action_earlier(self, step: int) -> None:
        """Show an earlier expression again."""
        self._at = min(max(self._at + step, 0), len(self._typed))
        earlier = self._typed[self._at] if self._at < len(self._typed) else ""
        self._line.value = earlier
        self._line.cursor_position = len(earlier)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if not text:
            return
        if text not in self._typed[-1:]:
            self._typed.append(text)
        self._at = len(self._typed)
        self._found = None
        self._show("looking …  Esc gives up")
        if self._answering is not None and not self._answering.is_finished:
            host_of(self.app).give_up_search()
        # In a worker, so that Esc is heard while it looks through many iterations.
        self._answering = self.run_worker(self._answer(text), exclusive=True)

    async def _answer(self, text: str) -> None:
        try:
            result = await wrap_future(self._evaluate(text))
        except InputError as error:
            self._show(str(error), "bold")
        else:
            self._show(self._scanned(result) if isinstance(result, Scan) else _written(result))

    def _show(self, text: str, style: str = "") -> None:
        self._result.update(Text(text, style=style))

    def _scanned(self, scan: Scan) -> str:
        found = scan.largest
        if found is None or (scan.query.is_condition and not found[1]):
            return scan_text(scan)
        self._found = found[0]
        told = f"ctrl+g goes there, to right after iteration {grouped(self._found)}"
        return f"{scan_text(scan)}\n{told}"

    def action_close(self) -> None:
        """Close the dialog and cancel the search."""
        host_of(self.app).give_up_search()
        self.dismiss()

    def action_go(self) -> None:
        """Go to the iteration that was found."""
        if self._found is not None:
            # The values of an iteration are there once it is complete.
            host_of(self.app).go_to_iteration(self._found + 1)
            self.dismiss()


def _written(value: Array | None) -> str:
    return "given up" if value is None else value_text(value)

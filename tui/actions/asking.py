"""Looking closer: explaining a number, evaluating, checking the gradients, copying."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.common.text import counted
from engine.inspection.typed_iterations import split_range
from tui.actions.base import Base
from tui.actions.explain_target import meant_number

if TYPE_CHECKING:
    from engine.common.progress import Cancel
    from engine.debugger import Debugger
    from engine.formula.arithmetic import Explanation
    from engine.formula.tensor import Array, Cell
    from engine.inspection.ask import Scan
    from engine.proof.gradient_check import GradientCheck

_NONFINITE = re.compile(r"\b(nan|inf)\b")
"""As Python writes what NumPy calls np.nan and np.inf."""


class AskActions(Base):
    """The keys that ask."""

    _typed: list[str] | None = None
    """The expressions evaluated so far."""

    def action_explain(self) -> None:
        """Explain the number that is meant in the active pane, or say why there is none."""
        if self.moment is None:
            return
        self.halt()
        moment = self.moment
        try:
            name, place = meant_number(self.frame, moment)
        except InputError as reason:
            self.say(str(reason))
            return

        def show(explanation: Explanation) -> None:
            # Dialogs are imported as they are opened, for the sake of the first frame.
            from tui.dialogs.explain import ExplainScreen

            self.push_screen(ExplainScreen(moment, explanation))

        self._explain(lambda debugger: debugger.explain(name, *place(debugger)), show)

    def explain_cell(
        self, cell: Cell, then: Callable[[Explanation], None], after: int | None = None
    ) -> None:

        def explain(debugger: Debugger) -> Explanation:
            return debugger.explain(cell.tensor, *cell.index, as_read=cell.before, after=after)

        self._explain(explain, then)

    def _explain(
        self, explain: Callable[[Debugger], Explanation], then: Callable[[Explanation], None]
    ) -> None:
        def question(debugger: Debugger) -> Explanation:
            try:
                return explain(debugger)
            except (KeyError, IndexError):
                # Between the key and the answer the run may have become another one.
                raise InputError("This cell is no longer there.") from None

        self.ask(question, then)

    def action_check(self) -> None:
        """Check the gradients at the clock, beside the screen's own thread."""
        if self.moment is None:
            return
        self.halt()
        far = (0, 0)

        def check(debugger: Debugger, cancel: Cancel) -> GradientCheck | None:
            from engine.proof.gradient_check import check_gradients

            def tell(done: int, total: int) -> None:
                nonlocal far
                far = (done, total)

            return check_gradients(debugger, tell, cancel)

        def show(found: GradientCheck | None) -> None:
            if found is None:
                self.say("The check was given up.")
                return
            from engine.proof.report import verdict_text

            self.frame.weights.show_check(found)
            self.frame.go_to("weights")
            self.say(verdict_text(found), severity="information" if found.passed else "error")

        self.travel(
            "checking the gradients", check, show, lambda: f"{grouped(far[0])} of {grouped(far[1])}"
        )

    def action_copy(self) -> None:
        if self.moment is None:
            return
        snapshot = self.moment.snapshot
        name = self.frame.weights.cell[0]
        if self.frame.active == "iteration":
            name = self.frame.iteration.line.name

        def copy(array: Array) -> None:
            numbers = _NONFINITE.sub(r"np.\1", repr(array.tolist()))
            self.copy_to_clipboard(f"{name} = np.array({numbers})")
            symbol = snapshot.listing.symbols[name]
            self.say(
                f"{symbol}, {counted(array.size, 'number')}, is on the clipboard as a NumPy array."
            )

        def value(debugger: Debugger) -> Array:
            try:
                return debugger.value(name)
            except KeyError:
                raise InputError("This tensor is no longer there.") from None

        self.ask(value, copy)

    def action_evaluate(self) -> None:
        if self.session is None or self.moment is None:
            return
        if self._typed is None:
            self._typed = []
        from tui.dialogs.completion import suggester_for
        from tui.dialogs.evaluate import EvaluateScreen

        suggester = suggester_for(self.moment)
        self.push_screen(EvaluateScreen(self._evaluate, self._typed, suggester))

    def _evaluate(self, text: str) -> Future[Array | Scan | None]:
        assert self.session is not None
        span = split_range(text)
        if span is None:
            return self.session.request(lambda debugger: debugger.evaluate(text))
        self.asked_over = span[0]
        return self.session.request_long(lambda debugger, cancel: debugger.scan(*span, cancel))

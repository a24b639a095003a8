"""Going from pane to pane, looking closer, asking why."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from engine.common.errors import InputError
from engine.common.text import clean
from engine.maths.arithmetic import Cell, Explanation
from tui.actions.changes import Changing
from tui.actions.explain_target import meant_number
from tui.dialogs.explain import ExplainScreen
from tui.dialogs.help import HelpScreen
from tui.dialogs.prompt import PromptScreen
from tui.keys import KEYS
from tui.panes.dataset.pane import DatasetPane
from tui.panes.iteration import IterationPane
from tui.panes.loss.pane import LossPane
from tui.panes.weights.pane import WeightsPane

if TYPE_CHECKING:
    from engine.common.progress import Cancel
    from engine.debugger import Debugger
    from engine.maths.tensor import Array
    from engine.proof.gradient_check import GradientCheck

_NONFINITE = re.compile(r"\b(nan|inf)\b")
"""As Python writes what NumPy calls np.nan and np.inf."""


class Seeing(Changing):
    """The keys of the panes."""

    def action_pane(self, name: str) -> None:
        """Go to a pane."""
        self.frame.go_to(name)

    def action_focus_next(self) -> None:
        self.frame.go_on(1)

    def action_focus_previous(self) -> None:
        self.frame.go_on(-1)

    def action_maximise(self) -> None:
        self.frame.maximised = not self.frame.maximised
        self.frame.go_to(self.frame.active)

    def action_move(self, direction: str) -> None:
        self.frame.move(direction)

    async def action_pane_key(self, action: str) -> None:
        """Have the active pane do what a key of its own does, or the pane that does it for all."""
        key = next(key for key in KEYS if key.action == action)
        name = self.frame.active if self.frame.active in key.panes else key.home
        if name:
            await self.run_action(action, self.frame.panes[name])

    def choose_columns(self) -> None:
        """Ask which column of the table is what."""
        # Imported here, as the first frame need not wait for NumPy.
        from tui.dialogs.columns import ColumnsScreen

        if self._moment is not None and self._moment.dataset.columns:
            self.push_screen(ColumnsScreen(self._moment))

    def action_export(self) -> None:
        if self._session is None or self._debugger is None:
            return
        session = self._session
        name = self._debugger.dataset.name.rpartition(".")[0] or "run"

        def written(path: str) -> Future[str]:
            def write(debugger: Debugger) -> str:
                from engine.reports.export import FILES, export

                paths = export(debugger, path.strip() or f"{name}-results")
                return f"Written to {clean(str(paths[0].parent))}: {', '.join(FILES)}."

            return session.request(write)

        hint = "a folder for predictions, history and parameters"
        prompt = PromptScreen("Export to", hint, written, f"{name}-results")
        self.push_screen(prompt, lambda told: self._tell(told or ""))

    def inspect(self, name: str) -> None:
        """Show a tensor in the inspector and go there."""
        self.frame.weights.inspect(name)
        self.frame.go_to("weights")
        self._tell("")

    def action_explain(self) -> None:
        """Explain the number that is meant in the active pane, or say why there is none."""
        if self._moment is None:
            return
        self._halt()
        moment = self._moment
        try:
            name, place = meant_number(self.frame, moment)
        except InputError as reason:
            self._say(str(reason))
            return

        def show(explanation: Explanation) -> None:
            self.push_screen(ExplainScreen(moment, explanation))

        self._explain(lambda debugger: debugger.explain(name, *place(debugger)), show)

    def explain_cell(
        self, cell: Cell, then: Callable[[Explanation], None], after: int | None = None
    ) -> None:
        """Have a cell of an explanation explained, at the clock or at the end of an iteration."""

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

        self._ask(question, then)

    def action_check(self) -> None:
        """Check the gradients at the clock, beside the screen's own thread."""
        if self._moment is None:
            return
        self._halt()
        far = (0, 0)

        def check(debugger: Debugger, cancel: Cancel) -> GradientCheck | None:
            from engine.proof.gradient_check import check_gradients

            def tell(done: int, total: int) -> None:
                nonlocal far
                far = (done, total)

            return check_gradients(debugger, tell, cancel)

        def show(found: GradientCheck | None) -> None:
            if found is None:
                self._say("The check was given up.")
                return
            from engine.proof.report import verdict_text

            self.frame.weights.show_check(found)
            self.frame.go_to("weights")
            self._say(verdict_text(found), severity="information" if found.passed else "error")

        self._travel("checking the gradients", check, show, lambda: f"{far[0]:,} of {far[1]:,}")

    def action_copy(self) -> None:
        if self._moment is None:
            return
        snapshot = self._moment.snapshot
        name = self.frame.weights.cell[0]
        if self.frame.active == "iteration":
            name = self.frame.iteration.line.name

        def copy(array: Array) -> None:
            numbers = _NONFINITE.sub(r"np.\1", repr(array.tolist()))
            self.copy_to_clipboard(f"{name} = np.array({numbers})")
            symbol = snapshot.listing.symbols[name]
            self._say(f"{symbol}, {array.size:,} numbers, is on the clipboard as a NumPy array.")

        def value(debugger: Debugger) -> Array:
            try:
                return debugger.value(name)
            except KeyError:
                raise InputError("This tensor is no longer there.") from None

        self._ask(value, copy)

    def on_dataset_pane_selected(self, message: DatasetPane.Selected) -> None:
        self.frame.weights.follow(message.observation)
        self._select(message.observation)

    def on_weights_pane_row_chosen(self, message: WeightsPane.RowChosen) -> None:
        self.frame.dataset.follow(message.observation)
        self._select(message.observation)

    def on_iteration_pane_opened(self, message: IterationPane.Opened) -> None:
        self.inspect(message.name)

    def on_loss_pane_chosen(self, message: LossPane.Chosen) -> None:
        self._draw()

    def _select(self, observation: int) -> None:
        self._selected = observation
        self._tell("")

    def on_dataset_pane_window_moved(self) -> None:
        self._tell("")

    def on_weights_pane_window_moved(self) -> None:
        self._tell("")

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Save the screen as a picture, where that can be, and say where or why not."""
        problem: OSError | None = None
        for folder in (path,) if path else (platformdirs.user_downloads_dir(), ".", "~"):
            try:
                picture = Path(self.save_screenshot(filename, folder)).absolute()
            except OSError as error:
                problem = error
            else:
                self._say(f"The screen is saved as {clean(str(picture), 400)}")
                return
        assert problem is not None
        where = clean(str(problem.filename), 400)
        self._say(f"The screen is not saved: {where}: {problem.strerror}", severity="error")

    def action_help(self) -> None:
        self.push_screen(HelpScreen(self.palette))

"""Changing weights and hyperparameters, and taking it back."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from engine.common.declaration import Declaration, Value
from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.data.options import TABLE_DECLARATIONS
from engine.model.hyperparameters import DECLARATIONS
from tui.actions.base import Base
from tui.engine_link import Command
from tui.panes.hyperparameters import HyperparametersPane

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.formula.tensor import Index

_SMALLEST_NUDGE = 1e-3
"""The change of a weight that is 0 by a nudge."""


class ChangeActions(Base):
    """The keys that change the run."""

    def action_reset(self) -> None:
        if self.session is None or self.moment is None or self.read_script_again():
            return
        if self.moment.snapshot.computed:
            self.say("Reset to iteration 0. u brings the run before back; t lists both.")
        self.change_branch(lambda debugger: debugger.reset())

    def action_undo(self) -> None:
        self._take("undo")

    def action_redo(self) -> None:
        self._take("redo")

    def _take(self, which: str) -> None:
        if self.frame.active == "iteration" and self.take_answer(which):
            return

        def command(debugger: Debugger) -> str:
            done = debugger.undo() if which == "undo" else debugger.redo()
            if not done:
                raise InputError(f"There is nothing to {which}.")
            return f"{which.capitalize()}: {done}."

        self.halt()
        self.frame.loss.start_again()
        self.ask(command, self.tell)

    def change_branch(self, command: Command) -> None:
        self.halt()
        self.frame.loss.start_again()
        self.do(command)

    def action_branches(self) -> None:
        if self.moment is not None:
            from tui.dialogs.branches import BranchesScreen

            self.push_screen(BranchesScreen(self.moment))

    # Weights

    def nudge(self, percent: int) -> None:
        cell = self._parameter_cell()
        if cell is not None:
            name, index, _ = cell
            self._set_cell(name, index, lambda value: _nudged(value, percent))

    def _parameter_cell(self) -> tuple[str, Index, float] | None:
        """Return the parameter's cell under the cursor, or None, saying why."""
        if self.moment is None:
            return None
        self.halt()
        cell = self.frame.weights.parameter_cell()
        if self.frame.active != "weights" or cell is None:
            self.tell_the_way_to_a_weight()
            return None
        return cell

    def tell_the_way_to_a_weight(self, wanted: str | None = None) -> None:
        assert self.moment is not None
        listing, inspected = self.moment.snapshot.listing, self.frame.weights.inspected
        way = "4" if inspected is None or inspected in listing.parameters else "4, then Esc"
        if self.frame.active == "weights":
            wanted, way = inspected, "Esc"
        words = "" if wanted is None else f"{listing.symbols[wanted]} is no weight. "
        self.say(f"{words}To change a weight, go to it in Weights ({way}).")

    def edit_cell(self) -> None:
        if self.moment is None:
            return
        if self.frame.active != "weights":
            self.tell_the_way_to_a_weight()
            return
        cell = self._parameter_cell()
        if cell is None:
            return
        name, index, value = cell
        labels = ", ".join(self.moment.snapshot.labels(name, index))
        title = f"{self.moment.snapshot.listing.symbols[name]}[{labels}]"

        def given(number: float | None) -> None:
            if number is not None and number != value:
                self._set_cell(name, index, lambda before: number)

        from tui.dialogs.prompt import PromptScreen, at_once

        hint = "a number; u takes it back"
        self.push_screen(PromptScreen(title, hint, at_once(_number), repr(value)), given)

    def _set_cell(self, name: str, index: Index, change: Callable[[float], float]) -> None:
        """Change a cell from the value that it has when it is its turn."""

        def command(debugger: Debugger) -> str:
            branches = len(list(debugger.branches))
            try:
                before = float(debugger.parameters[name][index])
            except (KeyError, IndexError):
                # Between the key and the change the run may have become another one.
                raise InputError("This weight is no longer there.") from None
            debugger.edit(name, index, change(before))
            if len(list(debugger.branches)) > branches:
                return "This is the past: a new branch starts here, t lists both, u goes back."
            return ""

        self.ask(command, self.tell)

    # Hyperparameters

    def on_hyperparameters_pane_changed(self, message: HyperparametersPane.Changed) -> None:
        if message.name in TABLE_DECLARATIONS:
            self._read_with(TABLE_DECLARATIONS[message.name], message.value)
            return
        declaration = DECLARATIONS[message.name]
        if declaration.applies == "live":
            self.do(lambda debugger: debugger.change(**{message.name: message.value}))
            return
        restart = partial(_restart_with, message.name, message.value)
        if self.moment is None or not self.moment.snapshot.computed:
            self.change_branch(restart)
            return
        iteration = self.moment.snapshot.iteration
        question = (
            f"{declaration.label} = {message.value} needs a reset: the run, now at iteration "
            f"{grouped(iteration)}, starts again. u brings it back."
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self.change_branch(restart)

        self._confirm("Reset?", question, answered)

    @property
    def _is_saved(self) -> bool:
        saver = self.session.saver if self.session is not None else None
        return saver is not None and not saver.problem

    def _read_with(self, declaration: Declaration, value: Value) -> None:
        """Read the table in another way, after a question where that leaves a run."""
        if self.moment is None or not self.moment.snapshot.computed:
            self.read_again(**{declaration.name: value})
            return
        kept = "stays among the saved ones" if self._is_saved else "is lost, as it is not saved"
        question = (
            f"{declaration.label} = {value}: the table is read again, for a new run. The present "
            f"one, at iteration {grouped(self.moment.snapshot.iteration)}, {kept}."
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self.read_again(**{declaration.name: value})

        self._confirm("Read the table again?", question, answered)

    def _confirm(self, title: str, question: str, then: Callable[[bool | None], None]) -> None:
        from tui.dialogs.confirm import ConfirmScreen

        self.push_screen(ConfirmScreen(title, question), then)


def _nudged(value: float, percent: int) -> float:
    by = abs(value) * (percent / 100) or _SMALLEST_NUDGE * (1 if percent > 0 else -1)
    return value + by


def _number(text: str) -> float:
    try:
        number = float(text.strip().replace("−", "-"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError("a finite number is needed, e.g. 0.5 or -1e-3")
    return number


def _restart_with(name: str, value: Value, debugger: Debugger) -> None:
    debugger.reset(debugger.hyperparameters.replace(**{name: value}))

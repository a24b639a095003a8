"""The list of branches: a table of experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from engine.common.numbers import general, grouped, percent
from engine.common.text import counted
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.listing import ListScreen
from tui.dialogs.prompt import PromptScreen, at_once
from tui.drawing.lines import Row, cut, right, wrap
from tui.drawing.numbers import NOT_COMPUTED

if TYPE_CHECKING:
    from engine.inspection.experiments import Experiment
    from engine.inspection.snapshot import BranchView
    from tui.view_state import Moment

_NUMBER = 10
"""The cells of a number, with the blanks before it."""
_PLACE = 6
"""The cells of the mark of the present branch and of the number of a branch."""
_NAME_LEAST = 30
"""The cells that name and difference need to have a column each."""


class BranchesScreen(ListScreen):
    """Compare the branches; switch to one, rename it, or drop it."""

    BINDINGS: ClassVar = [
        Binding("enter,space", "switch", "switch"),
        Binding("e", "rename", "rename"),
        Binding("d,delete", "drop", "drop"),
    ]
    TITLE_TEXT = "Branches"
    KEYS_TEXT = "Enter switches · e renames · d drops · Esc"

    def __init__(self, moment: Moment) -> None:
        super().__init__(moment)
        self.cursor = next(i for i, b in enumerate(moment.snapshot.branches) if b.current)
        self._experiments: dict[int, Experiment] = {}
        self._compared: object = None

    def on_mount(self) -> None:
        super().on_mount()
        self._compare()

    def show(self, moment: Moment) -> None:
        super().show(moment)
        self._compare()

    def _compare(self) -> None:
        """Ask what came of the branches, where that is not known yet."""
        moment = self.moment
        snapshot = moment.snapshot
        state = tuple((b.number, b.label, b.computed) for b in snapshot.branches), snapshot.changes
        if moment.is_blurred or state == self._compared:
            return
        self._compared = state

        def compared(found: tuple[Experiment, ...]) -> None:
            self._experiments = {experiment.number: experiment for experiment in found}
            if self.is_mounted:
                self.lines.refill()

        self.host.ask(lambda debugger: debugger.experiments(), compared)

    def count(self) -> int:
        return len(self.moment.snapshot.branches)

    @property
    def line_of_cursor(self) -> int:
        return self.cursor + 1

    @property
    def chosen(self) -> BranchView:
        """The branch under the cursor."""
        return self.moment.snapshot.branches[self.cursor]

    def rows(self, width: int) -> list[Row]:
        palette = self.lines.palette
        branches = self.moment.snapshot.branches
        columns = self._columns()
        room = width - _PLACE - _NUMBER * len(columns)
        head = Row().add("", width=_PLACE).add("name", palette.heading, width=self._named(room))
        head.add("differs in" if room > self._named(room) else "", palette.heading)
        head.add("", width=_PLACE + room - head.width)
        for column in columns:
            head.add(right(column, _NUMBER), palette.heading)
        rows = [head, *(self._row(branch, columns, room) for branch in branches)]
        found = self._experiments.get(self.chosen.number)
        told = []
        if found is not None and found.differs and found.differs != found.label:
            told.append(f"{found.number} differs in: {found.differs}")
        if len(branches) == 1:
            told.append(
                "A change in the past, or a reset, starts a branch; the previous run stays here."
            )
        for words in told:
            rows += [Row(), *(Row().add(line, palette.label) for line in wrap(words, width))]
        return rows

    @staticmethod
    def _named(room: int) -> int:
        """Return the cells for a name: all there are, or half where what differs has a column."""
        return room // 2 if room >= 2 * _NAME_LEAST - 20 else room

    def _columns(self) -> tuple[str, ...]:
        """Return the names of the columns of numbers."""
        found = self._experiments.values()
        optional: tuple[str, ...] = ()
        if any(e.held_out_loss is not None for e in found):
            optional += ("held-out",)
        if any(e.accuracy is not None for e in found):
            optional += ("accuracy",)
        return ("iterations", "E", "best E", *optional)

    def _row(self, branch: BranchView, columns: tuple[str, ...], room: int) -> Row:
        palette, found = self.lines.palette, self._experiments.get(branch.number)
        row = Row().add("▶ " if branch.current else "  ", palette.heading)
        row.add(f"{branch.number:<4}", palette.dim)
        differs = "" if found is None or found.differs == branch.label else found.differs
        named = self._named(room) if differs else room
        row.add(cut(branch.label, named - 1), palette.text, width=named)
        row.add(cut(differs, room - named), palette.label, width=room - named)
        told = {"iterations": grouped(branch.computed)}
        if found is not None:
            told |= {"E": _loss(found.loss), "best E": _loss(found.best_loss)}
            told["held-out"] = _loss(found.held_out_loss)
            if found.accuracy is not None:
                told["accuracy"] = percent(found.accuracy, 1, " %")
        for column in columns:
            row.add(right(told.get(column, NOT_COMPUTED), _NUMBER), palette.label)
        return row

    def action_switch(self) -> None:
        """Go to the branch."""
        number = self.chosen.number
        present = next(b for b in self.moment.snapshot.branches if b.current)
        if present.number != number and not present.computed:
            self.host.say(
                f"“{present.label}” has no iteration, so it is not kept; u goes back to it."
            )
        self.host.change_branch(lambda debugger: debugger.branches.switch(number))
        self.dismiss()

    def action_rename(self) -> None:
        """Call the branch something else."""
        # Imported here, as the first frame need not wait for NumPy.
        from engine.run.branches import name_of

        branch = self.chosen

        def named(label: str | None) -> None:
            if label is not None and label != branch.label:
                self.host.do(lambda debugger: debugger.branches.rename(branch.number, label))

        prompt = PromptScreen("Name of the branch", "a few words", at_once(name_of), branch.label)
        self.app.push_screen(prompt, named)

    def action_drop(self) -> None:
        """Forget the branch."""
        branch = self.chosen
        if branch.current:
            self.host.say("This is the present branch: switch to another one first.")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.host.change_branch(lambda debugger: debugger.branches.drop(branch.number))

        computed = counted(branch.computed, "iteration")
        question = f"{branch.label}, {computed}: this cannot be undone."
        self.app.push_screen(ConfirmScreen("Drop the branch?", question), answered)


def _loss(value: float | None) -> str:
    return NOT_COMPUTED if value is None else general(value, 4)

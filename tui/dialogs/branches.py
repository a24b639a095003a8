"""The list of branches."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from engine.common.text import counted
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.listing import ListScreen
from tui.drawing.lines import Row, wrap

if TYPE_CHECKING:
    from engine.inspection.snapshot import BranchView
    from tui.view_state import Moment


class BranchesScreen(ListScreen):
    """Switch to a branch, or drop one."""

    BINDINGS: ClassVar = [
        Binding("enter,space", "switch", "switch"),
        Binding("d,delete", "drop", "drop"),
    ]
    TITLE_TEXT = "Branches"
    KEYS_TEXT = "Enter switches · d drops · Esc"

    def __init__(self, moment: Moment) -> None:
        super().__init__(moment)
        self.cursor = next(i for i, b in enumerate(moment.snapshot.branches) if b.current)

    def count(self) -> int:
        return len(self.moment.snapshot.branches)

    @property
    def chosen(self) -> BranchView:
        """The branch under the cursor."""
        return self.moment.snapshot.branches[self.cursor]

    def rows(self, width: int) -> list[Row]:
        palette = self.lines.palette
        branches = self.moment.snapshot.branches
        rows = [self._row(branch, width) for branch in branches]
        if len(branches) == 1:
            hint = "A change in the past, or a reset, starts a branch; the previous run stays here."
            rows += [Row(), *(Row().add(line, palette.dim) for line in wrap(hint, width))]
        return rows

    def _row(self, branch: BranchView, width: int) -> Row:
        palette = self.lines.palette
        row = Row().add("▶ " if branch.current else "  ", palette.heading)
        row.add(f"{branch.number:<4}", palette.dim)
        row.add(branch.label, palette.text)
        end = Row().add(f"  {counted(branch.computed, 'iteration')}", palette.label)
        return row.justified(end, width)

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

"""The roles of the table's columns: inputs, targets, the names of the observations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding

from engine.data.dataset import IGNORED, INDEX, ROLES, TARGET
from engine.data.options import NO_INDEX
from tui.dialogs.listing import ListScreen
from tui.drawing.lines import Row, wrap

if TYPE_CHECKING:
    from tui.view_state import Moment


class ColumnsScreen(ListScreen):
    """Choose what each column is; the table is then read again."""

    BINDINGS: ClassVar = [
        Binding("enter", "apply", "apply"),
        Binding("space,right,l", "turn(1)", "next role"),
        Binding("left,h", "turn(-1)", "role before"),
        Binding("t", "give('target')", "target"),
        Binding("i", "give('input')", "input"),
        Binding("o", "give('index')", "index"),
        Binding("x", "give('ignored')", "ignored"),
    ]
    TITLE_TEXT = "Columns"
    KEYS_TEXT = "←→ role · t i o x · Enter applies · Esc"

    def __init__(self, moment: Moment) -> None:
        super().__init__(moment)
        self._names = [name for name, _ in moment.dataset.columns]
        self._before = [role for _, role in moment.dataset.columns]
        self._roles = list(self._before)

    def count(self) -> int:
        return len(self._roles)

    def show(self, moment: Moment) -> None:
        """Ignore the change of state: the dialog is about the table."""

    def rows(self, width: int) -> list[Row]:
        palette = self.lines.palette
        rows = []
        for name, role, before in zip(self._names, self._roles, self._before, strict=True):
            row = Row().add(name or "(no name)", palette.text, width=max(width - 24, 8)).add("  ")
            style = palette.heading if role == TARGET else palette.label
            row.add(role, palette.dim if role == IGNORED else style, width=9)
            rows.append(row.add("changed" if role != before else "", palette.good))
        hint = "t target, i input, o names of the observations, x ignored; Enter starts a new run"
        return [*rows, Row(), *(Row().add(line, palette.dim) for line in wrap(hint, width))]

    def action_turn(self, step: int) -> None:
        """Set the column's role to the next or the previous one."""
        place = ROLES.index(self._roles[self.cursor])
        self.action_give(ROLES[(place + step) % len(ROLES)])

    def action_give(self, role: str) -> None:
        """Set the column's role; at most one column names the observations."""
        if role == INDEX and INDEX in self._roles:
            self._roles[self._roles.index(INDEX)] = IGNORED
        self._roles[self.cursor] = role
        self.lines.refill()

    def action_apply(self) -> None:
        """Read the table again, if anything has changed."""
        self.dismiss()
        if self._roles != self._before:
            self.host.read_again(**self._options())

    def _options(self) -> dict[str, Any]:
        named = {
            role: tuple(n for n, r in zip(self._names, self._roles, strict=True) if r == role)
            for role in ROLES
        }
        index = named[INDEX][0] if named[INDEX] else NO_INDEX
        return {"targets": named[TARGET], "index": index, "ignore": named[IGNORED]}

"""Where a number comes from, and from there on where its numbers come from."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding

from engine.expression import Cell, Explanation, format_number
from tui.lines import Row, cells_of, wrap
from tui.moment import Moment
from tui.screens.listing import ListScreen

_MOST_OPERANDS = 500


class ExplainScreen(ListScreen):
    """One explanation, its operands to choose from, and the way that led there."""

    BINDINGS: ClassVar = [
        Binding("enter,right,l", "follow", "explain the operand"),
        Binding("backspace,left,h", "return", "go back"),
        Binding("escape,q,x", "dismiss", "close"),
    ]
    TITLE_TEXT = "Explain"
    KEYS_TEXT = "↑ ↓ choose · Enter explains it · Backspace returns · Esc"

    def __init__(self, moment: Moment, explanation: Explanation) -> None:
        super().__init__(moment)
        self._trail = [(explanation, 0)]
        self._first = 0
        self.cursor = _leading(explanation)

    @property
    def explanation(self) -> Explanation:
        """What is explained now."""
        return self._trail[-1][0]

    @property
    def operands(self) -> tuple[Cell, ...]:
        """The numbers to choose from."""
        return self.explanation.operands[:_MOST_OPERANDS]

    @property
    def line_of_cursor(self) -> int:
        return self._first + self.cursor if self.operands else -1

    def count(self) -> int:
        return len(self.operands)

    def show(self, moment: Moment) -> None:
        """Stay as it is: it explains the moment at which it was asked for."""

    def rows(self, width: int) -> list[Row]:
        palette, explanation = self.lines.palette, self.explanation
        cell = explanation.cell
        rows = [self._way(width), Row()]
        row = Row().add(cell.label, palette.heading).add(" = ", palette.dim)
        row.add(format_number(cell.value), palette.number(cell.value, abs(cell.value)))
        iteration = self.moment.snapshot.values_iteration
        words = f"   in iteration {iteration:,}"
        if cell.tensor in self.moment.snapshot.listing.parameters:
            updated = explanation.leads_on and not cell.before
            words += ", after its update" if updated else ", before its update"
        rows.append(row.add(words, palette.dim))
        if explanation.leads_on:
            for text, style in (
                (f"{explanation.sign} {explanation.rule}", palette.text),
                (f"= {explanation.numbers}", palette.label),
            ):
                rows += [Row().add("  " + line, style) for line in wrap(text, width - 2)]
        else:
            rows.append(Row().add(f"  {explanation.rule}", palette.text))
        rows.append(Row())
        rows += [Row().add(line, palette.dim) for line in wrap(explanation.why, width)]
        rows.append(Row())
        self._first = len(rows)
        names = max((cells_of(cell.label) for cell in self.operands), default=0)
        for i, operand in enumerate(self.operands):
            row = Row().add("› " if i == self.cursor else "  ", palette.heading)
            row.add(operand.label, palette.text, width=names + 2)
            text = format_number(operand.value)
            rows.append(row.add(text, palette.number(operand.value, abs(operand.value))))
        return rows

    def _way(self, width: int) -> Row:
        palette = self.lines.palette
        symbols = [explanation.cell.symbol for explanation, _ in self._trail]
        while len(symbols) > 2 and sum(map(cells_of, symbols)) + 3 * len(symbols) > width:
            symbols = ["…", *symbols[2:]]
        row = Row().add("".join(f"{symbol} → " for symbol in symbols[:-1]), palette.dim)
        return row.add(symbols[-1], palette.text)

    def action_follow(self) -> None:
        """Explain the operand under the cursor."""
        if self.operands:
            self.nn.explain_cell(self.operands[self.cursor], self._arrive)

    def _arrive(self, explanation: Explanation) -> None:
        self._trail[-1] = (self.explanation, self.cursor)
        self._trail.append((explanation, 0))
        self.cursor = _leading(explanation)
        self.lines.refill()

    def action_return(self) -> None:
        """Go back to where the last Enter was pressed."""
        if len(self._trail) > 1:
            self._trail.pop()
            self.cursor = self._trail[-1][1]
            self.lines.refill()


def _leading(explanation: Explanation) -> int:
    """Return the operand to begin with: the largest that was computed, not given."""
    given = {"x", "f0", "eta", "eta0"}
    sizes = [
        -1.0 if cell.tensor in given else abs(cell.value)
        for cell in explanation.operands[:_MOST_OPERANDS]
    ]
    return sizes.index(max(sizes)) if sizes else 0

"""The origin of a number, and from there on the origin of its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.binding import Binding

from engine.common.numbers import format_number, grouped
from engine.formula.arithmetic import Explanation
from engine.formula.tensor import Cell
from tui.dialogs.listing import ListScreen
from tui.drawing.lines import Row, cells_of, wrap
from tui.drawing.yours import cell_rows
from tui.view_state import Moment

_MOST_OPERANDS = 500


@dataclass
class _Step:
    """One explanation on the way.

    Attributes:
        after: The iteration at whose end it was explained; None for the clock.
        cursor: The chosen operand.
    """

    explanation: Explanation
    after: int | None
    cursor: int = 0

    @property
    def leads_to(self) -> int | None:
        """The iteration at whose end its operands are explained; None for the clock."""
        made_in = self.explanation.made_in
        return self.after if made_in is None else made_in


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
        self._trail = [_Step(explanation, None)]
        self._first = 0
        self.cursor = _leading(explanation)

    @property
    def explanation(self) -> Explanation:
        """The explanation that is shown."""
        return self._trail[-1].explanation

    @property
    def operands(self) -> tuple[Cell, ...]:
        """The numbers to choose from; of what was only found, the cell in the iteration before."""
        if self.explanation.made_in is not None and not self.explanation.leads_on:
            return (self.explanation.cell,)
        return self.explanation.operands[:_MOST_OPERANDS]

    @property
    def line_of_cursor(self) -> int:
        return self._first + self.cursor if self.operands else -1

    def count(self) -> int:
        return len(self.operands)

    def show(self, moment: Moment) -> None:
        """Ignore the change of state: the explanation stays as it was requested."""

    def rows(self, width: int) -> list[Row]:
        palette, explanation = self.lines.palette, self.explanation
        cell = explanation.cell
        rows = [self._way(width), Row()]
        row = Row().add(cell.label, palette.heading).add(" = ", palette.dim)
        row.add(format_number(cell.value), palette.number(cell.value, abs(cell.value)))
        step = self._trail[-1]
        made_in = step.leads_to if explanation.leads_on else step.after
        iteration = self.moment.snapshot.values_iteration if made_in is None else made_in
        words = f"   in iteration {grouped(iteration)}"
        _, change = self.moment.snapshot.listing.parameters.get(cell.tensor, (None, None))
        if change is not None:
            words += ", before its update" if explanation.is_found else ", after its update"
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
        if self.moment.yours is not None:
            # A parameter after its update is what the script has in the next iteration.
            later = change is not None and not explanation.is_found
            beside = list(cell_rows(self.moment.yours, cell, iteration + later, palette, width))
            rows += [*beside, Row()] if beside else []
        rows += [Row().add(line, palette.dim) for line in wrap(explanation.why, width)]
        rows.append(Row())
        self._first = len(rows)
        labels = [cell.label for cell in self.operands]
        if step.leads_to is not None and not explanation.leads_on:
            labels = [f"{label} of iteration {grouped(step.leads_to)}" for label in labels]
        names = max(map(cells_of, labels), default=0)
        for i, (label, operand) in enumerate(zip(labels, self.operands, strict=True)):
            row = Row().add("› " if i == self.cursor else "  ", palette.heading)
            row.add(label, palette.text, width=names + 2)
            text = format_number(operand.value)
            rows.append(row.add(text, palette.number(operand.value, abs(operand.value))))
        return rows

    def _way(self, width: int) -> Row:
        palette = self.lines.palette
        passed = [step.explanation.cell for step in self._trail]
        names = [cell.label for cell in passed]
        if _length(names) > width:
            names = [cell.symbol for cell in passed]
        while len(names) > 2 and _length(names) > width:
            names = ["…", *names[2:]]
        row = Row().add("".join(f"{name} → " for name in names[:-1]), palette.dim)
        return row.add(names[-1], palette.text)

    def action_follow(self) -> None:
        """Explain the operand under the cursor."""
        if self.operands:
            after = self._trail[-1].leads_to
            arrive = partial(self._arrive, after)
            self.host.explain_cell(self.operands[self.cursor], arrive, after)

    def _arrive(self, after: int | None, explanation: Explanation) -> None:
        self._trail[-1].cursor = self.cursor
        self._trail.append(_Step(explanation, after))
        self.cursor = _leading(explanation)
        self.lines.refill()

    def action_return(self) -> None:
        """Go back to where the last Enter was pressed."""
        if len(self._trail) > 1:
            self._trail.pop()
            self.cursor = self._trail[-1].cursor
            self.lines.refill()


def _length(names: list[str]) -> int:
    return sum(map(cells_of, names)) + 3 * (len(names) - 1)


def _leading(explanation: Explanation) -> int:
    """Return the operand to begin with: of the largest term the largest that was computed."""
    given = {"x", "f0", "eta", "eta0"}
    operands = explanation.operands[:_MOST_OPERANDS]
    main = set(explanation.main_operands)
    ranks = [(cell in main, cell.tensor not in given, abs(cell.value)) for cell in operands]
    return ranks.index(max(ranks)) if ranks else 0

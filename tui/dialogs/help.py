"""The help: the keys and how to read the screen."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.dialogs.dialog import Dialog
from tui.drawing.palette import Palette
from tui.key import Key
from tui.keys import GROUPS, KEYS, TITLES

RECIPES = (
    (
        "Where does a weight's gradient come from?",
        "f computes the iteration to its end (to begin with another one: g, its number, Enter). "
        "4 goes to Weights; v until the gradients come first; arrows to the cell; x shows its "
        "arithmetic with the numbers in it. There, Enter on a number explains that one, "
        "Backspace returns.",
    ),
    (
        "And any other number?",
        "5 goes to Iteration, j to the line, Enter opens its tensor, arrows to the cell, x.",
    ),
    (
        "In which iteration was something largest, or first true?",
        "space runs to the end. Then : and, for example, norm(dE_dw) over 1000.. (the largest and "
        "the smallest) or E < 0.1 over all (the first). Any tensor has its name there: v w yhat g "
        "y f E dE_dw dE_dyhat …; in dE_dv[1, 0] rows and columns "
        "count from 0, or say dE_dv[input2, g1].",
    ),
    (
        "How to stop when something happens?",
        "w and a condition such as E < 0.1, then c to run; C goes back to the last stop.",
    ),
)

READING = (
    "One iteration is the list of operations in the pane Iteration: forward, loss, backward, "
    "update. The line marked ▶ runs next, ◂ are the values that it reads, ● is a breakpoint. A · "
    "stands for what this iteration has not computed. Between two iterations the values of the one "
    "that is complete stay.",
    "x inputs, f₀ targets, v w weights, ŷ y pre-activations, g f activations, E the loss. "
    "∘ multiplies element by element, · is the matrix product, ᵀ transposes.",
    "+ and − have a colour each, stronger the larger the number is beside its neighbours; what the "
    "last operation computed has a green ground. An exponent is shown where the decimals do not "
    "suffice, so 0.0000 is exactly 0. The loss of an iteration is E before its update.",
)


class HelpScreen(Dialog[None]):
    """Closed by the key that opened it, Esc or q.

    Args:
        palette: The colours.
        pane: The focused pane, whose keys stand first.
    """

    BINDINGS = [  # noqa: RUF012 (Textual declares it so)
        Binding("escape,question_mark,f1,q", "dismiss", "close help"),
        Binding("space", "turn", "page down"),
    ]

    def __init__(self, palette: Palette, keymap: Mapping[str, str], pane: str = "") -> None:
        super().__init__(classes="-wide")
        self._pane = pane
        self._palette = palette
        self._keymap = keymap
        self._scroll = VerticalScroll()

    def compose(self) -> ComposeResult:
        with self._scroll as scroll:
            scroll.border_title = "nn-tui: a debugger for backpropagation"
            scroll.border_subtitle = "↑ ↓ space scroll · Esc closes"
            yield Static(self._keys(self._own_keys()))
            yield Static(self._recipes())
            yield Static(self._keys(GROUPS))
            yield Static(Text("\n\n".join(READING), style=self._palette.text))

    def action_turn(self) -> None:
        """Show the next page, as pagers do."""
        self._scroll.scroll_page_down(animate=False)

    def _recipes(self) -> Group:
        return Group(
            *(
                Text(f"{question}\n", self._palette.heading).append(answer, self._palette.text)
                for question, answer in RECIPES
            ),
            "",
        )

    def _own_keys(self) -> dict[str, list[Key]]:
        """Return the keys of the focused pane."""
        own = [key for key in KEYS if self._pane in key.panes]
        return {f"In the pane {TITLES[self._pane]}": own} if own else {}

    def _keys(self, groups: dict[str, list[Key]]) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, style=self._palette.plus[1])
        table.add_column(style=self._palette.text)
        for group, keys in groups.items():
            table.add_row(Text(group, self._palette.heading))
            for key in keys:
                table.add_row(f"  {key.shown_with(self._keymap)}", key.help)
            table.add_row()
        return table

    def on_mount(self) -> None:
        self._scroll.focus()

"""The help: the keys and how to read the screen."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.keys import keys_by_group
from tui.palette import Palette
from tui.screens.dialog import Dialog

RECIPES = """\
Where does a number come from? f finishes the iteration. In Iteration (5), j to the line, Enter:
the inspector. Arrows to the cell, x: its arithmetic. Enter on a number in it goes on to its own.
In which iteration was something largest, or first true? Run (space), then : and, for example,
norm(dE_dw) over 1000.. or E < 0.1 over all. Names: v w yhat g y f E dE_dw dE_dyhat …
Where does a run first …? w and a condition, then c; C goes back to the last stop.
"""

READING = """\
One iteration is the list of operations in the pane Iteration: forward, loss, backward,
update. The line marked ▶ runs next, ◂ are the values that it reads, ● is a breakpoint. A · stands
for what this iteration has not computed. Between two iterations the values of the one that is
complete stay.

x inputs, f₀ targets, v w weights, ŷ y pre-activations, g f activations, E the loss.
∘ multiplies element by element, · is the matrix product, ᵀ transposes.

+ and − have a colour each, stronger the larger the number is beside its neighbours; what
the last operation computed has a green ground. An exponent is shown where the decimals
do not suffice, so 0.0000 is exactly 0. The loss of an iteration is E before its update."""


class HelpScreen(Dialog[None]):
    """Closed by the key that opened it, Esc or q."""

    BINDINGS = [  # noqa: RUF012 (Textual declares it so)
        Binding("escape,question_mark,f1,q", "dismiss", "close help")
    ]

    def __init__(self, palette: Palette) -> None:
        super().__init__(classes="-wide")
        self._palette = palette

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = "nn-tui: a debugger for backpropagation"
            scroll.border_subtitle = "↑ ↓ scroll · Esc closes"
            yield Static(Text(RECIPES, style=self._palette.text))
            yield Static(self._keys())
            yield Static(Text("\n" + READING, style=self._palette.text))

    def _keys(self) -> Text:
        text = Text()
        for group, keys in keys_by_group().items():
            text.append(f"{group}\n", self._palette.heading)
            for key in keys:
                text.append(f"  {key.shown:<18}", self._palette.plus[1])
                text.append(f"{key.help}\n", self._palette.text)
        text.rstrip()
        return text

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

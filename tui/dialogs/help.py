"""The help: the keys and how to read the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from tui.dialogs.dialog import Dialog
from tui.drawing.palette import Palette
from tui.drawing.typed_line import TypedLine
from tui.key import Key
from tui.keys import GROUPS, KEYS, TITLES

_TWO_COLUMNS = 100
"""Columns of the screen from which on the keys stand in two."""

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
    """All keys, those of the focused pane first; / goes to the line that searches them."""

    BINDINGS = [  # noqa: RUF012 (Textual declares it so)
        Binding("escape", "leave", "close help"),
        Binding("question_mark,f1,q", "dismiss", "close help"),
        Binding("space", "turn", "page down"),
        Binding("slash", "search", "search"),
        Binding("down", "scroll(1)", "down"),
        Binding("up", "scroll(-1)", "up"),
    ]

    def __init__(self, palette: Palette, keymap: Mapping[str, str], pane: str = "") -> None:
        super().__init__(classes="-wide")
        self._pane = pane
        self._palette = palette
        self._keymap = keymap
        self._line = TypedLine(placeholder="/ searches the keys", compact=True)
        self._contents = Static()
        self._scroll = VerticalScroll(self._contents)
        self._columns = 1

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "nn-tui: a debugger for backpropagation"
            box.border_subtitle = "/ searches · ↑ ↓ space scroll · Esc closes"
            yield self._line
            yield self._scroll

    def on_mount(self) -> None:
        self._scroll.focus()
        self._fill()

    def on_resize(self) -> None:
        """Choose between one column and two."""
        columns = 2 if self.app.size.width >= _TWO_COLUMNS else 1
        if columns != self._columns:
            self._columns = columns
            self._fill()

    def on_input_changed(self) -> None:
        """Show what is searched for."""
        self._fill()
        self._scroll.scroll_home(animate=False)

    def on_input_submitted(self) -> None:
        """Go back to scrolling."""
        self._scroll.focus()

    def action_leave(self) -> None:
        """Leave the search, or close."""
        if self._line.has_focus or self._line.value:
            self._line.value = ""
            self._scroll.focus()
        else:
            self.dismiss()

    def action_search(self) -> None:
        """Go to the line that searches."""
        self._line.focus()

    def action_turn(self) -> None:
        """Show the next page, as pagers do."""
        self._scroll.scroll_page_down(animate=False)

    def action_scroll(self, step: int) -> None:
        """Scroll by a line."""
        self._scroll.scroll_relative(y=step, animate=False)

    def _fill(self) -> None:
        words = self._line.value.lower().split()
        if words:
            found = {
                group: kept
                for group, keys in GROUPS.items()
                if (kept := [key for key in keys if _is_about(key, words)])
            }
            nothing = Text("There is no such key.", self._palette.text)
            self._contents.update(self._keys(found) if found else nothing)
            return
        own = [key for key in KEYS if self._pane in key.panes]
        parts: list[RenderableType] = []
        if own:
            parts.append(self._keys({f"In the pane {TITLES[self._pane]}": own}))
        parts += [self._recipes(), self._all_keys()]
        parts.append(Text("\n\n".join(READING), style=self._palette.text))
        self._contents.update(Group(*parts))

    def _recipes(self) -> Group:
        return Group(
            *(
                Text(f"{question}\n", self._palette.heading).append(answer, self._palette.text)
                for question, answer in RECIPES
            ),
            "",
        )

    def _all_keys(self) -> RenderableType:
        """Write the groups of keys, in two columns of about the same length where they fit."""
        groups = GROUPS
        if self._columns == 1:
            return self._keys(groups)
        total, taken = sum(map(len, groups.values())), 0
        left: dict[str, list[Key]] = {}
        right: dict[str, list[Key]] = {}
        for group, keys in groups.items():
            (left if taken < total / 2 else right)[group] = keys
            taken += len(keys)
        both = Table.grid(padding=(0, 2), expand=True)
        both.add_column(ratio=1)
        both.add_column(ratio=1)
        both.add_row(self._keys(left), self._keys(right))
        return both

    def _keys(self, groups: Mapping[str, Sequence[Key]]) -> Group:
        parts: list[RenderableType] = []
        widest = max(len(k.shown_with(self._keymap)) for keys in groups.values() for k in keys)
        for group, keys in groups.items():
            table = Table.grid(padding=(0, 2))
            table.add_column(no_wrap=True, style=self._palette.plus[1], width=widest + 2)
            table.add_column(style=self._palette.text)
            for key in keys:
                table.add_row(f"  {key.shown_with(self._keymap)}", key.help)
            parts += [Text(group, self._palette.heading), table, ""]
        return Group(*parts)


def _is_about(key: Key, words: Sequence[str]) -> bool:
    """Return whether a key is told of in all of the words, or is called by the only one."""
    told = " ".join((key.help, key.label, key.title, *key.panes.values())).lower()
    return all(word in told for word in words) or words == [key.shown.lower()]

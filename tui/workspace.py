"""The frame: which panes there are, where they stand, which one has the focus."""

from __future__ import annotations

from time import monotonic

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.widgets import Static

from tui.drawing.lines import LinesView
from tui.drawing.numbers import show_few_digits
from tui.keys import TITLES
from tui.panes.dataset.pane import DatasetPane
from tui.panes.header import Header
from tui.panes.hyperparameters import HyperparametersPane
from tui.panes.iteration import IterationPane
from tui.panes.loss.pane import LossPane
from tui.panes.pictures.pane import PicturesPane
from tui.panes.tabs import PaneTabs
from tui.panes.weights.pane import WeightsPane
from tui.view_state import Moment

_WIDE, _TALL = 112, 30
"""Columns and lines from which on all panes at once can each show what they are for."""
_BIG = (160, 45)
"""Columns and lines from which on Weights and Pictures are both shown."""
_LEFT = (0.31, 43)
"""The share of the columns that Dataset and Hyperparameters have, and the least."""
_LEFT_OF_BIG = 0.27
"""Their share where Weights and Pictures are both shown."""
_TOP = (0.4, 13, 0.6)
"""The share of the lines that Loss and Weights have, at least, in lines too, and at most."""
_RIGHT = (0.42, 37)
"""The share that Weights have of the columns that are not of the left, and the least."""
_PICTURE = 44
"""The columns in which a network of 2-3-1 has room for all its numbers."""
_PICTURES = 0.345
"""The share of the columns beside Iteration."""
_AROUND = 3
"""The lines of the header and of the keys."""
_USUAL_OPERATIONS = 18
"""The operations of the usual network, so that no pane moves once the table has been read."""
_OF_SCRIPT = 5
"""The lines below the operations in which Iteration shows those of a user's script."""
_BORDERED, _WITH_BARS = 14, 8
"""Lines from which on there are borders and a second line at the top; the bars of tabs and keys."""
_LEGIBLE = 2.0
"""Seconds that a notice stays whatever key is pressed."""


class Frame(Vertical):
    """The header, the tabs and the six panes."""

    DEFAULT_CSS = "Frame { height: 1fr; }"

    def __init__(self, data: str) -> None:
        super().__init__()
        self.dataset = DatasetPane("dataset")
        self.hyperparameters = HyperparametersPane("hyperparameters")
        self.loss = LossPane("loss")
        self.weights = WeightsPane("weights")
        self.iteration = IterationPane("iteration")
        self.pictures = PicturesPane("pictures")
        self.active = "iteration"
        """The name of the pane that keys are meant for."""
        self.maximised = False
        self.presenting = False
        """Whether only one pane is shown, without a frame and with few digits."""
        self._warned = ""
        self._pictured = False
        """Whether the pictures are in the place of the weights."""
        self.header = Header(data)
        self._tabs = PaneTabs(TITLES)
        self._warning = Static(id="warning")
        self._notice = Static(id="notice")
        self.notices: tuple[str, ...] = ()
        """The notices on the run as it is opened, until a key is pressed."""
        self._noted_at = 0.0
        self.panes: dict[str, LinesView | HyperparametersPane] = {
            "dataset": self.dataset,
            "hyperparameters": self.hyperparameters,
            "loss": self.loss,
            "weights": self.weights,
            "iteration": self.iteration,
            "pictures": self.pictures,
        }
        self._left, self._right = Vertical(id="left"), Container(id="right")
        self._holders: dict[Widget, tuple[str, ...]] = {
            self._left: ("dataset", "hyperparameters"),
            self._right: ("loss", "weights", "pictures", "iteration"),
        }
        self._operations = _USUAL_OPERATIONS
        """The number of lines that Iteration would have, with those of a script."""

    def compose(self) -> ComposeResult:
        for pane in self.panes.values():
            pane.add_class("pane")
        yield self.header
        yield self._tabs
        with Container(id="panes"):
            with self._left:
                yield self.dataset
                yield self.hyperparameters
            with self._right:
                yield self.loss
                yield self.weights
                yield self.pictures
                yield self.iteration
        yield self._notice
        yield self._warning

    def note(self, notices: tuple[str, ...]) -> None:
        """Tell something of the run, above the keys, where it covers nothing."""
        self.notices, self._noted_at = notices, monotonic()
        self._notice.update(Text("\n".join(notices)))
        self._notice.display = bool(notices)

    def forget_notices(self) -> None:
        """Take the notices away, once there was time to see that there are some."""
        if self.notices and monotonic() - self._noted_at > _LEGIBLE:
            self.note(())

    def warn(self, words: str) -> None:
        """Show a line for as long as something is wrong; "" for none."""
        if words != self._warned:
            self._warned = words
            self._warning.update(Text(f"⚠ {words}", no_wrap=True, overflow="ellipsis"))
            self._warning.display = bool(words)

    def show(self, moment: Moment) -> None:
        """Draw a moment in every pane."""
        self.header.show(moment)
        lines = len(moment.snapshot.listing.lines) + (_OF_SCRIPT if moment.yours else 0)
        if lines != self._operations:
            self._operations = lines
            self._share_out()
        for pane in self.panes.values():
            pane.show(moment)

    def start_again(self) -> None:
        """Forget what is of the run before, as another one on another table follows."""
        self.dataset.start_again()
        self.loss.start_again()
        self.weights.inspect(None)
        self.lay_out()

    def window(self, most: int) -> slice:
        """Return the observations in sight; of two panes far apart, those of the active one."""
        table, inspected = self.dataset.window, self.weights.window
        if inspected is None:
            return table
        both = slice(min(table.start, inspected.start), max(table.stop, inspected.stop))
        if self.dataset.size and both.stop - both.start <= most:
            return both
        return table if self.active == "dataset" else inspected

    def go_to(self, name: str) -> None:
        """Focus a pane, showing it if it is hidden."""
        self.active = name
        self.lay_out()
        pane = self.panes[name]
        # At once, so that the next key that is typed is for this pane already.
        self.screen.set_focus(pane.fields if isinstance(pane, HyperparametersPane) else pane)
        if isinstance(pane, LinesView):
            pane.keep_marked_visible()

    def go_on(self, step: int) -> None:
        """Go to a neighbour of the active pane, round."""
        names = list(self.panes)
        self.go_to(names[(names.index(self.active) + step) % len(names)])

    def move(self, direction: str) -> None:
        """Move in the active pane by an arrow key."""
        self.panes[self.active].move(direction)

    def give_up(self) -> bool:
        """Leave what the active pane is in the middle of; false if it is in nothing."""
        if self.active == "loss":
            return self.loss.clear_cursor()
        if self.active == "pictures":
            return self.pictures.give_up()
        if self.active != "weights":
            return False
        return self.weights.inspect(None) or self.weights.leave_check()

    def present(self, presenting: bool) -> None:
        """Show only the active pane, for a projector, or all again."""
        self.presenting = presenting
        show_few_digits(presenting)
        self.screen.set_class(presenting, "-presenting")
        self.go_to(self.active)

    def on_pane_tabs_chosen(self, message: PaneTabs.Chosen) -> None:
        self.go_to(message.pane)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        if event.widget is not self.screen.focused:
            # Another key went further before this was told.
            return
        for node in event.widget.ancestors_with_self:
            if node.id in self.panes and node.id != self.active:
                self.active = node.id
                self._tabs.activate(node.id)

    def on_resize(self) -> None:
        self.lay_out()

    def lay_out(self) -> None:
        """Show all panes, or one with tabs where there is no room for all."""
        width, height = self.app.size
        single = self.maximised or self.presenting or width < _WIDE or height < _TALL
        self.screen.set_class(single, "-single")
        self.screen.set_class(height < _BORDERED, "-short")
        self.screen.set_class(height < _WITH_BARS, "-low")
        if self.active in ("weights", "pictures"):
            self._pictured = self.active == "pictures"
        self.screen.set_class(self._pictured, "-pictured")
        big = not single and width >= _BIG[0] and height >= _BIG[1]
        self.screen.set_class(big, "-big")
        hidden = "" if big else "weights" if self._pictured else "pictures"
        for name, pane in self.panes.items():
            pane.display = name == self.active if single else name != hidden
        # None where the app is ended before they are mounted.
        last = next(iter(self._right.children[-1:]), None)
        if big and last is self.iteration:
            self._right.move_child(self.pictures, after=self.iteration)
        elif not big and last is self.pictures:
            self._right.move_child(self.pictures, before=self.iteration)
        is_shared = not single and not big
        for pane, name in ((self.weights, "pictures"), (self.pictures, "weights")):
            pane.neighbour = name if is_shared else ""
        self._share_out()
        for holder, inside in self._holders.items():
            holder.display = not single or self.active in inside
        self._tabs.activate(self.active)

    def _share_out(self) -> None:
        """Share the room: to Iteration what it needs, to Loss the rest, within bounds."""
        styles, (width, height) = self._right.styles, self.app.size
        if self.screen.has_class("-single"):
            self._left.styles.width = "100%"
            styles.grid_columns = styles.grid_rows = "1fr"
            return
        big = self.screen.has_class("-big")
        left = max(int((_LEFT_OF_BIG if big else _LEFT[0]) * width), _LEFT[1])
        lines, columns = height - _AROUND, width - left
        top = min(lines - self._operations - 2, int(_TOP[2] * lines))
        top = max(top, int(_TOP[0] * lines), _TOP[1])
        second = max(int(_RIGHT[0] * columns), _RIGHT[1])
        if big:
            second = int(_PICTURES * columns)
        elif self._pictured:
            top, second = int(_TOP[2] * lines), max(columns // 2, _PICTURE)
        self._left.styles.width = left
        styles.grid_columns = f"1fr {second}"
        styles.grid_rows = f"{top} 1fr"

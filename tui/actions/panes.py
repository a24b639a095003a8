"""Going from pane to pane, and what follows from what is chosen in one."""

from __future__ import annotations

from tui.actions.base import Base
from tui.keys import KEYS, TITLES
from tui.panes.dataset.pane import DatasetPane
from tui.panes.footer import KeysFooter
from tui.panes.iteration import IterationPane
from tui.panes.loss.pane import LossPane
from tui.panes.pictures.pane import PicturesPane
from tui.panes.weights.pane import WeightsPane


class PaneActions(Base):
    """The keys that go to a pane, and those that it answers itself."""

    def action_pane(self, name: str) -> None:
        """Go to a pane."""
        self.frame.go_to(name)

    def action_focus_next(self) -> None:
        self.frame.go_on(1)

    def action_focus_previous(self) -> None:
        self.frame.go_on(-1)

    def action_maximise(self) -> None:
        self.frame.maximised = not self.frame.maximised
        self.frame.go_to(self.frame.active)

    def action_present(self) -> None:
        self.frame.present(not self.frame.presenting)
        self.query_one(KeysFooter).present(self.frame.presenting)
        self.draw()

    def action_move(self, direction: str) -> None:
        self.frame.move(direction)

    async def action_pane_key(self, action: str) -> None:
        """Run the action of a pane's key: in the active pane, or in the one that has it for all."""
        key = next(key for key in KEYS if key.action == action)
        pane, asked = self.frame.panes[self.frame.active], action.partition("(")[0]
        answers = self.frame.active in key.panes and pane.check_action(asked, ())
        name = self.frame.active if answers else key.home
        if name:
            await self.run_action(action, self.frame.panes[name])
        elif self.frame.active in key.panes:
            self.say("This is a key of Network: v goes there.")
        else:
            (owner,) = key.panes
            number = list(TITLES).index(owner) + 1
            self.say(f"This is a key of {TITLES[owner]}: {number} goes there.")

    def choose_columns(self) -> None:
        # Imported here, as the first frame need not wait for NumPy.
        from tui.dialogs.columns import ColumnsScreen

        if self.moment is not None and self.moment.dataset.columns:
            self.push_screen(ColumnsScreen(self.moment))

    def inspect(self, name: str) -> None:
        self.frame.weights.inspect(name)
        self.frame.go_to("weights")
        self.tell("")

    def on_dataset_pane_selected(self, message: DatasetPane.Selected) -> None:
        self.frame.weights.follow(message.observation)
        self._select(message.observation)

    def on_weights_pane_row_chosen(self, message: WeightsPane.RowChosen) -> None:
        self.frame.dataset.follow(message.observation)
        self._select(message.observation)

    def on_iteration_pane_opened(self, message: IterationPane.Opened) -> None:
        self.inspect(message.name)

    def on_pictures_pane_opened(self, message: PicturesPane.Opened) -> None:
        self.inspect(message.name)

    def on_loss_pane_chosen(self, message: LossPane.Chosen) -> None:
        self.draw()

    def _select(self, observation: int) -> None:
        self.selected = observation
        self.tell("")

    def on_dataset_pane_window_moved(self) -> None:
        self.tell("")

    def on_weights_pane_window_moved(self) -> None:
        self.tell("")

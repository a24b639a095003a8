"""The pictures: the boundary, the network, the quality, the histograms, the phase."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.events import Show
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from tui.bindings import pane_bindings
from tui.drawing.lines import LinesView, Row, wrap
from tui.panes.pictures.network_layers import (
    Choice,
    chosen,
    chosen_cell,
    columns_of,
    row_of,
)
from tui.panes.pictures.requests import PACE, Requests
from tui.panes.pictures.tabs import VIEWS, tabs
from tui.panes.pictures.worker import MOST_COLUMNS, MOST_ROWS, Field, Order, Painted, Reading
from tui.view_state import Moment

if TYPE_CHECKING:
    from engine.analysis.surface import Map

_OF_NETWORK = ("open", "next_kind", "whole")
"""The actions that only one of the pictures has."""


class PicturesPane(LinesView):
    """One view at a time; what takes long is computed in a thread of its own."""

    BORDER_TITLE = "6 Pictures"
    BINDINGS = pane_bindings("pictures")
    CALM: ClassVar[float] = PACE

    class Opened(Message):
        """The tensor of the chosen neuron is to be inspected."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Arrived(Message):
        """A picture has been computed."""

        def __init__(self, painted: Painted) -> None:
            super().__init__()
            self.painted = painted

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._view = 0
        self._map = 0
        self._first = {"network": 0, "quality": 0}
        """The hidden layer or class that is the first to be seen, where not all fit."""
        self._phase = 0
        """The pair of watches that is drawn."""
        self._choice = Choice()
        """The choices made in the network."""
        self._pair: tuple[int, ...] = (0, 1)
        self._requests = Requests(self._take)
        self._ordered_for = Size(0, 0)
        """The room that there was for what was requested last."""
        self._total = 1

    def _take(self, painted: Painted) -> None:
        """Pass a picture on from the studio's thread to the screen's."""
        self.post_message(self.Arrived(painted))

    def on_unmount(self) -> None:
        self._requests.studio.close()

    # What is shown

    @property
    def view(self) -> str:
        """The name of the view, in lower case."""
        return VIEWS[self._view].lower()

    def action_next_view(self) -> None:
        """Go to the next view, round."""
        self._view = (self._view + 1) % len(VIEWS)
        self.scroll_to(y=0, animate=False)
        self._refresh()

    def action_go_to_view(self, view: int) -> None:
        """Show a picture."""
        self._view = (view - 1) % len(VIEWS)
        self.action_next_view()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _OF_NETWORK:
            return self.view == "network"
        return super().check_action(action, parameters)

    def _refresh(self) -> None:
        self.refresh_bindings()
        self._order()
        self._tell()
        if self.size:
            self.redraw()

    def show(self, moment: Moment) -> None:
        before = self.moment
        if (
            before is not None
            and before.snapshot.listing.parameters is not moment.snapshot.listing.parameters
        ):
            # Pictures of another network say nothing of this one.
            self._requests.painted.clear()
            self._choice = replace(self._choice, neuron=None)
        if not self.display:
            self.moment = moment
            return
        super().show(moment)
        self._order()
        self._tell()

    def on_show(self, event: Show) -> None:
        self._refresh()

    def on_resize(self) -> None:
        super().on_resize()
        self._order()

    @property
    def _inputs(self) -> int:
        """The number of inputs that a boundary can be drawn over, two at a time."""
        assert self.moment is not None
        dataset = self.moment.dataset
        return len(dataset.inputs) - dataset.features

    def _order(self) -> None:
        """Request the picture for the present state, if it differs and is due."""
        moment = self.moment
        if moment is None or not self.size or not self.display:
            return
        if self.view == "phase":
            return
        observation = chosen(moment) if self.view == "network" else 0
        if self.view == "network" and row_of(moment, observation) is not None:
            # It is among what the operations have computed.
            return
        if moment.is_blurred and not self._requests.is_due:
            return
        from tui.panes.pictures import draw

        self._ordered_for = self.scrollable_content_region.size
        width, height = self._ordered_for
        if self._pair[-1] >= self._inputs or len(self._pair) > self._inputs:
            self._pair = (0, 1)[: self._inputs]
        order = Order(
            view=self.view,
            dataset=moment.dataset,
            snapshot=moment.snapshot,
            inputs=self._pair,
            columns=min(max(width, 2), MOST_COLUMNS if len(self._pair) > 1 else width),
            rows=min(max(2 * (height - 2), 2), MOST_ROWS),
            bins=draw.bins_for(width),
            observation=observation,
        )
        self._requests.request(order)

    def on_pictures_pane_arrived(self, message: Arrived) -> None:
        order = message.painted.order
        if self.moment is None or not order.snapshot.is_of_same_network(self.moment.snapshot):
            return
        self._requests.keep(message.painted)
        if order.view == self.view:
            self._tell()
            if self.size:
                self.redraw()

    def _field(self) -> Field | None:
        painted = self._requests.painted.get("boundary")
        return painted.picture if painted and isinstance(painted.picture, Field) else None

    def _map_of(self, field: Field) -> Map:
        self._map %= len(field.maps)
        return field.maps[self._map]

    def _tell(self) -> None:
        """Say in the border what is shown and which keys there are."""
        from tui.panes.pictures import draw

        title, hint = f"6 {VIEWS[self._view]}", ""
        field = self._field()
        if self.view == "boundary" and field is not None and self.moment is not None:
            names = [shown.name for shown in field.maps]
            shown = self._map_of(field)
            title += f"  {draw.map_name(shown, self.moment.dataset)}"
            title += f" ({self._map + 1}/{len(names)})" if len(names) > 1 else ""
            pairs = " ↑↓ inputs" if self._inputs > 2 else ""
            hint = f"←→ neuron{pairs}"
        seen, count = self._in_sight()
        if len(seen) < count:
            hint = f"←→ {'layers' if self.view == 'network' else 'classes'}"
        elif self.view == "phase" and self.moment and len(draw.pairs_of(self.moment)) > 1:
            hint = "←→ pair"
        elif self.view == "network":
            hint = "←↑↓→ neuron"
        room, is_needed = self.size.width - len("  "), len(seen) < count
        self.entitle(title, tabs(self._view, hint, room, is_needed=is_needed))

    def _in_sight(self) -> tuple[range, int]:
        """Return which hidden layers or classes are in view, and the number of all."""
        from tui.panes.pictures import draw

        size = self.scrollable_content_region.size
        if self.view == "network" and self.moment is not None and size:
            room = (size.width, size.height)
            return draw.layers_in_sight(self.moment, room, self._choice, self._first["network"])
        painted = self._requests.painted.get(self.view)
        if self.view == "quality" and painted is not None and isinstance(painted.picture, dict):
            return draw.classes_in_sight(painted.picture, size.width, self._first["quality"])
        return range(0), 0

    def move(self, direction: str) -> None:
        step = 1 if direction in ("right", "down") else -1
        if self.view == "network" and self.moment is not None:
            self._choose(direction)
            return
        if self.view == "phase" and direction in ("left", "right"):
            self._phase += step
            self._refresh()
            return
        if self.view in self._first and direction in ("left", "right"):
            self._first[self.view] = self._in_sight()[0].start + step
            # Not past the ends.
            self._first[self.view] = self._in_sight()[0].start
            self._refresh()
            return
        if self.view != "boundary" or self.moment is None:
            super().move(direction)
            return
        from tui.panes.pictures import draw

        field = self._field()
        if direction in ("left", "right") and field is not None:
            self._map = (self._map + step) % len(field.maps)
        elif direction in ("up", "down") and self._inputs > 2:
            self._pair = draw.pair_beside(self._pair, self._inputs, step)
        self._refresh()

    def _choose(self, direction: str) -> None:
        """Go to a neighbouring neuron, and bring its layer in sight."""
        assert self.moment is not None
        columns = columns_of(self.moment, self._choice)
        self._choice = self._choice.moved(columns, direction)
        assert self._choice.neuron is not None
        seen, _ = self._in_sight()
        hidden = min(max(self._choice.neuron[0] - 1, 0), len(columns) - 3)
        if seen and hidden not in seen:
            self._first["network"] = hidden if hidden < seen.start else hidden - len(seen) + 1
        self._refresh()

    def give_up(self) -> bool:
        """Choose no neuron any more; false if none was."""
        was = self.view == "network" and self._choice.neuron is not None
        if was:
            self._choice = replace(self._choice, neuron=None)
            self._refresh()
        return was

    def action_next_kind(self) -> None:
        """Show values, gradients, both, or those of the phase in the network."""
        if self.view == "network":
            self._choice = replace(self._choice, carried=self._choice.carried.next)
            self._refresh()

    def action_whole(self) -> None:
        """Show the numbers of the whole batch, or of an observation."""
        if self.view == "network":
            self._choice = replace(self._choice, whole=not self._choice.whole)
            self._refresh()

    @property
    def cell(self) -> tuple[str, int] | None:
        """The tensor of the chosen neuron, and its place there; None if none is chosen."""
        if self.view != "network" or self.moment is None:
            return None
        return chosen_cell(self.moment, self._choice)

    def action_open(self) -> None:
        """Open the tensor of the chosen neuron."""
        if self.cell is not None:
            self.post_message(self.Opened(self.cell[0]))

    # Drawing

    def total_lines(self) -> int:
        return self._total

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment = self.moment
        if moment is None:
            return []
        if self._ordered_for != self.scrollable_content_region.size:
            # A scroll bar has come or gone.
            self.call_later(self._order)
        rows = self._rows(moment, (width, count))
        total = max(len(rows), 1)
        if total != self._total:
            self._total = total
            self.call_later(self.on_resize)
        return [row.strip(width) for row in rows[top : top + count]]

    def _rows(self, moment: Moment, size: tuple[int, int]) -> list[Row]:
        from tui.panes.pictures import draw

        if size[0] < 12 or size[1] < 3:
            return [Row().add("too small: m maximises", self.palette.dim)]
        if self.view == "network":
            aside = self._requests.painted.get("network")
            reading = aside.picture if aside and isinstance(aside.picture, Reading) else None
            first = self._first["network"]
            return draw.diagram_rows(moment, self.palette, size, self._choice, reading, first)
        if self.view == "phase":
            return draw.phase_rows(moment, self.palette, size, self._phase)
        painted = self._requests.painted.get(self.view)
        if painted is None:
            return [Row().add("drawing …", self.palette.dim)]
        picture = painted.picture
        if isinstance(picture, BaseException):
            words = f"no picture: {str(picture) or 'not enough memory'}"
            return [Row().add(line, self.palette.alarm) for line in wrap(words, size[0])]
        if isinstance(picture, Field):
            shown = self._map_of(picture)
            if len(picture.inputs) == 1:
                return draw.curve_rows(picture, shown, moment, self.palette, size)
            return draw.plane_rows(picture, shown, moment, self.palette, size, self.is_colourless)
        if isinstance(picture, dict):
            return draw.quality_rows(picture, self.palette, size[0], self._first["quality"])
        assert isinstance(picture, list)
        return draw.histogram_rows(picture, self.palette, size)

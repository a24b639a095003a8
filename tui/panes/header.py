"""The lines at the top: what is trained, where the run stands, what to press."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.style import Style
from textual.strip import Strip

from engine.common.numbers import general, grouped, per_second, scientific
from tui.drawing.lines import LinesView, Row, cells_of, cut
from tui.panes.watches import watch_row
from tui.view_state import Moment, State

if TYPE_CHECKING:
    from engine.inspection.snapshot import Snapshot

_NAME = 22
"""Cells that the data's name and the shape have beside the state."""
_FULL_CLOCK = 56
"""Cells below which the clock is told in short."""
_WORDS = 20
"""Cells that the reason for a stop needs to tell anything."""
_KEPT = 0.7
"""Of a speed, what counts as keeping it."""
_LEAST_NAME = 4
_GAP = 2
_STOPPED = "⏸ stopped: "
_LAST_PART = re.compile(r", (in|after) iteration ([\d,]+)$")
"""The end of a reason for a stop, with its iteration."""


class Header(LinesView, can_focus=False):
    """Two lines; one where there are few."""

    DEFAULT_CSS = """
    Header {
        height: 2;
        background: $panel;
        padding: 0 1;
        overflow: hidden;
    }
    """

    def __init__(self, name: str) -> None:
        super().__init__(id="header")
        self._opening = name
        self._progress = ""

    def begin(self, name: str) -> None:
        """Name what is being opened."""
        self._opening = name
        self.tell("reading …")

    def tell(self, progress: str) -> None:
        """Show the progress of a long computation in place of the state."""
        if progress != self._progress:
            self._progress = progress
            self.redraw()

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment, palette = self.moment, self.palette
        if moment is None:
            row = Row().add("nn-tui  ", palette.heading).add(self._opening, palette.text)
            return [row.add(f"  {self._progress or 'reading …'}", palette.dim).strip(width)]
        clocks = self._clocks(moment, width)
        clock = next((row for row in clocks if row.width <= width), clocks[-1])
        if count >= 2:
            wanted = watch_row(moment, palette, width).width
            state = self._state(moment, width, width - wanted - _GAP)
            watches = watch_row(moment, palette, width - state.width - _GAP)
            first = self._network(moment, width - clock.width - _GAP).justified(clock, width)
            return [first.strip(width), state.justified(watches, width).strip(width)]
        state = self._state(moment, width - clock.width - _NAME)
        if width < _FULL_CLOCK or clock.width + _GAP + state.width > width:
            return [self._narrow(moment, clocks, width).strip(width)]
        network = self._network(moment, width - clock.width - state.width - 2 * _GAP)
        gap = max(width - network.width - clock.width - state.width, 0)
        row = network.add("", width=gap - gap // 2).extend(clock)
        return [row.add("", width=gap // 2).extend(state).strip(width)]

    def _network(self, moment: Moment, room: int) -> Row:
        """Lay out the program's name and the network, as far as there is room."""
        if room < _LEAST_NAME:
            return Row()
        palette, dataset, snapshot = self.palette, moment.dataset, moment.snapshot
        listing = snapshot.listing
        sizes = "→".join(map(str, listing.sizes))
        activations = " ".join(listing.activations)
        parts: list[tuple[str, Style]] = [
            ("nn-tui  ", palette.heading),
            (f"{dataset.name}  ", palette.text),
            (f"{grouped(len(dataset.observations))} × {sizes}  ", palette.label),
            (f"{activations}  ", palette.label),
            (f"η {general(snapshot.hyperparameters.learning_rate)}", palette.label),
        ]
        # The least needed parts go first where room is short.
        for droppable in (0, 2, 2, 1):
            if sum(cells_of(text) for text, _ in parts) <= room:
                break
            parts.pop(droppable)
        row = Row()
        for text, style in parts:
            row.add(text, style)
        if row.width > room:
            return Row().add(moment.dataset.name, palette.text, width=max(room, 0))
        return row

    def _narrow(self, moment: Moment, clocks: list[Row], width: int) -> Row:
        """Lay out the clock and the state in one short line."""
        mark, word, style = self._brief_state(moment)
        *told, bare = clocks
        brief, sign = Row().add(f"{mark} {word}", style), Row().add(mark, style)
        pairs: list[tuple[Row, Row]]
        if self._progress or moment.snapshot.stopped:
            # It says something else each time, and takes what room there is.
            room = width - told[-1].width - _GAP
            pairs = [(told[-1], self._state(moment, room))] if room >= _WORDS else []
        else:
            pairs = [
                (clock, state)
                for clock in told
                for state in (self._state(moment, width - clock.width - _GAP), brief)
            ]
        for clock, state in pairs:
            if clock.width + _GAP + state.width <= width:
                return clock.add("", width=width - clock.width - state.width).extend(state)
        for first, second in ((sign, told[-1]), (brief, bare), (sign, bare)):
            if first.width + 1 + second.width <= width:
                break
        return Row().extend(first).add(" ").extend(second)

    def _clocks(self, moment: Moment, room: int) -> list[Row]:
        """Return the iteration and E in several forms, the longest that fits first."""
        palette, snapshot = self.palette, moment.snapshot
        planned = grouped(snapshot.hyperparameters.iterations)
        finite = snapshot.loss is None or abs(snapshot.loss) < float("inf")
        style = palette.text if finite else palette.alarm
        clocks = []
        if room >= _FULL_CLOCK:
            row = Row()
            if snapshot.batch is not None:
                row.add("epoch ", palette.dim).add(f"{grouped(snapshot.epoch)}  ", palette.text)
            row.add("iteration ", palette.dim)
            row.add(grouped(snapshot.iteration).rjust(len(planned)), palette.text)
            row.add(f" / {planned}", palette.dim).add("   E ", palette.dim)
            loss = "·" if snapshot.loss is None else scientific(snapshot.loss)
            clocks.append(row.add(loss.ljust(12), style))
        loss = "·" if snapshot.loss is None else scientific(snapshot.loss, 4)
        for label in ("iteration ", ""):
            row = Row().add(label, palette.dim).add(grouped(snapshot.iteration), palette.text)
            clocks.append(row.add("  E ", palette.dim).add(loss, style))
        return [*clocks, Row().add(grouped(snapshot.iteration), palette.text)]

    def _brief_state(self, moment: Moment) -> tuple[str, str, Style]:
        """Return the state as a mark and a word."""
        palette = self.palette
        if self._progress:
            return "…", "", palette.good
        if moment.state is State.RUNNING:
            return "▶", "running", palette.good
        if moment.state is State.FINISHED and not moment.snapshot.stopped:
            return "✓", "finished", palette.good
        return "⏸", "stopped" if moment.snapshot.stopped else "paused", palette.heading

    def _state(self, moment: Moment, room: int, spare: int | None = None) -> Row:
        """Say what the run does in so much room, and what else there is in what is to spare."""
        palette = self.palette
        if self._progress:
            row = Row().add("… ", palette.good)
            wanted = cells_of(self._progress)
            return row.add(self._progress, palette.text, width=min(wanted, max(room - 2, 0)))
        row, most = self._doing(moment, room), room if spare is None else spare
        more = list(self._more(moment, is_long=True))
        if spare is None or row.width + sum(cells_of(part) for part, _ in more) > most:
            more = list(self._more(moment))
        for part, style in more:
            if row.width + cells_of(part) <= most:
                row.add(part, style)
        return row

    def _doing(self, moment: Moment, room: int) -> Row:
        """Say what the run does, or why it stopped."""
        palette, snapshot = self.palette, moment.snapshot
        if _is_stopped(moment):
            words = _reason(snapshot, max(room - cells_of(_STOPPED), 0))
            return Row().add(_STOPPED, palette.heading).add(words, palette.text)
        if moment.state is State.RUNNING:
            return Row().add("▶ running", palette.good)
        if moment.state is State.FINISHED:
            return Row().add("✓ finished", palette.good)
        row = Row().add("⏸ paused", palette.heading)
        if snapshot.iteration or snapshot.position:
            symbol = snapshot.listing.lines[snapshot.position].symbol
            row.add(f" before {symbol}", palette.text)
        return row

    def _more(self, moment: Moment, *, is_long: bool = False) -> Iterator[tuple[str, Style]]:
        """Tell what else there is to say: which values there are, how fast, which keys."""
        palette, snapshot = self.palette, moment.snapshot
        values = f"  values of {'iteration ' * is_long}{grouped(snapshot.values_iteration)}"
        if moment.state is State.RUNNING:
            yield f" at {moment.speed.words}", palette.text
            yield " [ ]", palette.dim
            if not moment.is_blurred:
                yield values, palette.dim
            elif not _is_kept(moment):
                yield f"  {per_second(moment.rate or 0.0)} iterations/s", palette.dim
            return
        if snapshot.computed:
            yield values, palette.dim
        if moment.state is State.FINISHED:
            yield "  s goes on, r resets", palette.dim
        elif not snapshot.computed:
            yield "  space runs, n steps, ? helps", palette.text
        if not _is_stopped(moment):
            yield f"  {moment.speed.words} [ ]", palette.dim


def _is_kept(moment: Moment) -> bool:
    """Return whether it runs as fast as it is said to, as far as that is known."""
    if moment.rate is None:
        return True
    wanted = moment.speed.rate
    return wanted is not None and moment.rate > _KEPT * wanted


def _is_stopped(moment: Moment) -> bool:
    """Return whether the reason of a stop is to be shown."""
    return bool(moment.snapshot.stopped) and moment.state is not State.RUNNING


def _reason(snapshot: Snapshot, room: int) -> str:
    """Say why the run stopped, as much of it as there is room for."""
    whole = snapshot.stopped
    found = _LAST_PART.search(whole)
    if found is None:
        return cut(whole, room)
    word, iteration = found.groups()
    words, now = whole[: found.start()], grouped(snapshot.iteration)
    # The clock may say it too; between two iterations it counts the next one.
    when = "" if iteration == now else f" {word} {iteration}"
    before = f", before {now}" if when and word == "after" else ""
    for told in (whole + before, words + when + before, whole):
        if cells_of(told) <= room:
            return told
    least = room - cells_of(when)
    return cut(words, least) + when if least >= _WORDS else cut(words + when, room)

"""The lines at the top: what is trained, where the run stands, what to press."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from tui.lines import LinesView, Row
from tui.moment import Moment, State
from tui.panes.watches import watch_row

_NAME = 22
"""Cells that the data's name and the shape have beside a long reason for a stop."""


_FULL_CLOCK = 56
"""Cells below which the clock is told in short."""


class Header(LinesView, can_focus=False):
    """One line, or two where one is too narrow."""

    DEFAULT_CSS = """
    Header {
        height: 1;
        background: $panel;
        padding: 0 1;
        overflow: hidden;
    }
    """

    def __init__(self, name: str) -> None:
        super().__init__(id="header")
        self._opening = name
        self._progress = ""

    def tell(self, progress: str) -> None:
        """Show how far something that takes long has come, in place of the state."""
        if progress != self._progress:
            self._progress = progress
            self.redraw()

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment, palette = self.moment, self.palette
        if moment is None:
            row = Row().add("nn-tui  ", palette.heading).add(self._opening, palette.text)
            return [row.add(f"  {self._progress or 'reading …'}", palette.dim).strip(width)]
        clock = self._clock(moment, width)
        state = self._state(moment, width if count >= 2 else width - clock.width - _NAME)
        if count >= 2:
            room = width - clock.width - 2
            first = self._network(moment, room)
            first.add("", width=max(width - first.width - clock.width, 0)).extend(clock)
            watches = watch_row(moment, palette, width - state.width - 2)
            state.add("", width=max(width - state.width - watches.width, 0)).extend(watches)
            return [first.strip(width), state.strip(width)]
        network = self._network(moment, width - clock.width - state.width - 2)
        gap = max(width - network.width - clock.width - state.width, 0)
        row = network.add("", width=gap - gap // 2).extend(clock)
        return [row.add("", width=gap // 2).extend(state).strip(width)]

    def _network(self, moment: Moment, room: int) -> Row:
        palette, dataset, snapshot = self.palette, moment.dataset, moment.snapshot
        listing = snapshot.listing
        sizes = "→".join(map(str, listing.sizes))
        activations = " ".join(listing.activations)
        parts: list[tuple[str, Style]] = [
            ("nn-tui  ", palette.heading),
            (f"{dataset.name}  ", palette.text),
            (f"{len(dataset.observations):,} × {sizes}  ", palette.label),
            (f"{activations}  ", palette.label),
            (f"η {snapshot.hyperparameters.learning_rate:g}", palette.label),
        ]
        # The least needed parts go first where room is short.
        for droppable in (0, 2, 2, 1):
            if sum(len(text) for text, _ in parts) <= room:
                break
            parts.pop(droppable)
        row = Row()
        for text, style in parts:
            row.add(text, style)
        if row.width > room:
            return Row().add(moment.dataset.name, palette.text, width=max(room, 0))
        return row

    def _clock(self, moment: Moment, room: int) -> Row:
        palette, snapshot = self.palette, moment.snapshot
        planned = f"{snapshot.hyperparameters.iterations:,}"
        loss = "·" if snapshot.loss is None else f"{snapshot.loss:.6e}"
        if room < _FULL_CLOCK:
            mark = "▶" if moment.state is State.RUNNING else "⏸"
            row = Row().add(f"{mark} {snapshot.iteration:,}", palette.text).add("  E ", palette.dim)
            return row.add("·" if snapshot.loss is None else f"{snapshot.loss:.4e}", palette.text)
        row = Row()
        if snapshot.batch is not None:
            row.add("epoch ", palette.dim).add(f"{snapshot.epoch:,}  ", palette.text)
        row.add("iteration ", palette.dim)
        row.add(f"{snapshot.iteration:,}".rjust(len(planned)), palette.text)
        row.add(f" / {planned}", palette.dim).add("   E ", palette.dim)
        bad = snapshot.loss is not None and not abs(snapshot.loss) < float("inf")
        return row.add(loss.ljust(12), palette.alarm if bad else palette.text)

    def _state(self, moment: Moment, room: int) -> Row:
        palette, snapshot = self.palette, moment.snapshot
        if self._progress:
            row = Row().add("… ", palette.good)
            wanted = cell_len(self._progress)
            return row.add(self._progress, palette.text, width=min(wanted, max(room - 2, 0)))
        if snapshot.stopped and moment.state is not State.RUNNING:
            row = Row().add("⏸ stopped: ", palette.heading)
            words = snapshot.stopped
            if cell_len(words) > room - row.width:
                # The clock says it too.
                words = words.rpartition(", in iteration ")[0] or words
            return row.add(
                words, palette.text, width=min(cell_len(words), max(room - row.width, 0))
            )
        if moment.state is State.RUNNING:
            row = Row().add("▶ running", palette.good)
            if moment.rate:
                row.add(f"  {_brief(moment.rate)} iterations/s", palette.dim, width=24)
            return row
        if moment.state is State.FINISHED:
            return Row().add("✓ finished", palette.good).add("  s goes on, r resets", palette.dim)
        row = Row().add("⏸ paused", palette.heading)
        if snapshot.iteration == 0 and snapshot.position == 0:
            return row.add("  space runs, n steps, ? helps", palette.text)
        return row.add(f" before {snapshot.listing.lines[snapshot.position].symbol}", palette.text)


def _brief(rate: float) -> str:
    """Write a rate in two figures, so that it does not flicker."""
    return f"{float(f'{rate:.2g}'):,.0f}" if rate >= 10 else f"{rate:.1f}"

"""The lines at the top: what is trained, where the run stands, what to press."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip

from tui.lines import LinesView, Row
from tui.moment import Moment, State


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

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment, palette = self.moment, self.palette
        if moment is None:
            row = Row().add("nn-tui  ", palette.heading).add(self._opening, palette.text)
            return [row.add("  reading …", palette.dim).strip(width)]
        state = self._state(moment)
        clock = self._clock(moment)
        if count >= 2:
            room = width - clock.width - 2
            first = self._network(moment, room)
            first.add("", width=max(width - first.width - clock.width, 0)).extend(clock)
            return [first.strip(width), state.strip(width)]
        network = self._network(moment, width - clock.width - state.width - 4)
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
        for droppable in (0, 2, 1):
            if sum(len(text) for text, _ in parts) <= room:
                break
            parts.pop(droppable)
        row = Row()
        for text, style in parts:
            row.add(text, style)
        if row.width > room:
            return Row().add(moment.dataset.name, palette.text, width=max(room, 0))
        return row

    def _clock(self, moment: Moment) -> Row:
        palette, snapshot = self.palette, moment.snapshot
        planned = f"{snapshot.hyperparameters.iterations:,}"
        loss = "·" if snapshot.loss is None else f"{snapshot.loss:.6e}"
        row = Row().add("iteration ", palette.dim)
        row.add(f"{snapshot.iteration:,}".rjust(len(planned)), palette.text)
        row.add(f" / {planned}", palette.dim).add("   E ", palette.dim)
        bad = snapshot.loss is not None and not abs(snapshot.loss) < float("inf")
        return row.add(loss.ljust(12), palette.alarm if bad else palette.text)

    def _state(self, moment: Moment) -> Row:
        palette, snapshot = self.palette, moment.snapshot
        if moment.state is State.RUNNING:
            row = Row().add("▶ running", palette.good)
            if moment.rate:
                row.add(f"  {_brief(moment.rate)} iterations/s", palette.dim, width=21)
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

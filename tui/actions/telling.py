"""Messages in passing: what of them stands on the screen."""

from __future__ import annotations

from textual.notifications import Notification, Notify

from tui.actions.base import Base
from tui.drawing.lines import wrap
from tui.terminal.textual_private import forget, told_in_passing

_MOST_TOLD = 2
"""Messages in passing that stand on the screen at once."""
_SHARE_TOLD = 0.75
"""The share of the screen that they may take, as in the style sheet."""
_TOLD_MARGIN = 5
"""The cells beside the words of a message."""
_LEGIBLE = 1.0
"""Seconds that a message has to be there yet for the same one not to be shown anew."""


class Telling(Base):
    """Leaves room on the screen beside what is told."""

    NOTIFICATION_TIMEOUT = 3

    def on_notify(self, event: Notify) -> None:
        """Leave out what is told already, and what there is no room for beside the last."""
        told, new = told_in_passing(self), event.notification
        same = [one for one in told if one.message == new.message]
        if same and same[-1].time_left > _LEGIBLE:
            event.prevent_default()
            return
        kept = int(new.severity != "warning")
        room = _SHARE_TOLD * self.size.height - self._lines_of(new)
        for one in reversed(told):
            lines = self._lines_of(one)
            # What is told once, at the start, makes no room for what keys have to say.
            wanted = kept < _MOST_TOLD or one.severity == "warning"
            if one not in same and wanted and lines <= room:
                kept, room = kept + (one.severity != "warning"), room - lines
            else:
                forget(self, one)

    def _lines_of(self, told: Notification) -> int:
        """Estimate how many lines a message takes."""
        return len(wrap(told.message, max(self.size.width - _TOLD_MARGIN, 1)))

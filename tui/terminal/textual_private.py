"""Uses of Textual's private names where no public way exists, each with the reason.

The driver is the other such place: to give a terminal back in every case, it replaces much of
Textual's, which has no public part at all.
"""

from __future__ import annotations

from typing import Any

from rich.console import Console, RenderableType
from rich.control import Control
from textual._compositor import ChopsUpdate
from textual.app import App
from textual.command import CommandPalette
from textual.notifications import Notification
from textual.screen import Screen
from textual.worker import Worker


class CroppedUpdate(ChopsUpdate):
    """Sends only the cells that are to be drawn; Textual sends all that are left of them too."""

    def render_segments(self, console: Console) -> str:
        sent = []
        for y, start, end in self.spans:
            for last, (first, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                left, right = max(first, start), min(last, end)
                if strip is not None and left < right:
                    part = strip.crop(left - first, right - first)
                    sent += [Control.move_to(left, y).segment.text, part.render(console)]
        return "".join(sent)


class FailingApp(App[None]):
    """An app that is asked what to do where it fails, and loses no frame.

    Textual would fill the screen with the traceback, and asks nobody before.
    """

    _has_lost_a_frame = False

    def fail(self, error: Exception) -> None:
        """Take what no handler has caught."""
        raise NotImplementedError

    def _handle_exception(self, error: Exception) -> None:
        self.fail(error)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, ChopsUpdate):
            renderable = CroppedUpdate(renderable.chops, renderable.spans, renderable.chop_ends)
        # Textual draws none in a batch of changes, and takes it for drawn.
        if renderable is not None and self._batch_count:
            self._has_lost_a_frame = True
        super()._display(screen, renderable)

    def _end_batch(self) -> None:
        super()._end_batch()
        if self._has_lost_a_frame and not self._batch_count and self.screen_stack:
            self._has_lost_a_frame = False
            self.screen.refresh()

    @property
    def has_failed(self) -> bool:
        """Whether it is ending by a defect."""
        return self._exception is not None

    def end_by(self, error: Exception, code: int) -> None:
        """End with a code; what `exit` does, but for the error, which tests are to see."""
        self._return_code = code
        self._exception = error
        self._exception_event.set()
        self._close_messages_no_wait()


def told_in_passing(app: App[Any]) -> list[Notification]:
    """Return the messages that stand on the screen; only all at once could be taken away."""
    return list(app._notifications)


def forget(app: App[Any], told: Notification) -> None:
    """Take one message off the screen."""
    app._unnotify(told, refresh=False)
    for screen in app.screen_stack:
        for holder in screen.query("ToastHolder"):
            # Textual would only remove what is in it, and keep the room.
            if (holder.id or "").endswith(told.identity):
                holder.remove()


class GuardedPalette(CommandPalette):
    """Textual's palette, which fails on keys that come before it is ready or after it has gone."""

    @property
    def is_ready(self) -> bool:
        """Whether its parts are there."""
        raise NotImplementedError

    @property
    def has_room(self) -> bool:
        """Whether its list has lines, in which a page is counted."""
        raise NotImplementedError

    def _gather_commands(  # type: ignore[override]
        self, search_value: str
    ) -> Worker[None] | None:
        return super()._gather_commands(search_value) if self.children else None

    def _action_command_list(self, action: str) -> None:
        if self.has_room:
            super()._action_command_list(action)

    def _action_cursor_down(self) -> None:
        if self.is_ready:
            super()._action_cursor_down()

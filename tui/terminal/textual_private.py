"""Uses of Textual's private names where no public way exists, each with the reason.

The driver is the other such place: to give a terminal back in every case, it replaces much of
Textual's, which has no public part at all.
"""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.command import CommandPalette
from textual.notifications import Notification
from textual.worker import Worker


class FailingApp(App[None]):
    """An app that is asked what to do where it fails.

    Textual would fill the screen with the traceback, and asks nobody before.
    """

    def fail(self, error: Exception) -> None:
        """Take what no handler has caught."""
        raise NotImplementedError

    def _handle_exception(self, error: Exception) -> None:
        self.fail(error)

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

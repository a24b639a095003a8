"""The base of what is laid over the screen: a box with a border in the middle."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen

T = TypeVar("T")


class DismissedOnce:
    """Closes a screen once, however many keys or answers request it.

    Textual takes away what lies on top, which is another screen where two keys came at once, or
    where an answer came after the next screen was opened. (It is no screen itself, as Textual
    takes the styles from the first base that is one.)
    """

    _late: tuple[object] | None = None
    """The result to close with once it lies on top again."""

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Close with a result; at once, or as soon as it is there and nothing lies above."""
        screen = cast("Screen[Any]", self)
        if not screen.is_mounted:
            # What Textual does to make it ready would find nothing there.
            screen.call_later(screen.dismiss, result)
        elif screen.app.screen is screen:
            return cast("AwaitComplete", super().dismiss(result))  # type: ignore[misc]
        elif screen in screen.app.screen_stack and self._late is None:
            self._late = (result,)
        return AwaitComplete()

    def on_screen_resume(self) -> None:
        """Close if that was asked for in the meantime."""
        if self._late is not None:
            (result,), self._late = self._late, None
            self.dismiss(result)


class Dialog(DismissedOnce, ModalScreen[T], Generic[T]):
    """A screen whose only child is its box."""

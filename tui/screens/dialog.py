"""The base of what is laid over the screen: a box with a border in the middle."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.screen import ModalScreen

T = TypeVar("T")


class Dialog(ModalScreen[T], Generic[T]):
    """A screen whose only child is its box."""

"""The layout of the screen, as it is saved with a run and taken back from one."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.workspace import Frame

Layout = dict[str, Any]


def describe(frame: Frame) -> Layout:
    """Return what is to be as it was when the run is opened again."""
    return {
        "pane": frame.active,
        "maximised": frame.maximised,
        "inspected": frame.weights.inspected,
        "logarithmic": frame.loss.is_logarithmic,
        "smooth": frame.loss.is_smooth,
    }


def restore(frame: Frame, saved: Any, panes: Container[str], tensors: Container[str]) -> None:
    """Arrange the screen as it was; what is not understood is left out.

    Args:
        frame: The frame to arrange.
        saved: What a saved run holds, by whomever.
        panes: The names of the panes.
        tensors: The names of the tensors.
    """
    if not isinstance(saved, dict):
        return
    if saved.get("logarithmic") is True:
        frame.loss.choose_scale(logarithmic=True)
    if saved.get("smooth") is True:
        frame.loss.toggle_smooth()
    frame.maximised = saved.get("maximised") is True
    inspected, pane = saved.get("inspected"), saved.get("pane")
    if isinstance(inspected, str) and inspected in tensors:
        frame.weights.inspect(inspected)
    frame.go_to(pane if isinstance(pane, str) and pane in panes else frame.active)

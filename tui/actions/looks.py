"""Colours, and the whole screen drawn anew where the terminal has changed."""

from __future__ import annotations

import os
from collections.abc import Sequence

from textual.events import Resize
from textual.filter import LineFilter
from textual.geometry import Size
from textual.theme import Theme
from textual.timer import Timer

from engine.common.pace import Speed
from engine.common.text import clean
from tui.actions.base import Base
from tui.drawing.contrast import legible
from tui.drawing.lines import LinesView
from tui.drawing.palette import Palette
from tui.drawing.theme import THEME
from tui.keymap import kept_keymap
from tui.settings import (
    AUTO,
    LOGARITHMIC,
    keep,
    problem_of,
    read_settings,
    settings_path,
)
from tui.settings import (
    THEME as KEPT_THEME,
)
from tui.terminal import process as terminal

_SETTLED = 0.1
"""Seconds after which a terminal is taken to keep its size."""

_DEPTHS = {"standard": 16, "windows": 16, "256": 256}
"""The number of colours by the name of a terminal's colour system in Rich."""


class Looks(Base):
    """Follows the theme and the terminal."""

    _redrawing: Timer | None = None

    def __init__(self, data: str, fps: float, calm: bool, speed: Speed) -> None:
        super().__init__(data, fps, calm, speed)
        self.register_theme(THEME)
        kept = read_settings()
        # What Textual itself lets users set, e.g. textual-light.
        wanted = (os.environ.get("TEXTUAL_THEME", ""), kept.theme, THEME.name)
        self.theme = next(name for name in wanted if name in self.available_themes)
        self._kept_theme = self.theme
        scale, wrong_scale = kept.chart_scale
        if scale != AUTO:
            self.frame.loss.choose_scale(logarithmic=scale == LOGARITHMIC)
        self.keymap, wrong_keys = kept_keymap(kept)
        problems = [kept.problem, wrong_scale, *wrong_keys]
        if KEPT_THEME in kept.values and kept.theme not in self.available_themes:
            value = kept.values[KEPT_THEME]
            problems.append(problem_of(KEPT_THEME, value, "a name that ctrl+p, Theme lists"))
        self.settings_problems = [problem for problem in problems if problem]
        if calm:
            self.animation_level = "none"

    def on_mount(self) -> None:
        self._take_colours()
        self.set_keymap(self.keymap)
        for problem in self.settings_problems:
            self.notify(problem, severity="warning", markup=False, timeout=20)
        self.theme_changed_signal.subscribe(self, self._keep_theme)
        self.app_resume_signal.subscribe(self, lambda app: self._draw_all())
        if not self.is_headless:
            self.set_interval(1.0, self._follow_size)

    def refresh_css(self, animate: bool = True) -> None:
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            # All is parsed a little later, and would be twice.
            self.stylesheet.set_variables(self.get_css_variables())

    def _keep_theme(self, theme: Theme) -> None:
        self._take_colours()
        if theme.name == self._kept_theme:
            return
        self._kept_theme = theme.name
        try:
            keep(KEPT_THEME, theme.name)
        except OSError as error:
            why = clean(f"{settings_path()}: {error.strerror or error}")
            self.say(f"The theme is not kept for the next time: {why}.", severity="warning")

    @property
    def depth(self) -> int:
        if self.native_ansi_color:
            return 16
        return _DEPTHS.get(self.console.color_system or "", 0)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), legible(self.depth, self.current_theme.dark)]

    def _take_colours(self) -> None:
        self.palette = Palette.from_theme(
            self.theme_variables, dark=self.current_theme.dark, few=self.depth == 16
        )
        for view in self.screen_stack[0].query(LinesView):
            view.notify_style_update()
            view.refresh()

    def on_resize(self) -> None:
        """Draw everything once the terminal keeps its size.

        One that was smaller for a moment, too short for Textual to see, has lost what was there.
        """
        if self.moment is None:
            # All of it is drawn when there is something to show.
            return
        if self._redrawing is not None:
            self._redrawing.stop()
        self._redrawing = self.set_timer(_SETTLED, self._draw_all)

    def _draw_all(self) -> None:
        """Draw every cell, as after `fg` nothing of the screen is there any more."""
        self.refresh(layout=True)

    def _follow_size(self) -> None:
        """Take the size that the terminal has, as of several changes the last may be missed."""
        now = terminal.size()
        if now is not None and all(now) and tuple(self.size) != tuple(now):
            self.post_message(Resize(Size(*now), Size(*now)))

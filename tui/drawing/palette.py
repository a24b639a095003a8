"""The colours that numbers and marks are drawn in, made from the theme."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style
from textual.color import Color

from tui.drawing.contrast import CONSOLE

_ANSI = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]


@dataclass(frozen=True)
class Palette:
    """Styles by what they mean. Signs are told by + and − too, so no colour is needed."""

    text: Style
    dim: Style
    label: Style
    heading: Style
    good: Style
    alarm: Style
    current: Style
    """The operation about to run."""
    fresh: Style
    """The style of what has just changed."""
    selected: Style
    entry: Style
    """A value that can be edited."""
    plus: tuple[Style, Style, Style]
    """Positive numbers, from small to large."""
    minus: tuple[Style, Style, Style]
    background: Color
    foreground: Color
    hues: tuple[Color, ...]
    """The colours of classes; of two, that of negative numbers and that of positive ones."""

    @classmethod
    def from_theme(
        cls, variables: Mapping[str, str], *, dark: bool = True, few: bool = False
    ) -> Palette:
        """Derive the styles from a Textual theme's variables.

        Args:
            variables: The colours by name.
            dark: Whether the theme is light on dark.
            few: Whether there are so few colours, or none, that attributes have to mark things.
        """

        def colour(name: str) -> Color:
            return _parsed(variables.get(name, ""), name == "background", dark)

        background, foreground = colour("background"), colour("foreground")
        plus, minus, accent = colour("primary"), colour("warning"), colour("accent")

        def towards(hue: Color, share: float, bold: bool = False) -> Style:
            return Style(color=background.blend(hue, share).rich_color, bold=bold)

        def on(hue: Color, share: float, style: Style, mark: Style) -> Style:
            return mark if few else style + Style(bgcolor=background.blend(hue, share).rich_color)

        bright = Style(color=foreground.rich_color)
        return cls(
            text=towards(foreground, 0.92),
            dim=towards(foreground, 0.5),
            label=towards(foreground, 0.7),
            heading=Style(color=accent.rich_color),
            good=Style(color=colour("success").rich_color),
            alarm=Style(color=colour("error").rich_color, bold=True),
            current=on(
                accent, 0.24, bright + Style(bold=True), bright + Style(bold=True, reverse=True)
            ),
            fresh=on(colour("success"), 0.16, Style(bold=True), Style(bold=True, underline=True)),
            entry=on(foreground, 0.09, bright, bright + Style(underline=True)),
            selected=on(plus, 0.2, Style(), Style(reverse=True)),
            plus=(towards(plus, 0.55), towards(plus, 0.8), towards(plus, 1.0, bold=True)),
            minus=(towards(minus, 0.55), towards(minus, 0.8), towards(minus, 1.0, bold=True)),
            background=background,
            foreground=foreground,
            hues=(minus, plus, *map(colour, ("success", "secondary", "error", "accent"))),
        )

    def number(self, value: float, largest: float) -> Style:
        """Return the style of a number: one hue a sign, stronger the larger it is."""
        if not math.isfinite(value):
            return self.alarm
        if value == 0.0:
            return self.dim
        share = abs(value) / largest if largest > 0 and math.isfinite(largest) else 1.0
        strength = 2 if share > 2 / 3 else 1 if share > 0.2 else 0
        return (self.plus if value > 0 else self.minus)[strength]


def _parsed(value: str, is_ground: bool, dark: bool) -> Color:
    """Return a colour of a theme with its red, green and blue, also where the terminal has it."""
    name = value.removeprefix("ansi_").removeprefix("bright_")
    if name in _ANSI:
        return Color(*CONSOLE[_ANSI.index(name) + (8 if "bright_" in value else 0)])
    if value.startswith("#"):
        return Color.parse(value)
    return Color(*CONSOLE[0 if is_ground == dark else 15])

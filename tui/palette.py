"""The colours that numbers and marks are drawn in, made from the theme."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

THEME = Theme(
    name="nn-tui",
    primary="#6cb6ff",
    secondary="#9d8cff",
    accent="#e6c07b",
    warning="#f0a35e",
    error="#ff7b72",
    success="#7fd1a0",
    foreground="#d5d9e0",
    background="#12151b",
    surface="#171b22",
    panel="#20252e",
    dark=True,
    variables={
        "border": "#6cb6ff",
        "border-blurred": "#39414e",
        "footer-background": "#171b22",
        "footer-key-foreground": "#e6c07b",
        "footer-description-foreground": "#9aa3b2",
    },
)


_LEAST_CONTRAST = 3.0
"""Of text against its background, as WCAG counts it."""


def _contrast(first: Color, second: Color) -> float:
    """Return the contrast ratio of WCAG 2, from 1 to 21."""

    def luminance(colour: Color) -> float:
        linear = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized
        )
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


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
    """What has just changed."""
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
    def from_theme(cls, variables: Mapping[str, str]) -> Palette:
        """Derive the styles from a Textual theme's variables."""

        def colour(name: str) -> Color:
            value = variables.get(name, "")
            return Color.parse(value) if value.startswith("#") else Color.parse("#808080")

        background, foreground = colour("background"), colour("foreground")

        def legible(wanted: Color) -> Color:
            """Bring a colour nearer to that of the text until it stands out."""
            for share in (0.0, 0.2, 0.4, 0.6, 0.8):
                found = wanted.blend(foreground, share)
                if _contrast(found, background) >= _LEAST_CONTRAST:
                    return found
            return foreground

        def towards(hue: Color, share: float, bold: bool = False) -> Style:
            return Style(color=legible(background.blend(hue, share)).rich_color, bold=bold)

        plus, minus, accent = map(legible, map(colour, ("primary", "warning", "accent")))
        return cls(
            text=towards(foreground, 0.92),
            dim=towards(foreground, 0.5),
            label=towards(foreground, 0.7),
            heading=Style(color=accent.rich_color),
            good=Style(color=legible(colour("success")).rich_color),
            alarm=Style(color=legible(colour("error")).rich_color, bold=True),
            current=Style(
                color=foreground.rich_color,
                bgcolor=background.blend(accent, 0.24).rich_color,
                bold=True,
            ),
            fresh=Style(bgcolor=background.blend(colour("success"), 0.16).rich_color, bold=True),
            entry=Style(
                color=foreground.rich_color, bgcolor=background.blend(foreground, 0.09).rich_color
            ),
            selected=Style(bgcolor=background.blend(plus, 0.2).rich_color),
            plus=(towards(plus, 0.55), towards(plus, 0.8), towards(plus, 1.0, bold=True)),
            minus=(towards(minus, 0.55), towards(minus, 0.8), towards(minus, 1.0, bold=True)),
            background=background,
            foreground=foreground,
            hues=(minus, plus, *map(colour, ("success", "secondary", "error", "accent"))),
        )

    def number(self, value: float, largest: float) -> Style:
        """Return the style of a number: one hue a sign, stronger the larger it is.

        Args:
            value: The number.
            largest: The largest magnitude beside it.
        """
        if not math.isfinite(value):
            return self.alarm
        if value == 0.0:
            return self.dim
        share = abs(value) / largest if largest > 0 and math.isfinite(largest) else 1.0
        strength = 2 if share > 2 / 3 else 1 if share > 0.2 else 0
        return (self.plus if value > 0 else self.minus)[strength]

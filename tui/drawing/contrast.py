"""Colours as the terminal draws them, changed where a text would not stand out from its ground.

Each line passes through here last, whatever drew it: panes, frames, dialogs, Textual's own
widgets. So no style needs to know what it is laid over, nor how many colours there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from colorsys import rgb_to_hls
from functools import cache, lru_cache

from rich.color import Color, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as Shade
from textual.filter import LineFilter

TEXT = 4.5
"""The least contrast of a text, as WCAG counts it."""
FRAME = 3.0
"""The contrast of a frame, which nobody reads."""

_BLACK, _WHITE = 0, 15
_GREYS = (0, 7, 8, 15)
_GREY = 0.25
"""The saturation up to which a colour is matched by one without a hue."""
_LEVELS = (0, 95, 135, 175, 215, 255)
"""Of each part of a colour in the cube of the 256 colours."""
_STEPS = 20
"""In which a colour is brought to black or white."""
_FRAMES = frozenset("─│╭╮╰╯━┃┌┐└┘═║╔╗╚╝")
_PIXELS = frozenset("▀")
"""Two pixels of a picture, one above the other: they are no text."""


def _palette(codes: str) -> tuple[ColorTriplet, ...]:
    return tuple(ColorTriplet(*bytes.fromhex(code)) for code in codes.split())


XTERM = _palette(
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5"
    " 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
"""The 16 colours of xterm."""
CONSOLE = _palette(
    "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa"
    " 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
)
"""The colours of the Linux console and of many others; Rich assumes them."""


@lru_cache(4096)
def luminance(shade: ColorTriplet) -> float:
    """Return the relative luminance of WCAG 2, from 0 to 1."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shade.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: ColorTriplet, second: ColorTriplet) -> float:
    """Return the contrast ratio of WCAG 2, from 1 to 21."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def least_contrast(text: str) -> float:
    """Return the contrast that a text needs: less for a frame, none for pixels."""
    if text[:1] in _FRAMES and _FRAMES.issuperset(text):
        return FRAME
    return 0.0 if text[:1] in _PIXELS and _PIXELS.issuperset(text) else TEXT


class Legible(LineFilter):
    """Draws every text so that it stands out.

    Args:
        depth: How many colours there are: 16, 256, or 0 for all of them.
        dark: Whether a terminal's own ground is dark, where that is drawn on.
    """

    def __init__(self, depth: int, dark: bool) -> None:
        super().__init__()
        self._depth = depth
        self._default = (_WHITE, _BLACK) if dark else (_BLACK, _WHITE)
        self._drawn = lru_cache(4096)(self._draw)

    def apply(self, segments: list[Segment], background: Shade) -> list[Segment]:
        """Return the segments in the colours that the terminal is to draw."""
        drawn, around = self._drawn, background.rich_color
        return [
            segment
            if segment.style is None
            else Segment(
                segment.text, drawn(segment.style, around, least_contrast(segment.text)), None
            )
            for segment in segments
        ]

    def _draw(self, style: Style, around: Color, least: float) -> Style:
        ink, ground = style.color or Color.default(), style.bgcolor or around
        if self._depth == 16:
            ink, ground = self._of_16(ink, ground, least, bar=bool(style.reverse))
        else:
            ground = _of_256(ground.get_truecolor()) if self._depth else ground
            ink = self._ink_on(ground.get_truecolor(), ink.get_truecolor(), least)
        # Terminals differ in what they make of dim.
        return style + Style(color=ink, bgcolor=ground, dim=False if style.dim else None)

    def _ink_on(self, ground: ColorTriplet, wanted: ColorTriplet, least: float) -> Color:
        """Return the colour nearest to the wanted one that stands out from a ground."""
        pole = CONSOLE[_WHITE if contrast(CONSOLE[_WHITE], ground) >= TEXT else _BLACK]
        for step in range(_STEPS + 1):
            shade = _blend(wanted, pole, step / _STEPS)
            drawn = _of_256(shade) if self._depth else Color.from_triplet(shade)
            if contrast(drawn.get_truecolor(), ground) >= least:
                break
        return drawn

    def _of_16(self, ink: Color, ground: Color, least: float, bar: bool) -> tuple[Color, Color]:
        """Return the colours of a text and of its ground, which are exchanged in a bar."""
        wanted, under = (
            CONSOLE[default] if colour.is_default else colour.get_truecolor()
            for colour, default in zip((ink, ground), self._default, strict=True)
        )
        on = self._default[1] if ground.is_default else _ground_of_16(under)
        number = _ink_of_16(wanted, on, least)
        if bar and number in _GREYS:
            # Shades of grey would make a bar of pieces.
            number = _ink_of_16(CONSOLE[self._default[0]], on, least)
        return (
            _given_as(ink, number, self._default[0]),
            _given_as(ground, on, self._default[1]),
        )


legible = cache(Legible)
"""The one that draws for a terminal, which keeps what it has found."""


def _given_as(colour: Color, number: int, default: int) -> Color:
    """Return one of the 16 colours in the way that the wanted one was given.

    Textual can tint what stands behind a dialog only if it has red, green and blue.
    """
    if colour.is_default and number == default:
        return colour
    native = colour.type in (ColorType.DEFAULT, ColorType.STANDARD)
    return Color.from_ansi(number) if native else Color.from_triplet(CONSOLE[number])


def _blend(first: ColorTriplet, second: ColorTriplet, share: float) -> ColorTriplet:
    return ColorTriplet(*(round(a + (b - a) * share) for a, b in zip(first, second, strict=True)))


def _distance(first: ColorTriplet, second: ColorTriplet) -> float:
    return sum((a - b) ** 2 for a, b in zip(first, second, strict=True))


@lru_cache(4096)
def _of_256(wanted: ColorTriplet) -> Color:
    """Return the nearest of the 256 colours that users do not redefine."""
    nearest = [min(range(6), key=lambda i: abs(_LEVELS[i] - part)) for part in wanted]
    grey = min(max(round((sum(wanted) / 3 - 8) / 10), 0), 23)
    cube = ColorTriplet(*(_LEVELS[i] for i in nearest))
    ramp = ColorTriplet(*(8 + 10 * grey,) * 3)
    if _distance(wanted, ramp) < _distance(wanted, cube):
        number, triplet = 232 + grey, ramp
    else:
        number, triplet = 16 + 36 * nearest[0] + 6 * nearest[1] + nearest[2], cube
    return Color(f"color({number})", ColorType.EIGHT_BIT, number, triplet)


@cache
def _legible_of_16(on: int, least: float) -> tuple[int, ...]:
    """Return which of the 16 colours stand out from one of them, whosever palette it is."""
    return tuple(
        number
        for number in range(16)
        if all(contrast(shades[number], shades[on]) >= least for shades in (XTERM, CONSOLE))
    )


@lru_cache(1024)
def _ground_of_16(wanted: ColorTriplet) -> int:
    usable = [number for number in range(16) if _legible_of_16(number, TEXT)]
    return min(usable, key=lambda number: _distance(CONSOLE[number], wanted))


@lru_cache(1024)
def _ink_of_16(wanted: ColorTriplet, on: int, least: float) -> int:
    return _nearest_hue(wanted, _legible_of_16(on, least))


def _nearest_hue(wanted: ColorTriplet, numbers: Iterable[int]) -> int:
    """Return which of some of the 16 colours is most like another, its hue above all."""
    hue, light, saturation = rgb_to_hls(*wanted.normalized)
    grey = saturation <= _GREY

    def unlike(number: int) -> float:
        other, lightness, strength = rgb_to_hls(*CONSOLE[number].normalized)
        turn = abs(hue - other)
        far = 0.0 if grey else 6 * min(turn, 1 - turn)
        return abs(light - lightness) + far + 10 * (grey != (strength == 0.0))

    return min(numbers, key=unlike)

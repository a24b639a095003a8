"""What a terminal makes of the colours that are sent to it, read from the sequences themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from textual.strip import Strip

from tui.app import NNTui

RGB = tuple[int, int, int]

_XTERM = (
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5"
    " 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
_CONSOLE = (
    "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa"
    " 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
)
PALETTES: tuple[tuple[RGB, ...], ...] = tuple(
    tuple((int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16)) for code in codes.split())
    for codes in (_XTERM, _CONSOLE)
)
"""The 16 colours of xterm and of the Linux console."""
FRAMES = frozenset("─│╭╮╰╯")
PIXELS = frozenset("▀")


@dataclass(frozen=True)
class Run:
    """Some cells beside each other that are drawn in the same way.

    Attributes:
        text: What stands there.
        sent: The parameters of the sequence before it.
    """

    text: str
    sent: str

    @property
    def attributes(self) -> frozenset[int]:
        """Bold is 1, dim 2, underlined 4, reverse 7."""
        return frozenset(code[0] for code in self._codes() if code[0] < 30)

    @property
    def least(self) -> float:
        """The contrast that it needs: a frame less than text, the pixels of a picture none."""
        if not self.text.strip() or set(self.text) <= PIXELS:
            return 1.0
        return 3.0 if set(self.text) <= FRAMES else 4.5

    def shades(self, palette: tuple[RGB, ...], dark: bool) -> tuple[RGB, RGB]:
        """Return the colour of the text and that of the ground, by default those of the terminal.

        Args:
            palette: The first 16 colours.
            dark: Whether the terminal is light on dark.
        """
        ink, ground = (palette[15], palette[0]) if dark else (palette[0], palette[15])
        for code, *rest in self._codes():
            shade = _shade(code, rest, palette)
            if shade is None:
                continue
            if code in range(40, 49) or code >= 100:
                ground = shade
            else:
                ink = shade
        return (ground, ink) if 7 in self.attributes else (ink, ground)

    def contrast(self, dark: bool) -> float:
        """Return the contrast as WCAG counts it, in the worse of the palettes."""
        return min(wcag(*self.shades(palette, dark)) for palette in PALETTES)

    def _codes(self) -> Iterator[list[int]]:
        numbers = [int(number) for number in self.sent.split(";") if number]
        while numbers:
            size = 1
            if numbers[0] in (38, 48):
                size = 5 if numbers[1] == 2 else 3
            yield numbers[:size]
            numbers = numbers[size:]


def _shade(code: int, rest: list[int], palette: tuple[RGB, ...]) -> RGB | None:
    if code in (38, 48):
        if rest[0] == 2:
            return rest[1], rest[2], rest[3]
        return _of_256(rest[1], palette)
    for first, offset in ((30, 0), (40, 0), (90, 8), (100, 8)):
        if first <= code < first + 8:
            return palette[code - first + offset]
    return None


def _of_256(number: int, palette: tuple[RGB, ...]) -> RGB:
    if number < 16:
        return palette[number]
    if number >= 232:
        grey = 8 + 10 * (number - 232)
        return grey, grey, grey
    red, green, blue = (
        55 + 40 * part if part else 0
        for part in ((number - 16) // 36, (number - 16) // 6 % 6, (number - 16) % 6)
    )
    return red, green, blue


@cache
def wcag(first: RGB, second: RGB) -> float:
    """Return the contrast ratio of two colours."""

    def luminance(shade: RGB) -> float:
        parts = [part / 255 for part in shade]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def lines(app: NNTui) -> list[list[Run]]:
    """Return all that is on the screen, line by line."""
    system = app.console._color_system
    assert system is not None
    return [
        [
            Run(text, Strip.render_ansi(style, system) if style is not None else "")
            for text, style, _ in strip
        ]
        for strip in app.screen._compositor.render_strips()
    ]


def faint(app: NNTui) -> list[tuple[float, Run]]:
    """Return what does not stand out from its ground, with its contrast."""
    runs = {run for line in lines(app) for run in line}
    dark = app.current_theme.dark
    found = [(run.contrast(dark), run) for run in runs if run.contrast(dark) < run.least]
    found += [(0.0, run) for run in runs if 2 in run.attributes and run.text.strip()]
    return sorted(found, key=lambda pair: pair[0])

"""Writing for terminals that know no more than ASCII, decided once for the whole program.

All that is not ASCII is replaced on its way to the terminal, each character by one of the same
width. Names and formulas alone are written out before, ``∂E/∂f`` as ``dE_df`` and ``η`` as ``eta``:
that takes more cells, so `drawing.lines` and `drawing.short_names`, which give texts their room, do
it. No pane and no dialog has to ask.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TextIO

_TERMINALS = frozenset(("linux", "vt52", "vt100", "vt102", "vt220", "ansi", "cons25"))
"""The terminals whose fonts lack the Braille of the chart and the subscripts."""
_COERCED = frozenset(("C.UTF-8", "C.utf8", "UTF-8"))
"""The values of LC_CTYPE that Python itself sets where the locale is C or is not installed."""
_WORDS = {
    **{"ŷ": "yhat", "η": "eta", "σ": "sigma", "Σ": "sum", "λ": "lambda", "μ": "mu", "β": "beta"},
    **{"ε": "eps", "δ": "delta", "Δ": "delta_", "ρ": "rho", "γ": "gamma", "α": "alpha"},
    **{"²": "^2", "ᵀ": ".T", "·": "*", "∘": "o", "−": "-", "×": "x", "←": "<-", "→": "->"},
    **{"≤": "<=", "≥": ">=", "≠": "!=", "±": "+-", "∞": "inf", "√": "sqrt", "≈": "~", "∈": "in"},
    **{"ₙ": "_n", "ᵢ": "_i", "ₕ": "_h", "ₒ": "_o", "ₜ": "_t", "⁻": "^-", "¹": "1"},
}
_SPELLED = str.maketrans({**_WORDS, **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))})
_NO_VALUE = re.compile(r"(?<!\S)·(?=\s*$|\s\s)")
"""A dot that stands for a value not yet computed, and not for a product."""
_DERIVATIVE = re.compile(r"∂(\w+)/∂(\w+)")
_LIKE = {
    **dict.fromkeys("─━═┄┈╌╍┅┉╴╶╸╺▔", "-"),
    **dict.fromkeys("│┃║┆┊╎╏╵╷╹╻▏▎▍▌▐▕", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬", "+"),
    **dict.fromkeys("█▉▊▋▇▆", "#"),
    **dict.fromkeys("▅▄", "="),
    **dict.fromkeys("▃▂▁", "_"),
    **{"▀": '"', "░": ".", "▒": ":", "▓": "%", "■": "#"},
    **dict.fromkeys("▶▸►›▷", ">"),
    **dict.fromkeys("◀◂◄‹", "<"),
    **dict.fromkeys("▲▴△", "^"),
    **dict.fromkeys("▼▾▽", "v"),
    **{"●": "*", "○": "o", "◆": "*", "◇": "o", "⏸": "=", "⚠": "!", "✓": "+", "✗": "x", "…": "~"},
    **{"☆": "$", "★": "&", "┊": "|", "•": "*"},
    **{"∂": "d", "ŷ": "Y", "η": "n", "σ": "s", "Σ": "S", "λ": "l", "ᵀ": "'", "·": ".", "∘": "o"},
    **dict.fromkeys("◉□◼", "@"),
    **dict.fromkeys("“”″‴", '"'),
    **{"╱": "/", "╲": "\\", "‖": "|", "±": "~", "∞": "8", "√": "V", "≈": "~", "∈": "e", "⁻": "-"},
    **dict(zip("Δαβγδεθμπρ", "Dabgdetmpr", strict=True)),
    **{"−": "-", "×": "x", "←": "<", "→": ">", "↑": "^", "↓": "v", "≤": "<", "≥": ">", "⎇": "Y"},
}
_BRAILLE = range(0x2800, 0x2900)
_ROWS = ((0x09, "'"), (0x12, "-"), (0x24, "-"), (0xC0, "."))
"""The dots of the four rows of a Braille character, and what is as high."""


@cache
def is_plain() -> bool:
    """Return whether the environment says that the terminal has only ASCII.

    A locale that is not set at all says nothing: those are most often terminals with UTF-8.
    """
    locale = next(filter(None, map(_as_set, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    if locale and not _is_utf_8(locale):
        return True
    return os.environ.get("TERM", "") in _TERMINALS and sys.stdout.isatty()


def _as_set(name: str) -> str:
    """Return an environment variable as the program found it, "" if unset."""
    value = os.environ.get(name, "")
    if name != "LC_CTYPE" or value not in _COERCED:
        return value
    try:
        start = Path("/proc/self/environ").read_bytes()
    except OSError:
        # Where this cannot be asked: Python chooses UTF-8 itself where it sets LC_CTYPE.
        return "" if sys.flags.utf8_mode else value
    found = [entry for entry in start.split(b"\0") if entry.startswith(b"LC_CTYPE=")]
    return os.fsdecode(found[0].partition(b"=")[2]) if found else ""


def _is_utf_8(locale: str) -> bool:
    """Return whether a locale is encoded in UTF-8."""
    name, _, codeset = locale.partition("@")[0].partition(".")
    if not codeset and name not in ("C", "POSIX", "UTF-8"):
        codeset = _codeset(locale)
    return (codeset or name).lower().replace("-", "") == "utf8"


def _codeset(locale: str) -> str:
    """Look up the encoding of a locale that does not name it, e.g. de_DE; "" if not installed."""
    from locale import CODESET, LC_CTYPE, Error, nl_langinfo, setlocale

    before = setlocale(LC_CTYPE)
    try:
        setlocale(LC_CTYPE, locale)
        return nl_langinfo(CODESET)
    except Error:
        return ""
    finally:
        setlocale(LC_CTYPE, before)


def typeset(text: str) -> str:
    """Write a text as the terminal can show it; its width may change."""
    return spelled(text) if is_plain() and not text.isascii() else text


def spelled(text: str) -> str:
    """Write symbols out in ASCII: ``∂E/∂f`` as ``dE_df``; frames and the like are left."""
    text = _NO_VALUE.sub(".", text)
    return _DERIVATIVE.sub(r"d\1_d\2", text).translate(_SPELLED)


class _Narrow(dict[int, str]):
    """For each character beyond ASCII another one or two, as wide."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _resembling(chr(code))
        return found


_NARROW: Mapping[int, str] = _Narrow()


def narrowed(text: str) -> str:
    """Replace all that is not ASCII, in the same width."""
    return text if text.isascii() else text.translate(_NARROW)


def _resembling(character: str) -> str:
    if character.isascii():
        return character
    if ord(character) in _BRAILLE:
        dots = ord(character) - _BRAILLE.start
        marks = [mark for row, mark in _ROWS if dots & row]
        return " " if not marks else ":" if len(marks) > 2 else marks[0]
    # Imported here, as most terminals need none of this.
    from rich.cells import cell_len

    width = cell_len(character)
    if width != 1:
        return "?" * width
    if character in _LIKE:
        return _LIKE[character]
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base.isascii() and base.isprintable() else "?"


class PlainOutput:
    """A stream on which everything is written out in ASCII."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text out; returns the length that was asked for."""
        if not text.isascii():
            text = narrowed(spelled(text))
        return self._stream.write(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

"""Text from outside, made safe to show."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from engine.common.numbers import grouped

LONGEST = 200
"""Characters of a text that is shown, where nothing else is said."""
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_DIGITS = {subscript: digit for digit, subscript in _SUBSCRIPTS.items()}
_ZERO_WIDTH_JOINER = "\u200d"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category not in ("Cc", "Cf", "Cs", "Zl", "Zp") or character == _ZERO_WIDTH_JOINER:
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def clean(text: str, longest: int = LONGEST) -> str:
    """Make control, bidi and surrogate characters visible, and cut what is too long.

    Args:
        text: Text from a file, a file's name, or an exception's message.
        longest: How many characters are kept before an ellipsis stands for the rest.

    Returns:
        Text without any character that a terminal would act on.
    """
    return visible(text if len(text) <= longest else text[:longest] + "…")


def visible(text: str) -> str:
    """Make the same characters visible in a text that is kept whole, e.g. one that is typed."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def normalised(name: str) -> str:
    """Write a name as Python reads it in an expression: the micro sign as the letter μ."""
    return unicodedata.normalize("NFKC", name)


def sentence(words: str, name: str = "") -> str:
    """Begin with a capital, unless the first word is a name or a symbol, and end with a stop."""
    first = words.split(" ", 1)[0]
    is_word = first == "a" or (first.isascii() and first.isalpha() and len(first) > 1)
    is_word = is_word and first != name
    return (words[:1].upper() + words[1:] if is_word else words).rstrip(".") + "."


def counted(count: int, thing: str) -> str:
    """Write a count with its noun, e.g. ``1 iteration`` and ``2,000 iterations``."""
    return f"{grouped(count)} {thing}{'s' if count != 1 else ''}"


def folded(names: Sequence[str], most: int) -> str:
    """Write the first names, and how many more there are."""
    more = len(names) - most
    shown = ", ".join(names[:most])
    return f"{shown} and {grouped(more)} more" if more > 0 else shown


def without_subscripts(text: str) -> str:
    """Write subscripts as digits: ``v₁`` becomes ``v1``."""
    return text.translate(_DIGITS)


def subscript(name: str) -> str:
    """Write the digits of a name as subscripts: ``v1`` becomes ``v₁``."""
    return name.translate(_SUBSCRIPTS)

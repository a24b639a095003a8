"""The forms of those hyperparameters that are typed as text: lists, and a number or a word.

Each function brings a text into its one form, or raises ValueError.
"""

from __future__ import annotations

import re

from engine.maths.activations import ACTIVATIONS, HIDDEN

MOST_LAYERS = 20
MOST_NEURONS = 10_000

_PARAMETER = re.compile(r"none|b|b?v[0-9]{0,2}|b?w")
_LONGEST = 12
"""The characters of a whole number."""


def layer_sizes(text: str) -> str:
    """Bring ``8, 4`` into the form ``8,4``; ``none`` is no hidden layer."""
    typed = text.strip().lower()
    if typed in ("none", "0"):
        return "none"
    sizes = [_whole(part) for part in typed.split(",")]
    if len(sizes) > MOST_LAYERS or not all(1 <= size <= MOST_NEURONS for size in sizes):
        raise ValueError
    return ",".join(map(str, sizes))


def activation_names(text: str) -> str:
    """Bring ``ReLU, leaky-relu:.20`` into the form ``relu,leaky-relu:0.2``."""
    try:
        names = [ACTIVATIONS[name.strip()].name for name in text.lower().split(",")]
    except KeyError:
        raise ValueError from None
    if len(names) > MOST_LAYERS or not {name.partition(":")[0] for name in names} <= set(HIDDEN):
        raise ValueError
    return ",".join(names)


def parameter_names(text: str) -> str:
    """Bring ``bv, bw`` into the form ``bv,bw``; ``none`` is none."""
    names = dict.fromkeys(name.strip().lower() for name in text.split(","))
    if not all(_PARAMETER.fullmatch(name) for name in names) or (
        "none" in names and len(names) > 1
    ):
        raise ValueError
    return ",".join(names)


def size_or_full(text: str) -> str:
    """Bring ``FULL`` into the form ``full``, and ``08`` into the form ``8``."""
    typed = text.strip().lower()
    if typed == "full":
        return typed
    size = _whole(typed)
    if size < 1:
        raise ValueError
    return str(size)


def _whole(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > _LONGEST:
        raise ValueError
    return int(text)

"""Numbers of half the length in full length: in float32 no value can be told for certain."""

from __future__ import annotations

import ast

_HALF, _FULL = "float32", "float64"
_FROM_BYTES = ("frombuffer", "fromfile", "memmap", "torch", "tensorflow", "jax")
"""Where these stand in a script, its types say more than how exact it computes."""


def is_computed_in_full(text: str) -> bool:
    """Whether a script asks NumPy for float32 and can have float64 instead."""
    return _HALF in text and not any(word in text for word in _FROM_BYTES)


def compute_in_full(tree: ast.AST) -> None:
    """Put float64 in the place of float32."""
    for part in ast.walk(tree):
        if isinstance(part, ast.Attribute) and part.attr == _HALF:
            part.attr = _FULL
        elif isinstance(part, ast.Constant) and part.value == _HALF:
            part.value = _FULL

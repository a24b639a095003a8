"""Numbers of half the length in full length: in float32 no value can be told for certain."""

from __future__ import annotations

import ast

_FULL = {"float32": "float64", "single": "float64"}
_FROM_BYTES = ("frombuffer", "fromfile", "memmap", "torch", "tensorflow", "jax")
"""Where these stand in a script, its types say more than how exact it computes."""


def compute_in_full(tree: ast.AST, text: str) -> None:
    """Let a script that asks NumPy for float32 have float64 instead."""
    if any(word in text for word in _FROM_BYTES):
        return
    for part in ast.walk(tree):
        if isinstance(part, ast.Attribute):
            part.attr = _FULL.get(part.attr, part.attr)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            part.value = _FULL.get(part.value, part.value)

"""Audits of a user's own derivation: which operation of their script is wrong, where and how.

The script is run and recorded (`recording`), understood by its numbers, and each operation is
judged by our formula with the script's own operands. Nothing here knows the screen; what trains a
network of ours, and the mistakes of a formula, belong elsewhere.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.audit.arrays import audit_arrays
    from engine.audit.script import audit

__all__ = ["audit", "audit_arrays"]

_HOMES = {"audit": "script", "audit_arrays": "arrays"}


def __getattr__(name: str) -> object:
    # Imported on demand, so that the screen need not wait for NumPy.
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"engine.audit.{_HOMES[name]}"), name)

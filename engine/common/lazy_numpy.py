"""NumPy, imported when it is first used.

The command line's help needs the names and formulas that stand beside the numerical
code, and must not wait for NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
else:
    from importlib import import_module

    class _Late:
        def __getattr__(self, name: str) -> object:
            found = getattr(import_module("numpy"), name)
            # Found at once from now on: formulas are computed by it a million times.
            setattr(self, name, found)
            return found

    np = _Late()

__all__ = ["np"]

"""The step-able network of nn-tui: all that the screen can do, for scripts.

Example:
    >>> from engine import Debugger, read_dataset
    >>> debugger = Debugger(read_dataset("or"))
    >>> debugger.step_operation().formula
    'ŷ = x·v'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.check import check_gradients
    from engine.dataset import Dataset
    from engine.debugger import Debugger
    from engine.errors import InputError, NotComputedError
    from engine.hyperparameters import Hyperparameters
    from engine.runner import Runner
    from engine.snapshot import Snapshot
    from engine.table.options import TableOptions
    from engine.table.reading import read_dataset
    from engine.weights import read_parameters

__version__ = "0.1.0"

__all__ = [
    "Dataset",
    "Debugger",
    "Hyperparameters",
    "InputError",
    "NotComputedError",
    "Runner",
    "Snapshot",
    "TableOptions",
    "check_gradients",
    "read_dataset",
    "read_parameters",
]

_HOMES = {
    "Dataset": "dataset",
    "Debugger": "debugger",
    "Hyperparameters": "hyperparameters",
    "InputError": "errors",
    "NotComputedError": "errors",
    "Runner": "runner",
    "Snapshot": "snapshot",
    "TableOptions": "table.options",
    "check_gradients": "check",
    "read_dataset": "table.reading",
    "read_parameters": "weights",
}


def __getattr__(name: str) -> object:
    # Imported on demand, so that `nn-tui --help` need not wait for NumPy.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"engine.{_HOMES[name]}"), name)

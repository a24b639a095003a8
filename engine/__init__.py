"""The step-able network of nn-tui: all that the screen can do, for scripts.

Example:
    >>> from engine import Debugger, read_dataset
    >>> debugger = Debugger(read_dataset("or"))
    >>> debugger.step_operation().formula
    'ŷ = x·v'
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from engine.common.version import __version__ as __version__

if TYPE_CHECKING:
    from engine.common.errors import InputError, NotComputedError
    from engine.data.dataset import Dataset
    from engine.data.options import TableOptions
    from engine.data.table.read import read_dataset
    from engine.debugger import Debugger
    from engine.inspection.snapshot import Snapshot
    from engine.model.hyperparameters import Hyperparameters
    from engine.model.parameters_file import read_parameters
    from engine.proof.gradient_check import check_gradients
    from engine.runner import Runner

# The last bits of a large product depend on how many threads share it, and between them a
# pause would wait for the slowest. NumPy reads this as it is imported.
for _library in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_library, "1")

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
    "Dataset": "data.dataset",
    "Debugger": "debugger",
    "Hyperparameters": "model.hyperparameters",
    "InputError": "common.errors",
    "NotComputedError": "common.errors",
    "Runner": "runner",
    "Snapshot": "inspection.snapshot",
    "TableOptions": "data.options",
    "check_gradients": "proof.gradient_check",
    "read_dataset": "data.table.read",
    "read_parameters": "model.parameters_file",
}


def __getattr__(name: str) -> object:
    # Imported on demand, so that `nn-tui --help` need not wait for NumPy.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"engine.{_HOMES[name]}"), name)

"""The options that a saved run has fixed, and those that still apply to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.common.errors import InputError
from engine.model.hyperparameters import DECLARATIONS
from tui.opening.prepare import iterations_of

if TYPE_CHECKING:
    from engine.debugger import Debugger


def fixed(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a run fixes when it begins."""
    return {name: value for name, value in options.items() if not _is_live(name)}


def refuse_fixed(options: Mapping[str, Any], *, is_named: bool) -> None:
    """Refuse options that a saved run has fixed.

    Args:
        options: The options written on the command line.
        is_named: Whether the run was called by its name; one that was found agrees with them.

    Raises:
        InputError: There is such an option.
    """
    for name, value in fixed(options).items():
        if name == "weights":
            raise InputError("--weights: a saved run has its own; --new starts another")
        if name in DECLARATIONS and is_named:
            option = DECLARATIONS[name].option
            raise InputError(
                f"{option} {value}: a saved run has its own; leave it out, or start another"
            )


def apply_live(debugger: Debugger, options: Mapping[str, Any], epochs: int | None) -> None:
    """Apply the options that take effect at once.

    Args:
        debugger: The run.
        options: The options written on the command line.
        epochs: The iterations in epochs, or None.
    """
    live = {name: value for name, value in options.items() if _is_live(name)}
    if epochs is not None:
        live["iterations"] = iterations_of(epochs, debugger.program.batches.an_epoch)
    if live:
        debugger.change(**live)


def _is_live(name: str) -> bool:
    return name in DECLARATIONS and DECLARATIONS[name].applies == "live"

"""The initial parameters of a stand-alone program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.maths.initialisations import INITIALISATIONS

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.reports.standalone.literals import Arrays

GENERATOR = "random"


class _Text:
    """The source of an array, which can be scaled."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __mul__(self, factor: float) -> _Text:
        return self if factor == 1.0 else _Text(f"{float(factor)!r} * {self.text}")

    __rmul__ = __mul__


class _Told:
    """Writes down what is asked of a generator."""

    def rand(self, *shape: int) -> _Text:
        return _Text(f"{GENERATOR}.rand({', '.join(map(str, shape))})")

    def randn(self, *shape: int) -> _Text:
        return _Text(f"{GENERATOR}.randn({', '.join(map(str, shape))})")

    def uniform(self, low: float, high: float, shape: tuple[int, ...]) -> _Text:
        return _Text(f"{GENERATOR}.uniform({low!r}, {high!r}, {_shape(shape)})")


def starting_lines(debugger: Debugger, arrays: Arrays) -> list[str]:
    """Return the lines that make the parameters: drawn as they were, where they were drawn."""
    try:
        drawn = _drawn(debugger)
    except (AttributeError, TypeError):
        # It is drawn in a way that cannot be told.
        drawn = {}
    axes = {name: t.axes for name, t in debugger.program.parameters.items()}
    if not _gives(drawn, debugger):
        lines = []
        for name, array in debugger.initial_parameters.items():
            lines += arrays.assigned(name, array)
        return lines
    wanted, lines = debugger.hyperparameters, []
    if any(GENERATOR in text for text in drawn.values()):
        rule = INITIALISATIONS[wanted.init].rule
        lines.append(f"{GENERATOR} = np.random.RandomState({wanted.seed})  # weights: {rule}")
    for name, text in drawn.items():
        shape = " × ".join(axis.symbol for axis in axes[name])
        lines.append(f"{name} = {text}" + f"  # {shape}" * bool(shape))
    return lines


def _drawn(debugger: Debugger) -> dict[str, str]:
    """Return the source of each parameter, as the network draws them from the seed."""
    drawn = debugger.program.network.drawn_by(_Told())
    return {n: v.text if isinstance(v, _Text) else _filled(v) for n, v in drawn.items()}


def _filled(array: np.ndarray[Any, Any]) -> str:
    """Write an array of which all numbers are alike."""
    value = float(array.flat[0])
    if not array.ndim:
        return repr(value)
    return f"np.full({_shape(array.shape)}, {value!r})" if value else zeros(array.shape)


def zeros(shape: tuple[int, ...]) -> str:
    """Write an array of zeros."""
    return f"np.zeros({_shape(shape)})" if shape else "0.0"


def _shape(shape: tuple[int, ...]) -> str:
    return str(shape[0]) if len(shape) == 1 else str(shape)


def _gives(drawn: dict[str, str], debugger: Debugger) -> bool:
    """Return whether these lines make the parameters that the run started from, to the last bit."""
    names = {"np": np, GENERATOR: np.random.RandomState(debugger.hyperparameters.seed)}
    given = debugger.initial_parameters
    return bool(drawn) and all(
        np.array_equal(eval(text, dict(names)), given[name], equal_nan=True)
        for name, text in drawn.items()
    )

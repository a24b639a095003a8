"""The parts of a loss: value, gradient, and what it asks of the output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.formula.primitives import setting
from engine.formula.tensor import Axis
from engine.formula.tree import Formula, Leaf, Number, Variable
from engine.formula.writing import in_symbols

if TYPE_CHECKING:
    from engine.formula.tensor import Array


@dataclass(frozen=True)
class Setting:
    """The settings that a loss depends on beside f and f₀.

    Attributes:
        delta: δ, where the Huber loss turns from a square into a line.
        signed: Whether the targets are −1 and 1, and not 0 and 1.
    """

    delta: Number
    signed: bool = False


Value = Callable[[Formula, Formula, Setting], Formula]
"""From f (or y), f₀ and the setting."""


@dataclass(frozen=True, kw_only=True)
class Fused:
    """E and ∂E/∂y from the pre-activations y, where ∂E/∂f and the slope of f cancel in part.

    Attributes:
        value: E, from y and f₀: the same number as from f, where no logarithm of 0 can occur.
        slope: ∂E/∂y, from f and f₀.
        why: The reason behind the slope.
    """

    value: Value
    slope: Value
    why: str


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One way to turn predictions and targets into the scalar E, with its reduction.

    Attributes:
        name: As it is written on the command line and in saved files.
        value: E.
        slope: ∂E/∂f.
        why: The meaning of its value.
        slope_why: The reason behind the slope.
        fused: By the output activation, another way to E and ∂E/∂y.
        outputs: The output activations that it goes with; () for any.
        given: What its formulas leave open, e.g. ``, t = ±1``, or "".
        tells: The same with its value, for the rule of a cell, from the setting.
        problem: Says what is wrong with targets, or "".
        assumption: Says what targets are taken for, where it is not what stands in the table.
        aim: Gives the targets as they are taken; the error of a prediction is their distance.
    """

    name: str
    value: Value
    slope: Value
    why: str
    slope_why: str
    fused: Mapping[str, Fused] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    given: str = ""
    tells: Callable[[Setting], str] = lambda setting: ""
    problem: Callable[[Array], str] = lambda f0: ""
    assumption: Callable[[Array], str] = lambda f0: ""
    aim: Callable[[Array], Array] = lambda f0: f0

    @property
    def formula(self) -> str:
        """The right-hand side of E in symbols, with its reduction."""
        return self._written(self.value)

    @property
    def slope_formula(self) -> str:
        """The right-hand side of ∂E/∂f in symbols."""
        return self._written(self.slope)

    def _written(self, value: Value) -> str:
        return in_symbols(value(*_ANY, Setting(setting(1.0, "δ")))) + self.given


_AXES = (Axis("N", ("",)), Axis("O", ("",)))
_ANY = (Leaf(Variable("f", _AXES)), Leaf(Variable("f₀", _AXES)))

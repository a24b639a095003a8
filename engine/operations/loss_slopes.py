"""Where the backward phase begins: the slope of the loss, alone or fused with that of f."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.activations import Run
from engine.expression import Expression, scaled
from engine.losses import Loss, Setting
from engine.losses.base import Fused
from engine.operations.base import Operation
from engine.operations.forward import place_of
from engine.tensor import Index, Read, Tensor


@dataclass(frozen=True, eq=False, kw_only=True)
class LossSlope(Operation):
    """∂E/∂f, e.g. 2(f − f₀)/(N·O)."""

    f: Tensor
    f0: Tensor
    loss: Loss
    setting: Callable[[int, int], Setting]

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self.loss.slope_formula}"

    @property
    def why(self) -> str:
        return self.loss.slope_why

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.f, self.f0)

    def bind(self) -> Run:
        f, f0, out = self.f.data, self.f0.data, self.target.data
        return self.loss.bind_slope(f, f0, out, self.setting(*f.shape))

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        at = place_of(self.f, self.f0, None, index, read)
        setting = self.setting(*self.f.shape)
        rule = self.loss.slope_formula + self.loss.given(setting)
        return rule, self.loss.slope(at, setting)


@dataclass(frozen=True, eq=False, kw_only=True)
class FusedSlope(Operation):
    """∂E/∂y in one formula, where ∂E/∂f and ∂f/∂y cancel in part."""

    f: Tensor
    f0: Tensor
    fused: Fused
    setting: Callable[[int, int], Setting]

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self.fused.formula}"

    @property
    def why(self) -> str:
        return self.fused.why

    @property
    def note(self) -> str:
        f, y = self.f.symbol, self.symbol.partition("/")[2]
        return f"fused: ∂E/∂{f}·∂{f}/{y} multiplied out"

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.f, self.f0)

    def bind(self) -> Run:
        f, f0, out = self.f.data, self.f0.data, self.target.data
        return self.fused.bind(f, f0, out, self.setting(*f.shape))

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        scale = self.setting(*self.f.shape).scale
        at = place_of(self.f, self.f0, None, index, read)
        return self.fused.formula, scaled(scale, self.fused.cell(at))

"""The loss, and where the backward phase begins: its slope, alone or fused with that of f."""

from __future__ import annotations

from engine.formula.tensor import Tensor
from engine.formula.tree import Leaf
from engine.maths.losses import Loss, Setting
from engine.maths.operations.operation import Rule


def measured(
    loss: Loss,
    setting: Setting,
    f: Tensor,
    f0: Tensor,
    y: Tensor | None = None,
    output: str = "",
    penalty: Tensor | None = None,
) -> Rule:
    """Return E, over all observations and outputs, plus the penalty if there is one.

    Args:
        loss: The loss.
        setting: What it depends on beside.
        f: The predictions.
        f0: The targets.
        y: The pre-activations, where E is computed from them.
        output: The activation of the output layer.
        penalty: What large weights cost.
    """
    shown = tree = loss.value(Leaf(f), Leaf(f0), setting)
    words = loss.why
    if y is not None:
        tree = loss.fused[output].value(Leaf(y), Leaf(f0), setting)
        words += f" Computed from {y.symbol}, where no logarithm of 0 can occur."
    if penalty is not None:
        shown, tree = shown + Leaf(penalty), tree + Leaf(penalty)
    return Rule(tree=tree, why=words, shown=shown, given=loss.given, tells=loss.tells(setting))


def loss_slope(loss: Loss, setting: Setting, f: Tensor, f0: Tensor) -> Rule:
    """Return ∂E/∂f, e.g. 2(f − f₀)/(N·O)."""
    tree = loss.slope(Leaf(f), Leaf(f0), setting)
    return Rule(tree=tree, why=loss.slope_why, tells=loss.tells(setting))


def fused_slope(
    loss: Loss, setting: Setting, output: str, y: Tensor, f: Tensor, f0: Tensor
) -> Rule:
    """Return ∂E/∂y in one formula, where ∂E/∂f and ∂f/∂y cancel in part."""
    fused = loss.fused[output]
    return Rule(
        tree=fused.slope(Leaf(f), Leaf(f0), setting),
        why=fused.why,
        note=f"fused: ∂E/∂{f.symbol}·∂{f.symbol}/∂{y.symbol} multiplied out",
    )

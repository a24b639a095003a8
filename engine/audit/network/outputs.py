"""The output of a script's network: predictions, rightly or wrongly activated, and targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.audit.findings import Finding
from engine.audit.network.linear import Linear, activated
from engine.audit.network.targets import Targets, again, targets_of
from engine.audit.passes.matching import first, is_telling, same
from engine.audit.passes.one_pass import Pass
from engine.formula.evaluate import evaluate
from engine.formula.tensor import Array, Axis, Tensor
from engine.maths.activations import ACTIVATIONS, OUTPUT
from engine.maths.operations.activation import activated as activation_rule
from engine.maths.operations.operation import Operation, Phase
from engine.mistakes import Around, mistakes

_FEWEST = 3
"""Fewer numbers are what many formulas give."""


@dataclass(frozen=True, eq=False)
class Output:
    """What comes out, and what it is compared with.

    Attributes:
        targets: The targets; None where they were not found.
        mistake: What is wrong with the activation of the output layer, if anything.
        activation: The activation that is meant.
    """

    targets: Targets | None
    mistake: Finding | None = None
    activation: str = ""


def output_of(one: Pass, layers: list[Linear], like: Targets | None = None) -> Output:
    """Find the targets; where nothing compares them with what our activations give, try mistakes.

    The last layer's activation becomes the script's own where that is wrong.

    Args:
        one: The pass.
        layers: Its layers.
        like: The targets in another pass, where they are known.
    """
    last = layers[-1]
    targets = again(one, last, like) if like is not None else targets_of(one, last)
    if targets is None and like is not None:
        targets = targets_of(one, last)
    if targets is not None and targets.is_compared:
        return Output(targets)
    if last.z.size < _FEWEST:
        return Output(targets)
    own, of_own, fits = last.a, last.of_a, last.activation
    for name, wrong, kind, says, repair in _wrong(last):
        if not is_telling(wrong) or same(wrong, last.z) or (own is not None and same(wrong, own)):
            continue
        match = first(one, wrong, free=False, after=last.of_z.begins)
        if match is None:
            continue
        last.a, last.of_a, last.activation = wrong, match.found, (name,)
        found = targets_of(one, last)
        if found is not None and found.is_compared:
            finding = Finding("f", kind, says, repair, one.number, found=match.found)
            return Output(found, finding, name)
        last.a, last.of_a, last.activation = own, of_own, fits
    return Output(targets)


def _wrong(last: Linear) -> Iterator[tuple[str, Array, str, str, str]]:
    assert last.a is not None
    for name in last.activation:
        if ACTIVATIONS[name].joint or name == "identity":
            continue
        symbol = ACTIVATIONS[name].symbol
        yield (
            name,
            activated(name, last.a),
            "double-activation",
            f"the output is activated twice: {symbol}({symbol}(y))",
            f"activate it once: f = {symbol}(y)",
        )
    if any(name != "identity" for name in last.activation):
        return
    rows, columns = last.z.shape
    axes = (Axis("N", ("",) * rows), Axis("O", ("",) * columns))
    y, f = Tensor("y", "y", axes, last.z), Tensor("f", "f", axes, np.zeros(last.z.shape))
    for name in ("softmax", *OUTPUT):
        if name == "identity" or (name == "softmax" and columns < 2):
            continue
        rule = activation_rule(f, y, ACTIVATIONS[name])
        operation = Operation(target=f, rule=rule, phase=Phase.FORWARD, layer="output")
        for mistake in mistakes(operation, Around([operation]), depth=0):
            if mistake.kind not in ("softmax-axis", "sign"):
                continue
            try:
                value = evaluate(mistake.formula, {"y": last.z})
            except (KeyError, ValueError):
                continue
            if value.shape == last.z.shape:
                yield name, value, mistake.kind, mistake.says, mistake.repair

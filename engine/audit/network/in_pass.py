"""The network of a script as each of its passes has it: the layers and the targets there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.audit.findings import Finding
from engine.audit.network.linear import Linear
from engine.audit.network.outputs import Output, output_of
from engine.audit.network.recurring import layers_again
from engine.audit.network.settled import Settled
from engine.audit.network.stacked import take_apart
from engine.audit.network.targets import Targets, targets_among
from engine.audit.network.understand import Understood
from engine.audit.network.zero_bias import give_zero_biases
from engine.audit.passes.one_pass import Pass
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array

_JUDGED = 8
"""The number of passes judged from the start."""
_LATE = (50, 300)
"""Later ones, where what was a coincidence at first no longer is."""


@dataclass(frozen=True, eq=False)
class NetworkInPass:
    """The network in one pass.

    Attributes:
        one: The pass.
        layers: Its layers.
        f0: Its targets.
        is_compared: Whether the script compares its predictions with them; None where the output
            is dead, which tells nothing of what it is compared with.
        mistake: What is wrong with the activation of the output layer, if anything.
    """

    one: Pass
    layers: list[Linear]
    f0: Array
    is_compared: bool | None
    mistake: Finding | None


def networks_in(
    understood: Understood, recording: Recording, settled: Settled, tick: Callable[[], None]
) -> Iterator[NetworkInPass]:
    """Go through the passes to judge, each with its layers and targets.

    Args:
        understood: The network of the script.
        recording: The recording.
        settled: What is known about the script.
        tick: Called for each pass; it may raise to give up.
    """
    passes = understood.passes
    windows = recording.records["window"]
    last_window = -1
    for number in range(len(passes)):
        window = int(windows[passes[number].bounds[0]])
        if number >= _JUDGED and window == last_window and number not in _LATE:
            continue
        last_window = window
        tick()
        one = passes[number]
        layers = layers_again(one, recording, understood.layers)
        if [layer.weights.shape for layer in layers] != [
            layer.weights.shape for layer in understood.layers
        ]:
            continue
        output = output_of(one, layers, understood.targets)
        named = _named_targets(one, layers[-1], recording, settled)
        named = named or settled.targets_of(one, layers)
        if named is not None:
            output = Output(named)
        if output.targets is None:
            continue
        f0 = output.targets.data
        is_compared = output.targets.is_compared or not np.any(f0)
        tells = is_compared or bool(np.any(layers[-1].a))
        take_apart(one, layers)
        give_zero_biases(layers, one, recording)
        yield NetworkInPass(one, layers, f0, is_compared if tells else None, output.mistake)


def _named_targets(
    one: Pass, last: Linear, recording: Recording, settled: Settled
) -> Targets | None:
    """Return the targets in a pass, if the user says which variable they are."""
    held = settled.named_in(one, recording).get("f0")
    known = None if held is None else next(iter(targets_among(one, last, held)), None)
    return None if known is None else replace(known, is_compared=True)

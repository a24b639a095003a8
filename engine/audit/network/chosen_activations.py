"""The activation of each layer, among those that give its values in all passes."""

from __future__ import annotations

from collections.abc import Sequence

from engine.audit.network.in_pass import NetworkInPass
from engine.audit.network.linear import Linear, gives, slope
from engine.audit.network.settled import Settled
from engine.audit.passes.matching import first, is_telling
from engine.audit.passes.one_pass import Pass
from engine.audit.recording.recording import Recording
from engine.maths.activations import ACTIVATIONS


def chosen_activations(
    networks: Sequence[NetworkInPass], settled: Settled, recording: Recording
) -> list[str]:
    """Return the name of the activation of each layer.

    Args:
        networks: The network in the passes to judge.
        settled: What is known about the script.
        recording: The recording.
    """
    chosen = []
    count = len(networks[0].layers)
    for position in range(count):
        seen = [(network.one, network.layers[position]) for network in networks]
        names = seen[0][1].activation
        # Where nothing is negative, a constant of the script's own does not show.
        bent = {n for _, layer in seen for n in layer.activation if ":" in n} - {*names}
        common = [n for n in (*names, *sorted(bent)) if all(gives(n, layer) for _, layer in seen)]
        is_last = position == count - 1
        if is_last and "identity" in common:
            # Where every prediction is positive, nothing tells it from relu but its slope at 0.
            common.sort(key=lambda name: name != "identity")
        sloped = [
            n
            for n in common[1:]
            if any(_has_slope(one, recording, layer, n) for one, layer in seen)
        ]
        chosen.append((sloped or common or [_usual([layer for _, layer in seen])])[0])
    known = settled.hyperparameters
    if "output_activation" in known:
        chosen[-1] = str(known["output_activation"])
    if "activation" in known and len(chosen) > 1:
        wanted = str(known["activation"]).split(",")
        chosen[:-1] = wanted if len(wanted) == len(chosen) - 1 else wanted[:1] * (len(chosen) - 1)
    return chosen


def _usual(layers: Sequence[Linear]) -> str:
    """Return the activation that gives a layer's values in the most passes: others explode."""
    names = dict.fromkeys(["identity", *(name for layer in layers for name in layer.activation)])
    return max(names, key=lambda name: sum(gives(name, layer) for layer in layers))


def _has_slope(one: Pass, recording: Recording, layer: Linear, name: str) -> bool:
    """Whether a pass computes the slope of an activation."""
    assert layer.a is not None
    if ACTIVATIONS[name].joint:
        return False
    wanted = slope(name, layer.z, layer.a)
    if wanted.size == 1:
        # A single 1 is found everywhere, a comparison with 0 is not.
        return ACTIVATIONS[name].dies and _is_compared_with_zero(recording, one, layer)
    return (
        is_telling(wanted) and first(one, wanted, free=False, after=layer.of_z.begins) is not None
    )


def _is_compared_with_zero(recording: Recording, one: Pass, layer: Linear) -> bool:
    """Whether a pass asks where what a layer puts out is above 0, as for the slope of relu."""
    rows, nodes = recording.records, recording.nodes
    held = {record for found in (layer.of_z, layer.of_a) if found for record in found.records}
    return any(
        node.kind.startswith("Compare")
        and not held.isdisjoint(recording.operands(record))
        and any(child >= 0 and nodes[child].constant == 0.0 for child in node.children)
        for record in range(*one.bounds)
        for node in [nodes[int(rows["node"][record])]]
    )

"""Our program with each optimiser that a script may use, set to the numbers that stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.audit.network.linear import Linear
from engine.audit.network.model import Model, model_of
from engine.audit.network.other_optimisers import adagrad, with_epsilon_inside
from engine.audit.recording.recording import Recording
from engine.common.errors import InputError
from engine.formula.tensor import Array

_DATA = 3
"""A list of so many numbers is a table, and no setting."""
_MOST_SHARES = 3
_MOST_DECAYS = 3
_DIVIDING = ("rmsprop", "adam")


def optimisers(
    recording: Recording,
    layers: Sequence[Linear],
    activations: Sequence[str],
    f0: Array,
    loss: str,
) -> Iterator[Model]:
    """Go through the optimisers that keep something, each with its settings.

    Those that are written otherwise than ours come last.

    Args:
        recording: The recording, for the numbers in the script.
        layers: The layers of one pass.
        activations: The name of the activation of each.
        f0: The targets in that pass.
        loss: The name of the loss.
    """
    constants = constants_of(recording)
    models = []
    for optimiser, settings in _settings(constants):
        try:
            models.append(model_of(layers, activations, f0, loss, optimiser=optimiser, **settings))
        except InputError:
            continue
        yield models[-1]
    dividing = [model for model in models if model.optimiser in _DIVIDING]
    summing = [adagrad(model) for model in dividing if model.optimiser == "rmsprop"][:1]
    yield from summing
    yield from map(with_epsilon_inside, [*summing, *dividing])


def constants_of(recording: Recording) -> list[float]:
    """Return the numbers of a script that may be settings, the most usual ones first."""
    found = {
        float(node.constant)
        for number, node in enumerate(recording.nodes)
        if node.constant is not None and not _is_data(recording, number)
    }
    return sorted(found, key=lambda value: (value not in _USUAL, len(repr(value)), value))


def _is_data(recording: Recording, number: int) -> bool:
    """Whether a number stands in a table: in a long list, or in a list of lists."""
    nodes, parents = recording.nodes, recording.parents
    parent = parents.get(number)
    while parent is not None and nodes[parent].kind.startswith("UnaryOp"):
        parent = parents.get(parent)
    if parent is None or nodes[parent].kind != "List":
        return False
    above = parents.get(parent)
    is_nested = above is not None and nodes[above].kind == "List"
    return is_nested or len(nodes[parent].children) >= _DATA


_USUAL = (0.9, 0.999, 0.99, 0.01)


def _settings(constants: Sequence[float]) -> Iterator[tuple[str, dict[str, float]]]:
    epsilon = next((c for c in constants if 0.0 < c <= 1e-4), 1e-8)
    shares = [c for c in constants if 0.5 < c < 1.0][:_MOST_SHARES] or [0.9, 0.999]
    decays = [c for c in constants if 1e-6 < c < 0.5][:_MOST_DECAYS]
    pairs = [(one, other) for one in shares for other in shares if one < other]
    pairs.sort(key=lambda pair: shares.index(pair[0]) + shares.index(pair[1]))
    pairs = pairs or [(shares[0], shares[0])]
    for share in shares:
        yield "momentum", {"momentum": share}
        yield "nesterov", {"momentum": share}
        yield "rmsprop", {"decay": share, "epsilon": epsilon}
    for beta1, beta2 in pairs:
        yield "adam", {"beta1": beta1, "beta2": beta2, "epsilon": epsilon}
    for beta1, beta2 in pairs:
        for decay in decays:
            known = {"beta1": beta1, "beta2": beta2, "epsilon": epsilon}
            yield "adamw", {**known, "weight_decay": decay}

"""The forward pass of a script, found by its numbers: layers, biases, activations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from engine.audit.network.bends import bends_of
from engine.audit.network.dropout import mask_between
from engine.audit.network.linear import Linear, Site, activated, products_of
from engine.audit.passes.matching import first, is_telling, same
from engine.audit.passes.one_pass import Found, Pass
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array
from engine.maths.activations import ACTIVATIONS

_MOST_CHAINS = 4
_MANY_FOUND = 800
"""In a pass with more arrays, weights that the script holds whole are looked for first."""

Activated = tuple[Array, Found, tuple[str, ...]]
"""A pre-activation's activation, where it is found, and the names that give it."""


def straight(layer: Linear) -> Activated:
    """Return a pre-activation as what is passed on, with the activations that leave it alone."""
    names = (name for name in _possible(layer) if same(activated(name, layer.z), layer.z))
    return layer.z, layer.of_z, tuple(names)


def as_it_is(layer: Linear) -> Linear:
    """Return a layer whose pre-activation is what it puts out."""
    return replace(layer, a=layer.z, of_a=layer.of_z, activation=("identity",))


def _is_made_of(recording: Recording, found: Found, source: Found) -> bool:
    """Whether a script computes an array from another one, and does not only compare that."""
    numbers = recording.records["value"]
    values = {int(numbers[record]) for record in source.records}
    return any(
        int(numbers[operand]) in values
        for record in found.records
        if not recording.node_of(record).kind.startswith("Compare")
        for operand in recording.operands(record)
        if operand >= 0
    )


def layers_of(
    one: Pass,
    recording: Recording,
    changing: set[Site] | None,
    fits: Callable[[Sequence[Linear]], bool] | None = None,
) -> list[list[Linear]]:
    """Return what may be the layers of the forward pass, from the input side.

    Args:
        one: The pass.
        recording: The recording.
        changing: The sites of what is taken and is another array in the next pass, where that is
            known: what may be weights. Weights that never change are looked for where the layers
            found do not begin at something taken.
        fits: Whether layers may be the ones meant, where something is known of them.
    """
    if changing is not None and len(one.found) > _MANY_FOUND:
        # Loops over cells put the parts of each product together in a hundred ways.
        held = {site for site in changing if _is_held(site, recording)}
        chains = chains_of(one, recording, held, fits=fits)
        if chains and len(chains[0]) > 1 and chains[0][0].of_inputs.is_taken:
            return chains
    chains = chains_of(one, recording, changing, fits=fits)
    if changing is not None and not (chains and chains[0][0].of_inputs.is_taken):
        every = chains_of(one, recording, None, fits=fits)
        if every and (not chains or rank_of(every[0])[:2] > rank_of(chains[0])[:2]):
            return every
    return chains


def _is_held(site: Site, recording: Recording) -> bool:
    """Whether a script holds an array whole, and does not go through the parts of another."""
    return isinstance(site[0], int) and recording.nodes[site[0]].kind != "for"


def chains_of(
    one: Pass,
    recording: Recording,
    changing: set[Site] | None,
    biases: set[Site] | None = None,
    inputs: Found | None = None,
    fits: Callable[[Sequence[Linear]], bool] | None = None,
    among: Sequence[Found] | None = None,
) -> list[list[Linear]]:
    """Return the longest chains of products, those that are alike in size side by side."""
    linear = sorted(
        products_of(one, recording, changing, biases, among), key=lambda node: node.of_z.first
    )
    best: list[list[Linear]] = []
    for start in linear:
        if inputs is not None and not _is_of(start, inputs):
            continue
        chain = _chain(one, recording, replace(start), linear)
        while fits is not None and chain and not fits(chain):
            # Further products may follow the output, of which they tell nothing then.
            chain.pop()
            if chain:
                _followed(one, recording, chain[-1], [])
        if not chain:
            continue
        if not best or rank_of(chain) > rank_of(best[0]):
            best = [chain]
        elif rank_of(chain) == rank_of(best[0]) and len(best) < _MOST_CHAINS:
            best.append(chain)
    if changing is not None and biases is None and fits is None:
        best = _beyond(one, recording, best, linear, changing)
    for chain in best:
        if any(layer.ones for layer in chain[1:]):
            _part_ones(chain[0])
    return best


def _beyond(
    one: Pass,
    recording: Recording,
    chains: list[list[Linear]],
    linear: Sequence[Linear],
    changing: set[Site],
) -> list[list[Linear]]:
    """Go on with layers whose weights stay as they are, as those of a frozen output layer."""
    still = {
        found.site
        for found in one.taken.values()
        if np.squeeze(found.data).ndim
        and found.site not in changing
        and not found.is_assembled
        # What a loop hands out, or a batch of the targets, is another array in each pass.
        and _is_held(found.site, recording)
        and recording.was_there(found.first, one.bounds[0])
    }
    longer: list[list[Linear]] = []
    for chain in chains:
        own = [replace(layer) for layer in chain]
        while own[0].of_inputs.is_taken and not own[0].ones:
            last = own[-1]
            ways = [*activations_of(one, recording, last), straight(last)]
            among = [found for a, found, _ in ways if a.shape[1] > 1]
            frozen = products_of(one, recording, still, None, among)
            nodes = sorted([*linear, *frozen], key=lambda node: node.of_z.first)
            rest = _chain(one, recording, last, nodes)
            if len(rest) < 2 or any(layer.ones for layer in rest):
                break
            own += rest[1:]
        longer.append(own)
    most = max(map(rank_of, longer), default=None)
    return [own for own in longer if rank_of(own) == most]


def _is_of(start: Linear, inputs: Found) -> bool:
    """Whether a product takes these inputs."""
    return start.of_inputs is inputs or start.of_inputs.flat.tobytes() == inputs.flat.tobytes()


def rank_of(chain: Sequence[Linear]) -> tuple[bool, int, int, int]:
    """Rank what may be the layers: the most layers, the most neurons, the most observations.

    A product with a single number alone, as a velocity with its share, is rather no layer.
    """
    if not chain:
        return False, 0, 0, 0
    width = sum(layer.z.shape[1] for layer in chain)
    return len(chain) > 1 or chain[0].inputs.size > 1, len(chain), width, len(chain[0].inputs)


def _part_ones(layer: Linear) -> None:
    """Take a column of ones in the table for the bias that it is in the other layers."""
    for ones, at, own in (("last", -1, slice(None, -1)), ("first", 0, slice(1, None))):
        if layer.bias is None and layer.inputs.shape[1] > 1 and np.all(layer.inputs[:, at] == 1.0):
            layer.bias, layer.weights = layer.weights[at], layer.weights[own]
            layer.inputs, layer.ones = layer.inputs[:, own], ones


def _chain(one: Pass, recording: Recording, start: Linear, nodes: list[Linear]) -> list[Linear]:
    chain = [start]
    while True:
        layer = chain[-1]
        later = [
            node
            for node in nodes
            if node.of_z.first > layer.of_z.first
            and all(node.of_weights is not other.of_weights for other in chain)
        ]
        following = _followed(one, recording, layer, later)
        if not following:
            return chain
        widest = max(
            following, key=lambda node: (node.z.shape[1], len(node.inputs), -node.of_z.first)
        )
        chain.append(_joined(layer, replace(widest)))


def _followed(one: Pass, recording: Recording, layer: Linear, later: list[Linear]) -> list[Linear]:
    """Find what the pre-activation becomes, and return the products that take it.

    A script may compute other functions of it too, e.g. the slope of the activation: what goes on
    to a product is the activation, of the last layer what was made first.
    """
    ways = sorted(activations_of(one, recording, layer), key=lambda way: way[1].first)
    ways.append(straight(layer))
    layer.mask = None
    for layer.a, layer.of_a, layer.activation in ways:
        following = [node for node in later if _continues(layer, node)]
        if following:
            return following
    for layer.a, layer.of_a, layer.activation in ways:
        for node in later:
            layer.mask = mask_between(recording, one, layer.a, node.inputs)
            if layer.mask is not None:
                return [other for other in later if _continues(layer, other)]
    layer.a, layer.of_a, layer.activation = ways[0]
    return []


def _possible(layer: Linear) -> list[str]:
    return [name for name in ACTIVATIONS if name != "softmax" or layer.z.shape[1] > 1]


def activations_of(one: Pass, recording: Recording, layer: Linear) -> Iterator[Activated]:
    """Go through what was made of a pre-activation, with the activations that give it."""
    made: list[tuple[Array, Found, list[str]]] = []
    for name in _possible(layer):
        wanted = activated(name, layer.z)
        if not np.any(wanted):
            # Zeros are everywhere: a layer that is dead in this pass makes them of what comes in.
            zeros = (f for f in one.by_size.get(wanted.size, ()) if not np.any(f.data))
            dead = next((f for f in zeros if _is_made_of(recording, f, layer.of_z)), None)
            if dead is not None and np.any(layer.z):
                made.append((wanted, dead, [name]))
            continue
        if same(wanted, layer.z) or not is_telling(wanted):
            continue
        alike = next((names for a, _, names in made if same(wanted, a)), None)
        if alike is not None:
            alike.append(name)
            continue
        match = first(one, wanted, free=False, after=layer.of_z.begins)
        if match is not None:
            made.append((wanted, match.found, [name]))
    for name, match in bends_of(one, layer.z, layer.of_z.begins):
        wanted = activated(name, layer.z)
        if not any(same(wanted, a) for a, _, _ in made):
            made.append((wanted, match.found, [name]))
    for a, found, names in made:
        yield a, found, tuple(names)


def _continues(layer: Linear, node: Linear) -> bool:
    """Whether a product takes what a layer puts out, with or without a column of ones."""
    if layer.out.shape[0] != node.inputs.shape[0]:
        return False
    return _columns(layer.out, node.inputs) is not None


def _columns(a: Array, inputs: Array) -> str | None:
    if same(inputs, a):
        return ""
    if inputs.shape[1] == a.shape[1] + 1:
        if np.all(inputs[:, -1] == 1.0) and same(inputs[:, :-1], a):
            return "last"
        if np.all(inputs[:, 0] == 1.0) and same(inputs[:, 1:], a):
            return "first"
    return None


def _joined(layer: Linear, node: Linear) -> Linear:
    """Take a column of ones among the inputs for the bias that it is."""
    ones = _columns(layer.out, node.inputs)
    if ones:
        own = slice(None, -1) if ones == "last" else slice(1, None)
        at = -1 if ones == "last" else 0
        node.bias, node.weights = node.weights[at], node.weights[own]
        node.inputs, node.ones = node.inputs[:, own], ones
    return node

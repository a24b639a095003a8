"""The forward pass of a script, found by its numbers: layers, biases, activations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product as pairs

import numpy as np

from engine.audit.matching import Match, as_rows, first, is_telling, same
from engine.audit.passes import Found, Pass
from engine.audit.recording.recording import Recording
from engine.maths.activations import ACTIVATIONS
from engine.maths.evaluate import evaluate
from engine.maths.formula import Formula, Leaf, Variable
from engine.maths.tensor import Array, Axis

_MOST_TAKEN, _MOST_BIASES, _MOST_INPUTS, _MOST_CHAINS = 100, 24, 600, 4
_MANY_FOUND = 800
"""In a pass with more arrays, weights that the script holds whole are looked for first."""

Site = tuple[object, ...]
Activated = tuple[Array, Found, tuple[str, ...]]
"""What a pre-activation becomes, where it is found, and the activations that give it."""

N, H = Axis("N", ("",)), Axis("H", ("",))


@dataclass(eq=False)
class Linear:
    """A product of what comes in with weights, plus a bias.

    Attributes:
        inputs: What comes in, N × I, without a column of ones.
        weights: The weights, I × H.
        bias: The bias, H or a scalar; None where there is none.
        z: The pre-activation, N × H.
        of_inputs, of_weights, of_bias, of_z: The arrays of the script that hold these.
        turned: Whether the script holds the weights as H × I.
        ones: Where the weights hold the bias: "", "last" or "first" row.
        activation: The names of the activations that fit.
        a, of_a: The activation.
    """

    inputs: Array
    weights: Array
    bias: Array | None
    z: Array
    of_inputs: Found
    of_weights: Found
    of_bias: Found | None
    of_z: Found
    turned: bool
    ones: str = ""
    activation: tuple[str, ...] = ()
    a: Array | None = None
    of_a: Found | None = None
    edits: list[str] = field(default_factory=list)


def activated(name: str, z: Array) -> Array:
    """Compute an activation of pre-activations, N × H."""
    return evaluate(_formula_of(name), {"z": z})


@cache
def _formula_of(name: str) -> Formula:
    return ACTIVATIONS[name].of(Leaf(Variable("z", (N, H))))


def slope(name: str, z: Array, a: Array) -> Array:
    """Compute the slope of an activation at pre-activations z, where it is a."""
    slope_of = ACTIVATIONS[name].slope
    assert slope_of is not None
    leaves = (Leaf(Variable(symbol, (N, H))) for symbol in "za")
    value = evaluate(slope_of(*leaves), {"z": z, "a": a})
    return np.broadcast_to(value, z.shape)


def layers_again(one: Pass, recording: Recording, like: Sequence[Linear]) -> list[Linear]:
    """Return the layers in another pass, from the places where their parameters are known to be."""
    layers = _in_the_same_places(one, recording, like)
    if layers:
        return layers
    weights = {site for layer in like for site in (layer.of_weights.site, layer.of_weights.loose)}
    biases = {
        site
        for layer in like
        if layer.of_bias is not None
        for site in (layer.of_bias.site, layer.of_bias.loose)
    }
    inputs = one.twin(like[0].of_inputs)
    twins = [twin for layer in like if (twin := one.twin(layer.of_inputs)) is not None]
    if len(twins) == len(like):
        # Where each stands is mostly known, so that not all arrays need be tried.
        layers = next(iter(_layers(one, recording, weights, biases, inputs, among=twins)), [])
    if [a.weights.shape for a in layers] != [a.weights.shape for a in like]:
        layers = next(iter(_layers(one, recording, weights, biases, inputs)), [])
    return layers


def _in_the_same_places(one: Pass, recording: Recording, like: Sequence[Linear]) -> list[Linear]:
    """Return the layers in another pass, if all is where it is in this one; else nothing."""
    layers: list[Linear] = []
    ways: list[Activated] = []
    for layer in like:
        if layer.ones or layer.of_z.site[:1] == ("scalars",):
            return []
        of_weights, of_z = one.twin(layer.of_weights), one.twin(layer.of_z)
        if of_weights is None or of_z is None:
            return []
        if layers:
            given = ways
        else:
            of_inputs = one.twin(layer.of_inputs)
            if of_inputs is None:
                return []
            given = [(way, of_inputs, ()) for way in _as_inputs(of_inputs, len(layer.weights))]
        for way in given:
            node = _again(one, layer, way, of_weights, of_z)
            if node is not None:
                break
        else:
            return []
        if layers:
            layers[-1].a, layers[-1].of_a, layers[-1].activation = way
        layers.append(node)
        ways = _ways(one, recording, node, layer)
    last = layers[-1]
    last.a, last.of_a, last.activation = ways[0]
    return layers


def _again(
    one: Pass, like: Linear, given: Activated, of_weights: Found, of_z: Found
) -> Linear | None:
    """Return a layer whose parts are known; None where they do not fit together."""
    inputs, of_inputs, _ = given
    weights = next((m for m, turned in _as_weights(of_weights) if turned == like.turned), None)
    if weights is None or weights.shape != like.weights.shape:
        return None
    bias = of_bias = None
    if like.of_bias is not None:
        of_bias = one.twin(like.of_bias)
        if of_bias is None or of_bias.size != like.of_bias.size:
            return None
        bias = np.squeeze(of_bias.data)
    z = inputs @ weights if bias is None else inputs @ weights + bias
    shape = (z.shape[0], z.shape[1])
    if not np.isfinite(z).all() or not any(same(data, z) for data, _ in as_rows(of_z, shape)):
        return None
    return Linear(
        inputs, weights, bias, z, of_inputs, of_weights, of_bias, of_z, turned=like.turned
    )


def _ways(one: Pass, recording: Recording, layer: Linear, like: Linear) -> list[Activated]:
    """Return what a pre-activation may have become, where the activation of another pass is known.

    What is the same everywhere, as of a neuron that is saturated, is known by its place alone.
    """
    ways = list(_activations(one, recording, layer))
    there = one.twin(like.of_a) if like.of_a is not None else None
    if there is not None and like.of_a is not like.of_z:
        shape = (layer.z.shape[0], layer.z.shape[1])
        for name in like.activation:
            a = activated(name, layer.z)
            if not is_telling(a) and any(same(data, a) for data, _ in as_rows(there, shape)):
                ways.append((a, there, (name,)))
                break
    return [*sorted(ways, key=lambda way: way[1].first), _straight(layer)]


def _straight(layer: Linear) -> Activated:
    """Return a pre-activation as what is passed on, with the activations that leave it alone."""
    names = (name for name in _possible(layer) if same(activated(name, layer.z), layer.z))
    return layer.z, layer.of_z, tuple(names)


def _is_made_of(recording: Recording, found: Found, source: Found) -> bool:
    """Whether a script computes an array from another one, and does not only compare that."""
    numbers = recording.records["value"]
    values = {int(numbers[record]) for record in source.records}
    return any(
        int(numbers[operand]) in values
        for record in found.records
        if not recording.nodes[int(recording.records["node"][record])].kind.startswith("Compare")
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
        chains = _layers(one, recording, held, fits=fits)
        if chains and len(chains[0]) > 1 and chains[0][0].of_inputs.is_taken:
            return chains
    chains = _layers(one, recording, changing, fits=fits)
    if changing is not None and not (chains and chains[0][0].of_inputs.is_taken):
        every = _layers(one, recording, None, fits=fits)
        if every and (not chains or rank_of(every[0])[:2] > rank_of(chains[0])[:2]):
            return every
    return chains


def _is_held(site: Site, recording: Recording) -> bool:
    """Whether a script holds an array whole, and does not go through the parts of another."""
    return isinstance(site[0], int) and recording.nodes[site[0]].kind != "for"


def _layers(
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
        _linear(one, recording, changing, biases, among), key=lambda node: node.of_z.first
    )
    best: list[list[Linear]] = []
    for start in linear:
        if inputs is not None and not _is_of(start, inputs):
            continue
        chain = _chain(one, recording, replace(start), linear)
        while fits is not None and chain and not fits(chain):
            # Further products may follow the output.
            chain.pop()
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
        if np.squeeze(found.data).ndim and found.site not in changing and not found.is_assembled
    }
    longer: list[list[Linear]] = []
    for chain in chains:
        own = [replace(layer) for layer in chain]
        while own[0].of_inputs.is_taken and not own[0].ones:
            last = own[-1]
            ways = [*_activations(one, recording, last), _straight(last)]
            among = [found for a, found, _ in ways if a.shape[1] > 1]
            frozen = _linear(one, recording, still, None, among)
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


def _as_weights(found: Found) -> Iterator[tuple[Array, bool]]:
    """Go through the ways to see an array as weights, I × H, and whether it is turned."""
    data = found.data
    while data.ndim > 2 and 1 in data.shape:
        data = np.squeeze(data, axis=data.shape.index(1))
    if data.ndim == 2:
        yield data, False
        yield data.T, True
    elif data.ndim == 1:
        yield data[:, None], False
        if len(data) > 1:
            yield data[None, :], True
    elif data.ndim == 0:
        yield data.reshape(1, 1), False


def _as_inputs(found: Found, width: int) -> Iterator[Array]:
    """Go through the ways to see an array as rows of so many numbers."""
    data = np.squeeze(found.data)
    if data.ndim == 0:
        data = data.reshape(1)
    if data.ndim == 1:
        if len(data) == width:
            yield data[None, :]
        elif width == 1:
            yield data[:, None]
    elif data.ndim == 2:
        if data.shape[1] == width:
            yield data
        if data.shape[0] == width:
            yield data.T


def _linear(
    one: Pass,
    recording: Recording,
    changing: set[Site] | None,
    biases: set[Site] | None,
    among: Sequence[Found] | None,
) -> Iterator[Linear]:
    yield from _of_scalars(one)
    there = [found for found in one.found if np.isfinite(found.data).all()]
    taken = [found for found in there if found.is_taken]
    moving = None if changing is None else one.at(changing)
    weights = _each_once(
        found
        for found in (taken if biases is None else there)
        if not (one.scalars and (found.size == 1 or found.site[0] == "scalars"))
        and (moving is None or id(found) in moving)
    )
    if biases is None:
        taken = _biases(_each_once(taken), moving)
    else:
        known = one.at(biases)
        # With a bias of zeros the sum is the product, which is there whatever the bias is.
        at_hand = (found for found in there if id(found) in known)
        taken = sorted(at_hand, key=lambda found: not np.any(found.data))
    if len(weights) > _MOST_TAKEN:
        return
    inputs_there = _each_once(one.found if among is None else among)
    seen: set[tuple[int, int, int]] = set()
    for of_weights, of_inputs in pairs(weights, inputs_there[:_MOST_INPUTS]):
        if of_inputs is of_weights or not np.isfinite(of_inputs.data).all():
            continue
        if biases is None and not is_telling(of_inputs.data):
            continue
        for matrix, turned in _as_weights(of_weights):
            for given, ones in (
                (matrix, ""),
                (matrix[:-1], "last"),
                (matrix[1:], "first"),
            ):
                if not len(given) or not any(
                    len(given) in found_shape for found_shape in [of_inputs.data.shape or (1,)]
                ):
                    continue
                own = None if not ones else matrix[-1] if ones == "last" else matrix[0]
                for inputs in _as_inputs(of_inputs, len(given)):
                    node = _node(
                        one,
                        recording,
                        of_inputs,
                        of_weights,
                        inputs,
                        given,
                        own,
                        turned,
                        ones,
                        taken,
                    )
                    key = (id(of_weights), id(node.of_z), id(of_inputs)) if node else None
                    if node is not None and key not in seen:
                        seen.add(key)  # type: ignore[arg-type]
                        yield node


def _of_scalars(one: Pass) -> Iterator[Linear]:
    for parts in one.scalars:
        bias = parts.get("bias")
        weights = parts["weights"].data
        given = parts["inputs"].data.reshape(-1, len(weights))
        yield Linear(
            given,
            weights,
            None if bias is None else bias.data,
            parts["z"].data.reshape(len(given), -1),
            parts["inputs"],
            parts["weights"],
            bias,
            parts["z"],
            turned=False,
        )


def _biases(taken: list[Found], changing: set[int] | None) -> list[Found]:
    """Return what may be a bias, the likeliest first."""
    narrow = [
        found
        for found in taken
        if np.any(found.data) and max(found.data.shape, default=1) == found.size
    ]
    moving = [found for found in narrow if changing is not None and id(found) in changing]
    still = [found for found in narrow if found not in moving and not found.is_assembled]
    return (moving + still)[:_MOST_BIASES]


def _each_once(found: Iterable[Found]) -> list[Found]:
    """Return arrays of which there are several only once, the earliest, by time."""
    known: dict[tuple[object, ...], Found] = {}
    for one in sorted(found, key=lambda one: (one.first, one.is_assembled)):
        known.setdefault((np.squeeze(one.data).shape, one.flat.tobytes()), one)
    return list(known.values())


def _node(
    one: Pass,
    recording: Recording,
    of_inputs: Found,
    of_weights: Found,
    inputs: Array,
    weights: Array,
    own: Array | None,
    turned: bool,
    ones: str,
    taken: list[Found],
) -> Linear | None:
    if len(inputs) * weights.shape[1] not in one.by_size:
        return None
    product = inputs @ weights
    if own is not None:
        product = product + own
    if product.size == 1 and inputs.size == 1:
        return None
    if not is_telling(product):
        return None
    start = max(of_inputs.first, of_weights.first)
    match = first(one, product, free=False, after=start) or _negative(one, product, start)
    bias: Array | None = own
    of_bias: Found | None = None
    if own is None:
        for candidate in taken:
            values = np.squeeze(candidate.data)
            if values.size not in (1, product.shape[1]) or values.ndim > 1:
                continue
            if candidate is of_weights or (
                match is not None
                and values.size != product.shape[1]
                and product.shape[1] > 1
                and candidate.is_assembled
            ):
                continue
            biased = first(one, product + values, free=False, after=start)
            if biased is None or not _is_sum(recording, biased.found):
                continue
            if match is None or biased.found.first >= match.found.first:
                match, bias, of_bias = biased, values, candidate
                break
    if match is None or match.found is of_inputs or match.found.is_taken:
        return None
    if of_bias is None and own is None:
        of_bias = _zero_bias(one, recording, match, product.shape[1])
        if of_bias is not None:
            bias = np.squeeze(of_bias.data)
    return Linear(
        inputs,
        weights,
        bias,
        product if bias is None or own is not None else product + bias,
        of_inputs,
        of_weights,
        of_bias,
        match.found,
        turned,
        ones,
    )


def _negative(one: Pass, product: Array, start: int) -> Match | None:
    """Find a product under a minus, as in 1/(1 + exp(−x·v))."""
    match = first(one, -product, free=False, after=start)
    return match if match is None or not match.found.is_taken else None


def _is_sum(recording: Recording, found: Found) -> bool:
    """Whether an array may be a sum by the way it is made: 1 − y is none."""
    kind = recording.nodes[int(recording.records["node"][found.records[0]])].kind
    return not kind.startswith("BinOp:") or kind == "BinOp:Add"


def _zero_bias(one: Pass, recording: Recording, match: Match, width: int) -> Found | None:
    """Return a bias that is 0, so that its sum cannot be told from the product by its value."""
    for record in match.found.records:
        if recording.nodes[recording.records["node"][record]].kind != "BinOp:Add":
            continue
        for operand in recording.operands(record):
            value = recording.values[recording.records["value"][operand]]
            if value.size in (1, width) and not np.any(value):
                wanted = recording.records["value"][operand]
                for found in one.found:
                    if (
                        found.is_taken
                        and not found.is_assembled
                        and wanted == (recording.records["value"][found.records[0]])
                    ):
                        return found
    return None


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
    ways = sorted(_activations(one, recording, layer), key=lambda way: way[1].first)
    ways.append(_straight(layer))
    for layer.a, layer.of_a, layer.activation in ways:
        following = [node for node in later if _continues(layer, node)]
        if following:
            return following
    layer.a, layer.of_a, layer.activation = ways[0]
    return []


def _possible(layer: Linear) -> list[str]:
    return [name for name in ACTIVATIONS if name != "softmax" or layer.z.shape[1] > 1]


def _activations(one: Pass, recording: Recording, layer: Linear) -> Iterator[Activated]:
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
    for a, found, names in made:
        yield a, found, tuple(names)


def _continues(layer: Linear, node: Linear) -> bool:
    """Whether a product takes what a layer puts out, with or without a column of ones."""
    assert layer.a is not None
    if layer.a.shape[0] != node.inputs.shape[0]:
        return False
    return _columns(layer.a, node.inputs) is not None


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
    assert layer.a is not None
    ones = _columns(layer.a, node.inputs)
    if ones:
        own = slice(None, -1) if ones == "last" else slice(1, None)
        at = -1 if ones == "last" else 0
        node.bias, node.weights = node.weights[at], node.weights[own]
        node.inputs, node.ones = node.inputs[:, own], ones
    return node

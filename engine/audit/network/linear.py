"""Products of what comes in with weights, plus a bias, found by their numbers in a pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product as pairs

import numpy as np

from engine.audit.network.dropout import Mask
from engine.audit.passes.matching import TOLERANCE, Match, first, is_telling, same
from engine.audit.passes.one_pass import Found, Pass
from engine.audit.recording.recording import Recording
from engine.formula.evaluate import evaluate
from engine.formula.tensor import Array, Axis
from engine.formula.tree import Formula, Leaf, Variable
from engine.maths.activations import ACTIVATIONS

_MOST_TAKEN, _MOST_BIASES, _MOST_INPUTS = 100, 100, 600

Site = tuple[object, ...]

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
        mask: The mask of a dropout between it and the next layer, if there is one.
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
    mask: Mask | None = None
    edits: list[str] = field(default_factory=list)

    @property
    def out(self) -> Array:
        """The inputs of the next layer."""
        assert self.a is not None
        return self.a if self.mask is None else self.a * self.mask.data


def activated(name: str, z: Array) -> Array:
    """Compute an activation of pre-activations, N × H."""
    return evaluate(_formula_of(name), {"z": z})


def gives(name: str, layer: Linear) -> bool:
    """Whether an activation gives what a layer puts out."""
    if name in layer.activation:
        return True
    return ":" in name and layer.a is not None and same(activated(name, layer.z), layer.a)


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


def products_of(
    one: Pass,
    recording: Recording,
    changing: set[Site] | None,
    biases: set[Site] | None,
    among: Sequence[Found] | None,
) -> Iterator[Linear]:
    """Go through the products of what comes in with weights that are found in a pass.

    Args:
        one: The pass.
        recording: The recording.
        changing: The sites that may hold weights; None for all that is taken.
        biases: The sites that may hold biases, where these are known.
        among: The arrays that may come in; all where nothing is said.
    """
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
        named = (found for found in there if id(found) in known)
        taken = sorted(named, key=lambda found: not np.any(found.data))
    if len(weights) > _MOST_TAKEN:
        return
    at_hand = _Biases(taken)
    inputs_there = _each_once(one.found if among is None else among)
    seen: set[tuple[int, int, int]] = set()
    for of_weights, of_inputs in pairs(weights, inputs_there[:_MOST_INPUTS]):
        if of_inputs is of_weights or not np.isfinite(of_inputs.data).all():
            continue
        if biases is None and not is_telling(of_inputs.data):
            continue
        for matrix, turned in as_weights(of_weights):
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
                for inputs in as_inputs(of_inputs, len(given)):
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
                        at_hand,
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


class _Biases:
    """An array that may be the bias of a product.

    Args:
        found: The arrays, the likeliest first.
    """

    def __init__(self, found: Sequence[Found]) -> None:
        pairs = [(one, np.squeeze(one.data)) for one in found]
        self._found = [pair for pair in pairs if pair[1].ndim < 2]
        self._by_width: dict[int, tuple[list[tuple[Found, Array]], Array, float]] = {}

    def that_may_be_added(self, one: Pass, product: Array) -> Iterator[tuple[Found, Array]]:
        """Go through those with which a pass may have the sum, by one cell of it."""
        width = product.shape[1]
        if width not in self._by_width:
            fitting = [pair for pair in self._found if pair[1].size in (1, width)]
            added = np.array([np.broadcast_to(values.ravel(), width)[0] for _, values in fitting])
            largest = max((float(np.max(np.abs(values))) for _, values in fitting), default=0.0)
            self._by_width[width] = fitting, added, largest
        fitting, added, largest = self._by_width[width]
        if fitting:
            limit = 4 * TOLERANCE * (float(np.max(np.abs(product))) + largest)
            likely = one.have_cells(product.size, product[0, 0] + added, limit)
            yield from (fitting[at] for at in np.flatnonzero(likely).tolist())


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
    taken: _Biases,
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
        for candidate, values in taken.that_may_be_added(one, product):
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
            if _is_subtracted(one, product, values, start):
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


def _is_subtracted(one: Pass, product: Array, values: Array, start: int) -> bool:
    """Whether a pass subtracts from a product what it adds to it, as targets by mistake."""
    apart = product - values
    return any(first(one, way, free=False, after=start) is not None for way in (apart, -apart))


def _negative(one: Pass, product: Array, start: int) -> Match | None:
    """Find a product under a minus, as in 1/(1 + exp(−x·v))."""
    match = first(one, -product, free=False, after=start)
    return match if match is None or not match.found.is_taken else None


def _is_sum(recording: Recording, found: Found) -> bool:
    """Whether an array may be a sum by the way it is made: 1 − y is none."""
    kind = recording.node_of(found.records[0]).kind
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


def as_weights(found: Found) -> Iterator[tuple[Array, bool]]:
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


def as_inputs(found: Found, width: int) -> Iterator[Array]:
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

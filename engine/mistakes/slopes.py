"""Mistakes in the slope of an activation, and in the chain rule through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.formula.primitives import exp, hadamard, square, total, where
from engine.formula.tensor import Tensor
from engine.formula.tree import Apply, Formula, Leaf, Number, leaves, substitute
from engine.formula.writing import in_symbols
from engine.maths.activations import ACTIVATIONS, sigma
from engine.maths.operations.operation import Operation
from engine.mistakes.around import Activated, Around
from engine.mistakes.edits import Edit, everywhere, is_slope
from engine.mistakes.terms import left_out

_LEAKS = (0.01, 0.1, 0.2, 0.05, 0.3, 0.25, 0.02, 0.001)
"""The usual slopes of a leaky relu."""
_FORMS: dict[str, Callable[[Formula, Formula], Formula]] = {
    "σ": lambda z, a: exp(-z) / square(1.0 + exp(-z)),
    "swish": lambda z, a: sigma(z) + z * (sigma(z) * (1.0 - sigma(z))),
    "elu": lambda z, a: where(z > 0.0, 1.0, a + 1.0),
}
"""Slopes of z and a as they are written elsewhere, by the symbol of the activation."""


def of_a_slope(operation: Operation, tree: Formula, around: Around) -> Iterator[Edit]:
    """Take the slope of an activation of something else, or of another activation."""
    one = around.activation_of_slope(operation.target)
    if one is None:
        return
    a, z, name = Leaf(one.a), Leaf(one.z), one.symbol
    fix = f"the slope of {name} at {one.z.symbol} is {in_symbols(tree)}"
    yield Edit(
        substitute(tree, {z: a, a: one.of(a)}),
        "slope-argument",
        f"the slope of {name} is taken at {one.a.symbol}, which is {name}({one.z.symbol}) already: "
        f"{name} is applied twice",
        fix,
    )
    for whole in (one.a, one.z):
        says = f"{whole.symbol} itself stands where the slope {operation.symbol} belongs"
        yield Edit(Leaf(whole), "wrong-slope-formula", says, fix)
    yield Edit(Number(1.0), "missing-slope", f"the slope of {name} is taken for 1 everywhere", fix)
    yield from _of_another_activation(one, fix)
    if one.symbol in _FORMS:
        form = _FORMS[one.symbol](z, a)
        for edit in everywhere(form, left_out):
            kind, right = "wrong-slope-formula", in_symbols(form)
            yield Edit(edit.tree, kind, f"{edit.says}: the slope of {name} is {right}", fix)


def _of_another_activation(one: Activated, fix: str) -> Iterator[Edit]:
    a, z = Leaf(one.a), Leaf(one.z)
    others = list(ACTIVATIONS.values())
    if one.symbol.startswith("lrelu"):
        others = [ACTIVATIONS[f"leaky-relu:{leak}"] for leak in _LEAKS] + others
    for other in others:
        if other.slope is None or other.symbol == one.symbol or other.name == "identity":
            continue
        for wrong in (
            other.slope(z, a),
            other.slope(z, other.of(z)),
            other.slope(a, other.of(a)),
        ):
            says = f"{in_symbols(wrong)} is the slope of {other.symbol}, but "
            says += f"{one.a.symbol} is {in_symbols(one.tree)}"
            yield Edit(wrong, "wrong-slope-formula", says, fix)


def through_a_slope(operation: Operation, tree: Formula, around: Around) -> Iterator[Edit]:
    """Multiply by a slope once more, or take it of the error and lose that as a factor."""
    one = around.activation_into(operation.target)
    if one is None:
        return
    match tree:
        case Apply(primitive="hadamard", arguments=(upstream, Leaf(of=Tensor() as local))):
            if is_slope(Leaf(local)):
                yield from _twice(tree, local)
                yield from _of_another_layer(upstream, local, one, around)
                yield from _of_the_error(operation, upstream, local, one, around)
                return
    slope = Leaf(one.a) * (1.0 - Leaf(one.a))
    if one.is_joint:
        yield from _only_the_diagonal(tree, slope, one)
        yield from _squares_for_products(operation, one, around)
    own = next((t for t in around.formulas if around.activation_of_slope(t) is one), None)
    for extra in dict.fromkeys((slope if own is None else around.formulas[own], slope)):
        yield Edit(
            hadamard(tree, extra),
            "extra-slope",
            f"the slope {in_symbols(extra)} is multiplied in, but {in_symbols(tree)} has taken "
            "the slope into account already",
            f"leave {in_symbols(extra)} out",
        )


def _twice(tree: Formula, local: Tensor) -> Iterator[Edit]:
    yield Edit(
        hadamard(tree, Leaf(local)),
        "extra-slope",
        f"the slope {local.symbol} is multiplied in twice",
        f"multiply by {local.symbol} once",
    )


def _of_another_layer(
    upstream: Formula, local: Tensor, one: Activated, around: Around
) -> Iterator[Edit]:
    """Take the slope at the one neuron of another layer, which is repeated for all neurons."""
    slope = around.formulas[local]
    for other in around.activated:
        if other is one or len(other.z.axes) < 2 or len(other.z.axes[-1].labels) != 1:
            continue
        z, a = (total(Leaf(tensor), other.z.axes[-1]) for tensor in (other.z, other.a))
        yield Edit(
            hadamard(upstream, substitute(slope, {Leaf(one.z): z, Leaf(one.a): a})),
            "slope-argument",
            f"the slope of {one.symbol} is taken at {other.a.symbol}, of another layer, and "
            f"repeated for all neurons, where it belongs at {one.a.symbol}",
            f"take it at {one.a.symbol}",
        )


def _of_the_error(
    operation: Operation, upstream: Formula, local: Tensor, one: Activated, around: Around
) -> Iterator[Edit]:
    """Write e(1 − e) for e·a(1 − a)."""
    slope = around.formulas[local]
    for error in around.errors(operation):
        if error.axes == one.a.axes:
            yield Edit(
                substitute(slope, {Leaf(one.a): error, Leaf(one.z): error}),
                "slope-argument",
                f"the slope is taken of the error {in_symbols(error)}, which is missing as a "
                f"factor; it is to be taken of the activation {one.a.symbol}",
                f"{in_symbols(upstream)} times {in_symbols(slope)}",
            )


def _only_the_diagonal(tree: Formula, slope: Formula, one: Activated) -> Iterator[Edit]:
    for leaf in dict.fromkeys(leaves(tree)):
        if leaf.of.symbol.startswith("∂E"):
            yield Edit(
                hadamard(leaf, slope),
                "wrong-slope-formula",
                f"{in_symbols(slope)} is only the diagonal of the slopes of {one.symbol}: each "
                "output depends on every pre-activation of its observation",
            )


def _squares_for_products(operation: Operation, one: Activated, around: Around) -> Iterator[Edit]:
    """Write diag(a) − a² for diag(a) − a·aᵀ, as s * s.T of a flat array makes it."""
    a = Leaf(one.a)
    upstream = next((t for t in around.at_hand(operation) if t.name == f"dE_d{one.a.name}"), None)
    if upstream is None or upstream.axes != one.a.axes:
        return
    u = Leaf(upstream)
    yield Edit(
        hadamard(a, u) - total(hadamard(hadamard(a, a), u), one.a.axes[-1]),
        "wrong-slope-formula",
        f"{one.a.symbol}² stands in the matrix of the slopes of {one.symbol} where the outer "
        f"product {one.a.symbol}·{one.a.symbol}ᵀ belongs: it is diag({one.a.symbol}) − "
        f"{one.a.symbol}·{one.a.symbol}ᵀ (np.outer; s * s.T of a flat array is s²)",
        f"multiply by diag({one.a.symbol}) − {one.a.symbol}·{one.a.symbol}ᵀ",
    )

"""Sums and products of matrices over the wrong axis, as a mean, transposed, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from engine.formula.primitives import hadamard
from engine.formula.tensor import Axis, Tensor
from engine.formula.tree import (
    Apply,
    Contract,
    Formula,
    Leaf,
    Reduce,
    Seen,
    Size,
    rebuilt,
)
from engine.formula.writing import in_symbols
from engine.mistakes.edits import Edit

NOUNS = {"N": "observations", "O": "outputs", "I": "inputs", "H": "neurons"}


def reduction(tree: Formula) -> Iterator[Edit]:
    """Take a sum for a mean, a mean for a sum, another axis, or no sum at all."""
    if not isinstance(tree, Reduce) or tree.primitive != "add":
        return
    kind = "bias-reduction" if isinstance(tree.argument, Leaf) else "reduction"
    what, over = in_symbols(tree.argument), _axes_in_words(tree.over)
    wrong = Reduce("add", tree.argument, tree.over, not tree.is_mean)
    if tree.is_mean:
        yield Edit(wrong, kind, f"a sum over the {over} where the mean belongs")
    else:
        size = "·".join(axis.symbol for axis in tree.over)
        yield Edit(
            wrong,
            kind,
            f"a mean over the {over} where the sum belongs: {size} times too small",
            f"add {what} up over the {over}; do not divide by {size}",
        )
    own = tree.argument.axes
    for axis in own:
        if (axis,) != tree.over:
            for is_mean in (False, True):
                says = f"a {'mean' if is_mean else 'sum'} over the {_axes_in_words((axis,))} only"
                if axis not in tree.over:
                    says = says.replace(" only", f" where one over the {over} belongs")
                yield Edit(Reduce("add", tree.argument, (axis,), is_mean), kind, says)
    if len(tree.over) < len(own):
        says = f"a sum over everything where one over the {over} belongs"
        yield Edit(Reduce("add", tree.argument, own), kind, says)
        yield Edit(Reduce("add", tree.argument, own, True), kind, says.replace("sum", "mean", 1))
    if tree.axes == () or isinstance(tree.argument, Leaf):
        says = f"{what} is not added up over the {over}"
        yield Edit(tree.argument, kind, says, f"add it up over the {over}")


def normalisation(tree: Formula) -> Iterator[Edit]:
    """Divide by a sum over the wrong axis, in everything that is done along the right one."""
    match tree:
        case Apply(primitive="divide", arguments=(above, Reduce(primitive="add") as below)):
            own, right = below.argument.axes, below.over
        case _:
            return
    for over in (*((axis,) for axis in own if (axis,) != right), own):
        if over == right or not below.axes:
            continue
        wrong = _along(tree, right, over)
        text, meant = _axes_in_words(over), _axes_in_words(right)
        each = "each column adds" if len(over) == 1 else "all of it adds"
        says = f"it is divided by a sum over the {text} where one over the {meant} belongs: "
        says += f"{each} up to 1, not each row"
        fix = f"sum along each row, over the {meant} (axis=1, keepdims=True)"
        yield Edit(wrong, "softmax-axis", says, fix)
        only_sum = above / Reduce("add", below.argument, over)
        yield Edit(only_sum, "softmax-axis", says, fix)


def products(tree: Formula) -> Iterator[Edit]:
    """Multiply element by element for a matrix product, or transposed, and the reverse."""
    match tree:
        case Contract(left=left, right=right, over=over):
            text = in_symbols(tree)
            yield from _products_element_by_element(tree)
            size = Size(over)
            if over.symbol == "N":
                yield from _not_turned(tree)
                yield Edit(
                    tree / size,
                    "reduction",
                    "a mean over the observations where the sum belongs: N times too small",
                    "do not divide by N: the loss has done so already, or does not",
                )
            if len(left.axes) == len(right.axes) == 2:
                yield Edit(
                    Contract(right, left, over),
                    "transpose",
                    f"the result is transposed: {in_symbols(Contract(right, left, over))}",
                    f"write the product as {text}",
                )
        case Apply(primitive="hadamard", arguments=(Leaf() as left, Leaf() as right)):
            yield from _matrix_product(left, right)


def _not_turned(tree: Contract) -> Iterator[Edit]:
    """Forget the transposition of what has as many rows as columns."""
    match tree.left:
        case Leaf(of=Tensor() as of) if len(of.axes) == 2 and _size(of.axes[0]) == _size(
            of.axes[1]
        ):
            seen = Leaf(Seen(of, of.axes, is_transposed=True))
            says = (
                f"{of.symbol} is not transposed; it has as many rows as columns, so that the "
                "shapes fit all the same"
            )
            fix = f"write the product as {in_symbols(tree)}"
            yield Edit(Contract(seen, tree.right, tree.over), "transpose", says, fix)


def _products_element_by_element(tree: Contract) -> Iterator[Edit]:
    left, right = tree.left, tree.right
    if not (isinstance(left, Leaf) and isinstance(right, Leaf)):
        return
    kind, text = "elementwise", in_symbols(tree)
    says = "the factors are multiplied element by element, and nothing is added up"
    fix = f"take the matrix product {text}"
    for one, other in ((left, right), (right, left)):
        for seen in _seen_as(other, one.axes):
            yield Edit(hadamard(one, seen), kind, says, fix)


def _matrix_product(left: Leaf, right: Leaf) -> Iterator[Edit]:
    """Multiply two tensors of the same axes as matrices, where that can be done."""
    if (
        len(left.axes) != 2
        or left.axes[0].symbol == "N"
        or _size(left.axes[0]) != _size(left.axes[1])
    ):
        return
    columns = left.axes[1]
    says = "the factors are multiplied as matrices"
    fix = "multiply them element by element"
    for seen in _seen_as(right, (columns, Axis(columns.symbol, columns.labels))):
        yield Edit(Contract(left, seen, columns), "elementwise", says, fix)


def _seen_as(leaf: Leaf, axes: tuple[Axis, ...]) -> Iterator[Leaf]:
    """See a tensor so that it can be repeated or read along other axes of the same sizes."""
    if not isinstance(leaf.of, Tensor) or len(leaf.axes) != 2 or len(axes) != 2:
        return
    for is_transposed in (False, True):
        own = leaf.axes[::-1] if is_transposed else leaf.axes
        if any("N" in (a.symbol, b.symbol) and a is not b for a, b in zip(own, axes, strict=True)):
            continue
        sizes, wanted = tuple(map(_size, own)), tuple(map(_size, axes))
        if sizes == wanted:
            if own != axes:
                yield Leaf(Seen(leaf.of, axes, is_transposed))
        elif sizes == (wanted[0], 1):
            yield Leaf(Seen(leaf.of, axes[:1], is_transposed))
        elif sizes == (1, wanted[1]):
            yield Leaf(Seen(leaf.of, axes[1:], is_transposed))


def transposed(tree: Formula) -> Iterator[Edit]:
    """Take a square matrix for its transpose."""
    match tree:
        case Leaf(of=Tensor() as of) if len(of.axes) == 2 and of.axes[0].symbol != "N":
            if _size(of.axes[0]) == _size(of.axes[1]) and of.axes[0] is not of.axes[1]:
                seen = Leaf(Seen(of, of.axes, is_transposed=True))
                says = (
                    f"{of.symbol} is taken transposed, rows for columns; it is square, so the "
                    "shapes fit all the same"
                )
                yield Edit(seen, "transpose", says)


def _along(tree: Formula, right: tuple[Axis, ...], over: tuple[Axis, ...]) -> Formula:
    """Return a formula with all that is done along some axes done along others."""
    parts = [_along(part, right, over) for part in tree.parts]
    if isinstance(tree, Reduce) and tree.over == right:
        return Reduce(tree.primitive, parts[0], over, tree.is_mean)
    return rebuilt(tree, parts) if parts else tree


def _axes_in_words(axes: tuple[Axis, ...]) -> str:
    return " and ".join(NOUNS.get(axis.symbol, axis.symbol) for axis in axes)


def _size(axis: Axis) -> int:
    return len(axis.labels)

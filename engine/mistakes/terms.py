"""Something left out, turned round or put in another place, in any formula."""

from __future__ import annotations

from collections.abc import Iterator

from engine.formula.primitives import PRIMITIVES
from engine.formula.tree import (
    Apply,
    Formula,
    Function,
    Kept,
    Leaf,
    Number,
    Size,
    substitute,
)
from engine.formula.writing import in_symbols
from engine.mistakes.around import all_parts
from engine.mistakes.edits import Edit, is_slope


def left_out(tree: Formula) -> Iterator[Edit]:
    """Leave out a factor, a term, a power or a function."""
    match tree:
        case Apply(primitive="multiply" | "hadamard", arguments=(left, right)):
            for gone, rest in ((right, left), (left, right)):
                yield Edit(rest, *_factor_gone(gone), gone)
        case Apply(primitive="divide", arguments=(above, below)):
            yield Edit(above, *_divisor_gone(below))
        case Apply(primitive="add", arguments=(left, right)):
            yield Edit(left, *_term_gone(right))
            yield Edit(right, *_term_gone(left))
        case Apply(primitive="subtract", arguments=(left, right)):
            yield Edit(left, *_term_gone(right, "subtract"))
            yield Edit(-right, *_term_gone(left))
        case Apply(primitive="power", arguments=(base, exponent)):
            text = in_symbols(exponent)
            yield Edit(
                base,
                "left-out",
                f"the power is missing: {in_symbols(base)} where {in_symbols(tree)} belongs",
                f"raise it to the power {text}",
            )
        case Apply(primitive="square", arguments=(base,)):
            yield Edit(base, "left-out", f"the square of {in_symbols(base)} is missing")
        case Apply(primitive="truth"):
            return
        case Apply(primitive=name, arguments=(argument,)) if name != "negative":
            what = PRIMITIVES[name].form.format("…")
            yield Edit(argument, "left-out", f"{what} of {in_symbols(argument)} is missing")
        case Function(form=form, arguments=(argument,)) if argument.axes == tree.axes:
            yield Edit(argument, "left-out", f"{form.format('…', p0='…')} is missing")


def sign(tree: Formula) -> Iterator[Edit]:
    """Take a plus for a minus, or the other way round."""
    match tree:
        case Apply(primitive="add", arguments=(left, right)):
            if _negated(right) is None:
                text = in_symbols(right)
                yield Edit(left - right, "sign", f"{text} is subtracted where it is to be added")
        case Apply(primitive="subtract", arguments=(left, right)):
            text = in_symbols(right)
            yield Edit(left + right, "sign", f"{text} is added where it is to be subtracted")
            says = f"the difference is the wrong way round: {in_symbols(right - left)}"
            yield Edit(right - left, "sign", says)
        case Apply(primitive="negative", arguments=(argument,)):
            says = f"the sign is wrong: {in_symbols(argument)} without its minus"
            yield Edit(argument, "sign", says)
        case Apply(primitive="exp", arguments=(argument,)) if _negated(argument) is None:
            yield Edit(Apply("exp", (-argument,)), "sign", "the sign in the exponent is wrong")
        case Apply(primitive="greater" | "less", arguments=arguments):
            other = "less" if tree.primitive == "greater" else "greater"
            says = f"the comparison is the wrong way round: it is to be {in_symbols(tree)}"
            yield Edit(Apply(other, arguments), "sign", says)


def parentheses(tree: Formula) -> Iterator[Edit]:
    """Divide one term of a difference alone, as where its parentheses are forgotten."""
    match tree:
        case Apply(
            primitive="divide",
            arguments=(Apply(primitive="subtract", arguments=(left, right)), below),
        ):
            for wrong, one, other in (
                (left - right / below, right, left),
                (left / below - right, left, right),
            ):
                says = (
                    f"only {in_symbols(one)} is divided by {in_symbols(below)}, "
                    f"{in_symbols(other)} is not"
                )
                yield Edit(wrong, "parentheses", says, "subtract first, then divide")


def operation_taken_for_another(tree: Formula) -> Iterator[Edit]:
    """Multiply for divide, the larger for the smaller, one of two branches for both."""
    match tree:
        case Apply(primitive="divide", arguments=(above, below)):
            says = f"{in_symbols(below)} multiplies where it is to divide"
            yield Edit(above * below, "left-out", says)
        case Apply(primitive="maximum" | "minimum", arguments=(left, right)):
            other = "minimum" if tree.primitive == "maximum" else "maximum"
            wrong = Apply(other, (left, right))
            says = f"{in_symbols(wrong)} where {in_symbols(tree)} belongs"
            yield Edit(wrong, "left-out", says)
            for kept in (left, right):
                if kept.axes == tree.axes:
                    says = f"{in_symbols(tree)} is missing, {in_symbols(kept)} stands alone"
                    yield Edit(kept, "left-out", says)
        case Apply(primitive="where", arguments=(condition, yes, no)):
            says = "the two cases are exchanged"
            yield Edit(Apply("where", (condition, no, yes)), "sign", says)
            for kept, gone in ((yes, no), (no, yes)):
                says = f"the case {in_symbols(gone)} is missing"
                yield Edit(kept, "left-out", says)


def constants(tree: Formula) -> Iterator[Edit]:
    """Count one off, add a constant at another place, or take β for 1 − β."""
    match tree:
        case Apply(primitive="power", arguments=(base, Leaf() as count)):
            text = in_symbols(count)
            for other in (count - 1.0, count + 1.0):
                wrong = Apply("power", (base, other))
                says = f"the power is one off: {in_symbols(wrong)}, where {text} counts from 1 on"
                yield Edit(wrong, "left-out", says)
        case Apply(primitive="add", arguments=(Apply(primitive="sqrt", arguments=(root,)), last)):
            says = f"{in_symbols(last)} is added under the root instead of to it"
            yield Edit(Apply("sqrt", (root + last,)), "left-out", says)


def complements(tree: Formula) -> Iterator[Edit]:
    """Take β for 1 − β, and 1 − β for β."""
    for part in dict.fromkeys(all_parts(tree)):
        if isinstance(part, Number) and part.is_named and 0.0 < part.value < 1.0:
            rest = 1.0 - part
            if rest in set(all_parts(tree)):
                says = f"{part.symbol} and {in_symbols(rest)} are exchanged"
                yield Edit(substitute(tree, {rest: part, part: rest}), "left-out", says)


def _negated(tree: Formula) -> Formula | None:
    """Return what a formula is the negative of, if it is written so."""
    inner = tree.argument if isinstance(tree, Kept) else tree
    if isinstance(inner, Apply) and inner.primitive == "negative":
        return inner.arguments[0]
    return None


def is_penalty(part: Formula) -> bool:
    """Whether a term is what a penalty adds."""
    return isinstance(part, Leaf) and getattr(part.of, "name", "").startswith(("dR_d", "R"))


def _factor_gone(gone: Formula) -> tuple[str, str, str]:
    text = in_symbols(gone)
    if is_slope(gone):
        return (
            "missing-slope",
            f"the slope {text} is missing",
            f"multiply by {text}, element by element",
        )
    kind = _constant_kind(gone) or "left-out"
    return kind, f"the factor {text} is missing", f"multiply by {text}"


def _divisor_gone(gone: Formula) -> tuple[str, str, str]:
    text = in_symbols(gone)
    kind = _constant_kind(gone) or "left-out"
    says = f"it is not divided by {text}"
    if kind == "reduction":
        says += f": the loss is a mean, so this is {text} times too large" if "N" in text else ""
    return kind, says, f"divide by {text}"


def _term_gone(gone: Formula, how: str = "add") -> tuple[str, str, str]:
    text = in_symbols(gone)
    if is_penalty(gone):
        return "penalty", f"the penalty {text} is missing", f"add {text}"
    what = f"the bias {text}" if isinstance(gone, Leaf) and text.startswith("b") else text
    return "left-out", f"{what} is missing", f"{how} {text}"


def _constant_kind(part: Formula) -> str:
    """Return ``reduction`` for sizes, ``factor`` for other constants, "" for what is none."""
    match part:
        case Size():
            return "reduction"
        case Number():
            return "factor"
        case Apply(primitive="multiply", arguments=arguments):
            kinds = [_constant_kind(argument) for argument in arguments]
            return "" if "" in kinds else max(kinds)
    return ""

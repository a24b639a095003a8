"""Scripts that end with an exception: at which operation, with which shapes, and which it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judging.backward import judge
from engine.audit.judging.judged import Judged, as_matrix
from engine.audit.network.recurring import layers_again
from engine.audit.network.targets import targets_of
from engine.audit.network.understand import Understood
from engine.audit.passes.matching import factor_of, is_telling
from engine.audit.passes.one_pass import Found
from engine.audit.recording.recording import Ending, Recording
from engine.formula.tensor import Array
from engine.maths.operations.operation import Operation, Phase

_MOST_TAKEN = 30
_PRODUCTS = ("np.dot", "numpy.dot", "np.matmul", "numpy.matmul")
_OF_SHAPES = ("aligned", "mismatch", "broadcast", "shape", "dimension")
"""Words of NumPy's messages where shapes do not fit."""
_ELEMENTWISE = {"Mult": "*", "Add": "+", "Sub": "-", "Div": "/"}


@dataclass(frozen=True)
class _Attempt:
    """A product of two arrays that can be computed.

    Attributes:
        value: The result.
        text: How it is written.
        words: What it is, in words.
    """

    value: Array
    text: str
    words: str


def words_of(ending: Ending) -> str:
    """Say where a script ended, and why."""
    where = f"{ending.where}: " if ending.where else ""
    message = f": {ending.message}" if ending.message else ""
    way_out = ""
    if ending.error == "ModuleNotFoundError":
        way_out = "; nn-tui audit --python names another Python"
    elif ending.error == "SystemExit" and ending.message == "2":
        # The code of argparse for arguments that it cannot take.
        way_out = "; its arguments come after --, as in nn-tui audit FILE -- --epochs 9"
    elif "'ellipsis'" in ending.message:
        way_out = "; it computes with a line that is still blank, ..."
    elif ending.error == "EOFError":
        way_out = "; there is nothing for it to read"
    elif ending.error.endswith("MemoryError"):
        way_out = "; it is given three quarters of the memory, 8 GB at most"
    return f"{where}the script ends there with {ending.error}{message}{way_out}"


def words_of_early_end(recording: Recording) -> str:
    """Say what ended a script before it came to its last line; "" where nothing did."""
    ending = recording.ending
    if ending.kind == "finished" and ending.error:
        return words_of(ending)
    if ending.kind != "stopped":
        return ""
    if ending.reason == "seconds":
        return f"it was stopped after {ending.message} s; nn-tui audit --timeout gives it longer"
    path = recording.paths[int(recording.records["path"][-1])] if len(recording.records) else ()
    where = f" in {recording.nodes[path[0][0]].where}" if path else ""
    return f"it was stopped when enough turns of the loop{where} were recorded"


def explain_failure(
    recording: Recording, understood: Understood | None, judged: Sequence[Judged]
) -> Finding | None:
    """Say which operation a script failed at, and what it needs; None where that is not certain.

    Args:
        recording: The recording.
        understood: The network of the script.
        judged: The passes that were judged, in order.
    """
    ending = recording.ending
    if ending.kind != "failed" or understood is None or not judged:
        return None
    if "Cannot cast ufunc" in ending.message and "to dtype('int" in ending.message:
        return _of_whole_numbers(recording, judged[-1])
    if not any(word in ending.message for word in _OF_SHAPES):
        return None
    if len(ending.operands) < 2 or ending.node < 0:
        return None
    partial = _partial(recording, understood, judged[-1])
    if partial is None:
        return None
    first, second = (
        None if part.value < 0 else recording.values[part.value] for part in ending.operands[:2]
    )
    if first is None or second is None or first.shape == () or second.shape == ():
        return None
    texts = [part.source for part in ending.operands[:2]]
    attempts = list(_attempts(recording, ending, first, second, *texts))
    for operation in partial.model.operations(Phase.BACKWARD):
        right = partial.right.get(operation.name)
        if right is None or operation.target.stands_for is not None:
            continue
        for attempt in attempts:
            if _is_right(attempt.value, right):
                return _finding(ending, operation.name, operation.symbol, attempt)
    return _of_update(partial, ending, first, second) or _of_role(partial, ending, first, second)


def _partial(recording: Recording, understood: Understood, last: Judged) -> Judged | None:
    """Return the pass that failed, judged as far as it came."""
    one = understood.passes[-1]
    if one.bounds[1] != len(recording.records):
        return None
    if last.one.number == one.number:
        return last
    layers = layers_again(one, recording, understood.layers)
    if len(layers) != len(understood.layers):
        return None
    targets = targets_of(one, layers[-1])
    if targets is None or targets.data.shape != last.model.values["f0"].shape:
        return None
    return judge(one, last.model.of_pass(layers, targets.data), {})


def _attempts(
    recording: Recording, ending: Ending, first: Array, second: Array, one: str, other: str
) -> Iterator[_Attempt]:
    """Go through what the two arrays can be made into, the closest to what stands there first."""
    node = recording.nodes[ending.node]
    operator = node.kind.split(":")[-1]
    is_product = (
        operator == "MatMult" or node.function in _PRODUCTS or node.function.endswith(".dot")
    )
    if first.ndim > 2 or second.ndim > 2:
        return
    if operator in _ELEMENTWISE:
        sign = _ELEMENTWISE[operator]
        for value, text, turned in (
            (second.T, f"{_turned(other)}", other),
            (second.reshape(first.shape) if second.size == first.size else second, "", other),
        ):
            if value.shape == first.shape:
                made = {"*": first * value, "+": first + value, "-": first - value}.get(sign)
                if made is None:
                    continue
                written = text or f"{_bracketed(other)}.reshape({_bracketed(one)}.shape)"
                words = f"{turned} is to have the shape {_shape(first)}"
                yield _Attempt(made, f"{_bracketed(one)} {sign} {written}", words)
    if is_product and first.shape == second.shape:
        yield _Attempt(
            first * second,
            f"{_bracketed(one)} * {_bracketed(other)}",
            "it is their product element by element, not the product of matrices",
        )
    for left, right, texts in (
        (first.T, second, (f"{_turned(one)}", other)),
        (first, second.T, (one, f"{_turned(other)}")),
        (second.T, first, (f"{_turned(other)}", one)),
        (second, first.T, (other, f"{_turned(one)}")),
        (second, first, (other, one)),
        (first, second, (one, other)),
        (first.T, second.T, (f"{_turned(one)}", f"{_turned(other)}")),
    ):
        if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[0]:
            continue
        text = (
            f"{node.function}({', '.join(texts)})"
            if node.function in _PRODUCTS
            else f"{_bracketed(texts[0])}.dot({texts[1]})"
            if node.function.endswith(".dot")
            else f"{_bracketed(texts[0])} @ {_bracketed(texts[1])}"
        )
        made = left @ right
        yield _Attempt(
            made,
            text,
            f"{texts[0]} {_shape(left)} times {texts[1]} {_shape(right)} gives {_shape(made)}",
        )


def _is_right(value: Array, right: Array) -> bool:
    wanted = as_matrix(right)
    if not is_telling(wanted) or value.size != wanted.size or value.ndim > 2:
        return False
    value = value.reshape(1, -1) if value.ndim < 2 else value
    return any(factor_of(way, wanted) is not None for way in (value, value.T))


def _finding(ending: Ending, operation: str, symbol: str, attempt: _Attempt) -> Finding:
    return Finding(
        operation,
        "shape-error",
        f"{_stops(ending)}; for {symbol}, {attempt.words}",
        attempt.text,
        line=ending.line,
    )


def _stops(ending: Ending) -> str:
    shapes = " and ".join(f"{part.source} {_shape_of(part.shape)}" for part in ending.operands[:2])
    message = f" ({ending.message})" if ending.message else ""
    return f"the script stops here with {ending.error}{message}: {shapes} do not fit together"


def _of_update(judged: Judged, ending: Ending, first: Array, second: Array) -> Finding | None:
    """Explain a step of another shape than its parameter."""
    for name, layer in judged.model.parameters.items():
        right = judged.right.get(f"dE_d{name}")
        own = layer.of_bias if name.startswith("b") and layer.of_bias else layer.of_weights
        if right is None or not np.array_equal(own.data, first):
            continue
        is_gradient = _is_right(second, right)
        turned = is_gradient and second.T.shape == first.shape
        needs = (
            f"the step is transposed, and has to have the shape of {name}, {_shape(first)}"
            if turned
            else f"the step has to have the shape of {name}, {_shape(first)}"
        )
        text = ending.operands[1].source
        repair = f"{_turned(text)}" if turned else f"a step of the shape {_shape(first)}"
        return Finding(name, "shape-error", f"{_stops(ending)}; {needs}", repair, line=ending.line)
    return None


def _of_whole_numbers(recording: Recording, judged: Judged) -> Finding | None:
    """Explain a step that an array of whole numbers does not take."""
    ending, rows = recording.ending, recording.records
    for record in range(len(rows) - 1, -1, -1):
        node = recording.node_of(record)
        place, value = int(rows["place"][record]), recording.value(record)
        if node.line != ending.line:
            return None
        if place < 0 or value is None or recording.kinds[int(rows["value"][record])] != "i":
            continue
        for name, layer in judged.model.parameters.items():
            own = layer.of_bias if name.startswith("b") and layer.of_bias else layer.of_weights
            if np.array_equal(own.data, value):
                text = recording.places[place].text
                return Finding(
                    name,
                    "whole-number",
                    f"the script stops here with {ending.error}: {text} holds whole numbers (its "
                    "type is an integer), and a step is none",
                    f"make {text} of floats: np.array([...], dtype=float), or .astype(float)",
                    line=ending.line,
                    variable=text,
                )
    return None


def _of_role(judged: Judged, ending: Ending, first: Array, second: Array) -> Finding | None:
    """Name the first operation that was not reached and reads what the script has there."""
    for operation in judged.model.operations(Phase.BACKWARD):
        right = judged.right.get(operation.name)
        if right is None or operation.name in judged.matches or not operation.reads:
            continue
        if all(_is_read(judged, operation, value) for value in (first, second)):
            return Finding(
                operation.name,
                "shape-error",
                f"{_stops(ending)}; {operation.symbol} = {operation.right_hand_side} has the shape "
                f"{_shape(right)}",
                f"{operation.symbol} = {operation.right_hand_side}",
                line=ending.line,
            )
    return None


def _is_read(judged: Judged, operation: Operation, value: Array) -> bool:
    """Whether an operation reads these numbers, up to a factor and a transposition."""
    values = {**judged.model.values, **judged.right}
    return any(
        _is_right(value, values[tensor.stands_for.name if tensor.stands_for else tensor.name])
        for tensor in operation.reads
        if (tensor.stands_for.name if tensor.stands_for else tensor.name) in values
    )


def _bracketed(text: str) -> str:
    return text if re.fullmatch(r"[\w.]+(\[[^\[\]]*\])*|\w[\w.]*\([^()]*\)", text) else f"({text})"


def _turned(text: str) -> str:
    return text.removesuffix(".T") if text.endswith(".T") else f"{_bracketed(text)}.T"


def _shape(value: Array) -> str:
    return _shape_of(value.shape)


def _shape_of(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) if len(shape) > 1 else f"({', '.join(map(str, shape))},)"


__all__ = ["Found", "explain_failure", "words_of"]

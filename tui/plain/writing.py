"""The texts of the verbs: operations, the place of the clock, and what the panes show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.common.errors import InputError, NotComputedError
from engine.common.numbers import dimensions, format_number, grouped
from engine.model.hyperparameters import DECLARATIONS
from engine.reports.answer import value_text

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.formula.tensor import Array
    from engine.maths.operations.operation import Operation

_LOSSES = 10
"""Lines of losses."""


def named(name: str, value: Array) -> str:
    """Write a tensor with its name, a matrix below it."""
    text = value_text(value)
    if not value.shape:
        return f"{name}: {text}"
    return "\n".join([f"{name}, {dimensions(value.shape)}:", *_indented(text)])


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


def operation_text(operation: Operation) -> str:
    """Write an operation that has run, with what it computed."""
    lines = [named(operation.formula, operation.target.data)]
    return "\n".join(lines + [f"  {operation.note}"] * bool(operation.note))


def place_text(debugger: Debugger) -> str:
    """Say where the clock is, and what the watched expressions are there."""
    planned = grouped(debugger.hyperparameters.iterations)
    clock = f"iteration {grouped(debugger.iteration)} of {planned}"
    lines = [f"{clock}, before {debugger.next_operation.formula}{_loss(debugger)}"]
    for stop in debugger.stops:
        if stop.is_watch and stop.text and not stop.name and stop.enabled:
            lines.append(_watched(debugger, stop.text))
    return "\n".join(lines)


def _loss(debugger: Debugger) -> str:
    if not debugger.is_computed("E"):
        return ""
    of = debugger.iteration - (debugger.position == 0)
    return f"; E of iteration {grouped(of)} is {format_number(float(debugger.value('E')))}"


def _watched(debugger: Debugger, text: str) -> str:
    try:
        return named(f"watched {text}", debugger.evaluate(text))
    except (InputError, NotComputedError):
        return f"watched {text}: not computed yet"


def program_text(debugger: Debugger) -> str:
    """Write the operations of an iteration, the next one and the breakpoints marked in words.

    Beside a script each has the script's line, and whether it is right there.
    """
    listing, beside = debugger.program.listing, debugger.program.beside
    told_beside = {} if beside is None else {o.name: beside.told(o.name) for o in listing.lines}
    room = max(map(len, told_beside.values()), default=0)
    stops = {stop.place for stop in debugger.stops if stop.place}
    widest = max(len(line.formula) for line in listing.lines)
    lines = []
    for i, line in enumerate(listing.lines):
        layer = f", {line.layer}" if line.layer else ""
        marks = ["next"] * (i == debugger.position) + ["breakpoint"] * (line.name in stops)
        yours = f"{told_beside[line.name] or '·':<{room}}  " if told_beside else ""
        operation = f"{line.name:<12} {yours}{line.formula:<{widest}}  {line.phase}{layer}"
        lines.append("  ".join((operation, *marks)))
    return "\n".join(lines)


def hyperparameters_text(debugger: Debugger) -> str:
    """Write the hyperparameters that have an effect."""
    values = debugger.hyperparameters
    return "\n".join(
        f"{declaration.name:<18} {getattr(values, declaration.name)}"
        for declaration in DECLARATIONS.values()
        if declaration.matters(values)
    )


def losses_text(debugger: Debugger) -> str:
    """Write E of some iterations, and the smallest one."""
    losses = debugger.losses
    if not len(losses):
        return "no iteration is complete yet"
    stride = max(1, -(-len(losses) // _LOSSES))
    chosen = dict.fromkeys([*range(0, len(losses), stride), len(losses) - 1])
    lines = [f"E of iteration {grouped(i)}: {format_number(float(losses[i]))}" for i in chosen]
    best = debugger.evaluate("best_E") if debugger.iteration else None
    if best is not None:
        lines.append(f"the smallest up to here: {format_number(float(best))}")
    return "\n".join(lines)


def parameters_text(debugger: Debugger) -> str:
    """Write every parameter, and its gradient where that is computed."""
    lines = []
    for name, (gradient, _) in debugger.program.listing.parameters.items():
        for tensor in (name, gradient):
            if debugger.is_computed(tensor):
                lines.append(named(tensor, debugger.value(tensor)))
    return "\n".join(lines)

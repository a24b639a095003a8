"""The loop of a stand-alone program: the lines of one iteration."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from engine.maths.operations.batch import PickBatch
from engine.maths.operations.held_out import OnceAnEpoch
from engine.maths.operations.operation import Operation, Phase
from engine.reports.standalone.iteration import (
    change_lines,
    heading_of,
    likes,
    operation_lines,
)
from engine.reports.standalone.layout import Group, Line, column_of, laid_out

if TYPE_CHECKING:
    from engine.reports.standalone.plan import ExportPlan

PRINTED = 10
"""Losses, as in the report."""


def loop(plan: ExportPlan) -> list[str]:
    """Write the loop over the iterations."""
    return ["for step in range(iterations):", *(f"    {line}".rstrip() for line in _body(plan))]


def _body(plan: ExportPlan) -> Iterator[str]:
    """Write the lines of an iteration."""
    groups = list(_groups(plan))
    column = column_of([line for group in groups for line in group.lines])
    for place, (heading, lines) in enumerate(groups):
        yield from [""] * bool(place)
        yield f"# {heading}"
        yield from laid_out(lines, column)
    for name, condition in plan.stops.items():
        yield from ["", f"if {condition}:"]
        if name == "patience":
            yield f"    [{', '.join(plan.program.parameters)}] = best"
        yield "    break"


def _groups(plan: ExportPlan) -> Iterator[Group]:
    changes, like = _changes(plan), likes(plan.program.operations)
    heading, lines = "", list[Line]()
    for place, operation in enumerate(plan.program.operations):
        changed = changes.get(place)
        if lines and (changed or heading_of(operation) != heading):
            yield Group(heading, lines)
            lines = []
        if changed:
            yield Group("changed by hand", changed)
        heading = heading_of(operation)
        if isinstance(operation, PickBatch):
            lines += _pick(plan, operation)
        elif isinstance(operation, OnceAnEpoch):
            lines += _count(plan) if operation.name == "E_val" else []
        else:
            blank = plan.blanks and operation.phase is Phase.BACKWARD
            of = like.get(operation.name)
            lines += operation_lines(operation, plan.vocabulary, of, blank=blank)
        if operation.name == "E":
            lines += _tell(plan)
    yield Group(heading, lines)


def _changes(plan: ExportPlan) -> dict[int, list[Line]]:
    """Return the lines that change something by hand, by the place of the operation."""
    lines: dict[int, list[Line]] = {}
    for time, same in groupby(plan.debugger.changes_by_hand, key=lambda change: change.time):
        if time.iteration < plan.iterations:
            found = lines.setdefault(time.position, [])
            found.append(Line(f"if step == {time.iteration}:"))
            found += [Line(f"    {line}") for line in change_lines(same, plan.rate)]
    return lines


def picking(plan: ExportPlan) -> list[Line]:
    """Return the lines that pick a batch."""
    picks = (o for o in plan.program.operations if isinstance(o, PickBatch))
    return [line for pick in picks for line in _pick(plan, pick)]


def _pick(plan: ExportPlan, operation: Operation) -> list[Line]:
    """Return the lines that pick rows: of x first, of f₀ then."""
    name, batches = operation.name, plan.program.batches
    picked = Line(f"{name} = {name}_table[batch]", operation.formula)
    if name != "x":
        return [picked, *[Line("N = len(x)")] * plan.vocabulary.has_sizes]
    lines, rows = [Line(f"epoch, place = divmod(step, {batches.an_epoch})")], "rows"
    if batches.is_shuffled:
        order = f"np.random.RandomState([{plan.wanted.seed}, epoch]).permutation(len(x_table))"
        lines += [Line("if place == 0:"), Line(f"    order = {order}")]
        rows = "order[rows]"
    lines.append(Line("rows = slice(place * batch_size, (place + 1) * batch_size)"))
    return [*lines, Line(f"batch = {rows}"), picked]


def _count(plan: ExportPlan) -> list[Line]:
    """Return the lines that look at the held-out loss as each epoch begins."""
    an_epoch = plan.program.batches.an_epoch
    lines = [
        "E_val = held_out_loss(x_val, f0_val)",
        "worse = worse + 1",
        "if E_val < best_E_val or step == 0:",
        "    best_E_val, best_at, worse = E_val, step, 0",
    ]
    if "patience" in plan.stops:
        copies = ", ".join(f"np.copy({name})" for name in plan.program.parameters)
        lines.append(f"    best = [{copies}]")
    if an_epoch > 1:
        lines = [f"if step % {an_epoch} == 0:", *(f"    {line}" for line in lines)]
    return [Line(line) for line in lines]


def _tell(plan: ExportPlan) -> list[Line]:
    """Return the lines that keep the loss, and print it where it is known how many there are."""
    lines = [Line("losses.append(E)")] * plan.keeps_losses
    if plan.stops:
        return lines
    stride = max(1, math.ceil(plan.iterations / PRINTED))
    return [
        *lines,
        Line(f"if step % {stride} == 0:"),
        Line('    print(f"error at step {step:5d}: {E:.6e}")'),
    ]

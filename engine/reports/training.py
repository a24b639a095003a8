"""Reports of a training run, as text and as an object for JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.analysis.held_out import Evaluation, Evaluator
from engine.analysis.metrics import Classification, decision_of, parts_of
from engine.common.json_safe import plain
from engine.common.numbers import (
    decimal,
    duration,
    format_number,
    general,
    grouped,
    percent,
    scientific,
)
from engine.common.text import counted, folded
from engine.data.dataset import Dataset
from engine.data.provenance import inputs_object, scaling_lines
from engine.debugger import Debugger
from engine.formula.arithmetic import Explanation
from engine.formula.tensor import Array

_LINES = 10
_MOST_NAMES = 50
"""Of inputs and of targets in the first line of a report."""
_ROWS = 50
"""Observations of which the prediction is written."""
_MOST_FIXED = 1e9
"""The size from which on a number is written with an exponent."""
_OF_NUMBERS = {"rmse": "RMSE", "mae": "MAE", "r2": "R²"}
"""The measures of predicted numbers, and as they are written."""


def run_object(debugger: Debugger, seconds: float) -> dict[str, Any]:
    """Describe a run: dataset, hyperparameters, parameters, losses, predictions."""
    dataset = debugger.dataset
    described: dict[str, Any] = plain(
        {
            "dataset": {
                "name": dataset.name,
                "observations": len(dataset.observations),
                "targets": dataset.targets,
                "classes": dataset.classes,
                "assumptions": _assumptions(debugger),
                **inputs_object(dataset),
            },
            "hyperparameters": debugger.hyperparameters.as_dict(),
            "initial_parameters": debugger.initial_parameters,
            "losses": debugger.losses,
            "parameters": debugger.parameters,
            "predictions": debugger.predict(),
            "quality": _quality_object(debugger),
            "validation": _held_out_object(debugger),
            "iterations": len(debugger.losses),
            "iteration": debugger.iteration,
            "stopped": debugger.ended_by.words if debugger.ended_by else None,
            "held_out_losses": debugger.held_out_losses,
            "seconds": seconds,
        }
    )
    return described


def _held_out_object(debugger: Debugger) -> dict[str, Any] | None:
    held, found = debugger.dataset.held_out, debugger.evaluate_held_out()
    if held is None or found is None:
        return None
    return {
        "observations": held.observations,
        "E": found.E,
        "accuracy": found.accuracy,
        "predictions": found.f,
    }


def _assumptions(debugger: Debugger) -> tuple[str, ...]:
    """Return what was assumed about the table, and about its targets for the loss."""
    return debugger.dataset.assumptions + debugger.program.listing.assumptions


def _parts(debugger: Debugger) -> dict[str, tuple[Dataset, Evaluation]]:
    """Evaluate the parameters on the training observations and on the held-out ones."""
    parameters, wanted = debugger.parameters, debugger.hyperparameters
    # A part may hold too few targets to tell classes by itself.
    decision = decision_of(debugger.dataset, wanted.loss)
    return {
        name: (part, Evaluator(part, wanted, decision).evaluate(parameters))
        for name, part in parts_of(debugger.dataset).items()
    }


def _quality_object(debugger: Debugger) -> dict[str, Any]:
    described: dict[str, Any] = {}
    for name, (part, found) in _parts(debugger).items():
        measures: dict[str, Any] = {"observations": len(part.observations), "E": found.E}
        if isinstance(found.quality, Classification):
            measures["accuracy"] = found.quality.accuracy
        else:
            measures |= {measure: getattr(found.quality, measure) for measure in _OF_NUMBERS}
        described[name] = measures
    return described


def _quality_text(debugger: Debugger) -> list[str]:
    """Write E of both parts, and how often classes are right or how far numbers are off."""
    without = ", E without the penalty R" if "R" in debugger.program.tensors else ""
    lines = [f"With the final weights{without}:"]
    for name, (part, found) in _parts(debugger).items():
        line = (
            f"{name}: {counted(len(part.observations), 'observation')}, E = {scientific(found.E)}"
        )
        quality = found.quality
        if isinstance(quality, Classification):
            lines.append(f"{line}, accuracy {percent(quality.accuracy, 2, ' %')}")
            continue
        measures = [
            ", ".join(
                f"{word} {general(getattr(quality, m)[o])}" for m, word in _OF_NUMBERS.items()
            )
            for o in range(len(quality.targets))
        ]
        if len(measures) == 1:
            lines.append(f"{line}, {measures[0]}")
            continue
        shown = zip(quality.targets[:_MOST_NAMES], measures, strict=False)
        lines += [line, *(f"  {target}: {measure}" for target, measure in shown)]
        if len(measures) > _MOST_NAMES:
            lines.append(f"  … and {grouped(len(measures) - _MOST_NAMES)} more (all with --json)")
    return lines


def _named(thing: str, names: Sequence[str]) -> str:
    return f"{thing}{'s' if len(names) != 1 else ''} {folded(names, _MOST_NAMES)}"


def run_text(debugger: Debugger, seconds: float, done: int | None = None) -> str:
    """Write the notebook's report: errors at ten steps, weights, bias, predictions, time.

    Args:
        debugger: The run.
        seconds: The time it took.
        done: How many iterations these were for; by default all.
    """
    dataset, losses = debugger.dataset, debugger.losses
    initial, final = debugger.initial_parameters, debugger.parameters
    layers = [(layer.name, layer.weights) for layer in debugger.program.network.layers]
    held_out = dataset.held_out
    held = "" if held_out is None else f" and {grouped(len(held_out.observations))} held out"
    lines = [
        f"{dataset.name}: {counted(len(dataset.observations), 'observation')}{held}, "
        f"{_named('input', dataset.inputs)}, {_named('target', dataset.targets)}"
    ]
    lines += [f"assumed {assumption}" for assumption in _assumptions(debugger)]
    lines += [*scaling_lines(dataset, _MOST_NAMES), "", f"E = {debugger.program.listing.loss}"]
    lines += [f"Starting {name} layer weights: {_array(initial[w])}" for name, w in layers]
    lines += [""] * bool(len(losses))
    stride = max(1, math.ceil(len(losses) / _LINES))
    lines += [
        f"error at step {i:5d}: {scientific(losses[i])}" for i in range(0, len(losses), stride)
    ]
    bad = np.flatnonzero(~np.isfinite(losses))
    if bad.size and bad.size == len(losses) - bad[0]:
        lines.append(f"E is not finite from step {bad[0]} on: the run diverged")
    elif bad.size:
        lines.append(f"E is not finite in {counted(bad.size, 'step')}, first in step {bad[0]}")
    lines.append("")
    label = "Final weights:"
    for name, weights in layers:
        lines.append(f"{label} {name} {_array(final[weights].ravel())}")
        label = " " * len(label)
    biases = [f"{name} = {_array(a)}" for name, a in final.items() if name.startswith("b")]
    lines += [f"bias: {', '.join(biases) or 'none'}", "", predictions_text(debugger), ""]
    lines += [*_quality_text(debugger), ""]
    hit = debugger.ended_by
    if hit is not None:
        lines.append(f"stopped: {hit.words}")
        if hit.is_patience and debugger.iteration == debugger.best_iteration:
            lines.append(
                f"the parameters are the best ones, of iteration {grouped(debugger.iteration)}"
            )
    of = f", {grouped(done)} of them" if done is not None and done != len(losses) else ""
    lines.append(f"{counted(len(losses), 'iteration')}{of} in {duration(seconds)}")
    return "\n".join(lines)


def _array(array: Array) -> str:
    # Whatever a script may have set for its own prints.
    text = np.array2string(array, max_line_width=120, precision=8, suppress_small=False)
    return text.replace("\n", "") if array.size <= 12 else text


def predictions_text(debugger: Debugger) -> str:
    """Write the table of predictions with an error column, f₀ − f where the loss aims at f₀."""
    dataset = debugger.dataset
    f, aim = debugger.predict(), debugger.program.loss.aim(dataset.f0)
    several = len(dataset.targets) > 1
    header = [dataset.index, *dataset.inputs]
    columns = [
        dataset.observations[:_ROWS],
        *(_given(column) for column in dataset.shown_x[:_ROWS].T),
    ]
    for o, target in enumerate(dataset.targets):
        suffix = f" {target}" if several else ""
        header += [target, f"prediction{suffix}", f"error{suffix}"]
        f0 = dataset.f0[:_ROWS, o]
        columns += [_given(f0), _exact(f[:_ROWS, o]), _exact(aim[:_ROWS, o] - f[:_ROWS, o])]
    widths = [max(map(len, (h, *c))) for h, c in zip(header, columns, strict=True)]
    rows = [header, *zip(*columns, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    if len(dataset.observations) > _ROWS:
        lines.append(f"… and {grouped(len(dataset.observations) - _ROWS)} more (all with --json)")
    return "\n".join(lines)


def _given(column: Array) -> tuple[str, ...]:
    return tuple(map(general, column))


def _exact(column: Array) -> tuple[str, ...]:
    return tuple(map(_six_digits, column.tolist()))


def _six_digits(value: float) -> str:
    """Write a number with six decimals, unless these are too few or far more than it has."""
    text = decimal(value, 6)
    if not math.isfinite(value) or (abs(value) < _MOST_FIXED and (float(text) or not value)):
        return text
    return scientific(value)


def chain_object(explanations: list[Explanation], iteration: int) -> dict[str, Any]:
    """Describe a chain of explanations for JSON."""
    return {
        "iteration": iteration,
        "explanations": [
            {
                "name": e.cell.tensor,
                "symbol": e.cell.symbol,
                "index": list(e.cell.index),
                "labels": list(e.cell.labels),
                "value": plain(e.cell.value),
                "rule": e.rule,
                "numbers": e.numbers if e.leads_on else None,
                "why": e.why or None,
                "operands": [
                    {"name": c.tensor, "index": list(c.index), "value": plain(c.value)}
                    for c in e.operands
                ],
            }
            for e in explanations
        ],
    }


def chain_text(explanations: list[Explanation], iteration: int) -> str:
    """Write a chain of explanations, one after the other."""
    lines = [f"iteration {grouped(iteration)}"]
    for e in explanations:
        value = format_number(e.cell.value)
        if not e.leads_on:
            lines += ["", f"{e.cell.label} = {value}", f"    {e.rule}"]
            continue
        lines += ["", f"{e.cell.label} {e.sign} {e.rule}", f"    = {e.numbers}", f"    = {value}"]
        lines.append(f"    {e.why}")
    return "\n".join(lines)

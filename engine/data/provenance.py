"""The making of the network's inputs from the columns of the table."""

from __future__ import annotations

from typing import Any

from engine.common.numbers import format_number, grouped
from engine.data.dataset import Dataset


def origin_of_input(dataset: Dataset, n: int, i: int) -> str:
    """Say where x[n, i] comes from, with the numbers of the table where it was scaled."""
    is_feature = i >= len(dataset.inputs) - dataset.features
    scaling = dataset.scaling
    if scaling is None:
        return "a feature, computed from other inputs" if is_feature else "an input, from the table"
    value, shift, spread = (
        format_number(float(number))
        for number in (dataset.shown_x[n, i], scaling.shift[i], scaling.spread[i])
    )
    value = f"({value})" if value.startswith("−") else value
    less = f"+ {shift[1:]}" if shift.startswith("−") else f"− {shift}"
    origin = "a feature" if is_feature else "the table's number"
    return f"({value} {less})/{spread}: {origin}, scaled"


def inputs_object(dataset: Dataset) -> dict[str, Any]:
    """Describe how new rows are turned into the network's inputs.

    Returns:
        The names of the inputs, how many of the last ones are features computed by the expression
        that is their name, and what scales each: x = (value − shift) / spread, or None.
    """
    scaling = dataset.scaling
    return {
        "inputs": dataset.inputs,
        "features": dataset.features,
        "scaling": None if scaling is None else {"shift": scaling.shift, "spread": scaling.spread},
    }


def scaling_lines(dataset: Dataset, most: int) -> list[str]:
    """Write how the inputs are scaled, for at most a number of them; empty without scaling."""
    scaling = dataset.scaling
    if scaling is None:
        return []
    lines = ["inputs scaled, x = (value − shift)/spread by the training part:"]
    width = max(map(len, dataset.inputs[:most]))
    for i, name in enumerate(dataset.inputs[:most]):
        shift, spread = (format_number(float(of[i])) for of in (scaling.shift, scaling.spread))
        lines.append(f"  {name:<{width}}  shift {shift}, spread {spread}")
    if len(dataset.inputs) > most:
        lines.append(f"  … and {grouped(len(dataset.inputs) - most)} more (all with --json)")
    return lines

"""The beginning of a stand-alone program: imports, functions, data, initial values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.common.text import clean, counted, folded
from engine.reports.standalone.iteration import operation_lines
from engine.reports.standalone.layout import Line, laid_out
from engine.reports.standalone.literals import is_large
from engine.reports.standalone.start import starting_lines, zeros

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.reports.standalone.plan import ExportPlan

_MOST_NAMES = 8
_COUNTING = ("E_val", "worse", "best_E_val", "best_at")
"""The names of the state that counts held-out losses."""


def title(plan: ExportPlan) -> str:
    """Say which network learns what."""
    sizes = "-".join(map(str, plan.program.network.sizes))
    return f"A {sizes} network learns {clean(plan.dataset.name, 60)}, by hand"


def about(plan: ExportPlan) -> list[str]:
    """Say what the table is and how the network learns."""
    dataset, wanted, listing = plan.dataset, plan.wanted, plan.program.listing
    inputs, targets = (
        clean(folded(names, _MOST_NAMES)) for names in (dataset.inputs, dataset.targets)
    )
    rows, iterations = len(dataset.observations), counted(plan.iterations, "iteration")
    found = [
        f"{counted(rows, 'observation')}; inputs: {inputs}; targets: {targets}.",
        f"E = {listing.loss}; optimiser {wanted.optimiser}, η = {wanted.learning_rate}, "
        f"{iterations}.",
    ]
    return found + [f"Taken for granted: {clean(words)}." for words in listing.assumptions]


def imports(plan: ExportPlan, place: str) -> list[str]:
    """Return the imports, once all other parts are written.

    Args:
        plan: The plan of the program.
        place: The source of where the arrays beside are.
    """
    standard = []
    code = [line for definition in plan.vocabulary.definitions for line in definition.lines]
    needs_erf = any("erf(" in line for line in code)
    if needs_erf:
        standard.append("import math")
    if plan.arrays.beside and "Path(" in place:
        standard.append("from pathlib import Path")
    lines = [*standard, *[""] * bool(standard), "import numpy as np", ""]
    lines.append('np.seterr(all="ignore")  # where an exp overflows, 1/inf is the right 0')
    if needs_erf:
        lines.append("erf = np.vectorize(math.erf)")
    if plan.arrays.beside:
        lines.append(f"arrays = dict(np.load({place}))")
    return lines


def functions(plan: ExportPlan) -> list[list[str]]:
    """Return the functions, each as lines."""
    found = [
        [head, f'    """{is_of}"""', *lines]
        for _, is_of, (head, *lines) in plan.vocabulary.definitions
    ]
    if plan.held_out:
        lines = [line for o in plan.held_out for line in operation_lines(o, plan.vocabulary)]
        body = [*_sizes(plan, "f0"), *laid_out(lines), "return E"]
        words = '"""E of observations that no gradient comes from."""'
        found.append(
            ["def held_out_loss(x, f0):", f"    {words}", *(f"    {line}" for line in body)]
        )
    return found


def data(plan: ExportPlan) -> list[str]:
    """Return the lines that make x and f₀."""
    suffix = plan.tables[0].removeprefix("x")
    lines = [*_columns(plan, plan.dataset, suffix), *_sizes(plan, plan.tables[1])]
    held_out = plan.dataset.held_out
    if held_out is None:
        return lines
    return [*lines, "", "# what is held out", *_columns(plan, held_out, "_val")]


def _columns(plan: ExportPlan, dataset: Dataset, suffix: str) -> list[str]:
    """Scale the inputs of the table, where the run does."""
    arrays, scaling, original = plan.arrays, dataset.scaling, dataset.original_x
    large = any(map(is_large, (plan.dataset.x, plan.dataset.f0)))
    targets = arrays.assigned(f"f0{suffix}", dataset.f0, with_large=large)
    if (
        scaling is None
        or original is None
        or not np.array_equal(scaling.apply(original), dataset.x)
    ):
        return [*arrays.assigned(f"x{suffix}", dataset.x, with_large=large), *targets]
    lines = arrays.assigned(f"original{suffix}", original, with_large=large)
    if dataset is plan.dataset:
        lines += arrays.assigned("shift", scaling.shift)
        lines += arrays.assigned("spread", scaling.spread)
    return [*lines, f"x{suffix} = (original{suffix} - shift) / spread", *targets]


def _sizes(plan: ExportPlan, of: str) -> list[str]:
    """Return the line that tells the sizes, where a formula needs them."""
    return [f"N, O = {of}.shape"] * plan.vocabulary.has_sizes


def settings(plan: ExportPlan) -> list[str]:
    """Return the lines that set the hyperparameters."""
    symbol = f"{plan.program.rate.symbol}, the learning rate"
    lines = [Line(f"{plan.rate} = {plan.wanted.learning_rate!r}", symbol)]
    lines += [
        Line(f"{name} = {value!r}", symbol)
        for name, (symbol, value) in plan.vocabulary.values.items()
    ]
    if not plan.is_whole:
        lines.append(Line(f"batch_size = {plan.program.batches.size}"))
    lines.append(Line(f"iterations = {plan.iterations}"))
    return list(laid_out(lines))


def start(plan: ExportPlan) -> list[str]:
    """Return the lines that make what is there before the first iteration."""
    lines = starting_lines(plan.debugger, plan.arrays)
    for name, tensor in plan.program.state.items():
        if name == "t":
            lines.append("t = 0  # updates so far")
        elif name == "E_val":
            lines.append("best_E_val, best_at, worse = np.inf, 0, 0")
        elif name not in plan.program.parameters and name not in _COUNTING:
            lines.append(f"{name} = {zeros(tensor.shape)}")
    return [*lines, *["losses = []"] * plan.keeps_losses]

"""A run as a notebook: by hand, in PyTorch, and both compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.common.errors import InputError
from engine.reports.standalone.above import (
    about,
    data,
    functions,
    imports,
    settings,
    start,
    title,
)
from engine.reports.standalone.below import ending, prediction, table
from engine.reports.standalone.body import loop
from engine.reports.standalone.in_torch import InTorch
from engine.reports.standalone.literals import quoted
from engine.reports.standalone.plan import ExportPlan

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.reports.standalone.literals import Arrays

HOW_TO_INSTALL = 'a notebook needs nbformat, which is not installed: pip install "nn-tui[notebook]"'


def notebook_of(debugger: Debugger, beside: str, *, blanks: bool = False) -> tuple[str, Arrays]:
    """Write a run as a notebook.

    Args:
        debugger: The run.
        beside: The name of the file that large arrays go to, in the notebook's folder.
        blanks: Whether to leave the right-hand sides of the backward phase out.

    Returns:
        The notebook as text, and the arrays that belong into that file.

    Raises:
        InputError: nbformat is not installed.
    """
    nbformat = _import_nbformat()
    plan = ExportPlan(debugger, blanks=blanks, keeps_losses=True)
    cells = _cells(plan, beside)
    notebook = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for number, (kind, lines) in enumerate(cells):
        make = nbformat.v4.new_markdown_cell if kind == "text" else nbformat.v4.new_code_cell
        notebook.cells.append(make("\n".join(lines).strip("\n"), id=f"cell-{number}"))
    text: str = nbformat.writes(notebook)
    return text + "\n" * (not text.endswith("\n")), plan.arrays


def _import_nbformat() -> Any:
    try:
        import nbformat
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "nbformat":
            raise
        raise InputError(HOW_TO_INSTALL) from None
    return nbformat


def _cells(plan: ExportPlan, beside: str) -> list[tuple[str, Sequence[str]]]:
    again = InTorch(plan)
    # The imports depend on which arrays are large.
    made, started = data(plan), start(plan)
    defined = [line for function in functions(plan) for line in ("", "", *function)]
    layers = plan.program.network.layers
    flow = " → ".join(["x", *(f"{layer.z[1]} → {layer.a[1]}" for layer in layers), "E"])
    return [
        ("text", [f"# {_plain(title(plan))}", *_list(about(plan)), "", flow]),
        ("code", [*imports(plan, quoted(beside)), *defined]),
        ("text", ["## Data", "", "A row for each observation: its inputs x, its targets f₀."]),
        ("code", made),
        ("text", ["## Hyperparameters and initial parameters"]),
        ("code", [*settings(plan), "", *started]),
        ("text", ["## By hand", "", _BY_HAND]),
        ("code", [*loop(plan), *ending(plan)]),
        ("text", ["The predictions with the parameters that this has led to:"]),
        ("code", prediction(plan)),
        ("text", ["## The same in PyTorch", "", _IN_TORCH]),
        ("code", ["import torch", "", "", *again.function(), "", "", *again.call]),
        ("text", ["## Are they the same?", "", "They differ by rounding only."]),
        ("code", _comparison(plan, again)),
        ("text", ["## Predictions"]),
        ("code", table(plan, "torch_f" if again.is_whole else "")),
    ]


_BY_HAND = (
    "Forward to the loss E, then backward. Each partial derivative has a line and a name of its "
    "own: ∂E/∂y is `dE_dy`. The parameters are updated when all gradients are there, not before."
)
_IN_TORCH = (
    "PyTorch computes the same loss from the same start, and finds the gradients by itself: "
    "`torch.autograd.grad` stands in the place of the whole backward phase."
)


def _list(lines: Sequence[str]) -> list[str]:
    return [text for line in lines for text in ("", f"- {_plain(line)}")]


def _plain(text: str) -> str:
    """Return text in which Markdown finds nothing to mark."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|$~" else c for c in text)


def _comparison(plan: ExportPlan, again: InTorch) -> list[str]:
    lines = [
        'print(" step       by hand       PyTorch  difference")',
        "for step in range(0, len(torch_losses), max(1, len(torch_losses) // 10)):",
        "    E, torch_E = losses[step], torch_losses[step]",
        '    print(f"{step:5d}{E:14.6e}{torch_E:14.6e}{E - torch_E:12.1e}")',
    ]
    if again.is_whole:
        lines += [""]
        for name in plan.program.parameters:
            other = f'torch_parameters["{name}"].detach().numpy()'
            lines.append(f'print("{name}: largest difference", np.max(np.abs({name} - {other})))')
    return lines

"""A run as a notebook: by hand, in PyTorch, and both compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.common.errors import InputError
from engine.reports.standalone.in_torch import InTorch
from engine.reports.standalone.parts import Parts

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
    parts = Parts(debugger, blanks=blanks, keeps_losses=True)
    cells = _cells(parts, beside)
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
    return text + "\n" * (not text.endswith("\n")), parts.arrays


def _import_nbformat() -> Any:
    try:
        import nbformat
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "nbformat":
            raise
        raise InputError(HOW_TO_INSTALL) from None
    return nbformat


def _cells(parts: Parts, beside: str) -> list[tuple[str, Sequence[str]]]:
    again = InTorch(parts)
    data, start = parts.data(), parts.start()
    functions = [line for function in parts.functions() for line in ("", "", *function)]
    program = parts.program
    flow = " → ".join(["x", *(f"{layer.z[1]} → {layer.a[1]}" for layer in program.network.layers)])
    by_hand = ["for step in range(iterations):"]
    by_hand += [f"    {line}".rstrip() for line in parts.body()]
    by_hand += [*parts.changes_at_the_end(), *parts.told_at_the_end()]
    kept = ", ".join(f'"{name}": {name}' for name in program.parameters)
    cells: list[tuple[str, Sequence[str]]] = [
        ("text", [f"# {_plain(parts.title)}", "", *map(_plain, parts.about), "", f"{flow} → E"]),
        ("code", [*parts.imports(f'"{beside}"'), *functions]),
        ("text", ["## The data", "", "A row for each observation, x the inputs, f₀ the targets."]),
        ("code", data),
        ("text", ["## Before the first iteration"]),
        ("code", [*parts.settings(), "", *start]),
        (
            "text",
            [
                "## By hand",
                "",
                "Forward to the loss E, then backward: each partial derivative has its own line "
                "and name, ∂E/∂y is `dE_dy`. Only when all gradients are there are the parameters "
                "updated.",
            ],
        ),
        ("code", by_hand),
        (
            "text",
            [
                "## The same in PyTorch",
                "",
                "PyTorch computes the same loss from the same start, and finds the gradients "
                "itself.",
            ],
        ),
        (
            "code",
            [
                "import torch",
                "",
                *again.functions(),
                f"by_hand = {{{kept}}}",
                *again.start(),
                "",
                "losses_in_torch = []",
                *again.loop(),
            ],
        ),
        ("text", ["## Are they the same?", "", _compared(again)]),
        ("code", _comparison(parts, again)),
        ("text", ["## What has been learnt"]),
        (
            "code",
            [
                *(f'{n} = by_hand["{n}"]' for n in program.parameters),
                *_x_again(parts),
                *parts.prediction(),
                "",
                *parts.table(),
            ],
        ),
    ]
    return cells


def _plain(text: str) -> str:
    """Return text in which Markdown finds nothing to mark."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|$~" else c for c in text)


def _compared(again: InTorch) -> str:
    text = "The losses by hand and in PyTorch"
    if again.is_whole:
        text += ", and the parameters in the end"
    return f"{text}: they differ by rounding only."


def _comparison(parts: Parts, again: InTorch) -> list[str]:
    lines = [
        'print(" step      by hand       PyTorch    difference")',
        "stride = max(1, len(losses_in_torch) // 10)",
        "for step in range(0, len(losses_in_torch), stride):",
        "    one, other = losses[step], losses_in_torch[step]",
        '    print(f"{step:5d}{one:14.6e}{other:14.6e}{one - other:14.1e}")',
    ]
    if again.is_whole:
        names = ", ".join(parts.program.parameters)
        lines += [
            "",
            f"for name, in_torch in zip(by_hand, [{names}]):",
            "    difference = np.max(np.abs(by_hand[name] - in_torch.detach().numpy()))",
            '    print(f"{name}: largest difference {difference:.1e}")',
        ]
    return lines


def _x_again(parts: Parts) -> list[str]:
    suffix = "" if parts.program.batches.is_whole else "_table"
    return [f"{name}{suffix} = {name}{suffix}.numpy()" for name in ("x", "f0")]

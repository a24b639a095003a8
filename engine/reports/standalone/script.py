"""A run as a script that needs NumPy alone and prints the same losses."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from engine.reports.standalone.parts import Parts

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.reports.standalone.literals import Arrays


_WIDEST = 88


def script_of(debugger: Debugger, beside: str, *, blanks: bool = False) -> tuple[str, Arrays]:
    """Write a run as a script.

    Args:
        debugger: The run.
        beside: The name of the file that large arrays go to, in the script's folder.
        blanks: Whether to leave the right-hand sides of the backward phase out.

    Returns:
        The script, and the arrays that belong into that file.
    """
    parts = Parts(debugger, blanks=blanks)
    data, start = parts.data(), parts.start()
    place = f'Path(__file__).with_name("{beside}")'
    about = [line for text in parts.about for line in textwrap.wrap(text, _WIDEST)]
    lines = [f'"""{parts.title}', "", *about, '"""', "", *parts.imports(place)]
    for function in parts.functions():
        lines += ["", "", *function]
    lines += [""] * bool(parts.functions())
    lines += ["", "# data", *data]
    lines += ["", "# hyperparameters", *parts.settings()]
    lines += ["", "# initial parameters", *start]
    lines += ["", "for step in range(iterations):"]
    lines += [f"    {line}".rstrip() for line in parts.body()]
    lines += ["", *parts.changes_at_the_end(), *parts.told_at_the_end()]
    lines += ["", "# predictions", *parts.prediction(), *parts.table()]
    text = "\n".join(lines) + "\n"
    return text, parts.arrays

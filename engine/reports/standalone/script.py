"""A run as a script that needs NumPy alone and prints the same losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.reports.standalone.parts import Parts

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.reports.standalone.literals import Arrays


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
    lines = [f'"""{parts.title}', "", *parts.about, '"""', "", *parts.imports(place)]
    for function in parts.functions():
        lines += ["", "", *function]
    lines += [""] * bool(parts.functions())
    lines += ["", "# the table", *data]
    lines += ["", "# what is set", *parts.settings()]
    lines += ["", "# where it starts", *start]
    lines += ["", "for step in range(iterations):"]
    lines += [f"    {line}".rstrip() for line in parts.body()]
    lines += ["", *parts.changes_at_the_end(), *parts.told_at_the_end()]
    lines += ["", "# what has been learnt", *parts.prediction(), *parts.table()]
    text = "\n".join(lines) + "\n"
    return text, parts.arrays

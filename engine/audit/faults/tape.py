"""Numbers that keep their own derivatives, as on a tape: no operation is written out by itself."""

from __future__ import annotations

import ast

import numpy as np

from engine.audit.recording.recording import Recording

_OPERATORS = {"__add__", "__mul__"}


def words_of_tape(recording: Recording) -> str:
    """Say that a script takes its derivatives by a class of such numbers; "" if it does not.

    Of arrays that keep theirs, the operations are seen.
    """
    if _computes_arrays(recording):
        return ""
    try:
        tree = ast.parse("\n".join(recording.source))
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
        if methods >= _OPERATORS and any("backward" in name for name in methods):
            return (
                f"which derivatives it computes: its numbers keep their own, by the class "
                f"{node.name} in line {node.lineno}, so that no operation of a backward phase is "
                "written out"
            )
    return ""


def _computes_arrays(recording: Recording) -> bool:
    operators = [n for n, node in enumerate(recording.nodes) if node.kind.startswith("BinOp")]
    made = recording.records["value"][np.isin(recording.records["node"], operators)]
    return any(recording.values[value].size > 1 for value in np.unique(made).tolist() if value >= 0)

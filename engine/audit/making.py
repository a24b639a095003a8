"""Where a script makes an array: in the function whose results are unpacked, or for which one."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from engine.audit.recording.recording import Node, Recording


def in_its_function(recording: Recording, record: int, alike: Sequence[int]) -> int:
    """Return where a function names what is unpacked from its results, if it does so once.

    Args:
        recording: The recording.
        record: The record that names an array.
        alike: All records of the array.
    """
    rows, nodes, paths = recording.records, recording.nodes, recording.paths
    node, own = nodes[int(rows["node"][record])], paths[rows["path"][record]]
    if node.kind != "assign" or not _unpacks(node.source):
        return record
    for other in alike:
        deeper = paths[rows["path"][other]]
        number = int(rows["node"][other])
        if nodes[number].kind != "assign" or deeper == own or deeper[: len(own)] != own:
            continue
        runs = {int(path) for path in rows["path"][rows["node"] == number]}
        if sum(paths[path][: len(own)] == own for path in runs) == 1:
            return other
    return record


def _unpacks(source: str) -> bool:
    try:
        (statement,) = ast.parse(source.strip()).body
    except (SyntaxError, ValueError):
        return False
    return isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple)


def call_of_helper(recording: Recording, record: int) -> Node | None:
    """Return the call for which a function that is called in several places made an array."""
    rows, nodes, paths = recording.records, recording.nodes, recording.paths
    number, own = int(rows["node"][record]), paths[rows["path"][record]]
    calls = [call for call, index in own if index < 0]
    if not calls or nodes[number].kind == "assign":
        return None
    runs = {int(path) for path in rows["path"][rows["node"] == number]}
    places = {next(call for call, index in reversed(paths[run]) if index < 0) for run in runs}
    return nodes[calls[-1]] if len(places) > 1 else None

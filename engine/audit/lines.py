"""The line in which a script makes an array, and the name that it gets there."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import partial

from engine.audit.passes.one_pass import Found
from engine.audit.recording.recording import Node, Recording
from engine.audit.report.problem import Line
from engine.common.text import clean

LONGEST_NAME = 60


def line_of(recording: Recording, found: Found) -> Line:
    """Return the line at which a script makes an array, by the name that it gets there."""
    return line_of_record(recording, min(found.records, key=partial(from_name, recording)))


def line_of_making(recording: Recording, found: Found, *, of_arguments: bool = False) -> Line:
    """Return the line at which a script makes an array, in the function that hands it on.

    Args:
        recording: The recording.
        found: The array.
        of_arguments: Whether, of a helper, the call is meant: what it is given is wrong.
    """
    nearest = min(found.records, key=partial(_distance, recording))
    call = _call_of_helper(recording, nearest) if of_arguments else None
    if call is not None:
        return _line(recording, call, call.source)
    return line_of_record(recording, _in_its_function(recording, nearest, found.records))


def _line(recording: Recording, node: Node, variable: str) -> Line:
    text = recording.source[node.line - 1].strip() if 0 < node.line <= len(recording.source) else ""
    return Line(node.line, node.where, clean(text), clean(variable, LONGEST_NAME))


def _distance(recording: Recording, record: int) -> tuple[bool, int, bool, int]:
    """Say how far a record is from a variable of the training loop; the nearest names the array."""
    node = recording.node_of(record)
    is_named = node.kind.startswith(("assign", "annassign", "augassign"))
    makes = node.kind.startswith(("BinOp", "Call", "UnaryOp", "ListComp", "Compare"))
    calls = sum(1 for _, index in recording.paths[recording.records["path"][record]] if index < 0)
    is_far = not is_named if calls == 0 or is_named else not makes
    return is_far, calls, not is_named, record


def from_name(recording: Recording, record: int) -> tuple[bool, bool, int, bool, int]:
    """Say the same, and first of all whether it is but another name of what has one."""
    node = recording.node_of(record)
    value = node.children[0] if node.kind == "assign" and node.children else -1
    is_other = value >= 0 and recording.nodes[value].kind == "Name"
    return is_other, *_distance(recording, record)


def line_of_record(recording: Recording, record: int) -> Line:
    """Return the line of a record, with the place that it gives a value, or the expression."""
    row = recording.records[record]
    node, place = recording.nodes[int(row["node"])], int(row["place"])
    return _line(recording, node, recording.places[place].text if place >= 0 else node.source)


def line_numbered(recording: Recording, number: int, variable: str) -> Line:
    """Return a line by its number."""
    if not 0 < number <= len(recording.source):
        return Line(variable=clean(variable, LONGEST_NAME))
    where = next((n.where for n in recording.nodes if n.line == number), f"line {number}")
    text = recording.source[number - 1].strip()
    return Line(number, where, clean(text), clean(variable, LONGEST_NAME))


def _in_its_function(recording: Recording, record: int, alike: Sequence[int]) -> int:
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


def _call_of_helper(recording: Recording, record: int) -> Node | None:
    """Return the call for which a function that is called in several places made an array."""
    rows, nodes, paths = recording.records, recording.nodes, recording.paths
    number, own = int(rows["node"][record]), paths[rows["path"][record]]
    calls = [call for call, index in own if index < 0]
    if not calls:
        return None
    runs = {int(path) for path in rows["path"][rows["node"] == number]}
    places = {next((call for call, index in reversed(paths[run]) if index < 0), -1) for run in runs}
    return nodes[calls[-1]] if len(places) > 1 else None

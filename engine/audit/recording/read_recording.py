"""Read what the process of a script left, without trusting it: the script could have written it."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audit.recording.recording import (
    RECORD,
    Ending,
    Node,
    Operand,
    Place,
    Recording,
)
from engine.common.errors import AuditError
from engine.common.text import clean

_MOST_BYTES = 1 << 30


class _DamagedError(Exception):
    """What was left is not a recording."""


def read_recording(path: Path, folder: Path, lines: tuple[str, ...], printed: str) -> Recording:
    """Read the recording of a script.

    Args:
        path: The script, for the words of an error.
        folder: What the process was asked to write into.
        lines: The lines of the script.
        printed: What it printed.

    Raises:
        AuditError: There is none, or it is damaged, or the script is no Python.
    """
    try:
        document = json.loads(_bytes(folder / "recording.json"))
        ending = document["ending"]
        if ending["kind"] == "syntax":
            raise AuditError(
                path, clean(str(ending["message"])), line=ending["line"], column=ending["column"]
            )
        return _recording(document, folder, lines, printed)
    except FileNotFoundError:
        raise AuditError(path, "it ended without a recording") from None
    except (
        _DamagedError,
        OSError,
        ValueError,
        TypeError,
        LookupError,
        RecursionError,
        AttributeError,
    ):
        raise AuditError(path, "what it recorded is damaged; does it write there?") from None


def _recording(
    document: dict[str, Any], folder: Path, lines: tuple[str, ...], printed: str
) -> Recording:
    nodes = tuple(_node(node) for node in document["nodes"])
    paths: list[tuple[tuple[int, int], ...]] = [()]
    for around, node, index in document["paths"][1:]:
        paths.append((*paths[around], (node, index)))
    places = tuple(Place(text, tuple(owner)) for text, owner in document["places"])
    shapes = [tuple(shape) for shape in document["shapes"]]
    values = _values(_bytes(folder / "values.bin"), shapes)
    rows = np.frombuffer(_bytes(folder / "records.bin"), np.int64)
    records = rows.view(RECORD)
    ending = document["ending"]
    line = ending.get("line", 0)
    return Recording(
        source=lines,
        nodes=nodes,
        paths=tuple(paths),
        places=places,
        records=records,
        values=values,
        kinds=document["kinds"],
        shapes={row: tuple(shape) for row, shape in document["too_large"]},
        ending=Ending(
            kind=ending["kind"],
            reason=ending.get("reason", ""),
            error=clean(ending.get("error", "")),
            message=clean(ending.get("message", ""), 300),
            line=line,
            where=f"line {line}" if line else "",
            node=ending.get("node", -1),
            operands=tuple(
                Operand(part["source"], tuple(part["shape"]), part["value"])
                for part in ending.get("operands", ())
            ),
        ),
        printed=printed,
    )


def _bytes(file: Path) -> bytes:
    if file.stat().st_size > _MOST_BYTES:
        raise _DamagedError
    return file.read_bytes()


def _node(node: dict[str, Any]) -> Node:
    return Node(
        kind=node["kind"],
        line=node["line"],
        column=node["column"],
        end_line=node["end_line"],
        end_column=node["end_column"],
        source=node["source"],
        children=tuple(node["children"]),
        function=node["function"],
        scope=node["scope"],
        loops=tuple(node["loops"]),
        constant=node["constant"],
        where=f"line {node['line']}",
    )


def _values(content: bytes, shapes: list[tuple[int, ...]]) -> list[NDArray[np.float64]]:
    cells = np.frombuffer(content, np.float64)
    values = []
    at = 0
    for shape in shapes:
        size = prod(shape)
        values.append(cells[at : at + size].reshape(shape))
        at += size
    if at != len(cells):
        raise _DamagedError
    return values

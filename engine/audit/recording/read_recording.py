"""Read what the process of a script left, without trusting it: the script could have written it."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from engine.audit.recording.recording import RECORD, Ending, Node, Operand, Place, Recording
from engine.audit.recording.source import Source
from engine.common.errors import AuditError
from engine.common.regular import read_regular
from engine.common.text import clean, visible

_MOST_BYTES = 256 << 20
_MOST_RECORDS = 10_000_000
_DEEPEST = 80
_LONGEST = 10_000
_MOST_AXES = 64


class _DamagedError(Exception):
    """What was left is not a recording."""


def read_recording(source: Source, folder: Path, printed: str) -> Recording:
    """Read the recording of a script.

    Args:
        source: The script.
        folder: What its process was asked to write into.
        printed: What it printed.

    Raises:
        AuditError: The recording is damaged, or the script is no Python.
    """
    try:
        document = json.loads(read_regular(folder / "recording.json", _MOST_BYTES))
        ending = _table(document["ending"])
        if ending["kind"] != "syntax":
            return _recording(document, folder, source, printed)
        problem = _syntax_error(source, ending)
    except (_DamagedError, OSError, ValueError, TypeError, LookupError, RecursionError) as error:
        words = "what was recorded of it is damaged: does it write into the temporary folder?"
        raise AuditError(source.path, words) from error
    raise problem


def _syntax_error(source: Source, ending: dict[str, Any]) -> AuditError:
    message = clean(_text(ending["message"]))
    line, column = _whole(ending["line"]), _whole(ending["column"])
    if source.is_notebook:
        where = source.where(line)
        return AuditError(source.path, f"{where}: {message}" if where else message)
    return AuditError(source.path, message, line=line, column=column)


def _recording(document: dict[str, Any], folder: Path, source: Source, printed: str) -> Recording:
    nodes = _nodes(document["nodes"], source)
    paths = _paths(document["paths"], len(nodes))
    places = tuple(_place(*_items(place, 2)) for place in _items(document["places"]))
    shapes = [_shape(shape) for shape in _items(document["shapes"])]
    kinds = document["kinds"]
    _require(type(kinds) is str and len(kinds) == len(shapes) and set(kinds) <= set("fib"))
    values = _values(read_regular(folder / "values.bin", _MOST_BYTES), shapes)
    records = _records(
        read_regular(folder / "records.bin", _MOST_BYTES),
        {"node": len(nodes), "path": len(paths), "place": len(places), "value": len(values)},
    )
    too_large = {}
    for pair in _items(document["too_large"]):
        row, shape = _items(pair, 2)
        too_large[_within(row, len(records))] = _shape(shape)
    return Recording(
        source=tuple(visible(line) for line in source.lines),
        nodes=nodes,
        paths=paths,
        places=places,
        records=records,
        values=values,
        kinds=kinds,
        shapes=too_large,
        ending=_ending(_table(document["ending"]), source, len(nodes), len(values)),
        printed=printed,
    )


def _nodes(document: Any, source: Source) -> tuple[Node, ...]:
    nodes = []
    count = len(_items(document))
    for entry in document:
        node = _table(entry)
        line, end_line = _whole(node["line"]), _whole(node["end_line"])
        constant = node["constant"]
        _require(constant is None or type(constant) in (bool, int, float))
        nodes.append(
            Node(
                kind=_text(node["kind"]),
                line=line,
                column=_whole(node["column"]),
                end_line=end_line,
                end_column=_whole(node["end_column"]),
                source="\n".join(visible(part) for part in _raw(node["source"]).split("\n")),
                children=tuple(_within(child, count, -1) for child in _items(node["children"])),
                function=_text(node["function"]),
                scope=_text(node["scope"]),
                loops=tuple(_within(loop, count) for loop in _items(node["loops"])),
                constant=None if constant is None else _float(constant),
                where=source.where(line),
            )
        )
    return tuple(nodes)


def _paths(document: Any, nodes: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    paths: list[tuple[tuple[int, int], ...]] = [()]
    _require(len(_items(document)) <= _MOST_RECORDS)
    for entry in document[1:]:
        around, node, index = _items(entry, 3)
        path = paths[_within(around, len(paths))]
        _require(len(path) < _DEEPEST and type(index) is int and -1 <= index < 1 << 62)
        paths.append((*path, (_within(node, nodes), index)))
    return tuple(paths)


def _place(text: Any, owner: Any) -> Place:
    parts = []
    for part in _items(owner):
        _require(type(part) is int or type(part) is str)
        parts.append(_text(part) if type(part) is str else part)
    return Place(_text(text), tuple(parts))


def _values(content: bytes, shapes: list[tuple[int, ...]]) -> list[NDArray[np.float64]]:
    sizes = [prod(shape) for shape in shapes]
    _require(sum(sizes) * 8 == len(content))
    cells = np.frombuffer(content, np.float64)
    values = []
    at = 0
    for shape, size in zip(shapes, sizes, strict=True):
        values.append(cells[at : at + size].reshape(shape))
        at += size
    return values


def _records(content: bytes, counts: dict[str, int]) -> NDArray[Any]:
    _require(len(content) % RECORD.itemsize == 0)
    records = np.frombuffer(content, RECORD)
    for field, count in counts.items():
        lowest = -1 if field in ("place", "value") else 0
        column = records[field]
        _require(bool(((column >= lowest) & (column < count)).all()))
    windows = records["window"]
    _require(bool((windows >= 0).all() and (np.diff(windows) >= 0).all()))
    return records


def _ending(ending: dict[str, Any], source: Source, nodes: int, values: int) -> Ending:
    kind = ending["kind"]
    _require(kind in ("finished", "stopped", "failed"))
    line = _whole(ending.get("line", 0))
    operands = [_table(part) for part in _items(ending.get("operands", []))]
    return Ending(
        kind=cast(Literal["finished", "stopped", "failed"], kind),
        reason=_text(ending.get("reason", "")),
        error=_text(ending.get("error", "")),
        message=_text(ending.get("message", "")),
        line=line,
        where=source.where(line),
        node=_within(ending.get("node", -1), nodes, -1),
        operands=tuple(
            Operand(
                _text(part["source"]), _shape(part["shape"]), _within(part["value"], values, -1)
            )
            for part in operands
        ),
    )


def _require(is_so: bool) -> None:
    if not is_so:
        raise _DamagedError


def _table(part: Any) -> dict[str, Any]:
    _require(type(part) is dict)
    return cast(dict[str, Any], part)


def _items(part: Any, count: int | None = None) -> list[Any]:
    _require(type(part) is list and (count is None or len(part) == count))
    return cast(list[Any], part)


def _raw(part: Any) -> str:
    _require(type(part) is str and len(part) <= _LONGEST)
    return cast(str, part)


def _text(part: Any) -> str:
    return visible(_raw(part))


def _whole(part: Any) -> int:
    _require(type(part) is int and 0 <= part < 1 << 31)
    return cast(int, part)


def _within(part: Any, count: int, lowest: int = 0) -> int:
    _require(type(part) is int and lowest <= part < count)
    return cast(int, part)


def _float(part: Any) -> float:
    try:
        return float(part)
    except OverflowError:
        return float("inf")


def _shape(part: Any) -> tuple[int, ...]:
    _require(len(_items(part)) <= _MOST_AXES)
    return tuple(_whole(length) for length in part)

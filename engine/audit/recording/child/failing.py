"""What is told of an exception that ended a script: where, in which operation, which shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import types

    from .recorder import Recorder
    from .records import Records
    from .syntax import Script
    from .values import Values

_LONGEST_MESSAGE = 300
_MOST_OPERANDS = 8
_IN_THE_PAST = 5_000
_COLUMNS = 7


class Failure:
    """Describes an exception.

    Args:
        script: The script.
        name: The name of its file.
        values: The table of the numbers.
        records: The table of records.
        recorder: Knows the call that failed.
    """

    def __init__(
        self, script: Script, name: str, values: Values, records: Records, recorder: Recorder
    ) -> None:
        self._script = script
        self._name = name
        self._values = values
        self._records = records
        self._recorder = recorder

    def describe(self, error: BaseException) -> dict[str, Any]:
        """Return the ending of the script."""
        found = self._step(error)
        node = -1 if found is None else self._node(found, error)
        return {
            "kind": "failed",
            "error": type(error).__name__[:100],
            "message": message_of(error),
            "line": 0 if found is None else found.tb_lineno,
            "node": node,
            "operands": [] if found is None or node < 0 else self._operands(node, found, error),
        }

    def _step(self, error: BaseException) -> types.TracebackType | None:
        """Return the innermost step of the traceback that is in the script."""
        found = None
        step = error.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            # Where there was no room to enter a function, its call failed.
            is_entered = step.tb_lineno != code.co_firstlineno
            is_shown = found is None or is_entered or not isinstance(error, RecursionError)
            if code.co_filename == self._name and is_shown:
                found = step
            step = step.tb_next
        return found

    def _node(self, found: types.TracebackType, error: BaseException) -> int:
        nodes = self._script.nodes
        extent = self._extent(found)
        if extent is not None:
            for number, node in enumerate(nodes):
                own = (node["line"], node["column"], node["end_line"], node["end_column"])
                if own == extent and node["kind"] not in ("Name", "Constant"):
                    return number
        line = found.tb_lineno
        failed = self._recorder.failed
        if failed is not None and failed[0] == id(error):
            node = nodes[failed[1]]
            if node["line"] <= line <= node["end_line"]:
                return failed[1]
        for number, node in enumerate(nodes):
            is_operation = node["kind"].startswith(("BinOp", "augassign", "Subscript"))
            if node["line"] == line and is_operation:
                return number
        return -1

    def _extent(self, found: types.TracebackType) -> tuple[int, int, int, int] | None:
        """Return the lines and columns of what failed, which Python knows from 3.11 on."""
        positions = getattr(found.tb_frame.f_code, "co_positions", None)
        if positions is None:
            return None
        line, end_line, start, end = list(positions())[found.tb_lasti // 2]
        if None in (line, end_line, start, end):
            return None
        return line, self._script.column(line, start), end_line, self._script.column(end_line, end)

    def _operands(
        self, node: int, found: types.TracebackType, error: BaseException
    ) -> list[dict[str, Any]]:
        children = self._script.nodes[node]["children"]
        given: list[Any] = [None] * len(children)
        failed = self._recorder.failed
        if failed is not None and failed[0] == id(error) and failed[1] == node:
            given[1 : 1 + len(failed[2])] = failed[2]
        operands = []
        for child, seen in list(zip(children, given))[:_MOST_OPERANDS]:
            if child < 0:
                continue
            if seen is None:
                seen = self._now(child, found.tb_frame) or self._last(child)
            if seen is not None:
                source = self._script.nodes[child]["source"][:200]
                operands.append({"source": source, "value": seen[0], "shape": seen[1]})
        return operands

    def _now(self, child: int, frame: types.FrameType) -> tuple[int, Any] | None:
        """Return what a name holds now, whether it was recorded or not."""
        if self._script.nodes[child]["kind"] != "Name":
            return None
        name = self._script.nodes[child]["source"]
        space = frame.f_locals if name in frame.f_locals else frame.f_globals
        return self._values.shape_of(space[name]) if name in space else None

    def _last(self, child: int) -> tuple[int, Any] | None:
        """Return what a part gave when it was recorded last."""
        rows = self._records.rows
        last = len(rows) // _COLUMNS
        for row in range(last - 1, max(-1, last - _IN_THE_PAST), -1):
            if rows[row * _COLUMNS] == child:
                value = rows[row * _COLUMNS + 3]
                if value < 0:
                    return value, self._records.too_large[row]
                return value, self._values.shapes[value]
        return None


def message_of(error: BaseException) -> str:
    """Return the text of an exception, which the script may have made unreadable."""
    try:
        return str(error)[:_LONGEST_MESSAGE]
    except BaseException:
        return "an exception whose text cannot be read"


def describe_syntax_error(error: BaseException) -> dict[str, Any]:
    """Return the ending of a text that is no Python."""
    line, column = getattr(error, "lineno", None), getattr(error, "offset", None)
    return {
        "kind": "syntax",
        "message": str(getattr(error, "msg", None) or message_of(error) or type(error).__name__),
        "line": line if isinstance(line, int) and line > 0 else 0,
        "column": column if isinstance(column, int) and column > 0 else 0,
    }

"""The run of a rewritten script: its beginning, its end, and what is written of it."""

from __future__ import annotations

import builtins
import json
import os
import sys
import time
import types
from _thread import allocate_lock, start_new_thread
from typing import Any

from .recorder import Limits, Recorder
from .rewriting import Rewriter
from .syntax import Script

_open, _exit, _getpid, _sleep = open, os._exit, os.getpid, time.sleep
"""As they were before the script could put something else in their place."""
_dumps, _join, _make_folder = json.dumps, os.path.join, os.makedirs
_CANNOT_WRITE = 125
_MOST_OPERANDS = 8
_LONGEST_MESSAGE = 300
_IN_THE_PAST = 5_000


class Run:
    """One run of a script.

    Args:
        options: What the parent asks for: "script", "text", "folder", "seconds", "is_notebook".
    """

    def __init__(self, options: dict[str, Any]) -> None:
        self._name: str = options["script"]
        self._folder: str = options["folder"]
        self._seconds: float = options["seconds"]
        self._is_notebook: bool = options["is_notebook"]
        self._limits = Limits(**options["limits"])
        self._text: str = options["text"]
        self._process = _getpid()
        self._ending = allocate_lock()
        self._script: Script | None = None
        self._recorder: Recorder | None = None

    def start(self) -> None:
        """Run the script to one of its ends; this does not return."""
        try:
            code = self._compiled()
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self._end({"kind": "syntax", **_syntax_error(error)})
        module = types.ModuleType("__main__")
        module.__dict__["__builtins__"] = builtins
        if not self._is_notebook:
            module.__dict__["__file__"] = self._name
        sys.modules["__main__"] = module
        sys.argv = [self._name]
        sys.path[0] = os.path.dirname(os.path.abspath(self._name))
        sys.setrecursionlimit(2 * sys.getrecursionlimit() + 200)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)
        start_new_thread(self._watch, ())
        ending: dict[str, Any] = {"kind": "finished"}
        try:
            exec(code, module.__dict__)
        except SystemExit:
            pass
        except BaseException as error:
            ending = self._failure(error)
        self._end(ending)

    def _compiled(self) -> types.CodeType:
        script = self._script = Script(self._text, self._name)
        rewriter = Rewriter(script)
        tree = rewriter.rewritten()
        recorder = Recorder(rewriter.places, rewriter.containers, self._limits, self._enough)
        self._recorder = recorder
        recorder.values.learn_types()
        for name, hook in recorder.hooks().items():
            setattr(builtins, name, hook)
        return compile(tree, self._name, "exec")

    # Ends.

    def _enough(self, reason: str) -> None:
        self._end({"kind": "stopped", "reason": reason})

    def _watch(self) -> None:
        _sleep(self._seconds)
        self._end({"kind": "stopped", "reason": "seconds"})

    def _forked(self) -> None:
        if self._recorder is not None:
            self._recorder.quiet = self._recorder.is_over = True

    def _end(self, ending: dict[str, Any]) -> None:
        if _getpid() != self._process:
            _exit(0)
        self._ending.acquire()
        recorder = self._recorder
        if recorder is not None:
            recorder.quiet = recorder.is_over = True
            # The script may be in the middle of a record in the other thread.
            _sleep(0.01)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except BaseException:
                continue
        try:
            self._write(ending)
        except BaseException:
            _exit(_CANNOT_WRITE)
        _exit(0)

    def _write(self, ending: dict[str, Any]) -> None:
        made: dict[str, Any] = {"ending": ending, "nodes": [], "paths": [], "places": []}
        rows, contents = b"", []
        if self._script is not None:
            made["nodes"] = self._script.nodes
        recorder = self._recorder
        if recorder is not None:
            values = recorder.values
            rows = recorder.rows.tobytes()
            contents = values.contents
            made["paths"] = recorder.paths
            made["places"] = recorder.places
            made["kinds"] = "".join(values.kinds[: len(contents)])
            made["shapes"] = values.shapes[: len(contents)]
            made["too_large"] = list(recorder.too_large.items())
        _make_folder(self._folder, exist_ok=True)
        for name, content in (
            ("records.bin", [rows]),
            ("values.bin", contents),
            ("recording.json", [_dumps(made).encode()]),
        ):
            with _open(_join(self._folder, name), "wb") as file:
                file.writelines(content)

    # Failures.

    def _failure(self, error: BaseException) -> dict[str, Any]:
        ending = {
            "kind": "failed",
            "error": type(error).__name__[:100],
            "message": _message(error),
            "line": 0,
            "node": -1,
            "operands": [],
        }
        recorder, script = self._recorder, self._script
        found = None
        step = error.__traceback__
        while step is not None:
            if step.tb_frame.f_code.co_filename == self._name:
                found = step
            step = step.tb_next
        if found is None or recorder is None or script is None:
            return ending
        ending["line"] = found.tb_lineno
        ending["node"] = node = self._failed_node(found)
        if node >= 0:
            recorder.quiet = False
            ending["operands"] = self._operands(node, found.tb_frame)
        return ending

    def _failed_node(self, found: types.TracebackType) -> int:
        assert self._script is not None
        assert self._recorder is not None
        nodes = self._script.nodes
        positions = getattr(found.tb_frame.f_code, "co_positions", None)
        if positions is not None:
            at = list(positions())[found.tb_lasti // 2]
            if None not in at:
                line, end_line, column, end_column = at
                column = self._script.column(line, column)
                end_column = self._script.column(end_line, end_column)
                extent = (line, column, end_line, end_column)
                for number, node in enumerate(nodes):
                    own = (node["line"], node["column"], node["end_line"], node["end_column"])
                    if own == extent and node["kind"] != "Name":
                        return number
        line = found.tb_lineno
        failed = self._recorder.failed
        if failed >= 0 and nodes[failed]["line"] <= line <= nodes[failed]["end_line"]:
            return failed
        for number, node in enumerate(nodes):
            if node["line"] == line and node["kind"].startswith(
                ("BinOp", "augassign", "Subscript")
            ):
                return number
        return -1

    def _operands(self, node: int, frame: types.FrameType) -> list[dict[str, Any]]:
        """Return what the failed part was given, as it was recorded last."""
        assert self._script is not None
        assert self._recorder is not None
        nodes, recorder = self._script.nodes, self._recorder
        rows, width = recorder.rows, 7
        found: list[dict[str, Any]] = []
        for child in nodes[node]["children"][:_MOST_OPERANDS]:
            if child < 0:
                continue
            part = nodes[child]
            value, shape = -1, None
            if part["kind"] == "Name":
                # Its value now, whether it was recorded or not.
                name = part["source"]
                space = frame.f_locals if name in frame.f_locals else frame.f_globals
                held = dict.get(space, name) if type(space) is dict else None
                sort = recorder.values.numeric.get(id(type(held)))
                seen = recorder.values.see(held, sort) if sort is not None else None
                if seen is not None:
                    value = seen[0]
                    shape = (
                        recorder.values.shapes[value] if value >= 0 else recorder.values.too_large
                    )
            else:
                last = len(rows) // width
                for row in range(last - 1, max(-1, last - _IN_THE_PAST), -1):
                    if rows[row * width] == child:
                        value = rows[row * width + 3]
                        shape = (
                            recorder.values.shapes[value]
                            if value >= 0
                            else recorder.too_large.get(row)
                        )
                        break
            if shape is not None:
                found.append({"source": part["source"][:200], "shape": shape, "value": value})
        return found


def _message(error: BaseException) -> str:
    try:
        return str(error)[:_LONGEST_MESSAGE]
    except BaseException:
        return "an exception whose text cannot be read"


def _syntax_error(error: BaseException) -> dict[str, Any]:
    message = getattr(error, "msg", None) or str(error) or type(error).__name__
    line, column = getattr(error, "lineno", None), getattr(error, "offset", None)
    return {
        "error": type(error).__name__,
        "message": str(message)[:_LONGEST_MESSAGE],
        "line": line if isinstance(line, int) else 0,
        "column": column if isinstance(column, int) else 0,
    }

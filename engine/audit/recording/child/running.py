"""The run of a rewritten script: its beginning, its end, and what is written of it."""

from __future__ import annotations

import builtins
import json
import os
import sys
import time
import types
from _thread import allocate_lock, start_new_thread
from typing import Any, NoReturn

from .drawing import do_without_drawing
from .failing import Failure, describe_syntax_error
from .flow import Flow
from .recorder import Recorder
from .records import Records
from .rewriting import Rewriter
from .syntax import Script
from .values import Values
from .windows import Limits, Windows, Work

_open, _exit, _getpid, _sleep = open, os._exit, os.getpid, time.sleep
"""As they were before the script could put something else in their place."""
_dumps, _join, _make_folder = json.dumps, os.path.join, os.makedirs
_CANNOT_WRITE = 125


class _IPython:
    """What a notebook finds in place of IPython: everything that it asks does nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


class Run:
    """One run of a script.

    Args:
        options: What the parent asks for: "script", "arguments", "text", "folder", "seconds",
            "is_notebook".
    """

    def __init__(self, options: dict[str, Any]) -> None:
        self._name: str = options["script"]
        self._arguments: list[str] = options["arguments"]
        self._folder: str = options["folder"]
        self._seconds: float = options["seconds"]
        self._is_notebook: bool = options["is_notebook"]
        self._limits = Limits(**options["limits"])
        self._text: str = options["text"]
        self._process = _getpid()
        self._ending = allocate_lock()
        self._script: Script | None = None
        self._values = Values()
        self._records: Records | None = None
        self._windows: Windows | None = None

    def start(self) -> None:
        """Run the script to one of its ends; this does not return."""
        try:
            code, failure = self._prepared()
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self._end(describe_syntax_error(error))
        module = types.ModuleType("__main__")
        module.__dict__["__builtins__"] = builtins
        if self._is_notebook:
            module.__dict__["display"] = lambda *_, **__: None
            module.__dict__["get_ipython"] = _IPython
        else:
            module.__dict__["__file__"] = self._name
        sys.modules["__main__"] = module
        sys.argv = [self._name, *self._arguments]
        sys.path[0] = os.path.dirname(os.path.abspath(self._name))
        do_without_drawing()
        os._exit = self._leave
        sys.setrecursionlimit(2 * sys.getrecursionlimit() + 200)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._close)
        start_new_thread(self._watch, ())
        ending: dict[str, Any] = {"kind": "finished"}
        try:
            exec(code, module.__dict__)
        except SystemExit as error:
            ending = {**failure.describe(error), "kind": "finished"}
        except BaseException as error:
            ending = failure.describe(error)
        self._end(ending)

    def _prepared(self) -> tuple[types.CodeType, Failure]:
        """Return the rewritten script, with its hooks in place."""
        script = self._script = Script(self._text, self._name)
        rewriter = Rewriter(script)
        tree = rewriter.rewritten()
        values = self._values
        values.learn_types()
        work = Work(script.nodes)
        windows = self._windows = Windows(self._limits, values, work.follows, self._enough)
        flow = Flow(windows)
        records = self._records = Records(rewriter.containers, values, windows, flow)
        recorder = Recorder(rewriter.places, values, windows, flow, records)
        for name, hook in recorder.hooks().items():
            setattr(builtins, name, hook)
        code = compile(tree, self._name, "exec", dont_inherit=True)
        return code, Failure(script, self._name, values, records, recorder)

    def _enough(self, reason: str) -> None:
        self._end({"kind": "stopped", "reason": reason})

    def _watch(self) -> None:
        _sleep(self._seconds)
        self._end({"kind": "stopped", "reason": "seconds", "message": "%g" % self._seconds})  # noqa: UP031

    def _leave(self, status: int) -> NoReturn:
        """End Python at once, as `os._exit` does, but for what was recorded."""
        if _getpid() == self._process and self._records is not None and self._records.rows:
            frame = sys._getframe(1)
            while frame.f_code.co_filename != self._name and frame.f_back is not None:
                frame = frame.f_back
            line = frame.f_lineno if frame.f_code.co_filename == self._name else 0
            message = str(int(status))
            self._end({"kind": "finished", "error": "os._exit", "message": message, "line": line})
        _exit(status)

    def _close(self) -> None:
        if self._windows is not None:
            self._windows.quiet = self._windows.is_over = True

    def _end(self, ending: dict[str, Any]) -> None:
        if _getpid() != self._process:
            _exit(0)
        self._ending.acquire()
        self._close()
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
        records, values = self._records, self._values
        if self._script is not None and records is not None:
            rows = records.rows.tobytes()
            contents = values.contents
            made["nodes"] = self._script.nodes
            made["paths"] = records.paths
            made["places"] = records.places
            made["kinds"] = "".join(values.kinds[: len(contents)])
            made["shapes"] = values.shapes[: len(contents)]
            made["too_large"] = list(records.too_large.items())
        _make_folder(self._folder, exist_ok=True)
        for name, content in (
            ("records.bin", [rows]),
            ("values.bin", contents),
            ("recording.json", [_dumps(made).encode()]),
        ):
            with _open(_join(self._folder, name), "wb") as file:
                file.writelines(content)

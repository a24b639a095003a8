"""The command without a screen, called within the test or started as a process."""

import io
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pytest

from tui.cli import main
from tui.terminal.ascii import is_plain

COMMAND = str(Path(sys.executable).with_name("nn-tui"))
Done = subprocess.CompletedProcess[str]


def run(*arguments: str, code: int = 0, content: bytes = b"") -> Done:
    """Call it here, which spares the start of a process with all its imports.

    Args:
        *arguments: What is typed behind its name.
        code: What it must exit with.
        content: Its standard input.
    """
    streams = {
        name: io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
        for name, data in (("stdin", content), ("stdout", b""), ("stderr", b""))
    }
    # The locale is asked for once in a process.
    is_plain.cache_clear()
    with ExitStack() as stack:
        stack.callback(is_plain.cache_clear)
        for name, stream in streams.items():
            stack.enter_context(patch.object(sys, name, stream))
        stack.enter_context(patch.object(sys, "argv", [COMMAND, *arguments]))
        exited = stack.enter_context(pytest.raises(SystemExit))
        main()
    told = []
    for name in ("stdout", "stderr"):
        streams[name].flush()
        told.append(streams[name].buffer.getvalue().decode())  # type: ignore[attr-defined]
    return _checked(Done([COMMAND, *arguments], int(exited.value.code or 0), *told), code)


def run_process(*arguments: str, code: int = 0, **options: object) -> Done:
    """Start it."""
    done = subprocess.run(
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        **options,  # type: ignore[call-overload]
    )
    return _checked(done, code)


def _checked(done: Done, code: int) -> Done:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def refusal(*arguments: str, content: bytes = b"") -> str:
    """The one line on stderr of a command that must exit with 2."""
    return told_in_a_line(run(*arguments, code=2, content=content))


def told_in_a_line(done: Done) -> str:
    assert done.stdout == ""
    assert done.stderr.startswith("nn-tui: ")
    assert done.stderr.count("\n") == 1
    return done.stderr

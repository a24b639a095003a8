"""Run a user's script in a process of its own, and read what was recorded there."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.audit.recording.child_process import Outcome, run_process
from engine.audit.recording.guard import CANNOT_START, TOO_MANY
from engine.audit.recording.read_recording import read_recording
from engine.audit.recording.recording import Recording
from engine.audit.recording.source import Source, read_source
from engine.common.errors import AuditError
from engine.common.numbers import general
from engine.common.progress import Progress, silent
from engine.common.text import clean

_START = Path(__file__).parent / "child" / "start.py"
_GRACE = 5.0
"""So many seconds longer than it is allowed to run a script has to stop and write."""
_CANNOT_WRITE = 125
_NO_SCREEN = ("DISPLAY", "WAYLAND_DISPLAY")


def record(
    path: str | Path,
    *,
    python: str = sys.executable,
    seconds: float = 20.0,
    cwd: str | Path | None = None,
    arguments: Sequence[str] = (),
    progress: Progress = silent,
    first: int = 60_000,
    window: int = 20_000,
    turns: tuple[int, ...] = (50, 300),
) -> Recording:
    """Run a script or a notebook, and record every number in it.

    Args:
        path: The script.
        python: The Python that runs it, 3.8 or later.
        seconds: After so long it is stopped.
        cwd: The folder it runs in: the present one where nothing is said, for a notebook its own.
        arguments: The words that the script finds after its name in `sys.argv`.
        progress: Called a few times a second with the seconds that are over, and all of them; what
            it raises ends the script.
        first: How many numbers are recorded from the beginning on.
        window: How many more at each of the later turns.
        turns: The turns of the outermost loop that are recorded later on; after the last of them
            the script is stopped.

    Raises:
        AuditError: The script cannot be read or run, or left no recording.
    """
    path = Path(path)
    source = read_source(path)
    if os.sep in python:
        python = str(Path(python).absolute())
    if cwd is None and source.is_notebook:
        cwd = path.absolute().parent
    with tempfile.TemporaryDirectory(prefix="nn-tui-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch, "recording")
        options = {
            "script": str(path.absolute() if cwd is not None else path),
            "arguments": list(arguments),
            "text": source.text,
            "folder": str(folder),
            "seconds": seconds,
            "is_notebook": source.is_notebook,
            "limits": {"first": first, "window": window, "turns": turns},
        }
        file = Path(scratch, "options.json")
        file.write_text(json.dumps(options), encoding="utf-8")
        try:
            outcome = run_process(
                [python, str(_START), str(file)],
                cwd=None if cwd is None else Path(cwd),
                environment=_environment(),
                seconds=seconds + _GRACE,
                progress=progress,
            )
        except OSError as error:
            raise AuditError(path, f"cannot be run: {clean(str(error))}") from error
        if not (folder / "recording.json").exists():
            raise AuditError(path, _why_nothing(source, outcome, python, seconds))
        return read_recording(source, folder, outcome.printed)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _NO_SCREEN}
    return {**kept, "MPLBACKEND": "Agg"}


def _why_nothing(source: Source, outcome: Outcome, python: str, seconds: float) -> str:
    """Say in one line why a script left no recording."""
    code = outcome.code
    if code is None:
        long = general(seconds)
        way_out = "nn-tui audit --timeout gives it more"
        return f"does not stop after {long} seconds, and was ended; {way_out}"
    if code == TOO_MANY:
        return "started too many processes, and was ended"
    if code == _CANNOT_WRITE:
        return "what it computed could not be written to the temporary folder; is the disk full?"
    if code > 128 or code < 0:
        number = -code % 256
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = str(number)
        return f"its Python was ended by the signal {name} before it could say what it computed"
    words = outcome.printed.strip().rpartition("\n")[2]
    last = f": {clean(words)}" if words else ""
    if code == CANNOT_START:
        return f"{clean(python)} cannot be started{last}; nn-tui audit --python names another"
    return f"ended its Python itself with the code {code}, and left nothing to look at{last}"

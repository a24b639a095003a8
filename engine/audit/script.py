"""The audit of a script or a notebook, from its file to the report."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from engine.audit.auditing import Audit
from engine.audit.network.settled import NOTHING, Settled
from engine.audit.recording.run_script import record
from engine.audit.report.report import Report
from engine.audit.reporting import report_of
from engine.common.progress import Progress, silent
from engine.common.text import clean


def audit(
    path: str | Path,
    *,
    python: str = sys.executable,
    seconds: float = 20.0,
    cwd: str | Path | None = None,
    arguments: Sequence[str] = (),
    progress: Progress = silent,
    settled: Settled = NOTHING,
) -> Report:
    """Run a script, and say which operation of its backpropagation is wrong, if any.

    Args:
        path: A Python script or a notebook. It is run.
        python: The Python that runs it.
        seconds: After so long it is stopped.
        cwd: The folder it runs in; the present one where nothing is said.
        arguments: The words that the script finds after its name in `sys.argv`.
        progress: Called a few times a second with the seconds that are over, and all of them.
        settled: What is known about it, and need not be found out.

    Raises:
        AuditError: The script cannot be read or run.
        InputError: It has not the variables that are settled.
    """
    recording = record(
        path, python=python, seconds=seconds, cwd=cwd, arguments=arguments, progress=progress
    )
    settled.check(recording)
    return report_of(Audit(recording, settled), clean(Path(path).name))

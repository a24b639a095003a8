"""The scripts of an audit as forks of one Python, where how they are run is not what is tested."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.audit.recording.child_process import Outcome
from engine.common.progress import Progress
from engine.common.text import visible


class Forks:
    """Takes the place of `run_process`, without its guard: each start of NumPy is spared."""

    def __init__(self) -> None:
        server = Path(__file__).with_name("fork_server.py")
        # Unbuffered: whether an answer is there is asked of the system.
        self._server = subprocess.Popen(
            [sys.executable, str(server)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        self._one_at_a_time = threading.Lock()

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path | None,
        environment: Mapping[str, str],
        seconds: float,
        progress: Progress,
    ) -> Outcome:
        assert command[0] == sys.executable
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        with self._one_at_a_time, tempfile.NamedTemporaryFile() as printed:
            asked = {
                "command": command[1:],
                "cwd": str(cwd or Path.cwd()),
                "environment": dict(environment),
                "printed": printed.name,
            }
            self._server.stdin.write(f"{json.dumps(asked)}\n".encode())
            program, started = int(self._server.stdout.readline()), time.monotonic()
            is_late = False
            try:
                while not is_late and not select.select([self._server.stdout], [], [], 0.05)[0]:
                    now = time.monotonic() - started
                    progress(int(now), int(seconds))
                    is_late = now > seconds
            finally:
                if not select.select([self._server.stdout], [], [], 0)[0]:
                    os.killpg(program, signal.SIGKILL)
                code = int(self._server.stdout.readline())
            text = visible(printed.read().decode(errors="replace"))
        return Outcome(None if is_late else code, text)

    def close(self) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()

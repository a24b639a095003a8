"""Training on OR in a process of its own, without a screen."""

from __future__ import annotations

import subprocess
import sys
from time import perf_counter
from typing import Self

from engine.data.table.read import read_dataset
from engine.debugger import Debugger
from tests.terminal import ROOT

_AT_ONCE = 5_000
_WARM_UP = 0.2


class Headless:
    """The process; leaving the `with` block ends it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def __enter__(self) -> Self:
        self.rate(_WARM_UP)
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.communicate()

    def rate(self, seconds: float) -> float:
        """Train on for a time and return the iterations/s."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{seconds}\n")
        return float(self._process.stdout.readline())


def _obey() -> None:
    debugger = Debugger(read_dataset("or"))
    for line in sys.stdin:
        before, began, seconds = debugger.iteration, perf_counter(), float(line)
        while perf_counter() - began < seconds:
            debugger.run(_AT_ONCE)
        print((debugger.iteration - before) / (perf_counter() - began), flush=True)


if __name__ == "__main__":
    _obey()

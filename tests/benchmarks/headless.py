"""``python -m tests.benchmarks.headless SECONDS``: print the iterations/s on OR, no screen."""

from __future__ import annotations

import sys
from time import perf_counter

from engine.dataset import read_dataset
from engine.debugger import Debugger

_AT_ONCE = 10_000


def main(seconds: float) -> None:
    """Train for a time and print the rate."""
    debugger = Debugger(read_dataset("or"))
    debugger.run(_AT_ONCE)
    before, began = debugger.iteration, perf_counter()
    while perf_counter() - began < seconds:
        debugger.run(_AT_ONCE)
    print((debugger.iteration - before) / (perf_counter() - began))


if __name__ == "__main__":
    main(float(sys.argv[1]))

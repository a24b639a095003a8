"""The time until there is something to see."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from tests.benchmarks.budget import Row
from tests.benchmarks.measure import Comparison, alternate, timed
from tests.terminal import PROGRAM, ROOT, Terminal

_ROUNDS = 21


def rows() -> list[Row]:
    """Measure the first frame and the help."""
    _fill_the_cache()
    imports = _python("import textual.app, textual.widgets, numpy")
    frame = alternate(_first_frame, imports, _ROUNDS)
    help_ = alternate(partial(_run, str(PROGRAM), "--help"), _python("import click"), _ROUNDS)
    return [
        _row("first frame against importing textual and numpy", frame, 1.3),
        _row("nn-tui --help against importing click", help_, 3),
    ]


def _row(what: str, comparison: Comparison, limit: float) -> Row:
    return Row(
        what=what,
        value=comparison.ratio,
        limit=limit,
        form="{:.3f}× the time",
        detail=f"{comparison.spread('{:.2f}')}; {comparison.medians('ms', 1e3, '{:.0f}')}",
    )


def _fill_the_cache() -> None:
    """Have Python compile what is imported; the program imports what its references do."""
    with Terminal("samples/or.csv", "--new") as terminal:
        terminal.wait_until_ready()
    _run(str(PROGRAM), "--help")


def _first_frame() -> float:
    with Terminal("samples/or.csv", "--new") as terminal:
        seen = terminal.wait_for(lambda: "nn-tui" in terminal.text and "1 Dataset" in terminal.text)
        return seen - terminal.began


def _python(code: str) -> partial[float]:
    return partial(_run, sys.executable, "-c", code)


def _run(*command: str) -> float:
    call = partial(subprocess.run, command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return timed(call)

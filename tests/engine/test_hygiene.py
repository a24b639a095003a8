"""What importing the engine brings in, seen from outside."""

import subprocess
import sys

import pytest


def loaded_by(code: str) -> set[str]:
    report = "import sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; {report}"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_engine_knows_no_terminal() -> None:
    code = "from engine import Debugger, read_dataset; Debugger(read_dataset('or')).run(2)"
    assert not loaded_by(code) & {"tui", "textual", "rich", "click", "plotext"}


@pytest.mark.skipif(sys.platform != "linux", reason="counts the threads as Linux lists them")
def test_products_are_computed_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else their last bits would depend on the number of processors."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    product = "import numpy as np; a = np.ones((300, 300)); a @ a"
    report = "import os; print(len(os.listdir('/proc/self/task')))"
    done = subprocess.run(
        [sys.executable, "-c", f"from engine import Debugger; {product}; {report}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == 1


def test_help_waits_for_no_heavy_import() -> None:
    code = "import tui.cli"
    assert not loaded_by(code) & {"textual", "pandas", "numpy", "plotext"}


def test_importing_the_screen_waits_for_nothing_that_computes() -> None:
    loaded = loaded_by("import tui.app, engine.data.locate")
    assert not loaded & {"pandas", "numpy", "plotext", "engine.audit", "engine.formula.arithmetic"}
    assert not loaded & {"tui.panes.pictures.draw", "tui.dialogs.prompt", "tui.dialogs.explain"}


_OPENED = """
import asyncio, sys
from engine.data.table.read import read_dataset
from tests.tui.app import opened

async def show() -> None:
    async with opened((120, 36), read_dataset("or")):
        pass

asyncio.run(show())
"""


def test_a_run_is_shown_without_what_only_exercises_and_audits_need() -> None:
    loaded = loaded_by(f"exec({_OPENED!r})")
    assert "tui.app" in loaded
    assert not loaded & {"engine.derive", "engine.audit", "engine.mistakes"}

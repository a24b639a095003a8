import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

from engine.program import Program
from tests.engine.planted import Mistake, Plant


@pytest.fixture(scope="session", autouse=True)
def no_runs_of_the_user() -> Iterator[None]:
    """Keep saved runs, logs and settings away from those of whoever runs the tests."""
    folder = tempfile.mkdtemp(prefix="nn-tui-tests-")
    os.environ["XDG_STATE_HOME"] = os.environ["XDG_CONFIG_HOME"] = folder
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Have every program from now on compute one operation in another way."""

    def plant(name: str, mistake: Mistake) -> None:
        right = Program.__init__

        def init(self: Program, *args: object, **options: object) -> None:
            right(self, *args, **options)  # type: ignore[arg-type]
            place = next(i for i, o in enumerate(self.operations) if o.name == name)
            run = mistake(self)
            object.__setattr__(self.operations[place], "run", run)
            for calls in getattr(self, "calls", {}).values():
                calls[place] = run

        monkeypatch.setattr(Program, "__init__", init)

    return plant

import gc
import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import settings

from engine.audit.recording import run_script
from engine.formula.scratch import Scratch
from engine.loop.row import Call
from engine.maths.operations.operation import Operation
from engine.program.program import Program
from tests.engine.forks import Forks
from tests.engine.planted import Instead, Mistake, Plant
from tests.examples import IS_NEW, examples

# Each app makes many objects, among which the collector finds nothing: half its start went to it.
gc.set_threshold(100_000, 20, 20)

# What is imported by each worker and each process under test is compiled once.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What is started in the background ignores it, and so would the programs under test.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine may take long over an example; and no change is to fail by one that was drawn
# this time only.
settings.register_profile(
    "nn-tui", max_examples=examples(100), deadline=None, derandomize=not IS_NEW
)
settings.load_profile("nn-tui")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put PyTorch's into one worker, and mark as slow all cases of a test but one in so many."""
    items.sort(key=lambda item: "torch" not in item.nodeid)
    met: Counter[str] = Counter()
    for item in items:
        one_in = item.get_closest_marker("one_in")
        if one_in:
            name = item.nodeid.partition("[")[0]
            if met[name] % one_in.args[0]:
                item.add_marker(pytest.mark.slow)
            met[name] += 1


def pytest_collection_finish() -> None:
    """Have the collector never again walk through what stays to the end: modules and tests."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Collect once; pytest does five times, through all that the process takes with it anyway."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def no_runs_of_the_user() -> Iterator[None]:
    """Keep saved runs, logs and settings away from those of whoever runs the tests."""
    folder = tempfile.mkdtemp(prefix="nn-tui-tests-")
    os.environ["XDG_STATE_HOME"] = os.environ["XDG_CONFIG_HOME"] = folder
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    forks = Forks()
    yield forks
    forks.close()


@pytest.fixture
def scripts_as_forks(forks: Forks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the audit run scripts without a new Python for each."""
    monkeypatch.setattr(run_script, "run_process", forks.run)


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Have every program from now on compute one operation in another way."""

    def plant(name: str, mistake: Mistake) -> None:
        begin, right = Program.__init__, Operation.calls
        present: list[Program] = []

        def init(self: Program, *args: object, **options: object) -> None:
            present.append(self)
            begin(self, *args, **options)  # type: ignore[arg-type]
            present.pop()

        def calls(self: Operation, scratch: Scratch) -> Sequence[Call]:
            found = right(self, scratch)
            return [Instead(present[-1], found, mistake)] if self.name == name else found

        monkeypatch.setattr(Program, "__init__", init)
        monkeypatch.setattr(Operation, "calls", calls)

    return plant

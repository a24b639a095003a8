"""What is too large for the machine is refused before it is tried."""

import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, InputError, read_dataset
from engine.common import machine_memory as memory
from engine.formula.lowering import lower
from engine.formula.scratch import Ledger, Scratch
from engine.maths.operations.operation import Operation
from engine.program.footprint import bytes_for_training
from engine.run.history import History
from tests.engine.nets import every_kind, make


def dataset(rows: int, inputs: int, outputs: int = 2) -> Dataset:
    random = np.random.RandomState(1)
    return Dataset.from_arrays(random.rand(rows, inputs), random.rand(rows, outputs))


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("rows", "inputs", "options"),
    [
        (50, 100, {"hidden": "2000,500"}),
        (20_000, 30, {"hidden": "40,40"}),
        (20_000, 30, {"hidden": "400", "batch_size": "100"}),
        (100, 3000, {"hidden": "300", "optimiser": "adam", "bias": "per-neuron"}),
        (100, 3000, {"hidden": "300", "optimiser": "nesterov", "l2": 0.1, "clip": 1.0}),
        (5_000, 400, {"hidden": "none"}),
        (5_000, 20, {"hidden": "40", "activation": "gelu-tanh", "loss": "log-cosh"}),
        (5_001, 20, {"hidden": "40", "batch_size": "5000", "output_activation": "softmax"}),
        (5_000, 400, {"hidden": "none", "freeze": "b", "bias": "shared", "optimiser": "adam"}),
    ],
)
def test_the_estimate_is_what_is_allocated(rows: int, inputs: int, options: dict[str, Any]) -> None:
    table = dataset(rows, inputs)
    wanted = Hyperparameters(**options)
    estimate = bytes_for_training(table, wanted)
    tracemalloc.start()
    try:
        debugger = Debugger(table, wanted, history=1)
        debugger.run(2)
        shown = debugger.snapshot()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert shown.iteration == 2
    assert 0.4 * estimate < peak < 1.1 * estimate


@pytest.mark.one_in(5)
@every_kind
def test_temporaries_are_counted_without_being_allocated(kind: dict[str, Any]) -> None:
    program = make(**kind).program
    operations = [o for o in program.operations if type(o) is Operation and not o.target.stands_for]
    allocated = 0

    def allocate(scratch: Scratch, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
        nonlocal allocated
        allocated += np.empty(shape, dtype).nbytes
        return np.empty(shape, dtype)

    real, ledger = Scratch(), Ledger()
    with patch.object(Scratch, "_allocate", allocate):
        for operation in operations:
            assert lower(operation.rule.tree, operation.target.data, real)
    for operation in operations:
        assert lower(operation.rule.tree, operation.target.data, ledger) == []
    assert ledger.bytes == allocated


def test_an_estimate_allocates_next_to_nothing() -> None:
    table = dataset(50, 100)
    wanted = Hyperparameters(hidden="10000,10000", optimiser="adam", bias="per-neuron", clip=1.0)
    tracemalloc.start()
    try:
        estimate = bytes_for_training(table, wanted)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert estimate > 8 * 8 * 10**8
    assert peak < 10**7


def test_a_network_too_large_for_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    debugger = Debugger(read_dataset("or"))
    monkeypatch.setattr(memory, "available", lambda: 2e9)
    with pytest.raises(
        InputError, match=r"100,030,000 weights .* needs about .* GB of memory, and"
    ):
        Debugger(read_dataset("or"), Hyperparameters(hidden="10000,10000"))
    debugger.reset(Hyperparameters(hidden="1000"))
    before = debugger.parameters
    with pytest.raises(InputError, match="use fewer neurons"):
        debugger.reset(Hyperparameters(hidden="10000,10000"))
    assert debugger.parameters.keys() == before.keys()
    rows = dataset(200_000, 20)
    with pytest.raises(InputError, match="--batch-size"):
        Debugger(rows, Hyperparameters(hidden="500"))
    Debugger(rows, Hyperparameters(hidden="500", batch_size="100"))


def test_a_table_too_large_for_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n")
        # A hole: of 10 GB not one is on the disk.
        file.truncate(10_000_000_000)
    monkeypatch.setattr(memory, "available", lambda: 2e9)
    with pytest.raises(InputError, match=r"large.csv: to read 10.0 GB needs about .* 2.0 GB are"):
        read_dataset(path)


def test_classes_that_would_need_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "classes.csv"
    path.write_text("a,b\n" + "".join(f"k{i % 900},{i}\n" for i in range(9000)))
    read_dataset(path)
    monkeypatch.setattr(memory, "available", lambda: 9000 * 900 * 8)
    with pytest.raises(
        InputError, match=r"9,000 observations with 901 inputs and outputs needs about"
    ):
        read_dataset(path)


def test_the_history_goes_on_with_less_where_memory_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.run.history._WIDEST_FIRST_GAP", 64)
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=10**6))
    whole = Debugger(read_dataset("or"), Hyperparameters(iterations=10**6))
    monkeypatch.setattr("engine.run.history._FIRST_BYTES", 1024)
    debugger.reset()
    assert debugger.snapshot().warning == ""
    grow = History._grown

    def refuse(self: History, rows: int) -> np.ndarray:
        if rows > 40:
            raise MemoryError
        return grow(self, rows)

    monkeypatch.setattr(History, "_grown", refuse)
    debugger.run(20_000)
    whole.run(20_000)
    assert "not enough memory" in debugger.snapshot().warning
    for iteration in (19_999, 12_345, 1, 0, 20_000):
        debugger.go_to(iteration, 3 if iteration < 20_000 else 0)
        whole.go_to(iteration, 3 if iteration < 20_000 else 0)
        for name, values in whole.parameters.items():
            assert debugger.parameters[name].tobytes() == values.tobytes()


def test_what_is_available_is_what_a_limit_leaves(tmp_path: Path) -> None:
    whole = memory.available()
    assert 0 < whole < float("inf")
    # A control group: 1 GB, of which 600 MB are used, 200 MB of them by a cache.
    (tmp_path / "memory.max").write_text("1000000000\n")
    (tmp_path / "memory.current").write_text("600000000\n")
    (tmp_path / "memory.stat").write_text("anon 400000000\ninactive_file 200000000\n")
    group = (str(tmp_path), "memory.max", "memory.current", "inactive_file")
    with patch.object(memory, "_CONTROL_GROUPS", (group,)):
        assert memory.available() == 600_000_000
    (tmp_path / "memory.max").write_text("max\n")
    with patch.object(memory, "_CONTROL_GROUPS", (group,)):
        assert memory.available() > 600_000_000
    limited = "import resource; resource.setrlimit(resource.RLIMIT_AS, (2 * 10**9, 2 * 10**9)); "
    limited += "from engine.common.machine_memory import available; print(available())"
    told = subprocess.run([sys.executable, "-c", limited], capture_output=True, check=True)
    assert 0 < float(told.stdout) < 2e9

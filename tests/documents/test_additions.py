"""Add one of each kind from outside, as `engine/README.md` says: all the rest has to follow."""

import dataclasses
import json
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Debugger, Hyperparameters, check_gradients, read_dataset
from engine.formula.arithmetic import evaluate
from engine.formula.primitives import absolute, cos, count, mean, sign, sqrt, square, total_of_all
from engine.formula.tensor import Tensor
from engine.formula.tree import Leaf
from engine.language.functions import FUNCTIONS, Function
from engine.maths.activations import ACTIVATIONS, Activation
from engine.maths.initialisations import INITIALISATIONS, Initialisation
from engine.maths.losses import LOSSES, Loss
from engine.maths.operations.operation import Phase, Rule
from engine.maths.optimisers import OPTIMISERS, Optimiser
from engine.maths.schedules import SCHEDULES, Schedule
from engine.model.hyperparameters import DECLARATIONS
from engine.program import program
from engine.program.assembly.builder import Workbench
from engine.program.assembly.update import add_update
from engine.reports.export import export
from engine.reports.standalone.files import export_script
from engine.reports.trace import trace_text
from engine.saved.library import Library
from engine.saved.restore import open_run
from engine.saved.saver import Saver
from engine.stops import stop_list
from engine.stops.stop import BUILT_IN
from tests.documents.blocks import BLOCKS, ROOT

Add = Callable[..., None]


@pytest.fixture
def add(monkeypatch: pytest.MonkeyPatch) -> Add:
    """Put an entry into a table, and its name among the choices made from that."""

    def add(table: dict[str, Any], entry: Any, option: str = "") -> None:
        monkeypatch.setitem(table, entry.name, entry)
        if option:
            known = DECLARATIONS[option]
            choices = (*known.choices, entry.name)
            monkeypatch.setitem(DECLARATIONS, option, dataclasses.replace(known, choices=choices))

    return add


def proved(**options: Any) -> Debugger:
    """A debugger with which every way to use a program was gone, after 20 iterations."""
    debugger = Debugger(read_dataset("xor"), Hyperparameters(bias="per-neuron", seed=3, **options))
    explain_each(debugger)
    assert check_gradients(debugger).passed
    assert debugger.program.operations[-1].formula in trace_text(debugger)
    debugger.run(20)
    explain_each(debugger)
    before = debugger.parameters
    debugger.go_to(7)
    debugger.run_to(debugger.losses.size)
    assert all(np.array_equal(before[name], value) for name, value in debugger.parameters.items())
    check_files(debugger)
    return debugger


def explain_each(debugger: Debugger) -> None:
    """Step through an iteration; the arithmetic of each first cell gives the number in it."""
    for operation in debugger.program.operations:
        assert debugger.step_operation() is operation
        index = (0,) * len(operation.shape)
        explained = debugger.explain(operation.name, *index)
        assert explained.cell.value == debugger.value(operation.name)[index]
        assert evaluate(explained.expression) == pytest.approx(explained.cell.value, rel=1e-12)
        assert explained.rule
        assert explained.why


def check_files(debugger: Debugger) -> None:
    """Save a run, open it again, and export it, as a script too."""
    library = Library()
    saver = Saver(debugger, library.new())
    assert saver.close("quit", here=True)
    again = open_run(saver.folder).debugger
    assert again.losses.tobytes() == debugger.losses.tobytes()
    assert {path.name for path in export(again, "results")} >= {"history.csv", "parameters.json"}
    again.change(iterations=len(again.losses))
    (script,) = export_script(again, "mine.py")
    with np.printoptions():
        names = runpy.run_path(str(script))
    assert names["w"].tobytes() == again.parameters["w"].tobytes()


@pytest.fixture(autouse=True)
def of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_an_activation(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    softsign = Activation(
        name="softsign",
        symbol="softsign",
        value=lambda z: z / (1.0 + absolute(z)),
        slope=lambda z, a: 1.0 / square(1.0 + absolute(z)),
        why="{z} by 1 more than its size.",
        slope_why="The slope of softsign: at most 1, where {z} is 0.",
        limits=(-1.0, 1.0),
        saturates=True,
        output=True,
    )
    add(ACTIVATIONS, softsign, "output_activation")
    monkeypatch.setattr("engine.model.typed_values.HIDDEN", ("softsign",))
    debugger = proved(activation="softsign", output_activation="softsign")
    z = debugger.value("yhat")
    np.testing.assert_allclose(debugger.value("g"), z / (1 + np.abs(z)), rtol=1e-15)
    assert "g = softsign(ŷ)" in [each.formula for each in debugger.program.operations]
    assert "| `softsign` | z/(1 + |z|) |" in BLOCKS["activations"]()


def test_a_loss(add: Add) -> None:
    loss = Loss(
        name="mae",
        value=lambda f, f0, _: mean(absolute(f - f0)),
        slope=lambda f, f0, _: sign(f - f0) / count(f),
        why="The mean size of the errors.",
        slope_why="Every error pulls alike.",
    )
    add(LOSSES, loss, "loss")
    debugger = proved(loss="mae")
    error = debugger.value("f") - debugger.dataset.f0
    assert debugger.value("E") == pytest.approx(np.abs(error).mean(), rel=1e-15)


def test_an_optimiser(add: Add) -> None:
    def direct(bench: Workbench, parameter: Tensor, gradient: Tensor) -> Tensor:
        kept, direction = bench.kept("m", parameter), bench.beside("d", parameter)
        rule = Rule(tree=0.9 * Leaf(kept) + Leaf(gradient), why="The gradients add up.")
        bench.update(kept, rule, parameter)
        bench.update(direction, Rule(tree=sign(Leaf(kept)), why="Only the side."), parameter)
        return direction

    add(OPTIMISERS, Optimiser("signum", "v ← v − η·sign(m)", direct, "By η."), "optimiser")
    debugger = proved(optimiser="signum", learning_rate=0.25)
    assert set(np.abs(debugger.value("delta_v")).ravel()) == {0.25}


def test_a_schedule(add: Add) -> None:
    add(SCHEDULES, Schedule("wave", lambda eta0, t, s, q: eta0 * (2.0 + cos(t / s))), "schedule")
    debugger = proved(schedule="wave", schedule_steps=3, learning_rate=0.1)
    t = debugger.losses.size - 1
    assert debugger.value("eta") == pytest.approx(0.1 * (2 + np.cos(t / 3)), rel=1e-15)


def test_an_initialisation(add: Add) -> None:
    ramp = Initialisation(
        "ramp",
        "from −1 to 1",
        lambda _, shape: np.linspace(-1, 1, shape[0] * shape[1]).reshape(shape),
    )
    add(INITIALISATIONS, ramp, "init")
    debugger = proved(init="ramp")
    assert debugger.initial_parameters["w"].ravel().tolist() == [-1.0, 0.0, 1.0]


def test_an_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_one_more(bench: Workbench) -> None:
        add_update(bench)
        weights = tuple(map(Leaf, bench.weights))
        rule = Rule(tree=sqrt(total_of_all(weights, square)), why="How large the weights are.")
        bench.add(bench.new("size", "‖w‖"), rule, Phase.UPDATE)

    monkeypatch.setattr(program, "add_update", with_one_more)
    debugger = proved()
    squares = sum((debugger.parameters[name] ** 2).sum() for name in ("v", "w"))
    assert debugger.value("size") == pytest.approx(squares**0.5, rel=1e-15)
    debugger.stops.add_breakpoint("size")
    debugger.stops.add_watch("size > 1")
    assert debugger.proceed() is not None


def test_a_function_of_expressions(add: Add) -> None:
    side = Function(
        "side", np.sign, "number", gives_truth=False, reduces=False,
        lower=lambda to, value: to.apply(np.sign, value),
    )  # fmt: skip
    add(FUNCTIONS, side)
    debugger = Debugger(read_dataset("xor"))
    debugger.stops.add_watch("E < side(E) * 0.25")
    debugger.run(5)
    assert debugger.evaluate("side(w - 100)").tolist() == [[-1.0]] * 3
    assert debugger.scan("side(E)", 0).largest == (0, 1.0)


@pytest.mark.parametrize("place", range(len(BUILT_IN) + 1))
def test_a_built_in_stop(place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    debugger = Debugger(read_dataset("xor"))
    watch = debugger.stops.add_watch("E < 0.1")
    debugger.run(5)
    saver = Saver(debugger, Library().new())
    assert saver.close("quit", here=True)
    before = {stop.number: (stop.name, stop.text) for stop in debugger.stops}
    more = [*BUILT_IN]
    more.insert(place, ("doubled", "E has doubled", "E > 2 * best_E", 1, True))
    for module in ("engine.stops.stop_list", "engine.saved.restore"):
        monkeypatch.setattr(f"{module}.BUILT_IN", tuple(more))
    assert stop_list.BUILT_IN[place][0] == "doubled"
    again = open_run(saver.folder).debugger
    after = {stop.number: (stop.name, stop.text) for stop in again.stops}
    assert after.items() >= before.items()
    assert after[watch.number] == ("", "E < 0.1")
    assert sorted(set(after.values()) - set(before.values())) == [("doubled", "E > 2 * best_E")]


def test_a_hyperparameter(tmp_path: Path) -> None:
    for name in ("engine", "tui", "samples"):
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=leave)
    path = tmp_path / "engine/model/hyperparameters.py"
    head, mark, rest = path.read_text(encoding="utf-8").partition("    def __post_init__")
    field = (
        '    gain: float = declare(1.0, "How strong.", kind=float, minimum=0.0, maximum=9.0)\n\n'
    )
    path.write_text(f"{head.rstrip()}\n{field}{mark}{rest}", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tui", "train", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )

    assert "--gain NUMBER" in run("--help").stdout
    report = json.loads(run("or", "--gain", "2.5", "--iterations", "3", "--json").stdout)
    assert report["hyperparameters"]["gain"] == 2.5
    refused = run("or", "--gain", "9.5")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "gain: a number from 0 to 9, not '9.5'" in refused.stderr

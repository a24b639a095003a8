"""Exported scripts and notebooks: the same bits without the engine, PyTorch's numbers beside."""

import ast
import contextlib
import io
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, InputError, TableOptions, read_dataset
from engine.maths.operations.operation import Phase
from engine.reports.standalone.files import export_notebook, export_script
from engine.reports.training import run_text
from tests.engine.edited_scripts import cases
from tests.engine.nets import CLASSES, DEEP, make

KINDS: list[dict[str, Any]] = [
    {},
    {"hidden": "none", "bias": "per-neuron", "l1": 0.1},
    {"hidden": "3,6,2", "bias": "shared", "outputs": 2, "init": "torch"},
    {**DEEP, "activation": "gelu,swish", "output_activation": "identity", "init_scale": 0.5},
    {**DEEP, "activation": "gelu-tanh,elu", "loss": "log-cosh", "output_activation": "tanh"},
    {**DEEP, "activation": "leaky-relu,softplus", "init": "he", "seed": 8},
    {"bias": "per-neuron", "output_activation": "softmax", "outputs": 3, "init": "zeros"},
    {**DEEP, "loss": "cross-entropy", "output_activation": "softmax", **CLASSES, "rows": 7},
    {"loss": "bce", "bias": "shared", "outputs": 2, "targets": "bits", "init": "xavier"},
    {"loss": "hinge", "output_activation": "identity", "outputs": 2, "targets": "bits"},
    {"loss": "huber", "output_activation": "identity", "huber_delta": 0.7, "outputs": 2},
    {**DEEP, "batch_size": 3, "shuffle": "yes", "optimiser": "adamw", "rows": 8, "clip": 0.05},
    {"batch_size": 2, "optimiser": "nesterov", "schedule": "cosine", "schedule_steps": 9},
    {"l1": 0.02, "l2": 0.3, "penalise": "all", "freeze": "w", "bias": "shared", "clip": 0.05},
    {"optimiser": "rmsprop", "schedule": "step", "schedule_steps": 4, "activation": "relu"},
]


def trained(iterations: int = 25, **kind: Any) -> Debugger:
    debugger = make(**{"init": "normal", "iterations": iterations, **kind})
    debugger.train()
    return debugger


def run_script(path: Path) -> tuple[dict[str, Any], list[str]]:
    """Run a script; return its variables, and E of every iteration as Python writes it."""
    text = path.read_text()
    # What it prints is rounded, and of some iterations only.
    text = re.sub(r"if step % \d+ == 0:(\n +print)", r"if True:\1", text)
    text = re.sub(r"(?m)^stride = .*", "stride = 1", text).replace(":.6e}", "!r}")
    exact = path.with_name(f"exact_{path.name}")
    exact.write_text(text.replace("mine.npz", path.with_suffix(".npz").name))
    printed = io.StringIO()
    # The script sets how NumPy prints, for itself alone.
    with contextlib.redirect_stdout(printed), np.printoptions():
        names = runpy.run_path(str(exact))
    return names, re.findall(r"error at step +\d+: np\.float64\((.*)\)", printed.getvalue())


def check_bits(debugger: Debugger, path: Path) -> dict[str, Any]:
    export_script(debugger, path)
    names, losses = run_script(path)
    assert losses == list(map(repr, debugger.losses.tolist()))
    for name, array in debugger.parameters.items():
        assert np.asarray(names[name]).tobytes() == array.tobytes(), name
    return names


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(map(str, kind.values())))
def test_a_script_computes_the_bits_of_its_run(kind: dict[str, Any], tmp_path: Path) -> None:
    check_bits(trained(**kind), tmp_path / "mine.py")


def test_a_script_needs_numpy_alone_and_prints_what_train_does(tmp_path: Path) -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.train()
    (script,) = export_script(debugger, tmp_path / "mine.py")
    nodes = [node for node in ast.walk(ast.parse(script.read_text())) if hasattr(node, "names")]
    assert {alias.name for node in nodes for alias in node.names} == {"numpy"}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    told = re.findall("error at step .*", run_text(debugger, 1.0))
    assert re.findall("error at step .*", done.stdout) == told
    assert len(told) == 10
    assert re.search(r"4 +1 +0.925358 +0.074642", done.stdout)


def test_one_line_an_operation_with_its_formula(tmp_path: Path) -> None:
    debugger = trained()
    (script,) = export_script(debugger, tmp_path / "mine.py")
    lines = [line.strip() for line in script.read_text().splitlines()]
    for operation in debugger.program.operations:
        (line,) = (line for line in lines if line.endswith(f"  # {operation.formula}"))
        assert line.startswith(f"{operation.name} = ")


def test_blanks_leave_the_backward_phase_out_and_nothing_else(tmp_path: Path) -> None:
    debugger = trained(**DEEP)
    (whole,) = export_script(debugger, tmp_path / "whole.py")
    (blank,) = export_script(debugger, tmp_path / "blank.py", blanks=True)
    backward = [o for o in debugger.program.operations if o.phase is Phase.BACKWARD]
    there = blank.read_text().splitlines()
    for operation in backward:
        (line,) = (line for line in there if line.startswith(f"    {operation.name} ="))
        assert re.sub(" +", " ", line).strip() == f"{operation.name} = ... # {operation.symbol}"
    code = [
        {line.partition("#")[0].strip() for line in path.read_text().splitlines()}
        for path in (whole, blank)
    ]
    names = {operation.name for operation in backward}
    assert {line.split(" = ")[0] for line in code[0] ^ code[1]} == names


def held_out(**others: Any) -> Debugger:
    x, f0 = np.random.RandomState(5).randn(2, 21, 1)
    dataset = Dataset.from_arrays(np.hstack([x, f0]), np.round(np.abs(f0) % 1))
    held = Dataset.from_arrays(dataset.x[:9] + 0.5, dataset.f0[:9])
    object.__setattr__(dataset, "held_out", held)
    return Debugger(dataset, Hyperparameters(**{"iterations": 400, **others}))


def test_patience_ends_a_script_with_the_best_parameters(tmp_path: Path) -> None:
    debugger = held_out(patience=4, batch_size=4, shuffle="yes", learning_rate=2.0, l2=0.1)
    hit = debugger.train()
    assert hit is not None
    assert hit.is_patience
    debugger.restore_best()
    names = check_bits(debugger, tmp_path / "mine.py")
    assert names["best_at"] == debugger.best_iteration
    assert names["E_val"] == debugger.held_out_losses[-1]


def test_a_target_ends_a_script_unless_the_run_went_on(tmp_path: Path) -> None:
    debugger = held_out(target_loss=0.25, learning_rate=1.0)
    assert debugger.train() is not None
    assert len(debugger.losses) < 400
    check_bits(debugger, tmp_path / "mine.py")
    debugger.run_to(400)
    check_bits(debugger, tmp_path / "beyond.py")


def test_changes_by_hand_are_made_where_they_were(tmp_path: Path) -> None:
    debugger = make(bias="shared", iterations=30)
    debugger.run(5)
    debugger.edit("w", (1, 0), 0.25)
    debugger.go_to(9, 3)
    debugger.change(learning_rate=0.5)
    debugger.edit("v", (0, 2), -1.5)
    # ∂y/∂g has its old value.
    debugger.go_to(12, [o.name for o in debugger.program.operations].index("dE_dg"))
    debugger.edit("w", (2, 0), 2.0)
    debugger.edit("b", (), 0.3)
    debugger.run_to(30)
    debugger.edit("w", (0, 0), 9.0)
    check_bits(debugger, tmp_path / "mine.py")


def test_a_scaled_table_stands_as_it_was_and_a_long_one_beside(tmp_path: Path) -> None:
    options = TableOptions(scaling="standardise", split=0.2)
    debugger = Debugger(read_dataset("iris", options), Hyperparameters(iterations=3))
    debugger.train()
    script = tmp_path / "mine.py"
    names = check_bits(debugger, script)
    assert names["original"].tobytes() == debugger.dataset.shown_x.tobytes()
    assert [path.name for path in export_script(debugger, tmp_path / "b.py")] == ["b.py", "b.npz"]
    for path in (script, script.with_suffix(".npz")):
        path.unlink()
        with pytest.raises(InputError, match="exists already: name another file"):
            export_script(debugger, script)
        assert not path.exists()
        path.touch()


def run_notebook(debugger: Debugger) -> dict[str, Any]:
    """Run a notebook without a kernel; return its variables."""
    pytest.importorskip("torch", reason="the notebook compares with PyTorch")
    pytest.importorskip("nbformat", reason="nbformat writes the notebook")
    path, *_ = export_notebook(debugger, "mine.ipynb")
    cells = json.loads(path.read_text())["cells"]
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()), np.printoptions():
        exec(compile(code, "notebook", "exec"), names)
    assert np.array(names["losses"]).tobytes() == debugger.losses.tobytes()
    return names


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    "kind",
    [KINDS[i] for i in (1, 2, 4, 7, 8, 11, 12, 13, 14)],
    ids=lambda k: "-".join(map(str, k.values())),
)
def test_a_notebook_finds_the_same_by_hand_and_in_pytorch(
    kind: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    debugger = trained(**kind)
    names = run_notebook(debugger)
    np.testing.assert_allclose(names["torch_losses"], debugger.losses, rtol=1e-9)
    for name, array in debugger.parameters.items():
        found = names["torch_parameters"][name].detach().numpy()
        np.testing.assert_allclose(found, array, rtol=1e-7, atol=1e-11)
    np.testing.assert_allclose(names["torch_f"], debugger.predict(), rtol=1e-7, atol=1e-11)


def test_pytorch_goes_along_with_changes_between_iterations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    debugger = make(bias="shared", iterations=20)
    debugger.run(5)
    debugger.edit("w", (1, 0), 0.25)
    debugger.edit("b", (), -0.5)
    debugger.change(learning_rate=0.5)
    debugger.run_to(12)
    debugger.go_to(12, 3)
    debugger.edit("v", (0, 0), 2.0)
    debugger.run_to(20)
    names = run_notebook(debugger)
    # PyTorch runs whole iterations only.
    assert len(names["torch_losses"]) == 12
    np.testing.assert_allclose(names["torch_losses"], debugger.losses[:12], rtol=1e-9)


@pytest.mark.slow
def test_a_notebook_runs_in_a_kernel(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the notebook compares with PyTorch")
    pytest.importorskip("ipykernel", reason="a kernel runs the notebook")
    nbformat = pytest.importorskip("nbformat", reason="nbformat writes the notebook")
    nbclient = pytest.importorskip("nbclient", reason="nbclient runs the notebook")
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=200))
    debugger.train()
    (path,) = export_notebook(debugger, tmp_path / "mine.ipynb")
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    place = {"metadata": {"path": str(tmp_path)}}
    options = {"timeout": 240, "startup_timeout": 240, "resources": place}
    nbclient.NotebookClient(notebook, **options).execute()
    printed = "".join(
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
    )
    told = re.findall("error at step .*", run_text(debugger, 1.0))
    assert re.findall("error at step .*", printed) == told
    differences = re.findall(r"largest difference (\S+)", printed)
    assert len(differences) == 2
    assert all(float(difference) < 1e-14 for difference in differences)


def test_a_notebook_without_nbformat_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nbformat", None)
    with pytest.raises(InputError, match=r'pip install "nn-tui\[notebook\]"'):
        export_notebook(trained(), tmp_path / "mine.ipynb")
    assert not list(tmp_path.iterdir())


def test_names_from_outside_do_no_harm(tmp_path: Path) -> None:
    table = Dataset.from_arrays(np.eye(3), np.ones((3, 1)), name='"""\nraise SystemExit("\\')
    object.__setattr__(table, "inputs", ('"""', "\\", "a\nimport os"))
    debugger = Debugger(table, Hyperparameters(iterations=2, hidden="20,30"))
    debugger.train()
    check_bits(debugger, tmp_path / 'it\'s "mine"\\.py')


def test_an_edited_script_differs_in_one_formula_and_in_its_numbers() -> None:
    for right, wrong in cases(5):
        lines = [set(case.text.splitlines()) for case in (right, wrong)]
        assert len(lines[1] - lines[0]) == bool(wrong.now)
        assert {line.strip() for line in lines[0] - lines[1]} == set(
            map(str.strip, wrong.was.splitlines())
        )
        # Within an optimiser an edit is named by the parameter.
        name, operation = wrong.was.partition(" = ")[0], wrong.operations[0]
        assert name == operation or name.endswith(f"_{operation}")

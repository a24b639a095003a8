"""`nn-tui check`, as installed."""

import importlib.util
import json
import os
from pathlib import Path

import pexpect
import pytest

from engine import Debugger, Hyperparameters, read_dataset
from tests.e2e.command import COMMAND, run, run_process, told_in_a_line
from tui.commands.proof import prove

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None,
    reason="PyTorch is not installed: pip install nn-tui[torch]",
)


def test_the_table() -> None:
    done = run("check", "or", "--bias", "per-neuron")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("iteration 0   E = 0.19601556, ")
    assert [line.split()[:3] for line in lines if line.startswith("∂E/∂")] == [
        ["∂E/∂v", "2×3", "6"],
        ["∂E/∂bv", "3", "3"],
        ["∂E/∂w", "3×1", "3"],
        ["∂E/∂bw", "1", "1"],
    ]
    assert lines[-1] == "All 13 gradients agree."
    assert done.stderr == ""


def test_json_of_a_later_iteration() -> None:
    check = json.loads(run("check", "xor", "--at", "70", "--bias", "shared", "--json").stdout)
    traced = json.loads(run("trace", "xor", "--at", "70", "--bias", "shared", "--json").stdout)
    values = {operation["name"]: operation["value"] for operation in traced["operations"]}
    assert check["iteration"] == traced["iteration"] == 70
    assert check["E"] == values["E"]
    assert (check["passed"], check["checked"], check["of"]) == (True, 10, 10)
    assert [parameter["name"] for parameter in check["parameters"]] == ["v", "w", "b"]
    for parameter in check["parameters"]:
        worst, gradient = parameter["worst"], values[parameter["gradient"]]
        for place in worst["index"]:
            gradient = gradient[place]
        assert worst["analytic"] == gradient
        assert worst["numeric"] == pytest.approx(gradient, rel=2e-6)
        assert worst["relative_error"] <= 1e-6
        assert parameter["differ"] == parameter["at_a_kink"] == parameter["too_small_to_tell"] == []
    assert "torch" not in check


def test_what_is_not_finite_ends_with_1(tmp_path: Path) -> None:
    table = tmp_path / "large.csv"
    table.write_text("x,y\n1,1e200\n2,0\n")
    done = run("check", str(table), "--json", code=1)
    check = json.loads(done.stdout)
    assert not check["passed"]
    differ = [cell for parameter in check["parameters"] for cell in parameter["differ"]]
    assert {cell["verdict"] for cell in differ} == {"not finite"}
    text = run("check", str(table), code=1).stdout
    assert "is not a finite number" in text


@pytest.mark.slow
@needs_torch
def test_beside_pytorch() -> None:
    check = json.loads(run("check", "or", "--torch", "--iterations", "300", "--json").stdout)
    trained = json.loads(run("train", "or", "--iterations", "300", "--json").stdout)
    twin = check["torch"]
    assert check["passed"] is twin["passed"] is True
    assert twin["steps"] == list(range(0, 300, 30))
    assert twin["losses"] == [trained["losses"][step] for step in twin["steps"]]
    assert twin["parameters"] == trained["parameters"]
    assert twin["torch_losses"] == pytest.approx(twin["losses"], rel=1e-12)
    for difference in twin["largest_difference"].values():
        assert difference["relative"] < 1e-12
    assert twin["losses_part_at"] is None
    assert twin["seconds"] > 0
    assert twin["torch_seconds"] > 0


@needs_torch
def test_beside_pytorch_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=30))
    assert prove(debugger, with_torch=True, as_json=False) == 0
    text = capsys.readouterr().out
    table, twin = text.split("the same network in PyTorch")
    assert "All 9 gradients agree." in table
    assert "30 iterations" in twin
    assert f"{27:>23,}" in twin
    assert twin.endswith("PyTorch agrees.\n")


def test_without_pytorch_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    missing = "raise ModuleNotFoundError('No module named torch', name='torch')"
    (tmp_path / "torch.py").write_text(missing)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path}
    done = run_process("check", "or", "--torch", env=environment, code=2)
    assert 'pip install "nn-tui[torch]"' in told_in_a_line(done)
    assert "All 9 gradients agree." in run_process("check", "or", env=environment).stdout


def test_ctrl_c_ends_it() -> None:
    # Takes so long that the key comes before its end.
    table = ["--hidden", "10000", "--bias", "per-neuron"]
    child = pexpect.spawn(COMMAND, ["check", "iris", *table], timeout=120)
    child.expect("checking")
    child.sendintr()
    child.expect("nn-tui: interrupted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert b"Traceback" not in child.before

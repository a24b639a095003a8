"""Each sample's command reaches what is promised of it, and its lesson is so."""

import json
import shlex
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from engine.data.bundled import read_samples
from tests.samples.table import read
from tui.cli import cli

SAMPLES = read_samples()


def train(name: str, options: str) -> dict[str, Any]:
    """Run ``nn-tui train NAME OPTIONS --json`` in this process."""
    arguments = [name, *shlex.split(options), "--json"]
    done = CliRunner().invoke(cli, ["train", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def measured(name: str, report: dict[str, Any]) -> dict[str, float]:
    """What the predictions are worth beside the table as it is in the file."""
    f = np.array(report["predictions"])
    written = read(name).target
    assert len(f) == len(written)
    if f.shape[1] > 1:
        classes = [target.partition("=")[2] for target in report["dataset"]["targets"]]
        assert sorted(classes) == sorted(set(written))
        said = np.array(classes)[f.argmax(axis=1)]
        return {"accuracy": float((said == written).mean())}
    f0 = np.array(written, dtype=float)
    error = f[:, 0] - f0
    return {
        "accuracy": float(((f[:, 0] > 0.5) == (f0 > 0.5)).mean()),
        "E": float((error**2).mean()),
        "rmse": float((error**2).mean() ** 0.5),
        "r2": float(1.0 - (error**2).mean() / f0.var()),
    }


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("at", ["0", "50"])
def test_the_gradients_of_the_command_are_right(name: str, at: str) -> None:
    arguments = ["check", name, *shlex.split(SAMPLES[name].options), "--at", at, "--json"]
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    report = json.loads(done.stdout)
    assert report["passed"]
    assert sum(each["agree"] for each in report["parameters"]) > 0


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", SAMPLES)
def test_the_command_reaches_what_is_promised(name: str) -> None:
    sample = SAMPLES[name]
    reached = measured(name, train(name, sample.options))[sample.measure]
    if sample.measure in ("E", "rmse"):
        assert reached <= sample.bound, sample.promise
    else:
        assert reached >= sample.bound, sample.promise


def test_nand_without_a_bias_says_half_to_zeros() -> None:
    without = SAMPLES["nand"].options.replace("per-neuron", "none")
    assert train("nand", without)["predictions"][0] == [0.5]


def test_or_with_the_notebooks_learning_rate_takes_longer() -> None:
    assert round(measured("or", train("or", ""))["E"], 2) == 0.04
    assert measured("or", train("or", SAMPLES["or"].options))["E"] < 0.001


def test_xor_without_a_hidden_layer_is_not_learned() -> None:
    report = train("xor", f"{SAMPLES['xor'].options} --hidden none")
    assert measured("xor", report)["E"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("name", "old", "new", "most"),
    [
        ("circles", "--hidden 8", "--hidden none", 0.6),
        ("spiral", "--hidden 8,8", "--hidden 8", 0.95),
        ("wine", " --scaling standardise", "", SAMPLES["wine"].bound),
    ],
)
def test_what_the_command_would_not_reach_without(
    name: str, old: str, new: str, most: float
) -> None:
    options = SAMPLES[name].options
    assert old in options
    assert measured(name, train(name, options.replace(old, new)))["accuracy"] < most


def test_parity_is_learned_faster_with_momentum() -> None:
    options = SAMPLES["parity4"].options
    plain = train("parity4", options.replace("momentum", "sgd"))
    with_momentum = train("parity4", options)
    assert measured("parity4", plain)["E"] > 10 * measured("parity4", with_momentum)["E"]


def test_without_the_penalty_weights_become_large() -> None:
    def largest(options: str) -> float:
        parameters = train("quadrants", options)["parameters"]
        return max(float(np.abs(parameters[name]).max()) for name in ("v", "w"))

    options = SAMPLES["quadrants"].options
    assert largest(options.replace("--l2 0.003", "--l2 0")) > 1.5 * largest(options)


def test_the_plane_can_be_read_from_the_weights() -> None:
    parameters = train("plane", SAMPLES["plane"].options)["parameters"]
    assert np.ravel(parameters["w"]) == pytest.approx([2.0, -3.0], abs=0.05)
    assert np.ravel(parameters["bw"]) == pytest.approx([1.0], abs=0.05)

"""The audit of exported scripts with one formula edited, or two: each is found where it is."""

from pathlib import Path
from typing import Any

import pytest

from engine import Dataset, Debugger, Hyperparameters
from engine.audit import audit
from engine.audit.report.report import Report
from engine.reports.standalone.script import script_of
from tests.engine.edited_scripts import cases
from tests.engine.nets import make

SAMPLE = (3, 17, 19)
"""Networks whose audit is quick; all are in the benchmarks."""
HARD = {
    6032: "the plain gradient in a step of nesterov, of one output",
    6036: "weights that never change beside a bias that does",
    6055: "a bias of zeros that never changes",
    6101: "twice what momentum remembers of a single bias",
    8005: "a single bias of 0 that never changes, beside a counter of 0",
    8013: "an error that only the first pass shows",
    8046: "a derivative in the place of the targets",
    9070: "a hinge without its target, one row at a time",
    9077: "a missing slope, where all errors are equal",
    9080: "a missing error, under half the loss",
    9086: "a velocity with the wrong sign, along one direction",
    9095: "the mean of a bias under adam, in batches of two sizes",
    9014: "targets that are subtracted from themselves, so that nothing moves",
    9122: "an activation in the place of its slope, which is made and not read",
    9125: "a subtracted ε",
    9403: "weights that never change, of one layer, under softmax",
    9730: "targets in the place of a gradient, which has as many rows",
    9742: "a sign, after which single numbers explode",
    9743: "the prediction in the place of a slope of ones",
    9907: "a gradient turned round under rmsprop, which one pass shows",
    9345: "a mean of gradients that is turned round, and their negative at first",
    9038: "a step without the learning rate, after which the network explodes",
}
"""Networks with a mistake that was once hard to find, and what it is."""


def audited(text: str, folder: Path) -> Report:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return audit(script)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("number", SAMPLE)
def test_an_edit_is_found_at_its_operation(number: int, tmp_path: Path) -> None:
    check_edit(number, tmp_path)


@pytest.mark.one_in(8)
@pytest.mark.parametrize("number", HARD, ids=HARD.values())
def test_an_edit_that_is_hard_to_find(number: int, tmp_path: Path) -> None:
    check_edit(number, tmp_path)


def check_edit(number: int, folder: Path) -> None:
    _, edited = next(cases(1, number))
    report = audited(edited.text, folder)
    assert report.verdict == "wrong"
    first = report.problems[0]
    assert first.operation in edited.operations, (edited.was, edited.now)
    assert first.kind != "unknown"


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("given", "was", "now", "found"),
    [
        pytest.param(
            {"bias": "none"},
            "w = w - eta * dE_dw",
            "",
            ("w", "no-update"),
            id="the last weights never change",
        ),
        pytest.param(
            {"hidden": "none", "bias": "per-neuron", "optimiser": "adamw"},
            "w = w - eta * d_w",
            "",
            ("w", "no-update"),
            id="the only weights never change, but the bias does",
        ),
        pytest.param(
            {"activation": "identity"},
            "dE_dv = dyhat_dv.T @ dE_dyhat",
            "dE_dv = dyhat_dv.T @ dg_dyhat",
            ("dE_dv", "wrong-operand"),
            id="a slope of ones in the place of its product",
        ),
        pytest.param(
            {"bias": "shared"},
            "np.sum(dE_dyhat)",
            "np.mean(dE_dyhat)",
            ("dE_db", "bias-reduction"),
            id="a mean in the gradient of a bias of all layers",
        ),
        pytest.param(
            {"activation": "identity", "optimiser": "rmsprop"},
            "np.ones_like(dE_dg)",
            "-np.ones_like(dE_dg)",
            ("dg_dyhat", "wrong-slope-formula"),
            id="a slope of 1 with the wrong sign",
        ),
        pytest.param(
            {"activation": "identity"},
            "dE_dg * dg_dyhat",
            "dg_dyhat",
            ("dE_dyhat", "left-out"),
            id="a derivative of ones",
        ),
        pytest.param(
            {"activation": "identity"},
            "dE_dyhat = dE_dg * dg_dyhat",
            "dE_dyhat = -(dE_dg * dg_dyhat)",
            ("dE_dyhat", "sign"),
            id="the sign of a product with ones",
        ),
        pytest.param(
            {"hidden": "5,3"},
            "dyhat2_dv2.T @ dE_dyhat2",
            "dyhat2_dv2 @ dE_dyhat2",
            ("dE_dv2", "transpose"),
            id="as many observations as neurons, and no transposition",
        ),
        pytest.param(
            {"hidden": "none"},
            "dE_df = 2 / (N * O) * (f - f0)",
            "dE_df = 2 / (N * O)",
            ("dE_df", "left-out"),
            id="a number in the place of a derivative",
        ),
        pytest.param(
            {"hidden": "none", "bias": "per-neuron", "batch_size": 1},
            "np.sum(dE_dy, axis=0)",
            "2 * np.sum(dE_dy, axis=0)",
            ("dE_dbw", "factor"),
            id="twice the sum over one row",
        ),
        pytest.param(
            {"hidden": "none", "bias": "per-neuron", "batch_size": 1, "optimiser": "momentum"},
            "bw = bw - eta * m_bw",
            "",
            ("bw", "no-update"),
            id="a bias that never changes, of one row",
        ),
        pytest.param(
            {"hidden": "none", "bias": "per-neuron", "optimiser": "momentum"},
            "w = w - eta * m_w",
            "w = w - m_w",
            ("w", "left-out"),
            id="a step without the learning rate",
        ),
        pytest.param(
            {"hidden": "none", "bias": "per-neuron", "optimiser": "adamw"},
            "s_bw = beta2 * s_bw",
            "s_bw = s_bw",
            ("bw", "optimiser-formula"),
            id="what adamw remembers of a bias",
        ),
    ],
)
def test_an_edit_is_named(
    given: dict[str, Any], was: str, now: str, found: tuple[str, str], tmp_path: Path
) -> None:
    debugger = make(outputs=2, iterations=8, **given)
    debugger.train()
    text, _ = script_of(debugger, "beside.npz")
    assert text.count(was) == 1
    report = audited(text.replace(was, now), tmp_path)
    assert [(p.operation, p.kind) for p in report.problems] == [found], str(report)


@pytest.mark.parametrize(
    ("edits", "operations"),
    [
        (
            {"dE_dg * dg_dyhat": "dE_dg", "bw - eta * dE_dbw": "bw + eta * dE_dbw"},
            ["dE_dyhat", "bw"],
        ),
        (
            {
                "dE_df * df_dy": "2 * dE_df * f0",
                "np.sum(dE_dyhat, axis=0)": "np.sum(dE_dg, axis=0)",
            },
            ["dE_dy", "dE_dbv"],
        ),
    ],
)
def test_two_mistakes_are_both_found_and_no_other(
    edits: dict[str, str], operations: list[str], tmp_path: Path
) -> None:
    dataset = Dataset.from_arrays(
        [[0.1, 0.7], [0.9, 0.3], [0.4, 0.2], [0.8, 0.6], [0.3, 0.5]],
        [[0.2], [0.9], [0.4], [0.7], [0.1]],
    )
    debugger = Debugger(dataset, Hyperparameters(bias="per-neuron", iterations=12))
    debugger.train()
    text, _ = script_of(debugger, "beside.npz")
    for was, now in edits.items():
        assert text.count(was) >= 1
        text = text.replace(was, now)
    report = audited(text, tmp_path)
    assert [problem.operation for problem in report.problems] == operations, str(report)

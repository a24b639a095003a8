"""The audit of exported scripts with one formula edited, or two: each is found where it is."""

from pathlib import Path

import pytest

from engine import Dataset, Debugger, Hyperparameters
from engine.audit import audit
from engine.audit.report import Report
from engine.reports.standalone.script import script_of
from tests.engine.edited_scripts import cases

SAMPLE = (3, 17, 19)
"""Networks whose audit is quick; all are in the benchmarks."""


def audited(text: str, folder: Path) -> Report:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return audit(script)


@pytest.mark.parametrize("number", SAMPLE)
def test_an_edit_is_found_at_its_operation(number: int, tmp_path: Path) -> None:
    _, edited = next(cases(1, number))
    report = audited(edited.text, tmp_path)
    assert report.verdict == "wrong"
    assert report.problems[0].operation in edited.operations, (edited.was, edited.now)


@pytest.mark.one_in(2)
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

"""The audit of scripts in many styles: right ones without a complaint, wrong ones by their line.

The head of each script in `derivations` says its truth, which was found with PyTorch's gradients.
"""

import json
import re
from pathlib import Path

import pytest

from engine.audit import audit

SCRIPTS = sorted((Path(__file__).parent / "derivations").glob("*.py"))
QUICK = ("01", "05", "15", "16", "23", "30", "36", "38", "49", "50", "53", "55")
"""One of each kind; the others are among the slow tests."""


def head(script: Path) -> str:
    lines = script.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith("#"))


def judged(script: Path) -> None:
    report = audit(script)
    described = report.as_object()
    operations = [finding["operation"] for finding in described["findings"]]
    if script.stem.endswith("-correct"):
        assert (report.verdict, operations) == ("right", []), str(report)
        return
    assert report.verdict == "wrong", str(report)
    truth = head(script).partition("first wrong:")[2].partition("\n# kind")[0]
    if truth.strip().startswith("none"):
        assert operations[0] is None
        return
    meant = {*re.findall(r"\b(?:d\w+_d\w+|f|E)\b", truth)}
    meant |= set(re.findall(r"update of (\w+)", truth))
    assert operations[0] in meant, (operations, truth)


@pytest.mark.one_in(6)
@pytest.mark.parametrize(
    "script", [s for s in SCRIPTS if s.stem[:2] in QUICK], ids=lambda script: script.stem
)
def test_a_script(script: Path) -> None:
    judged(script)


@pytest.mark.slow
@pytest.mark.parametrize(
    "script", [s for s in SCRIPTS if s.stem[:2] not in QUICK], ids=lambda script: script.stem
)
def test_another_script(script: Path) -> None:
    judged(script)


@pytest.mark.slow
def test_the_notebook_of_this_project_descends_on_the_mean_of_the_squares(tmp_path: Path) -> None:
    (script,) = (s for s in SCRIPTS if s.stem.startswith("54"))
    cells = script.read_text(encoding="utf-8").split("\n\n\n")
    notebook = {
        "cells": [{"cell_type": "code", "source": cell, "metadata": {}} for cell in cells],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = tmp_path / "by-hand.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    for report in (audit(script), audit(path)):
        assert (report.verdict, report.network["loss"]) == ("right", "E = mean((f − f₀)²)")
        matched = {one["operation"]: one["variable"] for one in report.as_object()["matched"]}
        for name in ("dE_df", "df_dy", "dE_dy", "dE_dw", "dE_dg", "dg_dyhat", "dE_dyhat", "dE_dv"):
            assert matched[name] == name

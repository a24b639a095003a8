"""Notebooks are run like scripts: without what only IPython knows, and with cells as places."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.audit.recording.notebook import cells_of
from engine.audit.recording.run_script import record
from engine.common.errors import AuditError


def notebook(folder: Path, *cells: str | list[str], language: str = "python") -> Path:
    document = {
        "cells": [
            {"cell_type": "markdown", "source": "# Text"},
            *({"cell_type": "code", "source": cell, "outputs": []} for cell in cells),
        ],
        "metadata": {"kernelspec": {"language": language}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    file = folder / "mine.ipynb"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def plain(*lines: str) -> list[str]:
    content = json.dumps({"cells": [{"cell_type": "code", "source": "\n".join(lines)}]}).encode()
    (cell,) = cells_of(Path("mine.ipynb"), content)
    return list(cell.lines)


def test_lines_are_called_by_their_cells(tmp_path: Path) -> None:
    (tmp_path / "rate.txt").write_text("0.5")
    file = notebook(
        tmp_path,
        "%matplotlib inline\nw = 2",
        ["rate = float(open('rate.txt').read())\n", "display(w)\n", "w -= rate * w"],
    )
    recording = record(file)
    assert recording.ending.kind == "finished", recording.ending
    (assigned,) = (node for node in recording.nodes if node.kind == "augassign:Sub")
    assert (assigned.where, assigned.line, assigned.source) == (
        "cell 2, line 3",
        5,
        "w -= rate * w",
    )
    assert recording.source[4] == "w -= rate * w"
    assert recording.values[-1].tolist() == 1.0


def test_an_exception_in_a_cell(tmp_path: Path) -> None:
    ending = record(notebook(tmp_path, "x = 1", "y = 2\nz = x / 0")).ending
    assert (ending.error, ending.where) == ("ZeroDivisionError", "cell 2, line 2")


def test_a_syntax_error_in_a_cell(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match=r"mine.ipynb: cell 2, line 1: invalid syntax"):
        record(notebook(tmp_path, "x = 1", "y = = 2"))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["!pip install numpy", "x = 1"], ["pass", "x = 1"]),
        (["if a:", "    %cd data"], ["if a:", "    pass"]),
        (["%time y = f(x)"], ["y = f(x)"]),
        (["%%time", "y = 1"], ["", "y = 1"]),
        (["%%bash", "ls $x"], ["", ""]),
        (["files = !ls", "np.dot?", "?print"], ["files = None", "pass", "pass"]),
        (["print('%d'", "      % x)"], ["print('%d'", "      % x)"]),
        (["text = '''", "%magic", "'''"], ["text = '''", "%magic", "'''"]),
        (["x = = 1"], ["x = = 1"]),
    ],
)
def test_magics(lines: list[str], expected: list[str]) -> None:
    assert plain(*lines) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"cells": 3}',
        b'{"cells": [{"cell_type": "code", "source": 5}]}',
        b"\xff",
    ],
)
def test_what_is_no_notebook(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mine.ipynb"
    file.write_bytes(content)
    with pytest.raises(AuditError, match=r"mine.ipynb: is no notebook"):
        record(file)


def test_another_language(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="another language than Python"):
        record(notebook(tmp_path, "x <- 1", language="R"))

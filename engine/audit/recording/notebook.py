"""The code cells of a notebook, with what only IPython understands taken out."""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

from engine.common.errors import AuditError

_MOST_MAGICS = 1000
_TIMED = re.compile(r"(\s*)%(?:time|timeit|prun)\s+(?!-)(.+)")
_MAGIC = re.compile(r"(\s*)(?:[%!?].*|.*\?)\s*$")
_FROM_MAGIC = re.compile(r"(\s*[\w, ]+=\s*)[%!].*")
_STILL_PYTHON = ("%%time", "%%timeit", "%%capture", "%%prun")


@dataclass(frozen=True)
class Cell:
    """A code cell.

    Attributes:
        number: Which code cell it is, from 1.
        lines: Its lines.
    """

    number: int
    lines: tuple[str, ...]


def cells_of(path: Path, content: bytes) -> list[Cell]:
    """Return the code cells of a notebook.

    Raises:
        AuditError: It is no notebook, or one in another language.
    """
    try:
        document = json.loads(content)
        cells = document["cells"] if "cells" in document else document["worksheets"][0]["cells"]
        language = document.get("metadata", {}).get("kernelspec", {}).get("language", "python")
        texts = [
            _text(cell.get("source", cell.get("input", "")))
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise AuditError(path, "is no notebook: save it in Jupyter as .ipynb") from error
    if str(language).lower() not in ("python", "python3", "ipython"):
        raise AuditError(path, "is a notebook of another language than Python")
    return [Cell(number, tuple(_plain(text))) for number, text in enumerate(texts, start=1)]


def _text(source: object) -> str:
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    raise TypeError


def _plain(text: str) -> list[str]:
    """Return the lines of a cell, with magics replaced by what Python does instead."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        if not lines[first].startswith(_STILL_PYTHON):
            return [""] * len(lines)
        lines[first] = ""
    # Only what Python does not understand is a magic: a line that goes on may begin with %.
    for _ in range(_MOST_MAGICS):
        failed = _first_error(lines)
        if not 0 < failed <= len(lines):
            break
        line = _without_magic(lines[failed - 1])
        if line is None:
            break
        lines[failed - 1] = line
    return lines


def _first_error(lines: list[str]) -> int:
    """Return the line of the first syntax error; 0 where there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse("\n".join(lines))
        except SyntaxError as error:
            return error.lineno or 0
        except (ValueError, RecursionError, MemoryError):
            return 0
    return 0


def _without_magic(line: str) -> str | None:
    if timed := _TIMED.fullmatch(line):
        return timed[1] + timed[2]
    if assigned := _FROM_MAGIC.fullmatch(line):
        return assigned[1] + "None"
    if magic := _MAGIC.fullmatch(line):
        return magic[1] + "pass"
    return None

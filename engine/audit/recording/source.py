"""The Python text of a script or a notebook, and what its lines are called."""

from __future__ import annotations

import io
import tokenize
from dataclasses import dataclass
from pathlib import Path

from engine.audit.recording.notebook import cells_of
from engine.common.errors import AuditError
from engine.common.regular import read_regular
from engine.common.text import clean

_MOST_BYTES = 16 << 20


@dataclass(frozen=True)
class Source:
    """The text of a script.

    Attributes:
        path: The file as the user gave it.
        lines: The lines, without their ends.
        words: What each line is called.
        is_notebook: Whether it comes from the cells of a notebook.
    """

    path: Path
    lines: tuple[str, ...]
    words: tuple[str, ...]
    is_notebook: bool

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)

    def where(self, line: int) -> str:
        """Return what a line is called, e.g. "line 30"; "" where there is none."""
        return self.words[line - 1] if 0 < line <= len(self.words) else ""


def read_source(path: Path) -> Source:
    """Read a script, or the code of a notebook.

    Raises:
        AuditError: It cannot be read.
    """
    try:
        content = read_regular(path, _MOST_BYTES, follow=True)
    except OSError as error:
        raise AuditError(path, clean(error.strerror or str(error))) from error
    if path.suffix.lower() == ".ipynb":
        cells = cells_of(path, content)
        lines = [line for cell in cells for line in cell.lines]
        words = [
            f"cell {cell.number}, line {number}"
            for cell in cells
            for number in range(1, len(cell.lines) + 1)
        ]
        return Source(path, tuple(lines), tuple(words), True)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError) as error:
        raise AuditError(path, f"is no text: {clean(str(error))}") from error
    plain = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Source(
        path, tuple(plain), tuple(f"line {number}" for number in range(1, len(plain) + 1)), False
    )

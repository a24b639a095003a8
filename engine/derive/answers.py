"""The answers of an exercise in a text file: a line ``dE_dy = dE_df * df_dy`` for each."""

from __future__ import annotations

import os
from pathlib import Path

from engine.common.errors import InputError
from engine.common.text import clean

MOST = 1_000_000
"""Bytes of a file that is read."""


class AnswersFile:
    """Reads the answers of a file and writes it anew with each one; what else stands there stays.

    Args:
        path: The file; it need not exist yet.

    Raises:
        InputError: It cannot be read.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._shown = clean(path)
        self._lines: list[str] = []
        try:
            if self._path.exists():
                with self._path.open("rb") as file:
                    content = file.read(MOST + 1)
                if len(content) > MOST:
                    raise InputError(f"{self._shown}: too large for a file of answers")
                self._lines = content.decode("utf-8-sig").splitlines()
            elif not self._path.absolute().parent.is_dir():
                raise InputError(f"{self._shown}: there is no such folder")
        except OSError as error:
            raise InputError(f"{self._shown}: {error.strerror or error}") from None
        except UnicodeDecodeError:
            raise InputError(f"{self._shown}: no text in UTF-8") from None

    def entries(self) -> list[tuple[int, str, str]]:
        """Return the answers, each with the number of its line, its name and its text.

        Raises:
            InputError: A line is no answer.
        """
        found = []
        for number, line in enumerate(self._lines, start=1):
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            name, sign, answer = (part.strip() for part in text.partition("="))
            if not (name and sign):
                example = "dE_dy = dE_df * df_dy"
                raise self.problem(number, f"an answer is written as {example}; # begins a comment")
            found.append((number, name, answer))
        return found

    def problem(self, line: int, words: str) -> InputError:
        """Return an error in one of its lines."""
        return InputError(f"{self._shown}, line {line}: {words}")

    def write(self, name: str, answer: str | None, *also: str) -> None:
        """Keep an answer, or take it out.

        Args:
            name: What it is for.
            answer: Its text; None to take it out.
            also: What else the line may be called in the file.

        Raises:
            InputError: The file cannot be written.
        """
        kept = []
        for line in self._lines:
            text, sign, _ = line.partition("=")
            if sign and text.strip() in (name, *also):
                if answer is not None:
                    kept.append(f"{name} = {answer}")
                answer = None
                continue
            kept.append(line)
        if answer is not None:
            kept.append(f"{name} = {answer}")
        self._lines = kept
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            beside.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            raise InputError(f"{self._shown}: {error.strerror or error}") from None

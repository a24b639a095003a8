"""The rows of a table, cut by Python's strict reader of CSV, its refusals in our words."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, NoReturn

from engine.common.errors import DataError
from engine.common.text import counted

_MOST_CELLS = 8192
"""Cells that are text at a time, so that they stay in the cache of the processor."""
_TELL = 1 << 20
"""Characters after which it is told how far the reading is."""


@dataclass(frozen=True)
class Writing:
    """The notation of a table: its separator and its decimal sign."""

    separator: str
    decimal: str


class Piece(NamedTuple):
    """Some rows, all of the same length, and the line in which each of them begins."""

    cells: list[list[str]]
    lines: list[int]


class Rows:
    """The rows of a text, which can be read several times.

    Attributes:
        names: The cells of the header, or column1, column2 …
        first_line: The line of the file below the header.
        size: The characters below it.
        line_count: The lines below it.
        width: The cells of the first row.
    """

    def __init__(self, text: str, shown: str, writing: Writing, before: int, named: bool) -> None:
        self.text, self.shown, self.writing, self.before = text, shown, writing, before
        self._start = self._header_lines = 0
        self._empty: list[int] = []
        self._broken = 0
        lines = self._read(lambda done: None)
        first, end = next(lines, ([""], 0))
        self.width = len(first)
        self.names = first
        if named:
            for _ in range(end):
                self._start = text.find("\n", self._start) + 1 or len(text)
            self._header_lines = end
        else:
            self.names = [f"column{i + 1}" for i in range(self.width)]
        self.first_line = before + self._header_lines + 1
        self.size = len(text) - self._start
        self.line_count = text.count("\n", self._start) + 1

    def lines(self, told: Callable[[int], None]) -> Iterator[str]:
        """Yield the lines below the header, their ends included, and tell the characters."""
        text, at, next_told = self.text, self._start, self._start
        while at < len(text):
            if at >= next_told:
                told(at - self._start)
                next_told = at + _TELL
            end = text.find("\n", at) + 1 or len(text)
            yield text[at:end]
            at = end

    def pieces(self, told: Callable[[int], None]) -> Iterator[Piece]:
        """Yield the rows below the header; empty ones are left out, short ones filled.

        Raises:
            DataError: A quotation mark does not fit, or a row has too many cells.
        """
        self._empty, self._broken, last = [], 0, 0
        rows = self._read(told)
        while some := list(islice(rows, max(_MOST_CELLS // self.width, 1))):
            piece = Piece([], [])
            for row, end in some:
                line = self.first_line + last
                if end > last + 1 and not self._broken:
                    self._broken = line
                last = end
                if len(row) != self.width:
                    self._check_width(row, line)
                    row += [""] * (self.width - len(row))
                if row[0] or any(cell and not cell.isspace() for cell in row):
                    piece.cells.append(row)
                    piece.lines.append(line)
                else:
                    self._empty.append(line)
            if piece.cells:
                yield piece

    def told(self) -> list[str]:
        """Return, in words, what was left out or taken for granted by the last reading."""
        told = []
        if self._broken:
            line = f"the first in line {self._broken}"
            told.append(f"line ends in quotation marks for text, {line}")
        if len(self._empty) == 1:
            told.append(f"line {self._empty[0]}, which is empty, left out")
        elif self._empty:
            lines = counted(len(self._empty), "empty line")
            told.append(f"{lines} left out, the first is line {self._empty[0]}")
        return told

    def _read(self, told: Callable[[int], None]) -> Iterator[tuple[list[str], int]]:
        """Yield each row and how many lines end with it."""
        reader = csv.reader(
            self.lines(told),
            delimiter=self.writing.separator,
            skipinitialspace=True,
            strict=True,
        )
        last = 0
        try:
            for row in reader:
                last = reader.line_num
                yield row, last
        except csv.Error as error:
            self._refuse(str(error), last, reader.line_num)

    def _refuse(self, problem: str, last: int, end: int) -> NoReturn:
        """Say what is wrong in the row that begins behind some lines."""
        line, end = (self.before + self._header_lines + n for n in (last + 1, end))
        if "end of data" in problem:
            problem = "a quotation mark is opened and never closed; close or remove it"
        elif "limit" in problem:
            most = counted(csv.field_size_limit(), "character")
            problem = f"a cell of more than {most}; is a quotation mark never closed?"
        else:
            where = f" in line {end}" if end != line else ""
            problem = (
                f"a quotation mark opened here closes{where} before the end of its cell; remove "
                "it or what is behind it, or write marks within a cell twice"
            )
        raise DataError(self.shown, problem, line=line)

    def _check_width(self, row: list[str], line: int) -> None:
        if len(row) > self.width:
            problem = f"{len(row)} cells, but line {self.before + 1} has {self.width}; a decimal "
            raise DataError(self.shown, f"{problem}comma, or a separator too many?", line=line)

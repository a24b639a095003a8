"""The errors that a user can cause. Each message is one line and says the way out."""

from __future__ import annotations

from pathlib import Path

from engine.common.numbers import grouped


class InputError(ValueError):
    """Input that cannot be used: a file, an option, a weight. The command line exits with 2."""


class DataError(InputError):
    """A data file that cannot be used.

    Args:
        file: The path as the user gave it.
        problem: What is wrong and what to do about it.
        line: The line in the file, counted from 1.
        column: The name of the column.
    """

    def __init__(
        self,
        file: str | Path,
        problem: str,
        *,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        place = str(file)
        if line is not None:
            place += f", line {line}"
        if column is not None:
            place += f", column {column!r}"
        super().__init__(f"{place}: {problem}")


class MissingCellError(DataError):
    """A table has missing cells, and no option says what to do about them.

    Args:
        file: The path as the user gave it.
        cells: How many there are.
        lines: How many lines have one.
        line: The first of these lines.
        column: The column of the first one.
    """

    def __init__(self, file: str | Path, cells: int, lines: int, line: int, column: str) -> None:
        self.lines = lines
        more = f" ({grouped(cells)} in the table)" if cells > 1 else ""
        advice = "; fill it in or remove the line, or add --missing drop or --missing mean"
        super().__init__(file, f"missing cell{more}{advice}", line=line, column=column)
        self.words = str(self).removesuffix(advice)
        """The same without the advice."""


class AuditError(InputError):
    """A script that cannot be run, or not be understood.

    Args:
        file: The script as the user gave it.
        problem: What is wrong and what to do about it.
        line: The line, counted from 1; 0 where there is none.
        column: The column, counted from 1; 0 where there is none.
    """

    def __init__(self, file: str | Path, problem: str, *, line: int = 0, column: int = 0) -> None:
        place = str(file)
        if line:
            place += f", line {line}"
        if column:
            place += f", column {column}"
        super().__init__(f"{place}: {problem}")


class ParametersError(InputError):
    """Parameters that do not fit the network."""


class QueryError(InputError):
    """An expression that cannot be read, or not be evaluated where it stands."""


class NotComputedError(LookupError):
    """A value was requested before its operation has run in this iteration."""

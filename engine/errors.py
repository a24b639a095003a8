"""The errors that a user can cause. Each message is one line and says the way out."""

from __future__ import annotations

from pathlib import Path


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


class ParametersError(InputError):
    """Given parameters that are not those of the network."""


class QueryError(InputError):
    """An expression that cannot be read, or not be evaluated where it stands."""


class NotComputedError(LookupError):
    """A value was asked for before its operation has run in this iteration."""

"""The place a table comes from, so that it can be read again."""

from __future__ import annotations

from dataclasses import dataclass

from engine.data.options import TableOptions


@dataclass(frozen=True)
class Source:
    """The file and options of a dataset, so that it can be read again.

    Attributes:
        path: The absolute path of a file, or the name of a bundled dataset.
        options: How it was read.
        seed: The seed that the held-out observations are drawn with.
    """

    path: str
    options: TableOptions
    seed: int

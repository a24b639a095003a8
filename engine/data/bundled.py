"""The bundled datasets: what each is, and a command that trains it well.

All that is said of them stands in ``samples/index.toml``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from engine.common.errors import InputError
from engine.common.numbers import general, percent
from engine.common.text import clean
from engine.data.locate import bundled

_PROMISES = {
    "E": "E of at most",
    "accuracy": "an accuracy of at least",
    "rmse": "an RMSE of at most",
    "r2": "an R² of at least",
}


@dataclass(frozen=True)
class Sample:
    """One bundled dataset.

    Attributes:
        name: As it is written on the command line.
        path: Its CSV file.
        about: In a few words, what it is.
        teaches: The lesson of training on it.
        source: Its origin, with its licence where it has one.
        options: Options of the command that trains it well.
        measure: What is promised of that command: E, accuracy, rmse or r2, on the
            observations that it was trained on.
        bound: The most that E and rmse come to, the least that accuracy and r2 reach.
    """

    name: str
    path: Path
    about: str = ""
    teaches: str = ""
    source: str = ""
    options: str = ""
    measure: str = ""
    bound: float = 0.0

    @property
    def command(self) -> str:
        """The command line that trains it well."""
        return f"nn-tui {self.name} {self.options}".rstrip()

    @property
    def promise(self) -> str:
        """The result that the command reaches, in words, e.g. ``an accuracy of at least 97 %``."""
        if not self.measure:
            return ""
        is_share = self.measure == "accuracy"
        bound = percent(self.bound, unit=" %") if is_share else general(self.bound)
        return f"{_PROMISES[self.measure]} {bound}"

    def read_columns(self) -> tuple[list[str], int]:
        """Read the names of the columns and the number of the observations."""
        with self.path.open(encoding="utf-8") as lines:
            header = next(lines).strip().split(",")
            return header, sum(1 for line in lines if line.strip())


def read_samples() -> dict[str, Sample]:
    """Return the bundled datasets by name, in alphabetical order."""
    files = bundled()
    known = {}
    if files:
        index = next(iter(files.values())).with_name("index.toml")
        known = tomllib.loads(index.read_text(encoding="utf-8"))
    return {name: Sample(name, path, **known.get(name, {})) for name, path in files.items()}


def find_sample(name: str) -> Sample:
    """Return the bundled dataset of a name.

    Raises:
        InputError: There is none of this name.
    """
    samples = read_samples()
    if name not in samples:
        raise InputError(f"no bundled dataset {clean(name, 40)!r}; there are {', '.join(samples)}")
    return samples[name]

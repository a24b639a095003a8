"""The table that a network learns, split into x and f₀."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.common.errors import InputError

if TYPE_CHECKING:
    from engine.data.scaling import Scaling
    from engine.data.source import Source


INPUT, TARGET, INDEX, IGNORED = ROLES = ("input", "target", "index", "ignored")
"""The roles of a table's columns."""


@dataclass(frozen=True)
class Dataset:
    """N observations with their inputs and targets.

    Attributes:
        name: Its name on the screen and in reports.
        x: The inputs, N × I, float64, read-only.
        f0: The targets f₀, N × O, float64, read-only.
        inputs: The I names of the inputs.
        targets: The O names of the targets.
        observations: The N names of the observations.
        index: The name of the column of these names.
        assumptions: In words, what was taken for granted when reading.
        classes: The names of the target's classes, () where there are none: of one target
            with the values 0 and 1 their names, else the name of each target's class.
        held_out: The observations that were held out, with the same columns.
        scaling: How x was made from the original inputs; None where it is these.
        original_x: The inputs before they were scaled, N × I; None where x is these.
        features: How many of the last inputs are computed from those before; their names are
            the expressions.
        source: How it was read from a file; None where it was not.
        columns: The columns of the table, each with what it is, one of `ROLES`.
        filled: Which cells of x were missing and are filled in, N × I; None where none was.
    """

    name: str
    x: NDArray[np.float64]
    f0: NDArray[np.float64]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    observations: tuple[str, ...]
    index: str = "observation"
    assumptions: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    held_out: Dataset | None = None
    scaling: Scaling | None = None
    original_x: NDArray[np.float64] | None = None
    features: int = 0
    source: Source | None = None
    columns: tuple[tuple[str, str], ...] = ()
    filled: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        for array in (self.x, self.f0, self.shown_x):
            array.flags.writeable = False

    @cached_property
    def fingerprint(self) -> str:
        """A text that differs with any number or name that training sees."""
        known = hashlib.blake2b(digest_size=16)
        part: Dataset | None = self
        while part is not None:
            names = (part.inputs, part.targets, part.observations, part.classes, part.index)
            known.update(repr((names, part.x.shape, part.f0.shape)).encode(errors="surrogatepass"))
            known.update(part.x.tobytes())
            known.update(part.f0.tobytes())
            part = part.held_out
        return known.hexdigest()

    @property
    def shown_x(self) -> NDArray[np.float64]:
        """The inputs as they are in the table, N × I."""
        return self.x if self.original_x is None else self.original_x

    @classmethod
    def from_arrays(
        cls, x: NDArray[np.float64], f0: NDArray[np.float64], name: str = "arrays"
    ) -> Dataset:
        """Make a dataset from arrays of shapes N × I and N × O, naming the columns by number.

        Raises:
            InputError: An array is not two-dimensional, is empty, or has another N.
        """
        x, f0 = np.array(x, dtype=np.float64), np.array(f0, dtype=np.float64)
        if x.ndim != 2 or f0.ndim != 2 or len(x) != len(f0) or not x.size or not f0.size:
            raise InputError(f"x is N × I and f0 is N × O, not {x.shape} and {f0.shape}")
        outputs = f0.shape[1]
        return cls(
            name=name,
            x=x,
            f0=f0,
            inputs=tuple(f"input{i + 1}" for i in range(x.shape[1])),
            targets=tuple(f"output{i + 1}" for i in range(outputs)) if outputs > 1 else ("output",),
            observations=tuple(str(n + 1) for n in range(len(x))),
        )

"""What a user settles about a script beforehand, so that it need not be found out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from engine.audit.network.linear import Linear
from engine.audit.network.targets import Targets, targets_among
from engine.audit.passes.matching import same
from engine.audit.passes.one_pass import Found, Pass, is_called
from engine.audit.recording.recording import Recording
from engine.common.declaration import Value
from engine.common.errors import InputError
from engine.common.text import clean
from engine.data.dataset import Dataset
from engine.formula.tensor import Array


@dataclass(frozen=True)
class Settled:
    """Facts about a script that its numbers may not tell; whatever is absent is found out.

    Attributes:
        hyperparameters: The hyperparameters that are known, by name and as `Hyperparameters` takes
            them, e.g. ``{"hidden": "4", "activation": "tanh"}``: the widths of the hidden layers,
            the activations and the loss count.
        names: For a variable of the script the tensor that it is, by the name in our program, e.g.
            ``{"d_output": "dE_dy", "labels": "f0"}``: f₀ and derivatives count. A variable is
            written as in the script: ``self.W1``, ``params[0]``.
        table: The table that the script learns: its inputs and targets.
    """

    hyperparameters: Mapping[str, Value] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    table: Dataset | None = None

    def __bool__(self) -> bool:
        return bool(self.hyperparameters or self.names or self.table)

    @property
    def widths(self) -> tuple[int, ...] | None:
        """The widths of the hidden layers; None where they are not known."""
        given = self.hyperparameters.get("hidden")
        if given is None:
            return None
        return tuple(int(width) for width in str(given).split(",") if width.strip().isdigit())

    @property
    def tells_layers(self) -> bool:
        """Whether something is known of the layers."""
        return self.widths is not None or self.table is not None

    @property
    def in_words(self) -> str:
        """The facts about the layers, in words."""
        words = []
        if self.widths is not None:
            words.append(f"with the hidden widths {', '.join(map(str, self.widths)) or 'none'}")
        if self.table is not None:
            words.append("that takes the rows of the table")
        return " ".join(words)

    def check(self, recording: Recording) -> None:
        """Check that the script has the variables that are named.

        Raises:
            InputError: It has not.
        """
        held = {place.text for place in recording.places}
        for variable, tensor in self.names.items():
            if variable not in held:
                raise InputError(
                    f"--name {clean(variable, 60)}={clean(tensor, 60)}: the script has no numbers "
                    f"in {clean(variable, 60)}"
                )

    def named_in(self, one: Pass, recording: Recording) -> dict[str, list[Found]]:
        """Return the arrays of a pass in the variables that are named, by the tensors they are."""
        variables = {tensor: variable for variable, tensor in self.names.items()}
        return {
            tensor: [found for found in one.found if is_called(recording, found, variable)]
            for tensor, variable in variables.items()
        }

    def fits(self, layers: Sequence[Linear]) -> bool:
        """Whether layers may be those of the script, from the input side."""
        widths = tuple(layer.z.shape[1] for layer in layers)
        if self.widths is not None and widths[:-1] != self.widths:
            return False
        if self.table is None:
            return True
        return widths[-1] == self.table.f0.shape[1] and self.rows_of(layers[0].inputs) is not None

    def rows_of(self, inputs: Array) -> list[int] | None:
        """Return which rows of the table a script puts in; None where one is not in it."""
        if self.table is None:
            return None
        if inputs.shape[1] == self.table.x.shape[1] + 1:
            # A column of ones is the script's own.
            inputs = inputs[:, :-1] if np.all(inputs[:, -1] == 1.0) else inputs[:, 1:]
        if inputs.shape == self.table.x.shape and np.allclose(inputs, self.table.x, 1e-9, 1e-12):
            return list(range(len(inputs)))
        rows = [self._places.get(_key(row)) for row in inputs]
        return None if None in rows else [row for row in rows if row is not None]

    @cached_property
    def _places(self) -> dict[bytes, int]:
        assert self.table is not None
        return {_key(row): number for number, row in enumerate(self.table.x)}

    def targets_of(self, one: Pass, layers: Sequence[Linear]) -> Targets | None:
        """Return the targets of a pass by the table; None where there is no table."""
        rows = self.rows_of(layers[0].inputs)
        if rows is None or self.table is None:
            return None
        f0 = self.table.f0[rows]
        held = (t for t in targets_among(one, layers[-1]) if same(t.data, f0))
        known = next(held, Targets(f0, layers[0].of_inputs, False))
        return replace(known, is_compared=True)


def _key(row: Array) -> bytes:
    return (np.round(row, 9) + 0.0).tobytes()


NOTHING = Settled()
"""Everything is found out."""


def names_from(pairs: tuple[str, ...]) -> dict[str, str]:
    """Read ``VARIABLE=TENSOR`` pairs.

    Raises:
        InputError: One is no such pair, or names a variable twice.
    """
    names: dict[str, str] = {}
    for pair in pairs:
        variable, sign, tensor = (part.strip() for part in pair.rpartition("="))
        if not (variable and sign and tensor):
            raise InputError(f"{clean(pair, 60)}: VARIABLE=TENSOR is needed, e.g. d_output=dE_dy")
        if names.setdefault(variable, tensor) != tensor:
            raise InputError(f"{clean(variable, 60)} is given two names")
    return names

"""What a user settles about a script beforehand, so that it need not be found out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.common.declaration import Value
from engine.common.errors import InputError
from engine.common.text import clean


@dataclass(frozen=True)
class Settled:
    """Facts about a script that its numbers may not tell; whatever is absent is found out.

    Attributes:
        hyperparameters: The hyperparameters that are known, by name and as `Hyperparameters` takes
            them, e.g. ``{"activation": "tanh", "loss": "mse"}``: the activations and the loss
            count.
        names: For a variable of the script the tensor that it is, by the name in our program, e.g.
            ``{"d_output": "dE_dy", "labels": "f0"}``: f₀ and derivatives count. A variable is
            written as in the script: ``self.W1``, ``params[0]``.
    """

    hyperparameters: Mapping[str, Value] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.hyperparameters or self.names)


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

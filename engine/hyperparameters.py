"""The hyperparameters, each declared once.

The command line's options, the form's fields, the validation, the messages and the
saved files all read `DECLARATIONS`; a new hyperparameter is one more field here.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import InputError
from engine.losses import LOSSES
from engine.text import clean

Value = float | int | str

BIAS_MODES = ("none", "shared", "per-neuron")

_KINDS = {float: "a number", int: "a whole number"}


@dataclass(frozen=True)
class Declaration:
    """What is known of one hyperparameter before it has a value."""

    name: str
    kind: type[float] | type[int] | type[str]
    default: Value
    help: str
    symbol: str = ""
    words: str = ""
    """The name in words where it is not the identifier's."""
    minimum: float = -math.inf
    maximum: float = math.inf
    choices: tuple[str, ...] = ()
    applies: Literal["live", "reset"] = "reset"
    """Whether a change takes effect at once or needs the run to start again."""

    @property
    def label(self) -> str:
        """The name in words, as the form shows it."""
        return self.words or self.name.replace("_", " ")

    @property
    def option(self) -> str:
        """The name as an option of the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.choices:
            return " | ".join(self.choices)
        if math.isinf(self.maximum):
            return f"{_KINDS[self.kind]}, {self.minimum:,g} or more"
        return f"{_KINDS[self.kind]} from {self.minimum:,.0f} to {self.maximum:,.0f}"

    def parse(self, text: str) -> Value:
        """Turn what a user typed into a value.

        Raises:
            InputError: The text is no value of this hyperparameter.
        """
        typed = text.strip()
        value: Value = typed
        try:
            if self.kind is int:
                value = int(typed.replace(",", ""))
            elif self.kind is float:
                value = float(typed)
        except ValueError:
            raise self._refusal(text) from None
        return self.validate(value)

    def validate(self, value: object) -> Value:
        """Return the value in its declared type.

        Raises:
            InputError: The value has the wrong type or lies outside the range.
        """
        if self.kind is str:
            if isinstance(value, str) and value in self.choices:
                return value
            raise self._refusal(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._refusal(value)
        if self.kind is int and not isinstance(value, int):
            raise self._refusal(value)
        try:
            number = self.kind(value)
        except OverflowError:
            raise self._refusal(value) from None
        assert not isinstance(number, str)
        # Neither nan nor inf lies within; an int may be too large for math.isfinite.
        if not self.minimum <= number <= self.maximum or number == math.inf:
            raise self._refusal(value)
        return number

    def _refusal(self, value: object) -> InputError:
        return InputError(f"{self.label}: {self.allowed}, not {clean(str(value), 40)!r}")


def _declare(default: Value, help: str, **facts: Any) -> Any:
    """Declare a dataclass field together with everything that is known of it."""
    facts.update(default=default, help=help)
    return dataclasses.field(default=default, metadata=facts)


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """The values of one run. The defaults are the notebook's.

    Raises:
        InputError: A value has the wrong type or lies outside its range.
    """

    learning_rate: float = _declare(
        0.05,
        "The step size η of gradient descent: v ← v − η·∂E/∂v.",
        kind=float,
        symbol="η",
        minimum=0.0,
        applies="live",
    )
    iterations: int = _declare(
        10_000,
        "How many parameter updates a run makes.",
        kind=int,
        minimum=0,
        maximum=1_000_000_000,
        applies="live",
    )
    hidden: int = _declare(
        3,
        "How many neurons the hidden layer has.",
        kind=int,
        symbol="H",
        words="hidden neurons",
        minimum=1,
        maximum=10_000,
    )
    seed: int = _declare(
        1,
        "The seed of numpy.random.RandomState, which draws the starting weights.",
        kind=int,
        minimum=0,
        maximum=2**32 - 1,
    )
    bias: str = _declare(
        "none",
        "No bias, one scalar b shared by all neurons, or one per neuron (bv, bw); it starts at 0.",
        kind=str,
        symbol="b",
        choices=BIAS_MODES,
    )
    loss: str = _declare(
        "mse",
        "What E is: "
        + ", ".join(f"{loss.name} = {loss.formula}" for loss in LOSSES.values())
        + ".",
        kind=str,
        symbol="E",
        choices=tuple(LOSSES),
    )

    def __post_init__(self) -> None:
        for declaration in DECLARATIONS.values():
            value = declaration.validate(getattr(self, declaration.name))
            object.__setattr__(self, declaration.name, value)

    def replace(self, **changes: Value) -> Hyperparameters:
        """Return a copy with some values changed.

        Raises:
            InputError: As for the constructor.
        """
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, Value]:
        """Return name → value in the order of declaration."""
        return dataclasses.asdict(self)


DECLARATIONS: dict[str, Declaration] = {
    field.name: Declaration(name=field.name, **field.metadata)
    for field in dataclasses.fields(Hyperparameters)
}

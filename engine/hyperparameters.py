"""The hyperparameters, each declared once.

The command line's options, the form's fields, the validation, the messages and the
saved files all read `DECLARATIONS`; a new hyperparameter is one more field here.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from engine.activations import HIDDEN, OUTPUT
from engine.errors import InputError
from engine.initialisations import INITIALISATIONS
from engine.losses import LOSSES
from engine.optimisers import OPTIMISERS
from engine.schedules import SCHEDULES
from engine.text import clean

Value = float | int | str

BIAS_MODES = ("none", "shared", "per-neuron")

MOST_LAYERS = 20
MOST_NEURONS = 10_000

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
    form: Callable[[str], str] | None = None
    """For a text that is no choice: gives its normal form, or raises ValueError."""
    form_words: str = ""
    """The same in words."""
    needs: tuple[str, tuple[Value, ...]] | None = None
    """Another hyperparameter and those of its values with which this one matters."""
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
        if self.form:
            return self.form_words
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
            return self._text(value)
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

    def _text(self, value: object) -> str:
        if self.form and isinstance(value, int) and not isinstance(value, bool):
            # A single number is written without quotation marks in scripts and saved files.
            value = str(value)
        if isinstance(value, str) and self.form:
            try:
                return self.form(value)
            except ValueError:
                raise self._refusal(value) from None
        if isinstance(value, str) and value in self.choices:
            return value
        raise self._refusal(value)

    def matters(self, values: Hyperparameters) -> bool:
        """Whether this one changes anything beside the others."""
        return self.needs is None or getattr(values, self.needs[0]) in self.needs[1]

    def _refusal(self, value: object) -> InputError:
        return InputError(f"{self.label}: {self.allowed}, not {clean(str(value), 40)!r}")


def _declare(default: Value, help: str, **facts: Any) -> Any:
    """Declare a dataclass field together with everything that is known of it."""
    facts.update(default=default, help=help)
    return dataclasses.field(default=default, metadata=facts)


def _sizes(text: str) -> str:
    """Bring ``8, 4`` into the form ``8,4``; ``none`` is no hidden layer."""
    typed = text.strip().lower()
    if typed in ("none", "0"):
        return "none"
    sizes = [_whole(part) for part in typed.split(",")]
    if len(sizes) > MOST_LAYERS or not all(1 <= size <= MOST_NEURONS for size in sizes):
        raise ValueError
    return ",".join(map(str, sizes))


def _whole(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 12:
        raise ValueError
    return int(text)


def _activations(text: str) -> str:
    names = [name.strip() for name in text.lower().split(",")]
    if len(names) > MOST_LAYERS or not set(names) <= set(HIDDEN):
        raise ValueError
    return ",".join(names)


def _batch(text: str) -> str:
    typed = text.strip().lower()
    if typed == "full":
        return typed
    size = _whole(typed)
    if size < 1:
        raise ValueError
    return str(size)


_YES_NO = ("no", "yes")
_ADAM = ("adam", "adamw")


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
    hidden: str = _declare(
        "3",
        "How many neurons each hidden layer has, from the input side on, e.g. 8,4; none for no "
        "hidden layer.",
        kind=str,
        symbol="H",
        words="hidden neurons",
        form=_sizes,
        form_words=f"none, or whole numbers from 1 to {MOST_NEURONS:,}, one a layer: 8,4",
    )
    activation: str = _declare(
        "sigmoid",
        "The activation of the hidden layers, one for all or one a layer: "
        + ", ".join(HIDDEN)
        + ".",
        kind=str,
        symbol="σ",
        form=_activations,
        form_words=" | ".join(HIDDEN) + ", or one a layer: relu,tanh",
    )
    output_activation: str = _declare(
        "sigmoid",
        "The activation of the output layer.",
        kind=str,
        words="output",
        choices=OUTPUT,
    )
    bias: str = _declare(
        "none",
        "No bias, one scalar b shared by all neurons, or one per neuron (bv, bw).",
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
    huber_delta: float = _declare(
        1.0,
        "Where the Huber loss turns from a square into a line.",
        kind=float,
        symbol="δ",
        minimum=1e-9,
        needs=("loss", ("huber",)),
    )
    init: str = _declare(
        "uniform",
        "How the weights start; n inputs, m neurons. "
        + "; ".join(f"{way.name}: {way.rule}" for way in INITIALISATIONS.values())
        + ".",
        kind=str,
        words="initial weights",
        choices=tuple(INITIALISATIONS),
    )
    initial_bias: float = _declare(
        0.0,
        "What the biases start at (with torch they are drawn).",
        kind=float,
        symbol="b",
        minimum=-1e6,
        maximum=1e6,
        needs=("bias", ("shared", "per-neuron")),
    )
    seed: int = _declare(
        1,
        "The seed of numpy.random.RandomState, which draws the starting weights and shuffles.",
        kind=int,
        minimum=0,
        maximum=2**32 - 1,
    )
    optimiser: str = _declare(
        "sgd",
        "How the parameters follow the gradient: "
        + "; ".join(f"{o.name}: {o.rule}" for o in OPTIMISERS.values())
        + ".",
        kind=str,
        choices=tuple(OPTIMISERS),
    )

    momentum: float = _declare(
        0.9,
        "The share of the last velocity that is kept.",
        kind=float,
        symbol="μ",
        minimum=0.0,
        maximum=1.0,
        needs=("optimiser", ("momentum", "nesterov")),
    )
    decay: float = _declare(
        0.99,
        "The share of the mean of the squared gradients that is kept.",
        kind=float,
        symbol="α",
        minimum=0.0,
        maximum=0.999999,
        needs=("optimiser", ("rmsprop",)),
    )
    beta1: float = _declare(
        0.9,
        "The share of the mean of the gradients that is kept.",
        kind=float,
        symbol="β₁",
        minimum=0.0,
        maximum=0.999999,
        needs=("optimiser", _ADAM),
    )
    beta2: float = _declare(
        0.999,
        "The share of the mean of the squared gradients that is kept.",
        kind=float,
        symbol="β₂",
        minimum=0.0,
        maximum=0.999999,
        needs=("optimiser", _ADAM),
    )
    epsilon: float = _declare(
        1e-8,
        "Added to a root that is divided by, so that it is never 0.",
        kind=float,
        symbol="ε",
        minimum=0.0,
        maximum=1.0,
        needs=("optimiser", ("rmsprop", *_ADAM)),
    )
    weight_decay: float = _declare(
        0.01,
        "By how much of themselves, times η, the parameters shrink in each update.",
        kind=float,
        symbol="λ",
        minimum=0.0,
        maximum=1e6,
        needs=("optimiser", ("adamw",)),
    )
    l1: float = _declare(
        0.0,
        "Adds λ₁·Σ|w| over all weights, not the biases, to E.",
        kind=float,
        symbol="λ₁",
        words="L1",
        minimum=0.0,
        maximum=1e6,
    )
    l2: float = _declare(
        0.0,
        "Adds ½·λ₂·Σw² over all weights, not the biases, to E.",
        kind=float,
        symbol="λ₂",
        words="L2",
        minimum=0.0,
        maximum=1e6,
    )
    clip: float = _declare(
        0.0,
        "The largest norm that all gradients together may have; 0 for any.",
        kind=float,
        minimum=0.0,
        maximum=1e300,
    )
    schedule: str = _declare(
        "constant",
        "How η changes with the iteration t, s steps and the factor q: "
        + "; ".join(f"{way.name}: {way.formula}" for way in SCHEDULES.values())
        + ".",
        kind=str,
        choices=tuple(SCHEDULES),
    )
    schedule_steps: int = _declare(
        1000,
        "The iterations of the schedule: between two steps, to the end of the cosine, or of the "
        "warm-up.",
        kind=int,
        symbol="s",
        minimum=1,
        maximum=1_000_000_000,
        needs=("schedule", tuple(SCHEDULES)[1:]),
    )
    schedule_factor: float = _declare(
        0.5,
        "What η is multiplied with in as many iterations.",
        kind=float,
        symbol="q",
        minimum=0.0,
        maximum=10.0,
        needs=("schedule", ("step", "exponential")),
    )
    batch_size: str = _declare(
        "full",
        "How many observations an iteration sees; the last batch of an epoch may be smaller.",
        kind=str,
        symbol="B",
        form=_batch,
        form_words="full, or a whole number",
    )
    shuffle: str = _declare(
        "no",
        "Whether each epoch goes through the observations in another order, drawn from the seed.",
        kind=str,
        choices=_YES_NO,
    )
    target_loss: float = _declare(
        0.0,
        "The run stops when E is no larger; 0 for never.",
        kind=float,
        minimum=0.0,
        maximum=1e300,
    )
    patience: int = _declare(
        0,
        "The run stops when the held-out loss has not been better for so many epochs; 0 for never.",
        kind=int,
        minimum=0,
        maximum=1_000_000_000,
    )

    def __post_init__(self) -> None:
        for declaration in DECLARATIONS.values():
            value = declaration.validate(getattr(self, declaration.name))
            object.__setattr__(self, declaration.name, value)
        layers, activations = len(self.hidden_sizes), len(self.activation.split(","))
        if activations > 1 and activations != layers:
            raise InputError(f"activation: {activations} of them for {layers} hidden layers")

    @property
    def hidden_sizes(self) -> tuple[int, ...]:
        """How many neurons each hidden layer has."""
        return () if self.hidden == "none" else tuple(map(int, self.hidden.split(",")))

    @property
    def hidden_activations(self) -> tuple[str, ...]:
        """The name of each hidden layer's activation."""
        names = self.activation.split(",")
        return tuple(names * len(self.hidden_sizes) if len(names) == 1 else names)

    def replace(self, **changes: Value) -> Hyperparameters:
        """Return a copy with some values changed.

        Raises:
            InputError: As for the constructor.
        """
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def to_evaluate(self) -> Hyperparameters:
        """Return those of the same network that only evaluates: one batch, the loss alone."""
        return self.replace(batch_size="full", shuffle="no", l1=0.0, l2=0.0, patience=0)

    def as_dict(self) -> dict[str, Value]:
        """Return name → value in the order of declaration."""
        return dataclasses.asdict(self)


DECLARATIONS: dict[str, Declaration] = {
    field.name: Declaration(name=field.name, **field.metadata)
    for field in dataclasses.fields(Hyperparameters)
}

"""The hyperparameters, each declared once.

The command line's options, the form's fields, the validation, the messages and the
saved files all read `DECLARATIONS`; a new hyperparameter is one more field here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Container
from dataclasses import dataclass

from engine.common.declaration import Declaration, Value, declare
from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.common.text import counted
from engine.maths.activations import HIDDEN, OUTPUT
from engine.maths.initialisations import INITIALISATIONS
from engine.maths.losses import LOSSES
from engine.maths.optimisers import OPTIMISERS
from engine.maths.schedules import SCHEDULES
from engine.model.typed_values import (
    MOST_LAYERS,
    MOST_NEURONS,
    activation_names,
    layer_sizes,
    parameter_names,
    size_or_full,
)

BIAS_MODES = ("none", "shared", "per-neuron")
PENALISED = ("weights", "all")

_YES_NO = ("no", "yes")
_ADAM = ("adam", "adamw")


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """The values of one run. The defaults are the notebook's.

    Raises:
        InputError: A value has the wrong type or lies outside its range.
    """

    learning_rate: float = declare(
        0.05,
        "The step size η of gradient descent: v ← v − η·∂E/∂v.",
        symbol="η",
        minimum=0.0,
        applies="live",
    )
    iterations: int = declare(
        10_000,
        "How many parameter updates a run makes.",
        minimum=0,
        maximum=1_000_000_000,
        applies="live",
    )
    hidden: str = declare(
        "3",
        "How many neurons each hidden layer has, from the input side on, e.g. 8,4; none for no "
        "hidden layer.",
        symbol="H",
        words="hidden neurons",
        form=layer_sizes,
        form_words=f"none, or whole numbers from 1 to {grouped(MOST_NEURONS)}, one for each of at "
        f"most {MOST_LAYERS} layers: 8,4",
    )
    activation: str = declare(
        "sigmoid",
        "The activation of the hidden layers, one for all or one per layer: "
        + ", ".join(HIDDEN)
        + ".",
        symbol="σ",
        form=activation_names,
        form_words=" | ".join(HIDDEN) + ", or one per layer: tanh,leaky-relu:0.2",
    )
    output_activation: str = declare(
        "sigmoid",
        "The activation of the output layer.",
        words="output",
        choices=OUTPUT,
    )
    bias: str = declare(
        "none",
        "No bias, one scalar b shared by all neurons, or one per neuron (bv, bw).",
        symbol="b",
        choices=BIAS_MODES,
    )
    loss: str = declare(
        "mse",
        "The loss E: "
        + ", ".join(f"{loss.name} = {loss.formula}" for loss in LOSSES.values())
        + ".",
        symbol="E",
        choices=tuple(LOSSES),
    )
    huber_delta: float = declare(
        1.0,
        "The error beyond which the Huber loss is linear instead of square.",
        symbol="δ",
        minimum=1e-9,
        needs=("loss", ("huber",)),
    )
    init: str = declare(
        "uniform",
        "How the starting weights are drawn; n inputs, m neurons. "
        + "; ".join(f"{way.name}: {way.rule}" for way in INITIALISATIONS.values())
        + ".",
        words="initial weights",
        choices=tuple(INITIALISATIONS),
    )
    init_scale: float = declare(
        1.0,
        "The factor by which the drawn weights are multiplied.",
        minimum=0.0,
        maximum=1e6,
        needs=("init", tuple(name for name in INITIALISATIONS if name != "zeros")),
    )
    initial_bias: float = declare(
        0.0,
        "The starting value of the biases (with torch they are drawn).",
        symbol="b",
        minimum=-1e6,
        maximum=1e6,
        needs=("bias", ("shared", "per-neuron")),
    )
    seed: int = declare(
        1,
        "The seed of numpy.random.RandomState, which draws the starting weights and shuffles.",
        minimum=0,
        maximum=2**32 - 1,
    )
    optimiser: str = declare(
        "sgd",
        "How the parameters follow the gradient: "
        + "; ".join(f"{o.name}: {o.rule}" for o in OPTIMISERS.values())
        + ".",
        choices=tuple(OPTIMISERS),
    )

    momentum: float = declare(
        0.9,
        "The share of the last velocity that is kept.",
        symbol="μ",
        minimum=0.0,
        maximum=1.0,
        needs=("optimiser", ("momentum", "nesterov")),
    )
    decay: float = declare(
        0.99,
        "The share of the mean of the squared gradients that is kept.",
        symbol="α",
        minimum=0.0,
        maximum=0.999999,
        needs=("optimiser", ("rmsprop",)),
    )
    beta1: float = declare(
        0.9,
        "The share of the mean of the gradients that is kept.",
        symbol="β₁",
        minimum=0.0,
        maximum=0.999999,
        needs=("optimiser", _ADAM),
    )
    beta2: float = declare(
        0.999,
        "The share of the mean of the squared gradients that is kept.",
        symbol="β₂",
        minimum=0.0,
        maximum=0.999999,
        needs=("optimiser", _ADAM),
    )
    epsilon: float = declare(
        1e-8,
        "Added to the root in a denominator, so that it is never 0.",
        symbol="ε",
        minimum=0.0,
        maximum=1.0,
        needs=("optimiser", ("rmsprop", *_ADAM)),
    )
    weight_decay: float = declare(
        0.01,
        "The share, times η, by which the parameters shrink in each update.",
        symbol="λ",
        minimum=0.0,
        maximum=1e6,
        needs=("optimiser", ("adamw",)),
    )
    l1: float = declare(
        0.0,
        "Adds λ₁·Σ|w| over all weights to E.",
        symbol="λ₁",
        words="L1",
        minimum=0.0,
        maximum=1e6,
    )
    l2: float = declare(
        0.0,
        "Adds ½·λ₂·Σw² over all weights to E.",
        symbol="λ₂",
        words="L2",
        minimum=0.0,
        maximum=1e6,
    )
    penalise: str = declare(
        "weights",
        "The parameters that L1 and L2 count: the weights, or all, the biases too.",
        choices=PENALISED,
        needs=("bias", ("shared", "per-neuron")),
    )
    freeze: str = declare(
        "none",
        "Parameters that no update changes, e.g. bv,bw; their gradients are computed, but do not "
        "count where gradients are clipped.",
        words="frozen",
        form=parameter_names,
        form_words="none, or names of parameters: bv,bw",
    )
    clip: float = declare(
        0.0,
        "The largest norm that all gradients together may have; 0 for no limit.",
        minimum=0.0,
        maximum=1e300,
    )
    schedule: str = declare(
        "constant",
        "How η changes with the iteration t, s steps and the factor q: "
        + "; ".join(f"{way.name}: {way.formula}" for way in SCHEDULES.values())
        + ".",
        choices=tuple(SCHEDULES),
    )
    schedule_steps: int = declare(
        1000,
        "The iterations of the schedule: between two steps, to the end of the cosine, or of the "
        "warm-up.",
        symbol="s",
        minimum=1,
        maximum=1_000_000_000,
        needs=("schedule", tuple(SCHEDULES)[1:]),
    )
    schedule_factor: float = declare(
        0.5,
        "The factor by which η changes over that many iterations.",
        symbol="q",
        minimum=0.0,
        maximum=10.0,
        needs=("schedule", ("step", "exponential")),
    )
    batch_size: str = declare(
        "full",
        "How many observations an iteration sees; the last batch of an epoch may be smaller.",
        symbol="B",
        form=size_or_full,
        form_words="full, or a whole number",
    )
    shuffle: str = declare(
        "no",
        "Whether each epoch goes through the observations in another order, drawn from the seed.",
        choices=_YES_NO,
    )
    target_loss: float = declare(
        0.0,
        "The run stops when E has fallen to this value; 0 for never.",
        minimum=0.0,
        maximum=1e300,
    )
    patience: int = declare(
        0,
        "The run stops when the held-out loss has not fallen for this many epochs; 0 for never.",
        minimum=0,
        maximum=1_000_000_000,
    )

    def __post_init__(self) -> None:
        for declaration in DECLARATIONS.values():
            value = declaration.validate(getattr(self, declaration.name))
            object.__setattr__(self, declaration.name, value)
        layers, activations = len(self.hidden_sizes), len(self.activation.split(","))
        if activations > 1 and activations != layers:
            raise InputError(
                f"activation: {activations} of them for {counted(layers, 'hidden layer')}; "
                "one for all or one for each is needed"
            )

    @property
    def hidden_sizes(self) -> tuple[int, ...]:
        """The number of neurons of each hidden layer."""
        return () if self.hidden == "none" else tuple(map(int, self.hidden.split(",")))

    @property
    def hidden_activations(self) -> tuple[str, ...]:
        """The name of each hidden layer's activation."""
        names = self.activation.split(",")
        return tuple(names * len(self.hidden_sizes) if len(names) == 1 else names)

    @property
    def frozen(self) -> tuple[str, ...]:
        """The names of the parameters that no update changes."""
        return () if self.freeze == "none" else tuple(self.freeze.split(","))

    def replace(self, **changes: Value) -> Hyperparameters:
        """Return a copy with some values changed.

        Raises:
            InputError: As for the constructor.
        """
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def to_evaluate(self) -> Hyperparameters:
        """Return the hyperparameters for evaluation only: one batch, the loss alone."""
        return self.replace(batch_size="full", shuffle="no", l1=0.0, l2=0.0, patience=0)

    def without_effect(self, names: Container[str]) -> list[str]:
        """Return a message for each named hyperparameter without an effect, given the others."""
        told = []
        for declaration in DECLARATIONS.values():
            if declaration.name in names and not declaration.matters(self):
                assert declaration.needs is not None
                other = DECLARATIONS[declaration.needs[0]]
                beside = f"{other.label} {getattr(self, other.name)}"
                told.append(f"{declaration.option} has no effect with {beside}")
        return told

    def as_dict(self) -> dict[str, Value]:
        """Return the values by name, in the order of declaration."""
        return dataclasses.asdict(self)


DECLARATIONS: dict[str, Declaration] = {
    field.name: Declaration(name=field.name, **field.metadata)
    for field in dataclasses.fields(Hyperparameters)
}

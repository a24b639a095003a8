"""The same network in PyTorch: an independent witness.

PyTorch's own functions compute the forward phase and the loss, its automatic differentiation
the gradients, and its optimisers and schedulers the updates. From the program it takes the
names, the data, the order of the batches and the parameters to start from, and nothing that
the program has computed.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.common.errors import InputError
from engine.formula.primitives import setting
from engine.formula.source import NUMPY, TORCH, source
from engine.formula.tensor import Axis
from engine.formula.tree import Formula, Leaf, Variable
from engine.maths.activations import ACTIVATIONS
from engine.maths.losses import LOSSES, Setting
from engine.maths.schedules import SCHEDULES

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.formula.tensor import Array

HOW_TO_INSTALL = 'the comparison needs PyTorch, which is not installed: pip install "nn-tui[torch]"'


def import_torch() -> Any:
    """Import PyTorch.

    Raises:
        InputError: It is not installed, or cannot be loaded.
    """
    try:
        import torch
    except ImportError as error:
        if error.name == "torch":
            raise InputError(HOW_TO_INSTALL) from None
        raise InputError(f"PyTorch is installed but cannot be loaded: {error}") from None
    return torch


class Twin:
    """The network of a debugger, at its start, in PyTorch and float64.

    Args:
        debugger: Whose network, hyperparameters and data.

    Attributes:
        parameters: PyTorch's tensors of the parameters, by name.
        iteration: How many updates it has made.

    Raises:
        InputError: PyTorch is not installed.
    """

    def __init__(self, debugger: Debugger) -> None:
        self._torch = import_torch()
        torch, dataset = self._torch, debugger.dataset
        self._layers = debugger.program.network.layers
        self._wanted = debugger.hyperparameters
        self._batches = debugger.program.batches
        with warnings.catch_warnings():
            # The arrays of a dataset are read-only; these tensors are only read too.
            warnings.simplefilter("ignore", UserWarning)
            self._x, self._f0 = torch.tensor(dataset.x), torch.tensor(dataset.f0)
        self._signed = bool((self._f0 == -1.0).any())
        self.parameters = {
            name: torch.tensor(
                array, dtype=torch.float64, requires_grad=name not in self._wanted.frozen
            )
            for name, array in debugger.initial_parameters.items()
        }
        self._optimiser = self._make_optimiser()
        self._scheduler, self._until = self._make_scheduler()
        self.iteration = 0

    # The network

    def forward(self, iteration: int | None = None) -> dict[str, Any]:
        """Compute every layer's pre-activation and activation, and E.

        Args:
            iteration: Of which batch; by default that of the next update.

        Returns:
            PyTorch's tensors by the program's names.
        """
        torch = self._torch
        x, f0 = self._batch(self.iteration if iteration is None else iteration)
        values: dict[str, Any] = {}
        a, z, activation = x, x, "identity"
        for layer in self._layers:
            z = a @ self.parameters[layer.weights]
            for bias in ("b", "b" + layer.weights):
                if bias in self.parameters:
                    z = z + self.parameters[bias]
            activation = layer.activation.name
            a = _activate(torch, activation, z)
            values |= {layer.z[0]: z, layer.a[0]: a}
        values["E"] = self._loss(z, a, f0, activation) + self._penalty()
        return values

    def _batch(self, iteration: int) -> tuple[Any, Any]:
        if self._batches.is_whole:
            return self._x, self._f0
        rows = self._torch.as_tensor(self._batches.of(iteration).copy())
        return self._x[rows], self._f0[rows]

    def _loss(self, y: Any, f: Any, f0: Any, activation: str) -> Any:
        functional = self._torch.nn.functional
        match self._wanted.loss:
            case "mse":
                return functional.mse_loss(f, f0)
            case "sse":
                return functional.mse_loss(f, f0, reduction="sum")
            case "bce" if activation == "sigmoid":
                return functional.binary_cross_entropy_with_logits(y, f0)
            case "bce":
                return functional.binary_cross_entropy(f, f0)
            case "cross-entropy":
                return functional.cross_entropy(y, f0)
            case "huber":
                return functional.huber_loss(f, f0, delta=self._wanted.huber_delta)
        rows, outputs = (Axis(name, ("",) * size) for name, size in zip("NO", f.shape, strict=True))
        predicted, aimed = (Leaf(Variable(name, (rows, outputs))) for name in ("f", "f0"))
        given = Setting(setting(self._wanted.huber_delta, "δ"), self._signed)
        value = LOSSES[self._wanted.loss].value(predicted, aimed, given)
        return _evaluated(self._torch, value, f=f, f0=f0, N=f.shape[0], O=f.shape[1])

    def _penalty(self) -> Any:
        l1, l2 = self._wanted.l1, self._wanted.l2
        if not (l1 or l2):
            return 0.0
        counted = [self.parameters[layer.weights] for layer in self._layers]
        if self._wanted.penalise == "all":
            counted = list(self.parameters.values())
        return sum(l1 * p.abs().sum() + l2 / 2 * p.square().sum() for p in counted)

    # Training

    def _make_optimiser(self) -> Any:
        optim = self._torch.optim
        parameters = [p for p in self.parameters.values() if p.requires_grad]
        wanted = self._wanted
        eta, epsilon, mu = wanted.learning_rate, wanted.epsilon, wanted.momentum
        betas = (wanted.beta1, wanted.beta2)
        match wanted.optimiser:
            case "sgd":
                return optim.SGD(parameters, lr=eta)
            case "momentum" | "nesterov":
                ahead = wanted.optimiser == "nesterov" and mu > 0
                return optim.SGD(parameters, lr=eta, momentum=mu, nesterov=ahead)
            case "rmsprop":
                return optim.RMSprop(parameters, lr=eta, alpha=wanted.decay, eps=epsilon)
            case "adam":
                return optim.Adam(parameters, lr=eta, betas=betas, eps=epsilon)
            case "adamw":
                decay = wanted.weight_decay
                return optim.AdamW(parameters, lr=eta, betas=betas, eps=epsilon, weight_decay=decay)
        raise InputError(
            f"the comparison with PyTorch does not know the optimiser {wanted.optimiser}"
        )

    def _make_scheduler(self) -> tuple[Any, float]:
        """Return PyTorch's scheduler, or None, and the update after which η stays as it is."""
        schedulers, forever = self._torch.optim.lr_scheduler, float("inf")
        steps = self._wanted.schedule_steps
        factor = self._wanted.schedule_factor
        optimiser = self._optimiser
        match self._wanted.schedule:
            case "step":
                return schedulers.StepLR(optimiser, steps, gamma=factor), forever
            case "exponential":
                return schedulers.ExponentialLR(optimiser, gamma=factor ** (1 / steps)), forever
            case "cosine":
                return schedulers.CosineAnnealingLR(optimiser, T_max=steps), steps
            case "warm-up" if steps > 1:
                warm = schedulers.LinearLR(optimiser, start_factor=1 / steps, total_iters=steps - 1)
                return warm, steps
            case "linear" if factor <= 1:
                line = schedulers.LinearLR(optimiser, 1.0, end_factor=factor, total_iters=steps)
                return line, steps
            case "constant":
                return None, 0.0
        # PyTorch has none of its own for it: η₀ times our formula.
        eta = SCHEDULES[self._wanted.schedule].eta
        start, t = Leaf(Variable("eta0")), Leaf(Variable("t"))
        text = source(eta(start, t, setting(steps, "s"), setting(factor, "q")), NUMPY)

        def share(count: int) -> float:
            return float(eval(text, {"np": np}, {"eta0": 1.0, "t": float(count)}))

        return schedulers.LambdaLR(optimiser, share), forever

    def step(self) -> float:
        """Make one update.

        Returns:
            E before it.
        """
        self._optimiser.zero_grad()
        loss = self.forward()["E"]
        loss.backward()
        clip = self._wanted.clip
        if clip:
            self._torch.nn.utils.clip_grad_norm_(self.parameters.values(), clip)
        self._optimiser.step()
        self.iteration += 1
        if self._scheduler is not None and self.iteration <= self._until:
            self._scheduler.step()
        return float(loss.detach())

    def gradients_at(self, parameters: Mapping[str, Array], iteration: int) -> dict[str, Array]:
        """Return PyTorch's gradients at given parameters; its own stay as they are.

        Args:
            parameters: By name.
            iteration: Of which batch.
        """
        with self._having(parameters):
            loss = self.forward(iteration)["E"]
            gradients = self._torch.autograd.grad(
                loss, list(self.parameters.values()), allow_unused=True
            )
        return {
            name: (self._torch.zeros_like(parameter) if gradient is None else gradient).numpy()
            for (name, parameter), gradient in zip(self.parameters.items(), gradients, strict=True)
        }

    @contextlib.contextmanager
    def _having(self, parameters: Mapping[str, Array]) -> Iterator[None]:
        own = self.parameters
        self.parameters = {
            name: self._torch.tensor(array, dtype=self._torch.float64, requires_grad=True)
            for name, array in parameters.items()
        }
        try:
            yield
        finally:
            self.parameters = own

    def values(self) -> dict[str, Array]:
        """Return copies of the parameters as they are now."""
        return {name: p.detach().numpy().copy() for name, p in self.parameters.items()}


def _activate(torch: Any, name: str, z: Any) -> Any:
    """Apply PyTorch's own function where it has one, else our formula in its words."""
    activation = ACTIVATIONS[name]
    if activation.torch:
        return eval(activation.torch.format("z"), {"torch": torch}, {"z": z})
    return _evaluated(torch, activation.value(Leaf(Variable("z"))), z=z)


def _evaluated(torch: Any, tree: Formula, **values: Any) -> Any:
    return eval(source(tree, TORCH), {"torch": torch}, values)

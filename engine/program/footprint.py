"""The memory that a program needs, told before anything of it is allocated."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from engine.common.errors import InputError
from engine.common.machine_memory import shortage
from engine.common.text import counted
from engine.data.dataset import Dataset
from engine.formula.lowering import lower
from engine.formula.scratch import Ledger
from engine.formula.tensor import Axis, Tensor
from engine.model.batches import Batches
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Network
from engine.program.assembly.backward import add_backward
from engine.program.assembly.builder import Workbench
from engine.program.assembly.forward import add_forward
from engine.program.assembly.update import add_update

_SMALL = 100_000
"""Numbers up to which nothing is estimated."""
_SHOWN = 2.2
"""The copies of each tensor: a screen copies what it shows, and more of some."""
_ANY = 1_000_000
"""Bytes that the smallest run takes: names, calls, the losses that are not told yet."""
_KEPT = 5
"""The further copies of the state: at the start, at two checkpoints, and as it is saved."""
_ASIDE = 2
"""The programs for the held-out observations: one at each epoch, one for the reports."""


def require_for_training(dataset: Dataset, hyperparameters: Hyperparameters) -> None:
    """Refuse a network that would not fit, before anything of it is allocated.

    Raises:
        InputError: It needs more memory than there is.
    """
    weights, values = _numbers(dataset, hyperparameters)
    if weights + values < _SMALL:
        return
    lacking = shortage(bytes_for_training(dataset, hyperparameters))
    if lacking:
        way_out = "fewer neurons"
        if values > weights:
            way_out = "smaller batches (--batch-size) or fewer neurons"
        raise InputError(
            f"this network, of {counted(weights, 'weight')} and "
            f"{counted(len(dataset.x), 'observation')}, {lacking}; "
            f"use {way_out}"
        )


def _numbers(dataset: Dataset, hyperparameters: Hyperparameters) -> tuple[int, int]:
    """Return how many weights there are, and how many values of all layers for all observations."""
    sizes = (len(dataset.inputs), *hyperparameters.hidden_sizes, len(dataset.targets))
    return sum(a * b for a, b in pairwise(sizes)), len(dataset.x) * sum(sizes)


def estimated_bytes(dataset: Dataset, hyperparameters: Hyperparameters) -> float:
    """Estimate the bytes that a run takes, roughly where they are few."""
    numbers = sum(_numbers(dataset, hyperparameters))
    if numbers < _SMALL:
        return 8 * (_SHOWN + _KEPT + 1) * numbers
    return bytes_for_training(dataset, hyperparameters)


def bytes_for_training(dataset: Dataset, hyperparameters: Hyperparameters) -> float:
    """Estimate the bytes that a run takes, beside its table and its history.

    The same operations are put together over tensors that have axes and no numbers.
    """
    bench, temporary = _put_together(dataset, hyperparameters)
    shown = _bytes({**bench.tensors, **bench.changes, **bench.state})
    needed = _ANY + _SHOWN * shown + _KEPT * _bytes(bench.state) + temporary
    if dataset.held_out is not None:
        aside, temporary = _put_together(dataset.held_out, hyperparameters.to_evaluate())
        needed += _ASIDE * (_bytes({**aside.tensors, **aside.changes}) + temporary)
    return float(needed)


def _put_together(dataset: Dataset, hyperparameters: Hyperparameters) -> tuple[Workbench, int]:
    """Return blank tensors, and the bytes that the operations take beside them."""
    network = Network(dataset, hyperparameters)
    batches = Batches(len(dataset.observations), hyperparameters)
    rows = network.observations
    if not batches.is_whole:
        rows = Axis(rows.symbol, dataset.observations[: batches.size])
    bench = Workbench(network, hyperparameters, rows, dataset.f0, Tensor.blank)
    bench.new("x", "x", rows, network.inputs)
    bench.new("f0", "f₀", rows, network.layers[-1].neurons)
    for name in ("eta", "eta0"):
        bench.new(name, name)
    bench.tensors.update(bench.parameters)
    add_forward(bench)
    add_backward(bench)
    add_update(bench)
    ledger, before = Ledger(), 0
    for operation in bench.operations:
        if operation.target.stands_for is None:
            lower(operation.rule.tree, operation.target.data, ledger)
        before += 0 if operation.before is None else operation.before.nbytes
    # A last batch that is smaller has temporaries of its own.
    return bench, before + ledger.bytes * (2 if batches.rest else 1)


def _bytes(tensors: Mapping[str, Tensor]) -> int:
    return sum(t.data.nbytes for t in tensors.values() if t.stands_for is None)

"""How much memory something needs, and whether the machine has it."""

from __future__ import annotations

import dataclasses
import resource
from contextlib import suppress
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from engine.common.errors import InputError
from engine.common.numbers import gigabytes, grouped

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.model.hyperparameters import Hyperparameters

GB = 1e9
_CONTROL_GROUPS = (
    ("/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    (
        "/sys/fs/cgroup/memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file",
    ),
)
"""Of the second version and of the first: folder, limit, what is used, what of it is a cache."""
_SMALL = 100_000
"""Numbers up to which nothing is estimated."""
_WORKING, _KEPT = 2.5, 5.0
"""How often each tensor is there: the operations have room of their own and a screen copies
what it shows; the state is kept at the start and at two checkpoints besides, and saved."""


def available() -> float:
    """Return the bytes that this process can still allocate; infinite if that is unknown."""
    found = [float("inf")]
    with suppress(OSError, ValueError, KeyError):
        found.append(1024 * _table(Path("/proc/meminfo"))["MemAvailable:"])
    for folder, limit, used, cache in _CONTROL_GROUPS:
        group = Path(folder)
        with suppress(OSError, ValueError, KeyError):
            most, now = (float((group / name).read_text()) for name in (limit, used))
            found.append(most - now + _table(group / "memory.stat")[cache])
    limit_of_space, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit_of_space != resource.RLIM_INFINITY:
        with suppress(OSError, ValueError, IndexError):
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
            found.append(limit_of_space - pages * resource.getpagesize())
    return max(min(found), 0.0)


def _table(path: Path) -> dict[str, float]:
    """Read lines of a name and a number."""
    lines = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    return {words[0]: float(words[1]) for words in lines if len(words) > 1}


def shortage(needed: float) -> str:
    """Return a message if more bytes are needed than are free, else ""."""
    free = available()
    if needed <= free:
        return ""
    return f"needs about {gigabytes(needed)} of memory, and {gigabytes(free)} are free"


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
            f"this network, of {grouped(weights)} weights and {grouped(len(dataset.x))} "
            f"observations, {lacking}; use {way_out}"
        )


def _numbers(dataset: Dataset, hyperparameters: Hyperparameters) -> tuple[int, int]:
    """Return the number of weights, and of values of all layers for all observations."""
    sizes = (len(dataset.inputs), *hyperparameters.hidden_sizes, len(dataset.targets))
    return sum(a * b for a, b in pairwise(sizes)), len(dataset.x) * sum(sizes)


def estimated_bytes(dataset: Dataset, hyperparameters: Hyperparameters) -> float:
    """Estimate the bytes that a run takes, roughly if they are few."""
    numbers = sum(_numbers(dataset, hyperparameters))
    if numbers < _SMALL:
        return 8 * (_WORKING + _KEPT) * numbers
    return bytes_for_training(dataset, hyperparameters)


def bytes_for_training(dataset: Dataset, hyperparameters: Hyperparameters) -> float:
    """Estimate the bytes that a run takes, beside its table and its history.

    The program itself tells: the same one is put together with a single neuron in each hidden
    layer and two observations, and its tensors are counted at their true sizes.
    """
    # Imported here, as a program takes NumPy, and only large networks need this.
    import numpy as np

    from engine.model.network import Network
    from engine.program.program import Program

    whole = len(dataset.x)
    size = hyperparameters.batch_size
    rows = whole if size == "full" else min(int(size), whole)
    first = slice(0, min(2, whole))
    few = dataclasses.replace(
        dataset,
        x=dataset.x[first].copy(),
        f0=dataset.f0[first].copy(),
        observations=dataset.observations[first],
        original_x=None,
        validation=None,
    )
    hidden = ",".join("1" for _ in hyperparameters.hidden_sizes) or "none"
    narrow = hyperparameters.replace(hidden=hidden, batch_size="full")
    network = Network(few, narrow)
    zeros = {name: np.zeros(t.shape) for name, t in network.parameter_tensors().items()}
    program = Program(few, narrow, zeros)
    true = {id(program.observations): rows}
    for layer, neurons in zip(program.network.layers, hyperparameters.hidden_sizes, strict=False):
        true[id(layer.neurons)] = neurons

    def numbers(axes: tuple[object, ...], shape: tuple[int, ...]) -> int:
        return prod(true.get(id(axis), n) for axis, n in zip(axes, shape, strict=True))

    everything = {**program.tensors, **program.changes, **program.state}
    working = {id(t): numbers(t.axes, t.shape) for t in everything.values()}
    kept = sum(numbers(t.axes, t.shape) for t in program.state.values())
    held_out = 0
    if dataset.validation is not None:
        neurons = sum(hyperparameters.hidden_sizes) + len(dataset.targets)
        held_out = 3 * len(dataset.validation.x) * neurons
    return 8 * (_WORKING * (sum(working.values()) + held_out) + _KEPT * kept)

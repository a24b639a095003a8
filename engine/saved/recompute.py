"""Checks whether this machine computes a saved run as the one that saved it did."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from engine.common.errors import InputError
from engine.common.numbers import general, grouped
from engine.common.progress import Cancel, never
from engine.data.dataset import Dataset
from engine.run.record import Record
from engine.run.run import Run

_PROBED, _PROBING = 20, 0.05
"""The iterations computed again from a checkpoint, or as many as these seconds allow."""
_ROUNDING = 1e-6
"""The relative difference up to which a single iteration's loss may differ by rounding."""
_WILD = 1e50
"""The size of parameters from which on rounding may change the loss by any amount."""


@dataclass(frozen=True)
class Likeness:
    """The places where this machine computes otherwise.

    Attributes:
        first: The first iteration whose loss is not the same to the last bit; None if all are.
        is_slight: Whether only last digits differ there.
    """

    first: int | None = None
    is_slight: bool = True


def compare(record: Record, dataset: Dataset, cancel: Cancel = never) -> Likeness:
    """Compute some iterations again and compare: the first ones, and those from two checkpoints on.

    These are the last one and the first one that is not finite.

    The last digits depend on which of its kernels the BLAS library chooses for a processor, and
    after some iterations that may have become any digits.

    Args:
        record: What is saved of a run.
        dataset: Its data.
        cancel: Asked as in `Run.run_to`, and may raise to give up.

    Raises:
        InputError: A checkpoint is none of this run: it is damaged, or no run of this program.
    """
    probe = Run(dataset, record.hyperparameters, record.initial)
    at, rows = record.checkpoints.at, record.checkpoints.rows
    if rows[0].tobytes() != probe.record(0).checkpoints.rows[0].tobytes():
        raise InputError("the checkpoint of iteration 0 is not what the run starts with")
    computed = len(record.losses)
    if at[-1] == computed and not np.isfinite(rows[-1]).all():
        _require_nonfinite(probe, record, cancel)
    found = Likeness()
    bad = at[(at < computed) & ~np.isfinite(rows).all(axis=1)][:1]
    for place in sorted({0, *at[at < computed][-1:].tolist(), *bad.tolist()} if computed else ()):
        again = _from(probe, record, place, dataset)
        if found.first is None:
            found = again
    return found


def _from(probe: Run, record: Record, place: int, dataset: Dataset) -> Likeness:
    """Compare the losses from a checkpoint on."""
    # At the end of its first iteration a run has been restored from the checkpoint itself; at the
    # start of it from the one before, and much may part on the way from there.
    probe.recall(dataclasses.replace(record, iteration=place + 1, position=0))
    row = np.abs(record.checkpoints.until(place).rows[-1])
    is_wild = bool(((row >= _WILD) & np.isfinite(row)).any())
    slack = 1e-12 * (1.0 + float(np.abs(dataset.f0).max()) ** 2)
    loss, end = probe.program.tensors["E"].data, perf_counter() + _PROBING
    for iteration in range(place, min(place + _PROBED, len(record.losses))):
        probe.run_to(iteration + 1)
        saved, here = float(record.losses[iteration]), float(loss)
        if saved != here and np.isfinite([saved, here]).any():
            apart = abs(saved - here)
            is_slight = bool(apart <= _ROUNDING * max(abs(saved), abs(here)) + slack)
            # What stands in one checkpoint gives one loss, but for its last digits.
            if iteration == place and not is_slight and not is_wild:
                raise InputError(
                    f"E of iteration {grouped(iteration)} comes out as "
                    f"{general(here)}, not {general(saved)}"
                )
            return Likeness(iteration, is_slight)
        if perf_counter() > end:
            break
    return Likeness()


def _require_nonfinite(probe: Run, record: Record, cancel: Cancel) -> None:
    """Check that the run is not finite at its end, where only its last checkpoint says so."""
    end = len(record.losses)
    if not np.isfinite(record.losses[-1:]).all():
        return
    before = record.checkpoints.until(end - 1)
    probe.recall(dataclasses.replace(record, iteration=end, position=0, checkpoints=before), cancel)
    if all(np.isfinite(tensor.data).all() for tensor in probe.program.state.values()):
        raise InputError(
            f"the checkpoint of iteration {grouped(end)} is not finite, but the run is"
        )

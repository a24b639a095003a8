"""Writes how often the stops were met in a branch into a saved run, and reads it."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

import numpy as np

from engine.formula.tensor import Array
from engine.run.clock import Time
from engine.run.hit_counts import Tallies, Tally
from engine.saved.manifest import BranchRecord, MetRecord

if TYPE_CHECKING:
    from engine.run.run import Run
    from engine.saved.arrays import Pieces


def met_stops(
    tallies: Tallies, branch: int, stops: Container[tuple[int, str]], arrays: dict[str, Array]
) -> tuple[MetRecord, ...]:
    """Describe how often stops were met.

    Args:
        tallies: Tallies of a branch.
        branch: Its number.
        stops: The number and the condition of each stop that is in the list; others are left out.
        arrays: Gets the iterations.
    """
    met = []
    for number, spec, tally in tallies.items():
        if (number, spec) in stops:
            arrays[_array(branch, number)] = np.array(tally.iterations, np.float64)
            met.append(MetRecord(stop=number, spec=spec, position=tally.position))
    return tuple(met)


def read_tallies(branch: BranchRecord, pieces: Pieces, run: Run, computed: int) -> Tallies:
    """Make the tallies of a branch of which so many iterations are computed.

    Raises:
        InputError: Something is missing or cannot be.
    """
    tallies = Tallies()
    most = len(run.program.operations) - 1
    for met in branch.met:
        at = pieces.array(_array(branch.number, met.stop))
        if at.ndim != 1 or not (at == np.floor(at)).all() or (np.diff(at) <= 0).any():
            raise met.at("spec").refuse("not met in iterations in their order")
        if at.size and not (at[0] >= 0 and at[-1] <= computed + 1):
            raise met.at("spec").refuse("met in iterations that are not of the run")
        tally = Tally(met.at("position").whole(0, most), at.astype(np.int64).tolist())
        tallies.keep(met.stop, met.spec, tally)
    for entry in branch.at("nonfinite"):
        iteration, position, words = entry
        time = Time(iteration.whole(0, computed + 1), position.whole(0, most))
        tallies.nonfinite[time] = words.raw
    return tallies


def _array(branch: int, stop: int) -> str:
    return f"{branch}.met.{stop}"

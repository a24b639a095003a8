"""Judges how much memory a saved run asks for, before its arrays are read."""

from __future__ import annotations

from engine.common.errors import InputError
from engine.common.machine_memory import shortage
from engine.common.numbers import grouped
from engine.data.dataset import Dataset
from engine.program.footprint import estimated_bytes
from engine.saved import manifest
from engine.saved.manifest import Saved

_COPIES = 2
"""The copies of the losses in memory while they are read."""
_BRANCH = 300_000
"""Bytes that the smallest branch takes."""


def require_room(saved: Saved, dataset: Dataset) -> None:
    """Refuse a saved run whose losses and networks would not fit.

    One block of losses can be named any number of times, so the size of a run on the disk says
    little.

    Args:
        saved: The document of the run.
        dataset: The data of the run.

    Raises:
        InputError: It asks for more memory than there is, or for more losses than it tells of.
    """
    name = f"{saved.current}.{manifest.LOSSES}"
    told = saved.computed // manifest.BLOCK
    if len(saved.blocks.get(name, ())) != told:
        raise saved.at("blocks")[name].refuse(
            f"{grouped(told)} blocks are needed for {grouped(saved.computed)} iterations"
        )
    needed = _COPIES * 8.0 * manifest.BLOCK * sum(map(len, saved.blocks.values()))
    for branch in saved.branches:
        needed += _BRANCH + estimated_bytes(dataset, branch.hyperparameters)
    if lacking := shortage(needed):
        raise InputError(f"this run {lacking}")

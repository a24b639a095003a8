"""What a manifest asks for, judged before anything of it is read."""

from __future__ import annotations

from engine.common.errors import InputError
from engine.common.machine_memory import shortage
from engine.data.dataset import Dataset
from engine.program.footprint import estimated_bytes
from engine.saved import capture
from engine.saved.manifest import Saved, read_hyperparameters

_COPIES = 2
"""How often the losses are in memory while they are read."""
_BRANCH = 300_000
"""Bytes that the smallest branch takes."""


def require_room(saved: Saved, dataset: Dataset) -> None:
    """Refuse a saved run whose losses and networks would not fit.

    One block of losses can be named any number of times, so the size of a run on the disk says
    little.

    Args:
        saved: What the manifest tells.
        dataset: The data of the run.

    Raises:
        InputError: It asks for more memory than there is, or for more losses than it tells of.
    """
    blocks = saved.document["blocks"]
    counts = {name: len(list(blocks[name])) for name in blocks.keys()}  # noqa: SIM118 (a Field)
    name = f"{saved.document['current'].whole(1)}.{capture.LOSSES}"
    told = saved.computed // capture.BLOCK
    if counts.get(name, 0) != told:
        raise blocks[name].refuse(f"{told:,} blocks are needed for {saved.computed:,} iterations")
    needed = _COPIES * 8.0 * capture.BLOCK * sum(counts.values())
    for branch in saved.document["branches"]:
        wanted = read_hyperparameters(branch["hyperparameters"])
        needed += _BRANCH + estimated_bytes(dataset, wanted)
    if lacking := shortage(needed):
        raise InputError(f"this run {lacking}")

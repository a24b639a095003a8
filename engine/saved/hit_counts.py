"""Writes and reads how often the stops were hit in a branch."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.language.parsing import LONGEST
from engine.maths.tensor import Array
from engine.run.clock import Time
from engine.run.hit_counts import Tallies, Tally
from engine.saved.json_field import Field

if TYPE_CHECKING:
    from engine.run.run import Run
    from engine.saved.arrays import Pieces

LONGEST_WORDS = 10 * LONGEST
"""Characters of what has stopped a run: several conditions, each of any length."""
_MOST_STOPS = 1_000_000_000


def describe_tallies(
    tallies: Tallies, branch: int, stops: Container[tuple[int, str]], arrays: dict[str, Array]
) -> dict[str, Any]:
    """Describe tallies for the manifest.

    Args:
        tallies: Those of a branch.
        branch: Its number.
        stops: The number and the condition of each stop that is in the list; others are left out.
        arrays: Gets the iterations.
    """
    met = []
    for number, spec, tally in tallies.items():
        if (number, spec) in stops:
            arrays[_array(branch, number)] = np.array(tally.iterations, np.float64)
            met.append({"stop": number, "spec": spec, "position": tally.position})
    nonfinite = [[*time, words] for time, words in tallies.nonfinite.items()]
    return {"met": met, "nonfinite": nonfinite}


def read_tallies(field: Field, pieces: Pieces, branch: int, run: Run, computed: int) -> Tallies:
    """Read what `describe_tallies` wrote; a run that was saved without it begins to count.

    Args:
        field: What the manifest tells of the branch.
        pieces: The arrays.
        branch: The number of the branch.
        run: Its run.
        computed: How many of its iterations are known.

    Raises:
        InputError: Something is missing or cannot be.
    """
    tallies = Tallies()
    if "met" not in field.keys():  # noqa: SIM118 (a Field)
        return tallies
    most = len(run.program.operations) - 1
    for entry in field["met"]:
        number, spec = entry["stop"].whole(-_MOST_STOPS, _MOST_STOPS), entry["spec"]
        at = pieces.array(_array(branch, number))
        if at.ndim != 1 or not (at == np.floor(at)).all() or (np.diff(at) <= 0).any():
            raise spec.refuse("not met in iterations in their order")
        if at.size and not (at[0] >= 0 and at[-1] <= computed + 1):
            raise spec.refuse("met in iterations that are not of the run")
        tally = Tally(entry["position"].whole(0, most), at.astype(np.int64).tolist())
        tallies.keep(number, spec.shown(LONGEST_WORDS), tally)
    for entry in field["nonfinite"]:
        parts = list(entry)
        if len(parts) != 3:
            raise entry.refuse("an iteration, an operation and words are needed")
        iteration, position, words = parts
        time = (iteration.whole(0, computed + 1), position.whole(0, most))
        tallies.nonfinite[Time(*time)] = words.shown(LONGEST_WORDS)
    return tallies


def _array(branch: int, stop: int) -> str:
    return f"{branch}.met.{stop}"

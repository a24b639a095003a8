"""Where a script holds a parameter, and when it changes it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.audit.judging.judged import Judged
from engine.audit.passes.one_pass import Found
from engine.audit.recording.recording import Recording


def array_of(judged: Sequence[Judged], name: str) -> Found:
    """Return the array that holds a parameter, in a pass in which it is not 0.

    Zeros may be another parameter's, or what an optimiser begins with.
    """
    models = [one.model for one in judged if name in one.model.parameters]
    model = next((model for model in models if np.any(model.values[name])), models[0])
    layer = model.parameters[name]
    return layer.of_bias if name.startswith("b") and layer.of_bias else layer.of_weights


def time_of_update(judged: Sequence[Judged], recording: Recording, name: str) -> int:
    """Return when a parameter is changed, in the order of the script."""
    if name not in judged[0].model.parameters:
        return 0
    found = array_of(judged, name)
    texts = {
        recording.places[place].text
        for record in found.records
        if (place := int(recording.records["place"][record])) >= 0
    }
    one = judged[0].one
    rows = recording.records
    for record in range(one.bounds[1] - 1, one.bounds[0], -1):
        place = int(rows["place"][record])
        kind = recording.node_of(record).kind
        if place >= 0 and "assign" in kind and recording.places[place].text in texts:
            return record
    return one.bounds[1]

"""Gradients whose sign is wrong for some observations only, which one number at a time hides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judging.judged import Judged
from engine.audit.network.losses import Computed
from engine.maths.operations.operation import Phase


def turned_round(judged: Sequence[Judged], computed: Computed | None) -> Iterator[Finding]:
    """Find passes in which all gradients have another sign than in the others.

    No convention does that: it comes from where the targets enter.
    """
    if computed is None or not computed.is_named or any(one.findings for one in judged):
        return
    signs: dict[int, float] = {}
    for one in judged:
        totals = [
            one.totals[name]
            for weights, _, _ in one.model.names
            if (name := f"dE_d{weights}") in one.matches and one.right[name].size > 1
        ]
        if len({np.sign(total) for total in totals}) == 1:
            signs[one.one.number] = float(np.sign(totals[0]))
    usual = 1.0 if 2 * sum(sign > 0.0 for sign in signs.values()) >= len(signs) else -1.0
    first = next((one for one in judged if signs.get(one.one.number) == -usual), None)
    if first is None or usual not in signs.values():
        return
    operation = next(
        operation
        for operation in reversed(first.model.operations(Phase.BACKWARD))
        if "f0" in {tensor.name for tensor in operation.reads}
    )
    match = first.matches.get(operation.name)
    yield Finding(
        operation.name,
        "sign",
        "its sign is wrong for some observations: in some passes all gradients point uphill, in "
        "the others downhill",
        f"{operation.symbol} = {operation.right_hand_side}",
        first.one.number,
        # A single number is found where it is not meant.
        found=match.found if match and match.found.size > 1 else None,
    )

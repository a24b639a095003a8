"""Faults that no comparison of one array shows: which kind of numbers, and where they are kept."""

from __future__ import annotations

from collections.abc import Sequence

from engine.audit.faults.broadcast import Broadcast
from engine.audit.faults.kept import Kept
from engine.audit.faults.lost_terms import LostTerms
from engine.audit.faults.rebound import Rebound
from engine.audit.faults.repeated import Repeated
from engine.audit.faults.reshaped import reshaped_targets
from engine.audit.faults.view import View
from engine.audit.findings import Finding
from engine.audit.network.roles import turns_of
from engine.audit.recording.recording import Recording

_SPOILING = {"whole-number", "broadcasting", "bias-grows", "reshape"}
_CONSEQUENCES = {"unknown", "penalty", "sign", "reduction", "bias-reduction"}
"""Forms of steps and sums in which a hidden fault shows."""
_LOOKED_AT = 4
"""How many turns of the training loop are looked at."""
_MOST_RECORDS = 60_000


def hidden_faults(recording: Recording) -> list[Finding]:
    """Look for whole numbers, arrays that grow, aliases, sums not reset, and reshaped targets.

    Args:
        recording: The recording.
    """
    turns = turns_of(recording)[:_LOOKED_AT]
    if len(turns) < 2 or sum(map(len, turns)) > _MOST_RECORDS:
        turns = turns[:2]
    if not turns:
        return []
    view = View(recording, turns)
    kept, broadcast, repeated = Kept(view), Broadcast(view), Repeated(view)
    lost = LostTerms(view)
    return [
        *kept.whole_numbers(),
        *kept.one_for_two(),
        *broadcast.too_many_errors(),
        *broadcast.growing_biases(),
        *repeated.never_reset(),
        *repeated.changed_twice(),
        *lost.ended_at_once(),
        *lost.same_row_twice(),
        *Rebound(view).lost_steps(),
        *reshaped_targets(recording),
    ]


def beside(hidden: Sequence[Finding], judged: Sequence[Finding]) -> list[Finding]:
    """Put the faults that were hidden before what was judged, without what they explain.

    Args:
        hidden: What `hidden_faults` found.
        judged: What the comparison of the numbers found.
    """
    if not hidden:
        return list(judged)
    own = {finding.operation for finding in hidden}
    if {finding.kind for finding in hidden} & _SPOILING:
        # No number is what it should be then.
        return list(hidden)
    kept = [
        finding
        for finding in judged
        if finding.operation.startswith("dE_")
        and finding.operation not in own
        and finding.kind not in _CONSEQUENCES
    ]
    return [*hidden, *kept]

"""The values of expressions over the iterations, followed as the run goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.common.errors import QueryError
from engine.common.progress import Cancel, never

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.maths.tensor import Array


class Curves:
    """Keeps what was looked through already, so that only what is new is computed again."""

    def __init__(self) -> None:
        self._known: dict[str, Array] = {}
        self._of: object = None

    def follow(
        self, debugger: Debugger, texts: Sequence[str], cancel: Cancel = never
    ) -> Mapping[str, Array] | None:
        """Return the values of expressions at the end of each computed iteration, by the text.

        Conditions, and what has no single value, are left out.

        Args:
            debugger: Where to look; its clock is where it was afterwards.
            texts: The expressions.
            cancel: As for `Debugger.scan`; the result is then None.
        """
        run, count = debugger.branches.current.run, len(debugger.losses)
        # A change may be taken back, and then what comes after it is otherwise.
        of = (run, run.all_changes)
        if of != self._of:
            self._known.clear()
            self._of = of
        found = {}
        for text in texts:
            known = self._known.get(text, np.empty(0))[:count]
            if known.size < count:
                try:
                    scan = debugger.scan(text, known.size, cancel=cancel)
                except QueryError:
                    continue
                if scan is None:
                    return None
                if scan.query.is_condition:
                    continue
                known = np.concatenate((known, scan.values))
                known.flags.writeable = False
                self._known[text] = known
            found[text] = known
        return found

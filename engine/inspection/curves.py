"""The values of expressions over the iterations, followed as the run goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.common.errors import QueryError
from engine.common.progress import Cancel, never
from engine.inspection.ask import scan

if TYPE_CHECKING:
    from engine.formula.tensor import Array
    from engine.run.run import Run


class Curves:
    """Keeps what was looked through already, so that only what is new is computed again."""

    def __init__(self) -> None:
        self._known: dict[str, Array] = {}
        self._of: object = None

    def follow(
        self, run: Run, texts: Sequence[str], cancel: Cancel = never
    ) -> Mapping[str, Array] | None:
        """Return the values of expressions at the end of each computed iteration, by the text.

        Conditions, and what has no single value, are left out.

        Args:
            run: Where to look; its clock is where it was afterwards.
            texts: The expressions.
            cancel: As for `Run.run_to`; the result is then None.
        """
        count = len(run.losses)
        # A change may be taken back, and then what comes after it is otherwise.
        of = (run, run.changes.all)
        if of != self._of:
            self._known.clear()
            self._of = of
        found = {}
        for text in texts:
            known = self._known.get(text, np.empty(0))[:count]
            if known.size < count:
                try:
                    more = scan(run, text, known.size, count - 1, cancel)
                except QueryError:
                    continue
                if more is None:
                    return None
                if more.query.is_condition:
                    continue
                known = np.concatenate((known, more.values))
                known.flags.writeable = False
                self._known[text] = known
            found[text] = known
        return found

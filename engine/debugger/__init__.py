"""The debugger that scripts and the screen use.

Each kind of command has a module: moves of the clock, stops, questions, and changes.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.debugger.asking import AskingDebugger
from engine.debugger.changing import ChangingDebugger
from engine.debugger.moving import MovingDebugger
from engine.debugger.stopping import StoppingDebugger
from engine.inspection.snapshot import Snapshot
from engine.inspection.take_snapshot import take_snapshot


class Debugger(MovingDebugger, StoppingDebugger, AskingDebugger, ChangingDebugger):
    """A network in training that can be stepped.

    Args:
        dataset: What to learn.
        hyperparameters: By default the notebook's.
        parameters: The parameters to start from, by name; by default they are drawn
            from the seed.
        history: How many MB of memory going back may take, all branches together; by
            default as declared in `engine.common.settings`.

    Attributes:
        given: The parameters that it was given, or None.
        amend: Changes the program of each run that is started anew, before it runs.
        observations: Looks at single observations: their predictions, which are wrong.

    Raises:
        InputError: The parameters do not fit the network.
    """

    def snapshot(
        self,
        observations: slice | None = None,
        buckets: int = 0,
        summary_of: str | None = None,
        predicted: Sequence[int] = (),
    ) -> Snapshot:
        """Copy the present values for a view.

        Args:
            observations: Which rows to copy of tensors with a row per observation; by
                default all. Its start is not negative and its step is 1.
            buckets: Into how many points to thin the losses; 0 for no outline.
            summary_of: Of which tensor to include a summary.
            predicted: Of which observations to include f, also where they are in no batch.
        """
        return take_snapshot(self, observations, buckets, summary_of, predicted)

"""The debugger that scripts and the screen use.

Each kind of command has a module: moves of the clock, stops, questions, snapshots, and
changes.
"""

from __future__ import annotations

from engine.debugger.changing import ChangingDebugger
from engine.debugger.seeing import SeeingDebugger


class Debugger(SeeingDebugger, ChangingDebugger):
    """A network in training that can be stepped.

    Args:
        dataset: The table to learn.
        hyperparameters: By default the notebook's.
        parameters: The parameters to start from, by name; by default they are drawn
            from the seed.
        history: How many MB of memory going back may take, all branches together; by
            default as declared in `engine.common.settings`.

    Attributes:
        given: The parameters that it was given, or None.
        stops: Breakpoints, watches and the built-in stops.
        log: Why the run stopped, each time, the last one last.
        amend: Changes the program of each run that is started anew, before it runs.
        observations: Looks at single observations: their predictions, which are wrong.

    Raises:
        InputError: The parameters do not fit the network.
    """

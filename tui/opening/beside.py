"""Opens a run beside a user's own script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.common.errors import InputError
from engine.common.progress import Progress
from engine.common.text import counted, sentence
from engine.model.hyperparameters import DECLARATIONS
from tui.opening.opened import Opening
from tui.opening.prepare import add_stops

if TYPE_CHECKING:
    from engine.program.program import Program


def open_beside(
    path: str, given: Mapping[str, Any], explicit: Mapping[str, Any], progress: Progress
) -> Opening:
    """Run a script, and open our program with its table and its starting parameters.

    Args:
        path: The script.
        given: The options of the command line.
        explicit: Those that were written there.
        progress: Told how many seconds it has been running.

    Raises:
        InputError: It cannot be run, or no network is found in it.
    """
    from engine.audit.network.settled import Settled
    from engine.audit.opening import open_script
    from engine.debugger import Debugger

    if given.get("weights") is not None:
        raise InputError("--weights: a script starts from its own parameters")
    known = {name: value for name, value in explicit.items() if name in DECLARATIONS}
    arguments = given.get("arguments", ())
    yours = open_script(path, arguments=arguments, progress=progress, settled=Settled(known))
    live = {name: value for name, value in known.items() if DECLARATIONS[name].applies == "live"}
    wanted = yours.hyperparameters.replace(**live)
    debugger = Debugger(yours.dataset, wanted, yours.parameters, given.get("history"))

    def put_beside(program: Program) -> None:
        program.beside = yours

    debugger.amend = put_beside
    put_beside(debugger.program)
    add_stops(debugger, given.get("breakpoints", ()), given.get("watches", ()))
    recorded = counted(len(yours.passes), "iteration")
    told = [sentence(words) for words in (yours.translated, *yours.report.notes) if words]
    notice = " ".join(
        [
            f"{yours.report.name} was run, and {recorded} of it recorded: {yours.report.headline}.",
            *told,
            "This run beside it is not saved.",
        ]
    )
    return Opening(debugger, notices=(notice,), yours=yours)

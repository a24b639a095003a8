"""The verbs that move through the program."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.inspection.typed_iterations import parse_iteration
from tui.plain.verb import Talk, Verb, nothing_after, required, times
from tui.plain.writing import operation_text, place_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.debugger import Debugger

_MOST_SHOWN = 40
"""Operations of a step that are written out."""
_GIVEN_UP = "Given up: the clock is where it was."


def _next_operation(talk: Talk, text: str) -> str:
    shown: deque[str] = deque(maxlen=_MOST_SHOWN)
    for _ in range(times(text)):
        if talk.cancel():
            break
        shown.append(operation_text(talk.debugger.step_operation()))
    return "\n".join([*shown, place_text(talk.debugger)])


def _repeated(step: Callable[[Debugger], object]) -> Callable[[Talk, str], str]:
    def do(talk: Talk, text: str) -> str:
        for _ in range(times(text)):
            if talk.cancel():
                break
            step(talk.debugger)
        return place_text(talk.debugger)

    return do


def _iterations(sign: int) -> Callable[[Talk, str], str]:
    """Make the verb that goes to the same operation of another iteration."""

    def do(talk: Talk, text: str) -> str:
        debugger = talk.debugger
        wanted = debugger.iteration + sign * times(text)
        position = debugger.position if wanted >= 0 else 0
        there = debugger.go_to(max(wanted, 0), position, talk.cancel)
        return place_text(debugger) if there else _GIVEN_UP

    return do


def _run(talk: Talk, text: str) -> str:
    nothing_after(text)
    debugger = talk.debugger
    planned = debugger.hyperparameters.iterations
    if debugger.iteration >= planned:
        raise InputError(
            f"the planned iterations are done: e iterations {2 * planned or 1} plans more, s runs "
            "one more"
        )
    hit = debugger.proceed(cancel=talk.cancel)
    if hit is not None:
        why = f"Stopped: {hit.words}"
    elif debugger.iteration >= planned:
        why = "The planned iterations are done."
    else:
        why = "Interrupted."
    lines = [why, place_text(debugger)]
    if hit is not None and hit.is_patience and debugger.best_iteration is not None:
        best = grouped(debugger.best_iteration)
        lines.append(f"R goes to the best parameters, of iteration {best}.")
    return "\n".join(lines)


def _back_to_stop(talk: Talk, text: str) -> str:
    nothing_after(text)
    hit = talk.debugger.back_to_stop(talk.cancel)
    if hit is None:
        return _GIVEN_UP if talk.cancel() else "No stop lies before this."
    return f"Stopped: {hit.words}\n{place_text(talk.debugger)}"


def _go_to(talk: Talk, text: str) -> str:
    debugger = talk.debugger
    iteration = parse_iteration(
        required(text, "g 100, g +10, g 50% or g end"),
        now=debugger.iteration,
        computed=len(debugger.losses),
        planned=debugger.hyperparameters.iterations,
    )
    there = debugger.go_to(iteration, cancel=talk.cancel)
    return place_text(debugger) if there else _GIVEN_UP


def _restore_best(talk: Talk, text: str) -> str:
    nothing_after(text)
    iteration = talk.debugger.restore_best(talk.cancel)
    if iteration is None:
        return _GIVEN_UP
    told = f"The best parameters, of iteration {grouped(iteration)}. g end goes back."
    return f"{told}\n{place_text(talk.debugger)}"


VERBS = (
    Verb(("n", "next"), "[N]", "run the next operation, or N of them", _next_operation, True),
    Verb(("s", "step"), "[N]", "run to the same operation N iterations on", _iterations(1), True),
    Verb(
        ("f", "finish"),
        "[N]",
        "run to the end of this iteration",
        _repeated(lambda debugger: debugger.finish_iteration()),
        True,
    ),
    Verb(("c", "continue", "r", "run"), "", "run to the next stop, or to the end", _run, True),
    Verb(("g", "go"), "N", "go to an iteration: a number, +100, -1, 50%, end", _go_to, True),
    Verb(
        ("N",),
        "[N]",
        "take the last operation back, or N of them",
        _repeated(lambda debugger: debugger.back_operation()),
        True,
    ),
    Verb(("S",), "[N]", "go back to the same operation N iterations before", _iterations(-1), True),
    Verb(
        ("F",),
        "[N]",
        "go back to the start of this iteration; from there, of the one before",
        _repeated(lambda debugger: debugger.start_iteration()),
        True,
    ),
    Verb(("C",), "", "go back to the last stop before", _back_to_stop, True),
    Verb(
        ("R",), "", "go to the best parameters, where the held-out loss is smallest", _restore_best
    ),
)

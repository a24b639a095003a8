"""The verbs for breakpoints and watches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.common.errors import InputError
from engine.common.text import clean, counted
from tui.plain.verb import Talk, Verb, required

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.inspection.snapshot import StopView

_IF = re.compile(r"(?P<place>[^\s:]+)\s+if\s+(?P<condition>.+)", re.DOTALL)
_NUMBERED = re.compile(r"(?P<number>\d{1,9})(?:\s+(?P<rest>.+))?", re.DOTALL)


def _breakpoint(talk: Talk, text: str) -> str:
    debugger = talk.debugger
    with_condition = _IF.fullmatch(text)
    if with_condition:
        text = f"{with_condition['place']}: {with_condition['condition']}"
    name = _operation(debugger, text or debugger.next_operation.name)
    if name is None:
        stop = debugger.stops.add_breakpoint(text)
        return f"Breakpoint set before {stop.spec}."
    added = debugger.stops.toggle_breakpoint(name)
    return f"Breakpoint {'set before' if added else 'taken away from'} {name}."


def _operation(debugger: Debugger, text: str) -> str | None:
    """Return the name of the operation that a text is the name or the symbol of."""
    operations = debugger.program.operations
    return next((o.name for o in operations if text in (o.name, o.symbol)), None)


def _watch(talk: Talk, text: str) -> str:
    stop = talk.debugger.stops.add_watch(required(text, "w norm(dE_dw) or w E < 0.1"))
    return f"Watching {stop.spec}; B lists all breakpoints and watches."


def _stops(talk: Talk, text: str) -> str:
    debugger = talk.debugger
    if not text:
        snapshot = debugger.snapshot(slice(0, 0))
        return "\n".join([*map(_line, snapshot.stops), *(f"stopped: {w}" for w in snapshot.log)])
    asked = _NUMBERED.fullmatch(text)
    if asked is None:
        raise InputError(f"a number from the list, as in B 3, not {clean(text, 40)!r}")
    number, rest = int(asked["number"]), asked["rest"]
    if rest in ("d", "delete"):
        debugger.stops.remove(number)
        return f"Stop {number} deleted."
    if rest is not None:
        return f"Stop {number} is now {debugger.stops.edit(number, rest).spec}."
    return f"Stop {number} is {'on' if debugger.stops.toggle(number) else 'off'}."


def _line(stop: StopView) -> str:
    if stop.number < 1:
        kind = "planned"
    else:
        kind = "built in" if stop.name else "breakpoint" if stop.place else "watch"
    words = ": ".join(part for part in (stop.spec, stop.title) if part)
    told = [f"{max(stop.number, 0) or '':>3} {'on' if stop.enabled else 'off':<3}  {kind}: {words}"]
    told += [stop.problem] if stop.problem else []
    told += [f"now {stop.value}"] if stop.value and stop.enabled else []
    told += [counted(stop.hits, "hit")] if stop.hits else []
    return "; ".join(told)


VERBS = (
    Verb(
        ("b", "break"),
        "[OP [if COND]]",
        "set or take away a breakpoint before an operation: b dE_dy, b v if E < 0.1 after 3",
        _breakpoint,
    ),
    Verb(
        ("w", "watch"),
        "EXPR",
        "watch an expression; a condition such as E < 0.1 stops the run when it becomes true",
        _watch,
    ),
    Verb(
        ("B", "stops"),
        "[N [COND|d]]",
        "list the stops; B 3 switches one on or off, B 3 E < 0.2 changes it, B 3 d deletes it",
        _stops,
    ),
)

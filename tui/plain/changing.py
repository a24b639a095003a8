"""The verbs that change the run, and take it back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.common.errors import InputError
from engine.common.numbers import MINUS, format_number, grouped
from engine.common.text import clean, counted
from engine.data.options import TABLE_DECLARATIONS
from engine.model.hyperparameters import DECLARATIONS
from engine.program.listing import parse_cell
from tui.plain.verb import Talk, Verb, nothing_after, required
from tui.plain.writing import place_text

if TYPE_CHECKING:
    from engine.common.declaration import Declaration
    from engine.debugger import Debugger

_VALUE = re.compile(r"(?P<what>.+?)(?:\s*=\s*|\s+)(?P<value>[^\s=\]]+)", re.DOTALL)
_ALSO = {"lr": "learning_rate", "eta": "learning_rate", "optimizer": "optimiser"}
_BRANCH = re.compile(r"(?P<number>\d{1,9})(?:\s+(?P<drop>d|drop))?")


def _edit(talk: Talk, text: str) -> str:
    parts = _VALUE.fullmatch(text)
    if parts is None:
        raise InputError("what to change and its value, as in e v[0, 1] 0.5 or e learning_rate 0.1")
    what, value = parts["what"].strip(), parts["value"]
    declaration = _declaration(what)
    if declaration is not None:
        return _change(talk.debugger, declaration, value)
    return _set_cell(talk.debugger, what, value)


def _declaration(what: str) -> Declaration | None:
    name = what.lower().removeprefix("--").replace("-", "_").replace(" ", "_")
    if name in TABLE_DECLARATIONS:
        option = TABLE_DECLARATIONS[name].option
        raise InputError(f"this is about reading the table: start another run with {option}")
    return DECLARATIONS.get(_ALSO.get(name, name))


def _change(debugger: Debugger, declaration: Declaration, typed: str) -> str:
    value = declaration.parse(typed)
    if declaration.applies == "live":
        debugger.change(**{declaration.name: value})
        return f"{declaration.label} = {value}\n{place_text(debugger)}"
    computed = len(debugger.losses)
    debugger.reset(debugger.hyperparameters.replace(**{declaration.name: value}))
    told = f"{declaration.label} = {value}"
    if computed:
        told += " starts the run again; u brings the run before back"
    return f"{told}\n{place_text(debugger)}"


def _set_cell(debugger: Debugger, what: str, typed: str) -> str:
    name, index = parse_cell(debugger.program.listing, what)
    try:
        value = float(typed.replace(MINUS, "-"))
    except ValueError:
        raise InputError(f"a number such as 0.5 or -1e-3, not {clean(typed, 40)!r}") from None
    branches = len(list(debugger.branches))
    debugger.edit(name, index, value)
    told = f"{what} = {format_number(value)}"
    if len(list(debugger.branches)) != branches:
        told += "\nThis is the past: a new branch starts here, t lists both, u goes back."
    return f"{told}\n{place_text(debugger)}"


def _undo(talk: Talk, text: str) -> str:
    nothing_after(text)
    return _taken(talk.debugger, "undo", talk.debugger.undo())


def _redo(talk: Talk, text: str) -> str:
    nothing_after(text)
    return _taken(talk.debugger, "redo", talk.debugger.redo())


def _taken(debugger: Debugger, which: str, done: str) -> str:
    if not done:
        raise InputError(f"there is nothing to {which}")
    return f"{which.capitalize()}: {done}.\n{place_text(debugger)}"


def _reset(talk: Talk, text: str) -> str:
    nothing_after(text)
    talk.debugger.reset()
    return f"Reset; u brings the run before back.\n{place_text(talk.debugger)}"


def _branches(talk: Talk, text: str) -> str:
    debugger = talk.debugger
    if not text:
        return "\n".join(
            f"{branch.number:>3}  {branch.label}, {counted(branch.computed, 'iteration')}"
            + ", present" * branch.current
            for branch in debugger.snapshot(slice(0, 0)).branches
        )
    asked = _BRANCH.fullmatch(text)
    if asked is None:
        raise InputError(f"a number from the list, as in t 2 or t 2 drop, not {clean(text, 40)!r}")
    number = int(asked["number"])
    if asked["drop"]:
        debugger.branches.drop(number)
        return f"Branch {grouped(number)} dropped."
    debugger.branches.switch(number)
    return place_text(debugger)


def _export(talk: Talk, text: str) -> str:
    from engine.reports.export import export

    paths = export(talk.debugger, required(text, "E results"))
    return "\n".join(f"written: {clean(str(path), 400)}" for path in paths)


VERBS = (
    Verb(
        ("e", "edit", "set"),
        "WHAT VALUE",
        "change a weight or a hyperparameter: e v[0, 1] 0.5, e learning_rate 0.1",
        _edit,
    ),
    Verb(("u", "undo"), "", "take back the last change, reset or switch of branches", _undo),
    Verb(("U", "redo"), "", "do again what was taken back", _redo),
    Verb(("reset",), "", "start again at iteration 0; the run before stays as a branch", _reset),
    Verb(
        ("t", "branches"),
        "[N [drop]]",
        "list the branches; t 2 switches to one, t 2 drop forgets it",
        _branches,
    ),
    Verb(("E", "export"), "FOLDER", "write predictions, history and parameters", _export),
)

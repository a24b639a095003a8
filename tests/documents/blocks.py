"""The parts of the documents that are generated, each from where its facts are declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path

from engine import Debugger, read_dataset
from engine.common.declaration import Declaration
from engine.data.options import TABLE_DECLARATIONS
from engine.formula.tensor import Axis
from engine.formula.tree import Leaf, Variable
from engine.formula.writing import in_symbols
from engine.maths.activations import ACTIVATIONS, HIDDEN, OUTPUT, Activation
from engine.maths.initialisations import INITIALISATIONS
from engine.maths.losses import LOSSES
from engine.maths.optimisers import OPTIMISERS
from engine.maths.schedules import SCHEDULES
from engine.model.hyperparameters import DECLARATIONS
from engine.stops.stop import BUILT_IN
from tests.documents import samples
from tui.keys import GROUPS, KEYS, PANES, TITLES

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "tui/README.md", "engine/README.md", "samples/README.md")

LAYERS = (
    *("derive", "audit"),
    *("saved", "proof", "reports", "debugger", "inspection", "stops", "run", "analysis"),
    *("program", "model", "data", "language", "mistakes", "maths", "formula"),
    *("loop", "common"),
)
"""The sub-packages of the engine, each above what it uses."""
ROOMS = ("commands", "actions", "panes", "dialogs", "plain", "drawing", "opening", "terminal")
"""The sub-packages of the screen, likewise."""
_FIRST_KEYS = (
    *("next_operation", "next_iteration", "finish_iteration", "run_or_pause", "previous_operation"),
    *("go_to", "open", "explain", "breakpoint", "edit", "undo", "hint"),
)
"""The actions of the twelve keys that README.md lists."""
_TOLD_BESIDE = {"move('up')", "move('left')", "move('right')", "nudge(-1)", "nudge(-10)"} | {
    "next_wrong(-1)"
}
"""Keys that the help of another one tells of too."""

_LONG = 60
"""Characters from which on a slope is not written out."""


def _table(head: str, rows: Iterable[Iterable[object]]) -> str:
    columns = head.count("|") + 1
    lines = [f"| {head} |", "|" + "---|" * columns]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join(lines).replace("|  |", "| |")


def _first_keys() -> str:
    known = {key.action: key for key in KEYS}
    rows = ((_as_code(known[name].shown), known[name].help) for name in _FIRST_KEYS)
    return _table("key | what it does", rows)


def _keys() -> str:
    rows: list[tuple[str, str]] = []
    for group, keys in GROUPS.items():
        rows.append((f"**{group}**", ""))
        if group == PANES:
            numbers = f"`1` … `{len(TITLES)}`"
            rows.append((numbers, f"go to a pane: {', '.join(TITLES.values())}"))
        rows += [
            (_as_code(key.shown), key.help)
            for key in keys
            if not key.action.startswith("pane(") and key.action not in _TOLD_BESIDE
        ]
    return _table("key | what it does", rows)


def _as_code(shown: str) -> str:
    return " ".join(f"`{name}`" for name in shown.split(" "))


def _hyperparameters() -> str:
    return _table(
        "option | symbol | values | default",
        (
            (f"`{d.option}`", d.symbol, _allowed(d) + _needed(d), f"`{d.default}`")
            for d in DECLARATIONS.values()
        ),
    )


def _allowed(declaration: Declaration) -> str:
    return declaration.allowed.replace(" | ", ", ")


def _needed(declaration: Declaration) -> str:
    if declaration.needs is None:
        return ""
    name, values = declaration.needs
    return f" (with {DECLARATIONS[name].option} {', '.join(map(str, values))})"


def _table_options() -> str:
    return _table(
        "option | what it says | values | default",
        (
            (
                f"`{d.option}`",
                d.help.rstrip("."),
                _allowed(d),
                f"`{d.default}`" if d.default != "" else "",
            )
            for d in TABLE_DECLARATIONS.values()
        ),
    )


def _operations() -> str:
    program = Debugger(read_dataset("or")).program
    rows = []
    for number, line in enumerate(program.operations, 1):
        layer = f", {line.layer}" if line.layer else ""
        rows.append((number, f"{line.phase}{layer}", f"`{line.name}`", line.formula))
    return _table("# | phase | name | formula", rows)


def _activations() -> str:
    rows = []
    for activation in ACTIVATIONS.values():
        layers = {"hidden": HIDDEN, "output": OUTPUT}
        where = ", ".join(name for name, names in layers.items() if activation.name in names)
        a, slope = _general(activation)
        rows.append((f"`{activation.name}`", a, slope, where))
    return _table("activation | a | slope ∂a/∂z | layers", rows)


def _general(activation: Activation) -> tuple[str, str]:
    """Write an activation and its slope for any z."""
    axes = (Axis("N", ("",)), Axis("H", ("",)))
    z, a = (Leaf(Variable(symbol, axes)) for symbol in "za")
    value = in_symbols(activation.value(z))
    if activation.slope is None:
        return value, "a matrix, multiplied out in one operation"
    slope = in_symbols(activation.slope(z, a))
    return value, slope if len(slope) < _LONG else "its derivative"


def _losses() -> str:
    return _table(
        "loss | E | ∂E/∂f | output",
        (
            (f"`{loss.name}`", loss.formula, loss.slope_formula, " or ".join(loss.outputs) or "any")
            for loss in LOSSES.values()
        ),
    ).replace("|f − f₀|", "\\|f − f₀\\|")


def _initialisations() -> str:
    return _named(
        "`--init` | the weights start", {w.name: w.rule for w in INITIALISATIONS.values()}
    )


def _optimisers() -> str:
    return _named("`--optimiser` | rule", {o.name: o.rule for o in OPTIMISERS.values()})


def _schedules() -> str:
    return _named("`--schedule` | η", {way.name: way.formula for way in SCHEDULES.values()})


def _built_in_stops() -> str:
    return _table(
        "stop | condition | at the start",
        (
            (title, _condition(text, count), "on" if is_on else "off")
            for _, title, text, count, is_on in BUILT_IN
        ),
    )


def _condition(text: str, count: int) -> str:
    return f"`{text}{f' for {count}' * (count > 1)}`" if text else ""


def _named(head: str, rows: Mapping[str, str]) -> str:
    return _table(head, ((f"`{name}`", text) for name, text in rows.items()))


def _layers() -> str:
    return _folders("engine", LAYERS)


def _rooms() -> str:
    return _folders("tui", ROOMS)


def _folders(package: str, names: Iterable[str]) -> str:
    rows = []
    for name in names:
        told = (import_module(f"{package}.{name}").__doc__ or "").split("\n\n")[0]
        rows.append((f"`{name}/`", " ".join(told.split()).replace("``", "`")))
    return _table("folder | what belongs there", rows)


BLOCKS: dict[str, Callable[[], str]] = {
    "first keys": _first_keys,
    "keys": _keys,
    "hyperparameters": _hyperparameters,
    "table options": _table_options,
    "operations": _operations,
    "activations": _activations,
    "losses": _losses,
    "initialisations": _initialisations,
    "optimisers": _optimisers,
    "schedules": _schedules,
    "built-in stops": _built_in_stops,
    "layers": _layers,
    "rooms": _rooms,
    "samples": samples.table,
    "each sample": samples.sections,
}
_BLOCK = re.compile(
    r"(?<=^<!-- generated: )(?P<name>[^>]*)( -->\n).*?(\n<!-- end -->)$", re.DOTALL | re.MULTILINE
)


def filled(text: str) -> str:
    """Write each generated block of a document anew.

    Raises:
        KeyError: There is no block of such a name.
    """
    return _BLOCK.sub(lambda block: f"{block[1]}{block[2]}{BLOCKS[block[1]]()}{block[3]}", text)


def without_blocks(text: str) -> str:
    """Leave out what is generated."""
    return _BLOCK.sub("", text)

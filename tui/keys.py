"""The keys, each declared once: bindings of the app and of panes, footer, help and README."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from textual.binding import Binding, BindingType

from engine.common.text import clean
from tui.settings import KEYMAP, Settings, problem_of


@dataclass(frozen=True)
class Key:
    """One action and the keys that call it."""

    action: str
    """The name of the action, with its argument if it has one; of its panes, if it has any."""
    keys: tuple[str, ...]
    """As Textual calls them."""
    shown: str
    """As a person reads them."""
    label: str
    """In a word or two, for the footer."""
    help: str
    group: str
    footer: bool = True
    panes: Mapping[str, str] = field(default_factory=dict)
    """The panes whose key it is, each with its label there; none for a key of the app."""
    home: str = ""
    """Of these the one that answers where the focus is in none of them, if one does."""
    title: str = ""
    """In the palette, where the label does not say enough."""

    @property
    def name(self) -> str:
        """What it is called in the palette."""
        return self.title or self.label.capitalize()

    @property
    def setting(self) -> str:
        """What it is called by in the settings, e.g. ``next_operation`` or ``pane loss``."""
        return " ".join(re.split(r"[()']+", self.action)).strip()

    def shown_with(self, keymap: Mapping[str, str]) -> str:
        """Return the keys as a person reads them, the first one as the settings have it."""
        first, *others = self.shown.split(" ")
        return " ".join([keymap.get(self.setting, first), *others])

    @property
    def app_action(self) -> str:
        """The action of the app that does it wherever the focus is."""
        return f"pane_key({self.action!r})" if self.panes else self.action

    def bindings(self, pane: str = "") -> list[Binding]:
        """Return the same for Textual, for a pane or the app; the first key is in its footer."""
        return [
            Binding(
                key,
                self.action if pane else self.app_action,
                self.panes.get(pane, self.label),
                show=self.footer and i == 0 and bool(pane) == bool(self.panes),
                key_display=self.shown.split(" ")[0],
                tooltip=self.help,
                id=self.setting if i == 0 else None,
                # Those that end the app work in a field that is being edited too.
                priority=key in ("ctrl+q", "ctrl+c"),
            )
            for i, key in enumerate(self.keys)
        ]


MOVING, STOPPING, SEEING = "Moving through the program", "Stopping", "Asking"
CHANGING, PANES, GENERAL = "Changing", "Panes", "General"

TITLES = {
    "dataset": "Dataset",
    "hyperparameters": "Hyperparameters",
    "loss": "Loss",
    "weights": "Weights",
    "iteration": "Iteration",
    "pictures": "Pictures",
}
"""The panes by name, in the order of their numbers."""

KEYS = (
    Key(
        "run_or_pause",
        ("space", "f5"),
        "space F5",
        "run",
        "run, or pause",
        MOVING,
        title="Run, or pause",
    ),
    Key(
        "next_operation",
        ("n", "f10"),
        "n F10",
        "next",
        "run the operation marked ▶ and stop",
        MOVING,
        title="Next operation",
    ),
    Key(
        "next_iteration",
        ("s",),
        "s",
        "iteration",
        "run to the same operation of the next iteration",
        MOVING,
        title="Next iteration",
    ),
    Key(
        "finish_iteration",
        ("f",),
        "f",
        "finish",
        "run to the end of this iteration, its update included",
        MOVING,
        footer=False,
        title="Finish this iteration",
    ),
    Key(
        "previous_operation",
        ("N",),
        "N",
        "back",
        "take the last operation back",
        MOVING,
        footer=False,
        title="Back one operation",
    ),
    Key(
        "previous_iteration",
        ("S",),
        "S",
        "back",
        "go back to the same operation of the iteration before",
        MOVING,
        footer=False,
        title="Back one iteration",
    ),
    Key(
        "start_iteration",
        ("F",),
        "F",
        "start",
        "go back to the start of this iteration; from there, of the one before",
        MOVING,
        footer=False,
        title="Back to the start of this iteration",
    ),
    Key(
        "go_to",
        ("g",),
        "g",
        "go to",
        "go to an iteration, computed or not: a number, +100, -1, 50%, end",
        MOVING,
        title="Go to an iteration",
    ),
    Key(
        "restore_best",
        ("R",),
        "R",
        "best",
        "go to the best parameters, where the held-out loss is smallest; g end goes back",
        MOVING,
        footer=False,
        title="Go to the best parameters",
    ),
    Key(
        "continue",
        ("c",),
        "c",
        "continue",
        "run to the next breakpoint or condition",
        MOVING,
        footer=True,
        title="Continue to the next stop",
    ),
    Key(
        "continue_back",
        ("C",),
        "C",
        "back to a stop",
        "go back to the last breakpoint or condition before",
        MOVING,
        footer=False,
        title="Back to the last stop",
    ),
    Key(
        "repeat",
        ("full_stop",),
        ".",
        "repeat",
        "do the last motion again",
        MOVING,
        footer=False,
        title="Repeat the last motion",
    ),
    Key(
        "change_speed(1)",
        ("right_square_bracket",),
        "]",
        "faster",
        "run faster, up to full speed; at slow speeds (the header tells) ▶ walks",
        MOVING,
        footer=False,
    ),
    Key(
        "change_speed(-1)",
        ("left_square_bracket",),
        "[",
        "slower",
        "run slower, down to 1 operation a second",
        MOVING,
        footer=False,
    ),
    Key(
        "escape",
        ("escape",),
        "Esc",
        "give up",
        "give up a long way; leave the inspected tensor, the check, or the cursor of the chart",
        MOVING,
        footer=False,
        title="Give up, or leave",
    ),
    Key(
        "breakpoint",
        ("b", "f9"),
        "b F9",
        "break",
        "set or take away a breakpoint before the operation under the cursor or ▶",
        STOPPING,
        footer=True,
        title="Breakpoint",
    ),
    Key(
        "watch",
        ("w",),
        "w",
        "watch",
        "watch an expression; a condition (E < 0.1) stops the run when it becomes true",
        STOPPING,
        footer=False,
        title="Watch an expression",
    ),
    Key(
        "draw_watches",
        ("W",),
        "W",
        "draw",
        "draw watched numbers, and the last : … over, in Loss and Pictures (phase), or no longer",
        STOPPING,
        footer=False,
        title="Draw the watches",
    ),
    Key(
        "stops",
        ("B",),
        "B",
        "stops",
        "the list of breakpoints, watches, planned and built-in stops, and what stopped the run",
        STOPPING,
        footer=False,
        title="List of stops",
    ),
    Key(
        "explain",
        ("x", "f11"),
        "x F11",
        "explain",
        "where the number under the cursor comes from (Dataset: f, Loss: E), and from there on",
        SEEING,
        footer=True,
        title="Explain a number",
    ),
    Key(
        "evaluate",
        ("colon",),
        ":",
        "evaluate",
        "evaluate an expression, now or over iterations: norm(dE_dw) over 1000..",
        SEEING,
        footer=True,
        title="Evaluate an expression",
    ),
    Key(
        "check",
        ("d",),
        "d",
        "check",
        "prove the gradients at the clock against differences of E; Weights shows the result",
        SEEING,
        footer=False,
        title="Check the gradients",
    ),
    Key(
        "copy",
        ("Y",),
        "Y",
        "copy",
        "copy the tensor under the cursor to the clipboard as a NumPy array",
        SEEING,
        footer=False,
        title="Copy a tensor",
    ),
    Key(
        "nudge(1)",
        ("plus",),
        "+",
        "+1 %",
        "make the weight under the cursor 1 % larger; - smaller",
        CHANGING,
        panes={"weights": "+1 %"},
        home="weights",
        title="Weight 1 % larger",
    ),
    Key(
        "nudge(-1)",
        ("minus",),
        "-",
        "−1 %",
        "make it 1 % smaller",
        CHANGING,
        footer=False,
        panes={"weights": "−1 %"},
        home="weights",
        title="Weight 1 % smaller",
    ),
    Key(
        "nudge(10)",
        ("asterisk",),
        "*",
        "+10 %",
        "make it 10 % larger; _ smaller",
        CHANGING,
        footer=False,
        panes={"weights": "+10 %"},
        home="weights",
        title="Weight 10 % larger",
    ),
    Key(
        "nudge(-10)",
        ("underscore",),
        "_",
        "−10 %",
        "make it 10 % smaller",
        CHANGING,
        footer=False,
        panes={"weights": "−10 %"},
        home="weights",
        title="Weight 10 % smaller",
    ),
    Key(
        "undo",
        ("u",),
        "u",
        "undo",
        "take back the last change, reset or switch of branches; in Iteration, the last "
        "answer of an exercise",
        CHANGING,
        footer=False,
    ),
    Key(
        "redo",
        ("U",),
        "U",
        "redo",
        "do again what was taken back",
        CHANGING,
        footer=False,
    ),
    Key(
        "reset",
        ("r",),
        "r",
        "reset",
        "start again at iteration 0; the run before stays as a branch; runs a changed script",
        CHANGING,
        footer=False,
        title="Reset to iteration 0",
    ),
    Key(
        "branches",
        ("t",),
        "t",
        "branches",
        "the branches, compared: the runs that changes in the past and resets have left",
        CHANGING,
        footer=False,
        title="List of branches",
    ),
    *(
        Key(
            f"pane('{name}')",
            (str(i),),
            str(i),
            title,
            f"go to the pane {title}",
            PANES,
            footer=False,
            title=f"Pane {title}",
        )
        for i, (name, title) in enumerate(TITLES.items(), start=1)
    ),
    Key("focus_next", ("tab",), "Tab", "next pane", "go to the next pane", PANES, footer=False),
    Key(
        "focus_previous",
        ("shift+tab",),
        "Shift+Tab",
        "previous pane",
        "go to the pane before",
        PANES,
        footer=False,
    ),
    Key(
        "maximise",
        ("m",),
        "m",
        "maximise",
        "give the pane the whole screen, or take it back",
        PANES,
        footer=False,
        title="Maximise the pane",
    ),
    Key(
        "present",
        ("P",),
        "P",
        "present",
        "presentation: one pane, no frame, three digits; or all again",
        PANES,
        footer=False,
        title="Presentation",
    ),
    Key(
        "move('down')",
        ("j", "down"),
        "j ↓",
        "down",
        "down in the pane: the next observation, field, cell or line (k ↑: up; h l ← →: sideways)",
        PANES,
        footer=False,
    ),
    Key("move('up')", ("k", "up"), "k ↑", "up", "up in the pane", PANES, footer=False),
    Key("move('left')", ("h", "left"), "h ←", "left", "left in the pane", PANES, footer=False),
    Key("move('right')", ("l", "right"), "l →", "right", "right in the pane", PANES, footer=False),
    Key(
        "open",
        ("enter",),
        "Enter",
        "open",
        "inspect the operation under the cursor; Dataset: columns; Loss: go there; else: edit",
        PANES,
        panes={
            "dataset": "columns",
            "hyperparameters": "edit",
            "loss": "go there",
            "weights": "edit",
            "iteration": "inspect",
            "pictures": "inspect",
        },
        title="Open what is under the cursor",
    ),
    Key(
        "edit",
        ("e",),
        "e",
        "edit",
        "change the weight or hyperparameter under the cursor; Enter applies it, Esc restores it; "
        "of an exercise, answer the line",
        CHANGING,
        footer=False,
        panes={
            "dataset": "columns",
            "hyperparameters": "edit",
            "weights": "edit",
            "iteration": "edit",
        },
        home="weights",
        title="Edit the value under the cursor",
    ),
    Key(
        "next_view",
        ("v",),
        "v",
        "view",
        "in Weights: value, gradient, update, change since the start, check; or colours; "
        "in Pictures: boundary, network, quality, histograms, phase",
        PANES,
        panes={"weights": "view", "pictures": "view"},
        home="weights",
        title="Next view of the pane",
    ),
    Key(
        "next_wrong(1)",
        ("i",),
        "i",
        "wrong",
        "in Dataset: to the next wrong row (✗); I: to the one before",
        PANES,
        panes={"dataset": "next ✗"},
        home="dataset",
        title="Dataset: next wrong row",
    ),
    Key(
        "next_wrong(-1)",
        ("I",),
        "I",
        "wrong before",
        "in Dataset: to the wrong row before",
        PANES,
        footer=False,
        panes={"dataset": "✗ before"},
        home="dataset",
        title="Dataset: wrong row before",
    ),
    Key(
        "order",
        ("O",),
        "O",
        "order",
        "in Dataset: sort by error, or as in the table",
        PANES,
        panes={"dataset": "by error"},
        home="dataset",
        title="Dataset: sort by error",
    ),
    Key(
        "next_kind",
        ("p",),
        "p",
        "carried",
        "in Network: what it carries: by phase, values, gradients, both",
        PANES,
        panes={"pictures": "carried"},
        title="Network: what it carries",
    ),
    Key(
        "whole",
        ("o",),
        "o",
        "one/all",
        "in Network: the numbers of one observation, or of all (gradients summed)",
        PANES,
        panes={"pictures": "one/all"},
        title="Network: one observation or all",
    ),
    Key(
        "log_scale",
        ("y",),
        "y",
        "log",
        "in Loss: logarithmic or linear scale of E",
        PANES,
        panes={"loss": "log"},
        home="loss",
        title="Loss: logarithmic scale",
    ),
    Key(
        "smooth",
        ("a",),
        "a",
        "average",
        "in Loss: draw a smoothed curve, the mean of a few columns each, over the losses",
        PANES,
        panes={"loss": "average"},
        home="loss",
        title="Loss: smoothed curve",
    ),
    Key(
        "zoom(1)",
        ("z",),
        "z",
        "zoom",
        "in Loss: draw fewer iterations, around the cursor or the clock; so does the wheel",
        PANES,
        panes={"loss": "zoom"},
        title="Loss: zoom in",
    ),
    Key(
        "zoom(-1)",
        ("Z",),
        "Z",
        "zoom out",
        "in Loss: draw more iterations; Esc draws all",
        PANES,
        footer=False,
        panes={"loss": "zoom out"},
        title="Loss: zoom out",
    ),
    Key(
        "pan(-1)",
        ("less_than_sign",),
        "<",
        "earlier",
        "in Loss, when zoomed: earlier iterations; so does the wheel with Shift",
        PANES,
        footer=False,
        panes={"loss": "earlier"},
        title="Loss: earlier iterations",
    ),
    Key(
        "pan(1)",
        ("greater_than_sign",),
        ">",
        "later",
        "in Loss, when zoomed: later iterations",
        PANES,
        footer=False,
        panes={"loss": "later"},
        title="Loss: later iterations",
    ),
    Key(
        "export",
        ("E",),
        "E",
        "export",
        "write predictions and history as CSV and the parameters as .npz and JSON into a folder",
        GENERAL,
        footer=False,
        title="Export the results",
    ),
    Key(
        "hint",
        ("question_mark",),
        "?",
        "help",
        "show this help; on a blank line of an exercise, a hint",
        GENERAL,
        title="Help, or a hint",
    ),
    Key(
        "help",
        ("f1",),
        "F1",
        "help",
        "show this help",
        GENERAL,
        footer=False,
        title="Help: all keys",
    ),
    Key(
        "command_palette",
        ("ctrl+p",),
        "ctrl+p",
        "palette",
        "the command palette: every command, themes, a screenshot",
        GENERAL,
        footer=False,
    ),
    Key(
        "suspend_process",
        ("ctrl+z",),
        "ctrl+z",
        "suspend",
        "go back to the shell for a while; fg comes back here",
        GENERAL,
        footer=False,
        title="Suspend",
    ),
    Key("quit", ("q", "ctrl+q", "ctrl+c"), "q ctrl+q ctrl+c", "quit", "quit", GENERAL),
)


_TOLD_BESIDE = {"move('up')", "move('left')", "move('right')", "nudge(-1)", "nudge(-10)"} | {
    "next_wrong(-1)"
}
"""Those that the help of another key tells of too."""
PRESENTED = {
    "run_or_pause": "run",
    "next_operation": "next",
    "previous_operation": "back",
    "next_iteration": "iteration",
    "previous_iteration": "iteration back",
    "present": "end",
}
"""What the footer of a presentation shows, each with its label there."""
_LAST = {"go_to": 1, "breakpoint": 2, "continue": 3}
"""Those that a narrow footer leaves out first."""


def bindings() -> list[BindingType]:
    """Return the bindings of the app, those first that a narrow footer has to show."""
    # The stable sort keeps the order of declaration for the rest.
    ordered = sorted(KEYS, key=lambda key: (key.group != GENERAL, _LAST.get(key.action, 0)))
    return [binding for key in ordered for binding in key.bindings()]


def pane_bindings(pane: str) -> list[BindingType]:
    """Return the bindings of a pane, those of Enter first."""
    own = sorted((key for key in KEYS if pane in key.panes), key=lambda key: key.action != "open")
    return [binding for key in own for binding in key.bindings(pane)]


def kept_keymap(settings: Settings) -> tuple[dict[str, str], list[str]]:
    """Return the keys that the settings give actions instead of their first ones.

    Returns:
        Keys by the names of the actions, and what is wrong with others, a line each.
    """
    wanted = settings.values.get(KEYMAP, {})
    if not isinstance(wanted, dict):
        return {}, [problem_of(KEYMAP, wanted, 'an object such as {"next_operation": "f8"}')]
    keymap: dict[str, str] = {}
    problems = []
    for name, key in wanted.items():
        problem = _refused(name, key, wanted)
        if problem:
            shown = clean(json.dumps({name: key}), 60)
            problems.append(problem_of(KEYMAP, shown, problem))
        else:
            keymap[name] = key
    return keymap, problems


def _refused(name: str, key: object, wanted: Mapping[str, object]) -> str:
    """Say why an action cannot have a key, or ""."""
    known = {each.setting: each for each in KEYS}
    if name not in known:
        meant = difflib.get_close_matches(name, known, n=1)
        return f"an action such as {meant[0] if meant else 'next_operation'}"
    if not isinstance(key, str) or not key or " " in key:
        return "a key such as f8 or ctrl+n"
    own = known[name]
    for other in KEYS:
        kept = other.keys[1:] if other.setting in wanted else other.keys
        shown = other.shown.split(" ")[len(other.keys) - len(kept) :]
        shares = not own.panes or not other.panes or bool(own.panes.keys() & other.panes.keys())
        if other is not own and shares and key in (*kept, *shown):
            return f"a key that {other.setting} does not have"
    return ""


def keys_by_group() -> dict[str, list[Key]]:
    """Return the keys under their headings, in the order of declaration."""
    groups: dict[str, list[Key]] = {}
    for key in KEYS:
        groups.setdefault(key.group, []).append(key)
    return groups


def palette_keys() -> list[Key]:
    """Return the keys that the palette lists: help first, and quitting last."""
    grouped = [key for keys in keys_by_group().values() for key in keys]
    listed = [
        k for k in grouped if k.action != "command_palette" and not k.action.startswith("move")
    ]
    return sorted(listed, key=lambda key: (key.action != "help", key.action == "quit"))


def readme_table() -> str:
    """Write the keys as the table of the README."""
    lines = ["| key | what it does |", "|---|---|"]
    panes = ", ".join(TITLES.values())
    for group, keys in keys_by_group().items():
        lines.append(f"| **{group}** | |")
        if group == PANES:
            lines.append(f"| `1` … `{len(TITLES)}` | go to a pane: {panes} |")
        for key in keys:
            shown = " ".join(f"`{name}`" for name in key.shown.split(" "))
            if not key.action.startswith("pane(") and key.action not in _TOLD_BESIDE:
                lines.append(f"| {shown} | {key.help} |")
    return "\n".join(lines)

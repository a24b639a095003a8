"""The keys, each declared once: the app's bindings, the footer, the help and the README."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True)
class Key:
    """One action and the keys that call it."""

    action: str
    """The name of the app's action, with its argument if it has one."""
    keys: tuple[str, ...]
    """As Textual calls them."""
    shown: str
    """As a person reads them."""
    label: str
    """In a word or two, for the footer."""
    help: str
    group: str
    footer: bool = True

    @property
    def bindings(self) -> list[Binding]:
        """The same for Textual; only the first key is in the footer."""
        return [
            Binding(
                key,
                self.action,
                self.label,
                show=self.footer and i == 0,
                key_display=self.shown.split(" ")[0],
                tooltip=self.help,
                # Those that end the app work in a field that is being edited too.
                priority=key in ("ctrl+q", "ctrl+c"),
            )
            for i, key in enumerate(self.keys)
        ]


MOVING, PANES, GENERAL = "Moving through the program", "Panes", "General"

KEYS = (
    Key("run_or_pause", ("space", "f5"), "space F5", "run", "run, or pause", MOVING),
    Key(
        "next_operation",
        ("n", "f10"),
        "n F10",
        "next",
        "run the operation marked ▶ and stop",
        MOVING,
    ),
    Key(
        "next_iteration",
        ("s",),
        "s",
        "iteration",
        "run to the same operation of the next iteration",
        MOVING,
    ),
    Key(
        "finish_iteration",
        ("f",),
        "f",
        "finish",
        "run to the end of this iteration, its update included",
        MOVING,
    ),
    Key(
        "previous_operation",
        ("N",),
        "N",
        "back",
        "take the last operation back",
        MOVING,
        footer=False,
    ),
    Key(
        "previous_iteration",
        ("S",),
        "S",
        "back",
        "go back to the same operation of the iteration before",
        MOVING,
        footer=False,
    ),
    Key(
        "start_iteration",
        ("F",),
        "F",
        "start",
        "go back to the start of this iteration; from there, of the one before",
        MOVING,
        footer=False,
    ),
    Key(
        "go_to",
        ("g",),
        "g",
        "go to",
        "go to an iteration, computed or not: a number, +100, -1, 50%, end",
        MOVING,
    ),
    Key(
        "stop_going",
        ("escape",),
        "Esc",
        "stop",
        "give up a long way to an iteration and stay where one was",
        MOVING,
        footer=False,
    ),
    Key(
        "reset",
        ("r",),
        "r",
        "reset",
        "start again at iteration 0 with the same starting weights",
        MOVING,
    ),
    Key(
        "undo_reset",
        ("u",),
        "u",
        "undo reset",
        "bring back the run before the reset; again: the newer one",
        MOVING,
        footer=False,
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
        )
        for i, (name, title) in enumerate(
            (
                ("dataset", "Dataset"),
                ("hyperparameters", "Hyperparameters"),
                ("loss", "Loss"),
                ("weights", "Weights"),
                ("iteration", "Iteration"),
            ),
            start=1,
        )
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
    ),
    Key(
        "move('down')",
        ("j", "down"),
        "j ↓",
        "down",
        "down in the pane: the next observation, field or line (k ↑: up; h l ← →: sideways)",
        PANES,
        footer=False,
    ),
    Key("move('up')", ("k", "up"), "k ↑", "up", "up in the pane", PANES, footer=False),
    Key("move('left')", ("h", "left"), "h ←", "left", "left in the pane", PANES, footer=False),
    Key("move('right')", ("l", "right"), "l →", "right", "right in the pane", PANES, footer=False),
    Key(
        "edit",
        ("e", "enter"),
        "e Enter",
        "edit",
        "change the hyperparameter under the cursor; Enter applies it, Esc restores it",
        PANES,
        footer=False,
    ),
    Key(
        "next_view",
        ("v",),
        "v",
        "view",
        "in Weights: value, gradient or last update",
        PANES,
        footer=False,
    ),
    Key(
        "log_scale",
        ("y",),
        "y",
        "log",
        "in Loss: logarithmic or linear scale of E",
        PANES,
        footer=False,
    ),
    Key("help", ("question_mark", "f1"), "? F1", "help", "show this help", GENERAL),
    Key(
        "command_palette",
        ("ctrl+p",),
        "ctrl+p",
        "palette",
        "the command palette: every command, themes, a screenshot",
        GENERAL,
        footer=False,
    ),
    Key("quit", ("q", "ctrl+q", "ctrl+c"), "q ctrl+q ctrl+c", "quit", "quit", GENERAL),
)


def keys_by_group() -> dict[str, list[Key]]:
    """Return the keys under their headings, in the order of declaration."""
    groups: dict[str, list[Key]] = {}
    for key in KEYS:
        groups.setdefault(key.group, []).append(key)
    return groups


def readme_table() -> str:
    """Write the keys as the table of the README."""
    lines = ["| key | what it does |", "|---|---|"]
    for group, keys in keys_by_group().items():
        lines.append(f"| **{group}** | |")
        for key in keys:
            shown = " ".join(f"`{name}`" for name in key.shown.split(" "))
            lines.append(f"| {shown} | {key.help} |")
    return "\n".join(lines)

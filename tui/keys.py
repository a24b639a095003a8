"""The keys, each declared once: bindings of the app and of panes, footer, help and README."""

from __future__ import annotations

from textual.binding import BindingType

from tui.key import Key

PANES, GENERAL = "Panes", "General"

TITLES = {
    "dataset": "Dataset",
    "hyperparameters": "Hyperparameters",
    "loss": "Loss",
    "weights": "Weights",
    "iteration": "Iteration",
    "pictures": "Pictures",
}
"""The panes by name, in the order of their numbers."""

GROUPS: dict[str, list[Key]] = {
    "Moving through the program": [
        Key("run_or_pause", "space F5", "run", "run, or pause", "Run, or pause", footer=True),
        Key(
            "next_operation",
            "n F10",
            "next",
            "run the operation marked ▶ and stop",
            "Next operation",
            footer=True,
        ),
        Key(
            "next_iteration",
            "s",
            "iteration",
            "run to the same operation of the next iteration",
            "Next iteration",
            footer=True,
        ),
        Key(
            "finish_iteration",
            "f",
            "finish",
            "run to the end of this iteration, its update included",
            "Finish this iteration",
        ),
        Key(
            "previous_operation", "N", "back", "take the last operation back", "Back one operation"
        ),
        Key(
            "previous_iteration",
            "S",
            "back",
            "go back to the same operation of the iteration before",
            "Back one iteration",
        ),
        Key(
            "start_iteration",
            "F",
            "start",
            "go back to the start of this iteration; from there, of the one before",
            "Back to the start of this iteration",
        ),
        Key(
            "go_to",
            "g",
            "go to",
            "go to an iteration, computed or not: a number, +100, -1, 50%, end",
            "Go to an iteration",
            footer=True,
        ),
        Key(
            "restore_best",
            "R",
            "best",
            "go to the best parameters, where the held-out loss is smallest; g end goes back",
            "Go to the best parameters",
        ),
        Key(
            "continue",
            "c",
            "continue",
            "run to the next breakpoint or condition",
            "Continue to the next stop",
            footer=True,
        ),
        Key(
            "continue_back",
            "C",
            "back to a stop",
            "go back to the last breakpoint or condition before",
            "Back to the last stop",
        ),
        Key("repeat", ".", "repeat", "do the last motion again", "Repeat the last motion"),
        Key(
            "change_speed(1)",
            "]",
            "faster",
            "run faster, up to full speed; at slow speeds (the header tells) ▶ walks",
        ),
        Key("change_speed(-1)", "[", "slower", "run slower, down to 1 operation a second"),
        Key(
            "escape",
            "Esc",
            "give up",
            "give up a long way; leave the inspected tensor, the check, or the cursor of the chart",
            "Give up, or leave",
        ),
    ],
    "Stopping": [
        Key(
            "breakpoint",
            "b F9",
            "break",
            "set or take away a breakpoint before the operation under the cursor or ▶",
            "Breakpoint",
            footer=True,
        ),
        Key(
            "watch",
            "w",
            "watch",
            "watch an expression; a condition (E < 0.1) stops the run when it becomes true",
            "Watch an expression",
        ),
        Key(
            "draw_watches",
            "W",
            "draw",
            "draw watched numbers, and the last : … over, in Loss and Pictures (phase), or no "
            "longer",
            "Draw the watches",
        ),
        Key(
            "stops",
            "B",
            "stops",
            "the list of breakpoints, watches, planned and built-in stops, and what stopped the "
            "run",
            "List of stops",
        ),
    ],
    "Asking": [
        Key(
            "explain",
            "x F11",
            "explain",
            "where the number under the cursor comes from (Dataset: f, Loss: E), and from there on",
            "Explain a number",
            footer=True,
        ),
        Key(
            "evaluate",
            ":",
            "evaluate",
            "evaluate an expression, now or over iterations: norm(dE_dw) over 1000..",
            "Evaluate an expression",
            footer=True,
        ),
        Key(
            "check",
            "d",
            "check",
            "prove the gradients at the clock against differences of E; Weights shows the result",
            "Check the gradients",
        ),
        Key(
            "copy",
            "Y",
            "copy",
            "copy the tensor under the cursor to the clipboard as a NumPy array",
            "Copy a tensor",
        ),
    ],
    "Changing": [
        Key(
            "nudge(1)",
            "+",
            "+1 %",
            "make the weight under the cursor 1 % larger; - smaller",
            "Weight 1 % larger",
            footer=True,
            panes={"weights": "+1 %"},
            home="weights",
        ),
        Key(
            "nudge(-1)",
            "-",
            "−1 %",
            "make it 1 % smaller",
            "Weight 1 % smaller",
            panes={"weights": "−1 %"},
            home="weights",
        ),
        Key(
            "nudge(10)",
            "*",
            "+10 %",
            "make it 10 % larger; _ smaller",
            "Weight 10 % larger",
            panes={"weights": "+10 %"},
            home="weights",
        ),
        Key(
            "nudge(-10)",
            "_",
            "−10 %",
            "make it 10 % smaller",
            "Weight 10 % smaller",
            panes={"weights": "−10 %"},
            home="weights",
        ),
        Key(
            "undo",
            "u",
            "undo",
            "take back the last change, reset or switch of branches; in Iteration, the last "
            "answer of an exercise",
        ),
        Key("redo", "U", "redo", "do again what was taken back"),
        Key(
            "reset",
            "r",
            "reset",
            "start again at iteration 0; the run before stays as a branch; runs a changed script",
            "Reset to iteration 0",
        ),
        Key(
            "branches",
            "t",
            "branches",
            "the branches, compared: the runs that changes in the past and resets have left",
            "List of branches",
        ),
        Key(
            "edit",
            "e",
            "edit",
            "change the value under the cursor (Dataset: columns); Enter applies it, Esc restores "
            "it; of an exercise, answer the line",
            "Edit the value under the cursor",
            panes={
                "dataset": "columns",
                "hyperparameters": "edit",
                "weights": "edit",
                "iteration": "edit",
            },
            home="weights",
        ),
    ],
    PANES: [
        *(
            Key(f"pane('{name}')", str(i), title, f"go to the pane {title}", f"Pane {title}")
            for i, (name, title) in enumerate(TITLES.items(), start=1)
        ),
        Key("focus_next", "Tab", "next pane", "go to the next pane"),
        Key("focus_previous", "Shift+Tab", "previous pane", "go to the pane before"),
        Key(
            "maximise",
            "m",
            "maximise",
            "give the pane the whole screen, or take it back",
            "Maximise the pane",
        ),
        Key(
            "present",
            "P",
            "present",
            "presentation: one pane, no frame, three digits; or all again",
            "Presentation",
        ),
        Key(
            "move('down')",
            "j ↓",
            "down",
            "down in the pane: the next observation, field, cell or line (k ↑: up; h l ← →: "
            "sideways)",
        ),
        Key("move('up')", "k ↑", "up", "up in the pane"),
        Key("move('left')", "h ←", "left", "left in the pane"),
        Key("move('right')", "l →", "right", "right in the pane"),
        Key(
            "open",
            "Enter",
            "open",
            "inspect the operation under the cursor; Dataset: columns; Loss: go there; else: edit",
            "Open what is under the cursor",
            footer=True,
            panes={
                "dataset": "columns",
                "hyperparameters": "edit",
                "loss": "go there",
                "weights": "edit",
                "iteration": "inspect",
                "pictures": "inspect",
            },
        ),
        Key(
            "next_view",
            "v",
            "view",
            "in Weights: value, gradient, update, change since the start, check; or colours; in "
            "Pictures: boundary, network, quality, histograms, phase",
            "Next view of the pane",
            footer=True,
            panes={"weights": "view", "pictures": "view"},
            home="weights",
        ),
        Key(
            "next_wrong(1)",
            "i",
            "wrong",
            "in Dataset, Iteration: next wrong row (✗); I: the one before",
            "Next wrong row",
            footer=True,
            panes={"dataset": "next ✗", "iteration": "next ✗"},
            home="dataset",
        ),
        Key(
            "next_wrong(-1)",
            "I",
            "wrong before",
            "in Dataset, Iteration: to the wrong row before",
            "Wrong row before",
            panes={"dataset": "✗ before", "iteration": "✗ before"},
            home="dataset",
        ),
        Key(
            "order",
            "O",
            "order",
            "in Dataset: sort by error, or as in the table",
            "Dataset: sort by error",
            footer=True,
            panes={"dataset": "by error"},
            home="dataset",
        ),
        Key(
            "next_kind",
            "p",
            "gradients",
            "in Network: what it carries: by phase, values, gradients, both",
            "Network: what it carries",
            footer=True,
            panes={"pictures": "gradients"},
        ),
        Key(
            "whole",
            "o",
            "one/all",
            "in Network: the numbers of one observation, or of all (gradients summed)",
            "Network: one observation or all",
            footer=True,
            panes={"pictures": "one/all"},
        ),
        Key(
            "log_scale",
            "y",
            "log",
            "in Loss: logarithmic or linear scale of E",
            "Loss: logarithmic scale",
            footer=True,
            panes={"loss": "log"},
            home="loss",
        ),
        Key(
            "smooth",
            "a",
            "average",
            "in Loss: draw a smoothed curve, the mean of a few columns each, over the losses",
            "Loss: smoothed curve",
            footer=True,
            panes={"loss": "average"},
            home="loss",
        ),
        Key(
            "zoom(1)",
            "z",
            "zoom",
            "in Loss: draw fewer iterations, around the cursor or the clock; so does the wheel",
            "Loss: zoom in",
            footer=True,
            panes={"loss": "zoom"},
        ),
        Key(
            "zoom(-1)",
            "Z",
            "zoom out",
            "in Loss: draw more iterations; Esc draws all",
            "Loss: zoom out",
            panes={"loss": "zoom out"},
        ),
        Key(
            "pan(-1)",
            "<",
            "earlier",
            "in Loss, when zoomed: earlier iterations; so does the wheel with Shift",
            "Loss: earlier iterations",
            panes={"loss": "earlier"},
        ),
        Key(
            "pan(1)",
            ">",
            "later",
            "in Loss, when zoomed: later iterations",
            "Loss: later iterations",
            panes={"loss": "later"},
        ),
    ],
    GENERAL: [
        Key(
            "export",
            "E",
            "export",
            "write predictions and history as CSV and the parameters as .npz and JSON into a "
            "folder",
            "Export the results",
        ),
        Key(
            "hint",
            "?",
            "help",
            "show this help; on a blank line of an exercise, a hint",
            "Help: all keys",
            footer=True,
        ),
        Key("help", "F1", "help", "show this help"),
        Key(
            "command_palette",
            "ctrl+p",
            "palette",
            "the command palette: every command, themes, a screenshot",
        ),
        Key(
            "suspend_process",
            "ctrl+z",
            "suspend",
            "go back to the shell for a while; fg comes back here",
            "Suspend",
        ),
        Key("quit", "q ctrl+q ctrl+c", "quit", "quit", footer=True),
    ],
}
"""The keys under their headings."""

KEYS = tuple(key for keys in GROUPS.values() for key in keys)

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
    ordered = sorted(KEYS, key=lambda key: (key not in GROUPS[GENERAL], _LAST.get(key.action, 0)))
    return [binding for key in ordered for binding in key.bindings()]


def pane_bindings(pane: str) -> list[BindingType]:
    """Return the bindings of a pane, those of Enter first."""
    own = sorted((key for key in KEYS if pane in key.panes), key=lambda key: key.action != "open")
    return [binding for key in own for binding in key.bindings(pane)]


def palette_keys() -> list[Key]:
    """Return the keys that the palette lists: help first, and quitting last."""
    # Help has two keys, of which the first gives hints too: it is listed once.
    left_out = ("command_palette", "help", "move")
    listed = [key for key in KEYS if not key.action.startswith(left_out)]
    return sorted(listed, key=lambda key: (key.action != "hint", key.action == "quit"))

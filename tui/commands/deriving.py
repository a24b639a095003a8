"""The command `derive`: exercises on the screen, and their results without one."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from engine.common.errors import InputError
from engine.common.pace import FULL
from engine.common.text import clean
from tui.commands.grouped_help import GroupedCommand
from tui.commands.json_output import print_json
from tui.commands.names import NAME
from tui.commands.options import as_json_option, data_and_hyperparameters, written
from tui.commands.training import no_screen
from tui.exit_codes import DONE, NOT_FOUND
from tui.opening.prepare import READ_ONLY

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.derive import Exercise, Find
    from engine.derive.answers import Answers


@click.command(cls=GroupedCommand)
@data_and_hyperparameters
@click.option(
    "--lines",
    metavar="OP,OP",
    default="",
    help="The lines to leave blank, e.g. dE_dy,dE_dg.  [default: the whole backward phase]",
)
@click.option(
    "--find",
    "is_find",
    is_flag=True,
    help="Plant a mistake to find instead, another one for each --seed.",
)
@click.option(
    "--answers",
    "path",
    metavar="FILE",
    type=NAME,
    help="Take the answers from this file, a line dE_dy = … each, and write them to it.",
)
@as_json_option
def derive(lines: str, is_find: bool, path: str | None, as_json: bool, **given: Any) -> None:
    """Derive the backward phase, or find a mistake in it.

    The right-hand sides of the backward phase are blank: e on a line takes a formula
    and says what is wrong with it, ? gives a hint. With --json, or without a
    terminal, the answers in FILE are judged; the exit code is 1 if not all are right.
    """
    from engine.derive.answers import Answers

    if is_find and lines:
        raise InputError("--lines does not go with --find, which may be wrong in any line")
    wanted = [name for name in lines.split(",") if name.strip()]
    make = partial(_exercise, wanted, is_find, Answers(path))
    if as_json or no_screen(given["data"]):
        is_done = _print_result(make, as_json, given, is_answered=path is not None)
        sys.exit(DONE if is_done or path is None else NOT_FOUND)
    from tui.commands.on_screen import run

    made: list[Exercise | Find] = []

    def remembered(debugger: Debugger) -> Exercise | Find:
        made.append(make(debugger))
        return made[-1]

    explicit = written(click.get_current_context())
    data = given.pop("data")
    options = {"given": given, "explicit": explicit, "new": True, "how": READ_ONLY}
    code = run(
        fps=10.0, calm=False, speed=FULL, data=data, open_=None, exercise=remembered, **options
    )
    if made:
        from engine.derive import Exercise

        click.echo(_text(made[-1]))
        if path is None and isinstance(made[-1], Exercise) and made[-1].verdicts:
            click.echo("These answers are not kept; with --answers FILE they are.")
    sys.exit(code)


def _exercise(
    lines: list[str], is_find: bool, answers: Answers, debugger: Debugger
) -> Exercise | Find:
    from engine.derive import Exercise, Find

    if is_find:
        return Find(debugger, debugger.hyperparameters.seed, answers)
    try:
        return Exercise(debugger, lines, answers)
    except InputError as error:
        shown = str(error)
        is_of_lines = any(shown.startswith(f"{clean(name, 40)}: ") for name in lines)
        raise InputError(f"--lines {shown}" if is_of_lines else shown) from None


def _print_result(make: Any, as_json: bool, given: dict[str, Any], *, is_answered: bool) -> bool:
    from engine.derive import Find
    from engine.derive.report import exercise_object, find_object
    from tui.commands.inspecting import prepared

    exercise = make(prepared(given))
    if as_json:
        is_find = isinstance(exercise, Find)
        print_json(find_object(exercise) if is_find else exercise_object(exercise))
    else:
        click.echo(_text(exercise) if is_answered else _blank(exercise))
    done: bool = exercise.is_done
    return done


def _blank(exercise: Exercise | Find) -> str:
    """Write an exercise, and how it is answered without a terminal in place of a score."""
    from engine.derive import Find
    from engine.derive.find import ENTRY

    if isinstance(exercise, Find):
        return f"{_text(exercise)}\n--answers FILE takes the mark, as a line {ENTRY} = dE_dy."
    how = f"--answers FILE takes the answers, a line {exercise.lines[0]} = … each."
    return _text(exercise).removesuffix(exercise.score) + how


def _text(exercise: Exercise | Find) -> str:
    from engine.derive import Find
    from engine.derive.report import exercise_text, find_text

    return find_text(exercise) if isinstance(exercise, Find) else exercise_text(exercise)

"""The command `settings`, and the options that take their values from the settings."""

from __future__ import annotations

import os
from dataclasses import dataclass

import click

from engine.common.errors import InputError
from engine.common.text import clean
from tui.settings import (
    CHART_SCALE,
    CHART_SCALES,
    KEYMAP,
    OPTIONS,
    THEME,
    Settings,
    broken_path,
    keep,
    problem_of,
    read_settings,
    settings_path,
    told_of,
)

PROBLEMS = "nn_tui.settings.problems"
"""The key under which a context holds what is wrong with the settings of options."""
DEFAULT = "default"
"""The value that takes a setting out of the file."""
_DEFAULTS = {"fps": "10, or 2 with --calm", THEME: "nn-tui", CHART_SCALE: CHART_SCALES[0]}
"""The defaults of the settings that no option declares."""


def option_defaults(
    command: click.Command, settings: Settings
) -> tuple[dict[str, object], list[str]]:
    """Return what the settings say of the options of a command, and what is wrong with the rest."""
    defaults: dict[str, object] = {}
    problems = []
    for parameter in _options(command):
        name = parameter.name or ""
        if name not in settings.values:
            continue
        value = settings.values[name]
        try:
            defaults[name] = parameter.type.convert(value, parameter, None)
        except click.BadParameter as error:
            problems.append(told_of(name, _brief(error)))
        except (TypeError, ValueError, OverflowError):
            problems.append(problem_of(name, value, "a number"))
    return defaults, problems


def _brief(error: click.BadParameter) -> str:
    return clean(error.message, 200).rstrip(".").replace("float range", "number")


def _options(command: click.Command) -> list[click.Option]:
    return [p for p in command.params if isinstance(p, click.Option) and p.name in OPTIONS]


@dataclass(frozen=True)
class _Line:
    """A setting: its value in words, and where that comes from."""

    name: str
    value: str
    origin: str


def _lines(command: click.Command, settings: Settings) -> tuple[list[_Line], list[str]]:
    from textual.keys import format_key

    from tui.keymap import kept_keymap

    kept, problems = option_defaults(command, settings)
    values = {name: str(value) for name, value in kept.items()}
    theme = os.environ.get("TEXTUAL_THEME") or settings.theme
    if theme:
        values[THEME] = clean(theme, 40)
    elif THEME in settings.values:
        problems.append(problem_of(THEME, settings.values[THEME], "the name of a theme"))
    scale, problem = settings.chart_scale
    if problem:
        problems.append(problem)
    elif CHART_SCALE in settings.values:
        values[CHART_SCALE] = scale
    keymap, wrong = kept_keymap(settings)
    problems += wrong
    if keymap:
        told = (f"{action} = {format_key(key)}" for action, key in keymap.items())
        values[KEYMAP] = ", ".join(told)
    lines = []
    for name, default in _defaults(command).items():
        origin = "from the file" if name in values else "the default"
        if name == THEME and os.environ.get("TEXTUAL_THEME"):
            origin = "from TEXTUAL_THEME"
        lines.append(_Line(name, values.get(name, default), origin))
    return lines, problems


def _defaults(command: click.Command) -> dict[str, str]:
    """Return the defaults in words, by the names of the settings."""
    options = {p.name or "": str(p.default) for p in _options(command)}
    return {**options, **_DEFAULTS, KEYMAP: "none"}


@click.command()
@click.argument("name", required=False)
@click.argument("value", required=False)
@click.option("--keys", is_flag=True, help="List the actions that a keymap can give another key.")
@click.pass_context
def settings(ctx: click.Context, name: str | None, value: str | None, keys: bool) -> None:
    """Show the settings and where they come from; with NAME and VALUE, keep one.

    They are kept in a file, which may be written by hand too: an object of JSON such as
    {"fps": 5, "chart_scale": "logarithmic", "keymap": {"next_operation": "f8"}}. VALUE is
    "default" for what is in no file, and ACTION=KEY for the keymap. What is given on the command
    line, and the variable TEXTUAL_THEME, come before the file.
    """
    root = ctx.find_root().command
    assert isinstance(root, click.Group)
    command = root.commands["open"]
    if keys:
        click.echo(_keys())
        return
    found = read_settings()
    if name is not None and name not in _defaults(command):
        known = ", ".join(_defaults(command))
        raise InputError(f"there is no setting {clean(name, 40)!r}; there are {known}")
    if name is not None and value is not None:
        if found.problem:
            kept = clean(broken_path().name)
            click.echo(f"nn-tui: {found.problem}; it is kept as {kept}", err=True)
        _keep(command, found, name, value)
        return
    lines, problems = _lines(command, found)
    if name is not None:
        click.echo(next(line.value for line in lines if line.name == name))
        return
    click.echo(clean(str(settings_path()), 400))
    widths = [max(len(getattr(line, part)) for line in lines) for part in ("name", "value")]
    for line in lines:
        click.echo(f"{line.name:<{widths[0]}}  {line.value:<{widths[1]}}  {line.origin}")
    for problem in (found.problem, *problems):
        if problem:
            click.echo(f"nn-tui: {problem}", err=True)


def _keys() -> str:
    from tui.keys import KEYS

    widest = max(len(key.setting) for key in KEYS)
    return "\n".join(f"{key.setting:<{widest}}  {key.shown}" for key in KEYS)


def _keep(command: click.Command, found: Settings, name: str, typed: str) -> None:
    """Keep a setting, if it can have the value."""
    value: object = None
    if typed != DEFAULT:
        value = _changed_keymap(found, typed) if name == KEYMAP else _parsed(command, name, typed)
        _, problems = _lines(command, Settings({} if value is None else {name: value}))
        if problems:
            # The file says nothing of it yet.
            raise InputError(problems[0].removeprefix(f"{settings_path()}: ").rpartition("; ")[0])
    try:
        keep(name, value)
    except OSError as error:
        where = clean(str(settings_path()), 200)
        raise InputError(f"{where}: {error.strerror or error}") from None


def _parsed(command: click.Command, name: str, typed: str) -> object:
    """Turn what was typed into what the file is to hold."""
    if name == THEME:
        from textual.theme import BUILTIN_THEMES

        themes = ["nn-tui", *BUILTIN_THEMES]
        if typed not in themes:
            raise InputError(f"theme: {' | '.join(themes)}, not {clean(typed, 40)!r}")
    for parameter in _options(command):
        if parameter.name == name:
            try:
                return parameter.type.convert(typed, parameter, None)
            except click.BadParameter as error:
                raise InputError(f"{name}: {_brief(error)}") from None
    return typed


def _changed_keymap(found: Settings, typed: str) -> dict[str, object] | None:
    """Return the keymap with one entry more, or, without a key, one less."""
    before = found.values.get(KEYMAP)
    keymap: dict[str, object] = dict(before) if isinstance(before, dict) else {}
    action, equals, key = typed.partition("=")
    if not equals:
        shown = clean(typed, 40)
        raise InputError(
            f"keymap: ACTION=KEY, e.g. next_operation=f8, not {shown!r}; --keys lists the actions"
        )
    keymap.pop(action.strip(), None)
    if key.strip():
        keymap[action.strip()] = key.strip()
    return keymap or None


def defaults_for(ctx: click.Context, command: click.Command) -> None:
    """Take the defaults of a command's options from the settings."""
    kept, problems = option_defaults(command, read_settings())
    ctx.default_map = {command.name or "": kept}
    ctx.meta[PROBLEMS] = problems

"""Every theme, with as many colours as a terminal may have: what is written can be read."""

from itertools import cycle, product

import pytest
from rich.color import ColorSystem
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.strip import Strip

from engine import read_dataset
from tests.tui.app import opened, text
from tests.tui.drawn import PALETTES, Run, faint, lines, wcag
from tui.app import NNTui
from tui.drawing.contrast import Legible
from tui.drawing.theme import THEME

TERMINALS = {
    "true colour": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "256 colours": {"TERM": "xterm-256color"},
    "16 colours": {"TERM": "xterm"},
    "shades of grey": {"TERM": "xterm-256color", "NO_COLOR": "1"},
    "16 without colour": {"TERM": "xterm", "NO_COLOR": "1"},
}
QUICK = ("16 without colour",)
DEPTHS = [(0, ColorSystem.TRUECOLOR), (256, ColorSystem.EIGHT_BIT), (16, ColorSystem.STANDARD)]
WALK = (
    # Before the first iteration, in the midst of one, with an observation, a cursor and a stop.
    *("", "s", "n n n", "1 j", "5 k k b"),
    # A value that is edited, and one that is not accepted.
    *("2 e", "down", "escape", "2 k k e", "x enter", "escape"),
    # What the panes can show, each with its cursor, and the whole screen for one.
    *("4 v", "v", "v", "d", "v", "m", "m", "1 m", "m", "3 y left", "5 enter", "escape"),
    *("6", "v", "v", "v", "v"),
    # What is laid over them.
    *("4 x", "down", "enter", "escape", "question_mark", "escape", "t", "escape", "B", "escape"),
    *("w", "x enter", "escape", "colon", "escape", "g", "escape", "ctrl+p", "escape"),
)
"""Keys between which the screen is measured."""

OFTEN = (THEME.name, "textual-light", "dracula")
SHADES = ("background", "surface", "panel", "primary", "warning", "success", "error", "foreground")


def themes() -> list[str]:
    return sorted({*App().available_themes, THEME.name} - {"textual-ansi"})


def at_a_terminal(name: str, theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("COLORTERM", "NO_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in TERMINALS[name].items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("TEXTUAL_THEME", theme if theme != THEME.name else "")


def some(*quick: tuple[str, str]) -> list[object]:
    """Each theme in turn in most or in few colours, and some at each terminal.

    Args:
        *quick: Those that every run of the tests tries; all others are slow.
    """
    depths = cycle(("true colour", "16 colours"))
    cases = [(theme, next(depths)) for theme in themes() if theme not in OFTEN]
    return [
        pytest.param(*case, marks=() if case in quick else pytest.mark.slow)
        for case in dict.fromkeys([*cases, *product(OFTEN, TERMINALS), *quick])
    ]


def run_of(app: NNTui, words: str) -> Run:
    """What is drawn like the cells in which some words begin."""
    for line in lines(app):
        place = "".join(run.text for run in line).find(words)
        for run in line:
            if 0 <= place < len(run.text):
                return run
            place -= len(run.text)
    raise AssertionError(f"{words!r} is not on the screen\n{text(app)}")


def test_contrast_is_that_of_wcag() -> None:
    assert wcag((255, 255, 255), (0, 0, 0)) == pytest.approx(21)
    # The example of the WCAG's own explanation: the darkest grey that passes on white at 4.5.
    assert wcag((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(
    ("theme", "terminal"),
    some((THEME.name, "16 colours")),
)
async def test_all_that_is_drawn_stands_out(
    theme: str, terminal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_terminal(terminal, theme, monkeypatch)
    async with opened(notifications=True) as (app, pilot):
        assert app.theme == theme
        for keys in WALK:
            await pilot.press(*keys.split())
            await pilot.pause()
            assert not faint(app), (keys, faint(app), text(app))


@pytest.mark.parametrize(
    "terminal",
    [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in TERMINALS],
)
async def test_pictures_of_classes_and_numbers_that_are_not_finite_stand_out(
    terminal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_terminal(terminal, "textual-light", monkeypatch)
    iris = read_dataset("iris")
    async with opened(
        dataset=iris, output_activation="softmax", loss="cross-entropy", learning_rate=1e300
    ) as (app, pilot):
        for keys in ("", "6", "s", "v", "v", "v", "m", "v", "m 5", "4", "3", "s 4"):
            await pilot.press(*keys.split())
            await pilot.pause()
            assert not faint(app), (keys, faint(app), text(app))


@pytest.mark.one_in(4)
@pytest.mark.parametrize("name", themes())
def test_every_colour_of_a_theme_on_every_other_stands_out(name: str) -> None:
    app = App()
    app.register_theme(THEME)
    theme = app.get_theme(name)
    assert theme is not None
    variables = {**theme.to_color_system().generate(), **theme.variables}
    shades = {Color.parse(variables[shade]).rich_color for shade in SHADES}
    around = Color.parse(variables["background"])
    for depth, system in DEPTHS:
        if theme.ansi and depth != 16:
            continue
        drawn = Legible(depth, theme.dark)
        for ink, ground in product(shades, shades):
            for reverse in (False, True):
                style = Style(color=ink, bgcolor=ground, reverse=reverse)
                (segment,) = drawn.apply(list(Strip.blank(1, style)), around)
                assert segment.style is not None
                run = Run("x", Strip.render_ansi(segment.style, system))
                assert run.contrast(theme.dark) >= 4.5, (depth, ink, ground, run)


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("theme", "terminal"),
    some((THEME.name, "true colour"), (THEME.name, "16 colours"), ("ansi-light", "true colour")),
)
async def test_marks_are_told_from_what_is_around_them(
    theme: str, terminal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their ground, and where colours may be missing by an attribute."""
    at_a_terminal(terminal, theme, monkeypatch)
    async with opened() as (app, pilot):
        await pilot.press(*["s", "n", "n", "1", "j"])
        await pilot.pause()
        few = app.depth == 16
        selected, other = (run_of(app, words) for words in ("0      0 │", "1      0 │"))
        current, plain = (run_of(app, words) for words in ("y = g·w", "f = σ(y)"))
        for marked, beside in ((selected, other), (current, plain)):
            assert (7 in marked.attributes) == few
            assert 7 not in beside.attributes
            grounds = [
                run.shades(PALETTES[0], app.current_theme.dark)[1] for run in (marked, beside)
            ]
            assert grounds[0] != grounds[1]
        assert "▶" in text(app)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("wanted", "theme"),
    [("textual-light", "textual-light"), ("nonsense", "nn-tui"), ("", "nn-tui")],
)
async def test_the_theme_that_textual_is_asked_for(
    wanted: str, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", wanted)
    async with opened() as (app, pilot):
        assert app.theme == theme
        await pilot.press("s", "4", "v", "6")
        assert "paused" in text(app)

"""Every theme: what is written can be read."""

import pytest
from rich.color import Color
from textual.app import App
from textual.color import Color as Shade

from tests.tui.app import opened, text
from tui.palette import THEME, Palette, _contrast


def themes() -> list[str]:
    return sorted(
        {*App().available_themes, THEME.name} - {"textual-ansi", "ansi-dark", "ansi-light"}
    )


def test_contrast_is_that_of_wcag() -> None:
    assert _contrast(Shade.parse("#fff"), Shade.parse("#000")) == pytest.approx(21)
    # The example of the WCAG's own explanation: the darkest grey that passes on white at 4.5.
    assert _contrast(Shade.parse("#767676"), Shade.parse("#fff")) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", themes())
def test_text_stands_out_in_every_theme(name: str) -> None:
    app = App()
    app.register_theme(THEME)
    theme = app.get_theme(name)
    assert theme is not None
    palette = Palette.from_theme(theme.to_color_system().generate())
    styles = [palette.text, palette.dim, palette.label, palette.heading, palette.good]
    for style in (*styles, palette.alarm, *palette.plus, *palette.minus):
        assert isinstance(style.color, Color)
        assert style.color.triplet is not None
        shade = Shade(*style.color.triplet)
        assert _contrast(shade, palette.background) >= 2.9, (name, style)


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

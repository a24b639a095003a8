"""The footer: what the focused pane can do, then what can be done everywhere."""

import pytest
from textual.app import App
from textual.widgets._footer import FooterKey

from tests.tui.app import SIZES, clock, opened, said, text, until
from tui.app import NNTui
from tui.keys import KEYS, TITLES
from tui.workspace import Frame

SHOWN = {
    "dataset": ["Enter columns", "i next ✗", "O by error"],
    "hyperparameters": ["Enter edit"],
    "loss": ["Enter go there", "y log", "a average", "z zoom"],
    "weights": ["Enter edit", "+ +1 %", "v view"],
    "iteration": ["Enter inspect"],
    "pictures": ["v view"],
}
EVERYWHERE = ["? help", "q quit", "space run", "n next"]


def footer(app: NNTui) -> list[str]:
    return [f"{key.key_display} {key.description}" for key in app.query(FooterKey)]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_the_footer_shows_the_keys_of_the_focused_pane(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        for number, name in enumerate(TITLES, start=1):
            await pilot.press(str(number))
            wanted = SHOWN[name] + EVERYWHERE
            await until(pilot, lambda wanted=wanted: footer(app)[: len(wanted)] == wanted)
            line = "  ".join(wanted)
            await until(pilot, lambda line=line: line in text(app).splitlines()[-1])


def test_every_key_is_an_action_of_each_of_its_panes_or_of_the_app() -> None:
    frame = Frame("or")
    for key in KEYS:
        action = f"action_{key.action.partition('(')[0]}"
        answering = [frame.panes[name] for name in key.panes] or [NNTui]
        assert all(hasattr(one, action) for one in answering), key.action
        assert not key.home or key.home in key.panes


@pytest.mark.slow
async def test_a_key_typed_right_behind_that_of_a_pane_is_for_that_pane() -> None:
    async with opened() as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        before = app.frame.weights.parameter_cell()
        app.simulate_key("4")
        app.simulate_key("plus")
        await until(pilot, lambda: app.frame.weights.parameter_cell() != before)


async def test_keys_of_a_pane_that_answers_for_all() -> None:
    async with opened() as (app, pilot):
        await pilot.press("s", "5", "y")
        await until(pilot, lambda: app.frame.loss.is_logarithmic)
        assert app.frame.active == "iteration"
        await pilot.press("v")
        await until(pilot, lambda: app.frame.weights.cell[0] == "dE_dv")
        assert app.selected is None
        await pilot.press("5", "i")
        await until(pilot, lambda: app.selected is not None)


async def test_a_dialog_leaves_the_footer_as_it_was() -> None:
    async with opened() as (app, pilot):
        await until(pilot, lambda: footer(app))
        before = list(app.query(FooterKey))
        await pilot.press("question_mark")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        # What the focus asks of it is behind the next key.
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        assert list(app.query(FooterKey)) == before


async def test_no_key_of_a_pane_is_silent_where_it_does_nothing() -> None:
    async with opened(notifications=True) as (app, pilot):
        for keys, words in (
            ("5 z", "This is a key of Loss: 3 goes there."),
            ("5 p", "This is a key of Pictures: 6 goes there."),
            ("3 enter", "No iteration is complete yet: f completes one."),
            ("3 z", "No iteration is complete yet"),
            ("3 h", "No iteration is complete yet"),
            ("3 enter", "h and l move a cursor over the curve"),
            ("3 <", "All iterations are drawn: z draws fewer."),
            ("6 p", "This is a key of Network: v goes there."),
            ("6 enter", "This is a key of Network"),
        ):
            if words.startswith("h and l"):
                await pilot.press("s")
                await until(pilot, lambda: clock(app) == (1, 0))
            app.clear_notifications()
            for key in keys.split():
                await pilot.press({"<": "less_than_sign"}.get(key, key))
            await until(pilot, lambda words=words: words in said(app))


async def test_only_the_network_offers_the_keys_of_a_network() -> None:
    async with opened() as (app, pilot):
        await pilot.press("6", "v")
        wanted = ["Enter inspect", "v view", "p gradients", "o one/all"]
        await until(pilot, lambda: footer(app)[:4] == wanted)
        await pilot.press("v")
        await until(pilot, lambda: footer(app)[:2] == ["v view", "? help"])


async def test_while_a_value_is_typed_the_footer_says_how_to_end_that() -> None:
    async with opened() as (app, pilot):
        await pilot.press("2", "enter")
        await until(pilot, lambda: footer(app) == ["Enter apply", "Esc restore"])
        await pilot.press("escape")
        await until(pilot, lambda: footer(app)[0] == "Enter edit")


async def test_what_is_drawn_in_a_batch_of_changes_is_drawn_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = []
    monkeypatch.setattr(
        App, "_display", lambda app, screen, update: drawn.append((update, app._batch_count))
    )
    async with opened() as (app, pilot):
        await pilot.pause()
        drawn.clear()
        with app.batch_update():
            app.frame.header.refresh()
            app.screen._compositor.update_widgets({app.frame.header})
            app.screen._compositor_refresh()
        assert [batch for update, batch in drawn if update] == [1]
        await until(pilot, lambda: any(update and not batch for update, batch in drawn))

"""The form."""

import pytest
from textual.events import Key

from engine import read_dataset
from tests.tui.app import SIZES, app_of, at_two_sizes, clock, opened, snapshot, state, text, until
from tui.dialogs.confirm import ConfirmScreen
from tui.view_state import State


def values(app) -> dict[str, object]:
    return snapshot(app).hyperparameters.as_dict()


@at_two_sizes
async def test_learning_rate_applies_while_training(size: tuple[int, int]) -> None:
    async with opened(size, iterations=10**9) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: clock(app)[0] > 100)
        await pilot.press("2", "enter")
        await until(pilot, lambda: app.query_one("#editor").has_focus)
        await pilot.press(*"0.25", "enter")
        await until(pilot, lambda: values(app)["learning_rate"] == 0.25)
        assert state(app) is State.RUNNING
        assert clock(app)[0] > 100


async def test_keys_that_come_in_a_burst_work_in_their_order() -> None:
    async with opened(iterations=10**9) as (app, pilot):
        await pilot.press("2", "enter")
        await until(pilot, lambda: app.query_one("#editor").has_focus)
        for key in ("end", "ctrl+u", *"0.2", "home", *"1", "end", *"5", "backspace", *"7", "enter"):
            # Not by the pilot, which waits after each.
            character = key if len(key) == 1 else None
            name = {".": "full_stop"}.get(key, key)
            app.post_message(Key(name, character))
        await until(pilot, lambda: values(app)["learning_rate"] == 10.27)


async def test_raising_the_iterations_lets_a_finished_run_go_on() -> None:
    async with opened(iterations=20) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        await pilot.press("2", "j", "e")
        await until(pilot, lambda: app.query_one("#editor").has_focus)
        await pilot.press(*"50", "enter")
        await until(pilot, lambda: state(app) is State.PAUSED)
        await pilot.press("space")
        await until(pilot, lambda: clock(app) == (50, 0))


@at_two_sizes
async def test_what_is_typed_is_validated_and_escape_restores(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("2", "e")
        await until(pilot, lambda: app.query_one("#editor").has_focus)
        await pilot.press(*"-1")
        await until(pilot, lambda: "0 or more" in text(app))
        await pilot.press("enter")
        await pilot.pause()
        assert values(app)["learning_rate"] == 0.05
        await pilot.press("escape")
        await until(pilot, lambda: not app.query_one("#editor").display)
        assert values(app)["learning_rate"] == 0.05
        await pilot.press("n")
        await until(pilot, lambda: clock(app) == (0, 1))


@at_two_sizes
async def test_what_needs_a_reset_asks_for_it(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("s", "2", "j", "j", "enter")
        await until(pilot, lambda: app.query_one("#editor").has_focus)
        await pilot.press(*"5", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await until(pilot, lambda: "hidden neurons = 5 needs a reset" in text(app))
        await pilot.press("n")
        await until(pilot, lambda: not isinstance(app.screen, ConfirmScreen))
        assert (clock(app), values(app)["hidden"]) == ((1, 0), "3")
        await pilot.press("enter")
        await until(pilot, lambda: app.query_one("#editor").has_focus)
        await pilot.press(*"5", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: values(app)["hidden"] == "5")
        assert clock(app) == (0, 0)
        await pilot.press("u")
        await until(pilot, lambda: values(app)["hidden"] == "3")
        assert clock(app) == (1, 0)


@at_two_sizes
async def test_choices_with_the_arrows(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("2", *"jjjjj", "enter", "right")
        await until(pilot, lambda: "◂ shared ▸" in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "◂ shared" not in text(app))
        assert values(app)["bias"] == "none"
        await pilot.press("enter", "l", "l", "enter")
        await until(pilot, lambda: values(app)["bias"] == "per-neuron")
        await pilot.press("5")
        await pilot.pause()
        assert "∂E/∂bw = Σₙ ∂E/∂y" in text(app)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_choices_go_in_every_direction_and_are_seen_whole(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("2", *"j" * 6, "enter")
        fields = app.frame.hyperparameters.fields
        await until(pilot, lambda: fields.choosing == "mse")
        for key, choice in (
            ("down", "half-mse"),
            ("j", "sse"),
            ("right", "half-sse"),
            ("l", "bce"),
            ("up", "half-sse"),
            ("k", "sse"),
        ):
            await pilot.press(key)
            await until(pilot, lambda choice=choice: f"◂ {choice} ▸" in text(app))
        await pilot.press("enter")
        await until(pilot, lambda: values(app)["loss"] == "sse")


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_what_cannot_be_is_refused_before_any_question(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("iris")) as (app, pilot):
        fields = app.frame.hyperparameters.fields

        def told() -> str:
            return " ".join(" ".join(line.text for line in fields._lines).split())

        await pilot.press("s", "2", *"j" * 6, "enter", *"l" * 5, "enter")
        refused = "the loss cross-entropy goes with the output softmax, not sigmoid"
        await until(pilot, lambda: f"{refused}: first choose output softmax" in told())
        assert len(app.screen_stack) == 1
        assert fields.choosing == "cross-entropy"
        # Another choice is no longer wrong, and Esc gives the old one back.
        await pilot.press("h")
        await until(pilot, lambda: refused not in told())
        await pilot.press("escape")
        await until(pilot, lambda: fields.choosing is None)
        assert (clock(app), values(app)["loss"]) == ((1, 0), "mse")
    two = {"hidden": "3,3", "activation": "relu,tanh"}
    losses = {"output_activation": "softmax", "loss": "cross-entropy"}
    async with opened(size, read_dataset("iris"), **two, **losses) as (app, pilot):
        fields = app.frame.hyperparameters.fields
        await pilot.press("s", "2", *"j" * 4, "enter", "h", "enter")
        await until(pilot, lambda: "not identity: first choose loss" in told())
        await pilot.press("escape", "k", "k", "enter")
        await until(pilot, lambda: app.query_one("#editor").has_focus)
        await pilot.press(*"5", "enter")
        await until(pilot, lambda: "activation: 2 of them for 1 hidden layer;" in told())
        assert len(app.screen_stack) == 1


async def test_weights_given_for_another_size_are_told() -> None:
    from engine import Debugger, read_dataset

    start = Debugger(read_dataset("or")).initial_parameters
    app = app_of(lambda: Debugger(read_dataset("or"), parameters=start))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.moment is not None)
        await pilot.press("2", "j", "j", "enter")
        await until(pilot, lambda: app.query_one("#editor").has_focus)
        await pilot.press(*"5", "enter")
        problem = "v: the shape is 2×3, but 2×5 is needed"
        await until(pilot, lambda: problem in {said.message for said in app._notifications})
        assert values(app)["hidden"] == "3"


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_what_there_is_to_know_is_told_in_full(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("2")
        fields = app.frame.hyperparameters.fields
        await until(pilot, lambda: fields.has_focus)
        for place, field in enumerate(fields.shown):
            await until(pilot, lambda place=place: fields.cursor == place)
            when = {"live": "applies at once", "reset": "needs a reset"}.get(
                field.applies, "reads the table again"
            )
            whole = " ".join(f"{field.allowed}; {when}".split())

            def is_told(whole: str = whole) -> bool:
                told = " ".join("".join(line.text for line in fields._lines).split())
                # At 40×10 three lines are all that there is room for.
                is_cut = size == (40, 10) and told.endswith("…")
                return (whole[:100] if is_cut else whole) in told

            await until(pilot, is_told)
            assert any(line.text.startswith(f"›{field.label}") for line in fields._lines)
            await pilot.press("j")


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_what_is_typed_stays_on_its_line(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("2", "j", "j", "enter")
        fields, editor = app.frame.hyperparameters.fields, app.frame.hyperparameters.editor
        await until(pilot, lambda: editor.has_focus)
        await pilot.press("x")
        await until(pilot, lambda: fields.problem)
        await pilot.pause()
        assert fields._lines[fields.line].text.startswith("›hidden neurons")
        assert editor.styles.offset.y.value == fields.line

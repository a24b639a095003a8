"""What is told in passing, and what is meant where one asks or wants to change something."""

import pytest
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from engine import read_dataset
from tests.tui.app import SIZES, at_two_sizes, clock, opened, said, snapshot, text, until
from tui.app import NNTui
from tui.dialogs.explain import ExplainScreen
from tui.dialogs.prompt import PromptScreen

OVERFLOW = {"learning_rate": 1e300, "activation": "relu", "output_activation": "identity"}


def toasts(app: NNTui) -> list[Toast]:
    return list(app.screen.query(Toast))


async def test_the_same_words_are_not_told_twice_at_once() -> None:
    async with opened((80, 24), notifications=True) as (app, pilot):
        await pilot.press("C")
        await until(pilot, lambda: "No stop lies before this." in said(app))
        await until(pilot, lambda: len(toasts(app)) == 1)
        told = toasts(app)[0]
        # What has nearly gone is told anew.
        told._notification.timeout = 0.0009
        await pilot.press("C")
        await until(pilot, lambda: toasts(app) and told not in toasts(app))
        told = toasts(app)[0]
        await pilot.press("C", "C", "x")
        await until(pilot, lambda: "has not run" in said(app))
        await until(pilot, lambda: len(toasts(app)) == 2)
        assert toasts(app)[0] is told
        assert said(app).count("No stop lies before this.") == 1


async def test_of_many_messages_the_last_two_are_there() -> None:
    async with opened((80, 24), notifications=True) as (app, pilot):
        for word in ("first", "second", "third", "fourth"):
            app.notify(word, timeout=30)
        await until(pilot, lambda: said(app) == "third\nfourth")
        await until(pilot, lambda: len(toasts(app)) == 2)
        # What is told at the start is told once only.
        for word in ("a", "b", "c"):
            app.notify(word, severity="warning", timeout=30)
        for word in ("fifth", "sixth", "seventh"):
            app.notify(word, timeout=30)
        await until(pilot, lambda: said(app) == "a\nb\nc\nsixth\nseventh")


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", [*SIZES, (40, 10), (30, 7)])
async def test_messages_leave_the_header_free(size: tuple[int, int]) -> None:
    async with opened(size, notifications=True) as (app, pilot):
        before = text(app).splitlines()[: app.frame.header.size.height]
        for word in ("one", "two", "three"):
            app.notify(f"{word} " * 70, timeout=30)
            await until(pilot, lambda word=word: f"{word} {word} " in text(app))
            await pilot.pause()
            assert text(app).splitlines()[: len(before)] == before
        # The one before stays where both have room.
        await until(pilot, lambda: "one one" not in text(app))
        assert ("two two" in text(app)) == (size in SIZES)
        assert text(app).count("three three three") >= 3


async def test_a_brief_message_takes_one_line_above_the_keys() -> None:
    async with opened((80, 24), notifications=True) as (app, pilot):
        await pilot.press("C")
        await until(pilot, lambda: "No stop lies before this." in text(app))
        region = toasts(app)[0].region
        assert (region.y, region.height) == (22, 1)
        assert region.width < 32


# What may be changed


@at_two_sizes
async def test_the_way_from_a_tensor_that_cannot_be_changed_to_a_weight(
    size: tuple[int, int],
) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("f", "5")
        await until(pilot, lambda: clock(app) == (1, 0))
        await pilot.press("e")
        words = "ŷ is no weight. To change a weight, go to it in Weights (4)."
        await until(pilot, lambda: words in said(app))
        assert app.frame.weights.inspected is None
        assert app.frame.active == "iteration"
        # With a tensor in the inspector, that is where 4 leads.
        await pilot.press("enter", "e")
        await until(pilot, lambda: "go to it in Weights (Esc)." in said(app))
        await pilot.press("5", "e")
        await until(pilot, lambda: "go to it in Weights (4, then Esc)." in said(app))
        await pilot.press("4", "escape", "e")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await until(pilot, lambda: "v[input1, g1]" in text(app))


@at_two_sizes
async def test_from_its_update_one_can_change_a_weight(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("5", *["j"] * 30, "e")
        await until(pilot, lambda: app.frame.weights.inspected == "w")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await until(pilot, lambda: "w[g1, output]" in text(app))


async def test_where_nothing_can_be_changed_the_way_is_told() -> None:
    async with opened((120, 36)) as (app, pilot):
        for pane in ("3", "6"):
            await pilot.press(pane, "e")
            await until(pilot, lambda: "go to it in Weights (4)." in said(app))
            app.clear_notifications()


# What is explained


async def explained(app: NNTui, pilot: Pilot[None]) -> str:
    """The cell that is explained, after closing that again."""
    await until(pilot, lambda: isinstance(app.screen, ExplainScreen))
    screen = app.screen
    assert isinstance(screen, ExplainScreen)
    label = screen.explanation.cell.label
    await pilot.press("escape")
    await until(pilot, lambda: app.screen is not screen)
    return label


@at_two_sizes
async def test_each_pane_explains_its_own_numbers(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("1", "j", "j", "j", "x")
        await until(pilot, lambda: "f has not run in this iteration" in said(app))
        await pilot.press("f", "s")
        await until(pilot, lambda: clock(app) == (2, 0))
        await pilot.press("x")
        assert await explained(app, pilot) == "f[obs 3, output]"
        await pilot.press("3", "x")
        assert await explained(app, pilot) == "E"
        await pilot.press("h", "x")
        await until(pilot, lambda: "Enter goes to iteration 0; x then explains" in said(app))
        await pilot.press("2", "x")
        assert await explained(app, pilot) == "η"
        await pilot.press("j", "x")
        await until(pilot, lambda: "This is a setting" in said(app))
        await pilot.press("6", "x")
        await until(pilot, lambda: "No number is chosen here" in said(app))
        await pilot.press("5", "x")
        assert await explained(app, pilot) == "w[g1, output]"


async def test_the_target_in_sight_is_explained() -> None:
    classes = {"output_activation": "softmax", "loss": "cross-entropy"}
    async with opened((44, 24), read_dataset("iris"), **classes) as (app, pilot):
        await pilot.press("f", "1", "j", "j", *["l"] * 8)
        await until(pilot, lambda: app.frame.dataset.target > 0)
        target = app.debugger.dataset.targets[app.frame.dataset.target]
        await pilot.press("x")
        assert await explained(app, pilot) == f"f[obs 2, {target}]"


async def test_an_observation_outside_of_the_batch_has_no_prediction() -> None:
    async with opened((80, 24), batch_size="2") as (app, pilot):
        await pilot.press("f", "1", *["j"] * 4)
        await until(pilot, lambda: clock(app) == (1, 0) and app.moment.selected == 3)
        await pilot.press("x")
        await until(pilot, lambda: "Observation 4 is not in this batch" in said(app))


@at_two_sizes
async def test_the_value_that_is_not_finite_is_the_one_explained(size: tuple[int, int]) -> None:
    async with opened(size, **OVERFLOW) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: "y[obs 2, output] is inf" in text(app))
        await pilot.press("x")
        assert await explained(app, pilot) == "y[obs 2, output]"
        # Of a chosen observation that is finite there, and of one that is not.
        for key, label in (("j", "y[obs 2, output]"), ("", ""), ("j", "y[obs 3, output]")):
            await pilot.press("1", *filter(None, ["j" if not label else key]))
            if label:
                await pilot.press("5", "x")
                assert await explained(app, pilot) == label
        assert snapshot(app).stopped


async def test_a_batch_that_is_not_chosen_yet_has_tensors_to_inspect() -> None:
    async with opened((80, 24), batch_size="2") as (app, pilot):
        for name in ("x", "yhat", "f0"):
            app.inspect(name)
            await until(pilot, lambda: "not computed yet" in text(app))
            await pilot.press("n" if name == "yhat" else "v")
        assert app.is_running


async def test_what_suits_a_table_of_classes_is_told_until_a_key() -> None:
    async with opened((80, 24), read_dataset("iris")) as (app, pilot):
        assert "3 classes: better with softmax" in text(app)
        # Nothing is covered by it: the keys stand below.
        lines = text(app).splitlines()
        assert "--scaling standardise" in lines[-2]
        assert "quit" in lines[-1]
        await pilot.press("n")
        await until(pilot, lambda: clock(app) == (0, 1))
        app.frame._noted_at -= 2000
        await pilot.press("n")
        await until(pilot, lambda: "3 classes" not in text(app))
    wanted = {"output_activation": "softmax", "loss": "cross-entropy"}
    dataset = read_dataset("iris", scaling="standardise")
    async with opened((80, 24), dataset, **wanted) as (app, pilot):
        assert "3 classes" not in text(app)

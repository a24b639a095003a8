"""The picture of the network."""

import numpy as np
import pytest
from rich.style import Style

from engine import Dataset, read_dataset
from engine.analysis.evaluate import Forward
from tests.tui.app import clock, opened, snapshot, until
from tests.tui.views import SIZES, at_three_sizes, cells, drawn, go_to, of
from tui.app import NNTui
from tui.view_state import State


@pytest.mark.usefixtures("in_colours")
async def test_the_network_shows_what_is_computed_and_what_is_touched() -> None:
    async with opened((80, 24)) as (app, pilot):
        await go_to(app, pilot, "network")
        assert "▶ ŷ = x·v" in drawn(app)
        assert drawn(app).count("·") == 4 + 1  # the neurons, and the one in the formula
        assert "+0.5000" not in drawn(app)
        await pilot.press("n", "n")
        await until(pilot, lambda: clock(app) == (0, 2))
        await until(pilot, lambda: drawn(app).count("+0.5000") == 3)
        assert any("⠀" < character <= "⣿" for character in drawn(app))
        await pilot.press("1", "j", "j", "6")
        await until(pilot, lambda: "observation 2" in drawn(app))
        g = snapshot(app).values["g"][1]
        for value in g:
            assert f"{value:+.4f}" in drawn(app)
        # y = g·w is next: it reads g and writes y of the output.
        lit = [
            (character, style.bgcolor)
            for line in cells(app)
            for character, style in line
            if style is not None and style.bgcolor == app.palette.current.bgcolor
        ]
        assert "".join(character for character, _ in lit).split()[0] == "output"


def edges(app: NNTui, left: int, right: int) -> set[Style]:
    """How the lines between two columns of the pane are drawn."""
    return {
        style
        for line in list(cells(app))[2:]
        for character, style in line[left:right]
        if "⠀" < character <= "⣿" and style is not None
    }


@pytest.mark.usefixtures("in_colours")
@pytest.mark.parametrize("size", SIZES[1:])
async def test_weights_keep_the_colours_of_their_signs(size: tuple[int, int]) -> None:
    values = {"init": "normal", "hidden": "2", "iterations": 2}
    async with opened(size, of(2, 2), **values) as (app, pilot):
        await go_to(app, pilot, "network")
        palette, width = app.palette, app.frame.pictures.size.width
        signs = {*palette.plus, *palette.minus}
        first, last = (0, width // 2), (width // 2, width)
        await until(pilot, lambda: edges(app, *first) and edges(app, *last))
        for _ in range(2):
            # Nothing is under way, at the start, between two iterations and at the end.
            for part in (first, last):
                assert edges(app, *part) <= signs
                assert edges(app, *part) & {palette.plus[2], palette.minus[2]}
            await pilot.press("s")
            await pilot.pause()
        await until(pilot, lambda: app.moment.state is State.FINISHED)
        assert edges(app, *last) & {palette.plus[2], palette.minus[2]}
        await pilot.press("S", "n", "n")
        # y = g·w is next: it has nothing to do with v.
        await until(pilot, lambda: "▶ y = g·w" in drawn(app))
        assert edges(app, *first) <= {palette.plus[0], palette.minus[0]}
        assert edges(app, *last) & {palette.plus[2], palette.minus[2]}


@at_three_sizes
async def test_of_many_layers_each_can_be_seen(size: tuple[int, int]) -> None:
    sizes = ",".join("4" * 18)
    async with opened(size, read_dataset("spiral"), hidden=sizes) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        await go_to(app, pilot, "network")
        pane, seen = app.frame.pictures, set()

        def heads() -> list[str]:
            return drawn(app).splitlines()[2].split()

        for step in range(18):
            shown = [word for word in heads() if word != "…"]
            assert (shown[0], shown[-1]) == ("x", "f")
            seen |= set(shown)
            counts = drawn(app).splitlines()[3].split()
            out_of_sight = [int(count) for count in counts if count[0] == "+"]
            assert len(shown) - 2 + sum(out_of_sight) == 18
            if step == 0:
                assert shown[1] == "g₁"
                assert "←→ layers" in str(pane.border_subtitle)
            await pilot.press("l")
        assert len(seen) == 2 + 18
        await pilot.press(*["h"] * 18)
        await until(pilot, lambda: "g₁" in heads())
        assert all(line.cell_length <= pane.size.width for line in pane._lines)


@pytest.mark.parametrize(("size", "observations"), [((80, 24), 12), ((120, 36), 3000)])
async def test_an_observation_that_is_not_in_the_batch(
    size: tuple[int, int], observations: int
) -> None:
    dataset = of(2, rows=observations)
    async with opened(size, dataset, batch_size="4") as (app, pilot):
        await pilot.press("s", "s")
        await until(pilot, lambda: clock(app) == (2, 0))
        await go_to(app, pilot, "network")

        async def all_is_computed(n: int) -> None:
            name = f"observation {n + 1}  not in this batch"
            await until(pilot, lambda: name in drawn(app))
            computed = Forward(dataset, snapshot(app).hyperparameters).run(snapshot(app).values)
            for values in computed.values():
                for value in values[n]:
                    await until(pilot, lambda value=value: f"{value:+.4f}" in drawn(app))
            assert "·" not in drawn(app).split("\n", 2)[2]

        await all_is_computed(0)
        await pilot.press("1", "j", "j", "6")
        await all_is_computed(1)
        assert ("computed with the present weights" in drawn(app)) == (size == (80, 24))
        # With other weights it is something else.
        app.do(lambda debugger: debugger.edit("w", (0, 0), -3.0))
        await until(pilot, lambda: snapshot(app).values["w"][0, 0] == -3)
        await all_is_computed(1)


@pytest.mark.parametrize("size", SIZES[1:])
async def test_the_network_writes_larger_numbers_out(size: tuple[int, int]) -> None:
    x = np.array([[14.23, 1065.0], [13.2, 1050.0]])
    async with opened(size, Dataset.from_arrays(x, np.array([[0.0], [1.0]]))) as (app, pilot):
        await go_to(app, pilot, "network")
        assert "+14.230" in drawn(app)
        assert "+1065.0" in drawn(app)


async def test_a_wide_network_becomes_bars() -> None:
    async with opened((80, 24), of(9, 2), hidden=200) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        await go_to(app, pilot, "network")
        assert "200" in drawn(app)
        assert "█" in drawn(app)


async def test_a_batch_has_the_observations_of_its_own() -> None:
    more = {"hidden": "4,3", "batch_size": "2", "activation": "relu,tanh"}
    async with opened((80, 24), of(2, rows=5), **more) as (app, pilot):
        await go_to(app, pilot, "network")
        operations = len(snapshot(app).listing.lines)
        for position in range(1, operations):
            await pilot.press("n")
            await until(pilot, lambda position=position: clock(app) == (0, position))
        await until(pilot, lambda: "observation 1 " in drawn(app))
        assert "not in this batch" not in drawn(app)
        await pilot.press("f", "f")
        await until(pilot, lambda: clock(app) == (2, 0))
        await until(pilot, lambda: "not in this batch" in drawn(app))
        for view in ("boundary", "quality", "histograms"):
            await go_to(app, pilot, view)

"""The picture of the network."""

import re

import numpy as np
import pytest
from rich.style import Style

from engine import Dataset, read_dataset
from engine.analysis.evaluate import Forward
from tests.tui.app import clock, opened, said, snapshot, text, until
from tests.tui.views import SIZES, at_three_sizes, cells, drawn, go_to, of
from tui.app import NNTui
from tui.drawing.numbers import fixed
from tui.view_state import State

NUMBERS = re.compile(r"[+−]?\d\.\d{4}")


@pytest.mark.usefixtures("in_colours")
async def test_the_network_shows_what_is_computed_and_what_is_touched() -> None:
    async with opened((80, 24)) as (app, pilot):
        await go_to(app, pilot, "network")
        assert "▶ ŷ = x·v" in drawn(app)
        assert picture(app).count("·") == 4  # the neurons
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


def picture(app: NNTui) -> str:
    """What stands below the heading and the legend."""
    return drawn(app).split("\n", 3)[3]


def edges(app: NNTui, left: int, right: int) -> set[Style]:
    """How the lines between two columns of the pane are drawn."""
    return {
        style
        for line in list(cells(app))[2:]
        for character, style in line[left:right]
        if "⠀" < character <= "⣿" and style is not None
    }


@pytest.mark.one_in(2)
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


@pytest.mark.one_in(3)
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

        for step in range(19):
            await until(pilot, heads)
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


@pytest.mark.one_in(2)
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
            assert "·" not in picture(app)

        await all_is_computed(0)
        await pilot.press("1", "j", "j", "6")
        await all_is_computed(1)
        assert ("computed with the present weights" in drawn(app)) == (size == (80, 24))
        # With other weights it is something else.
        app.do(lambda debugger: debugger.edit("w", (0, 0), -3.0))
        await until(pilot, lambda: snapshot(app).values["w"][0, 0] == -3)
        await all_is_computed(1)


@pytest.mark.one_in(2)
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


def number(value: float) -> str:
    """As it stands beside its symbol."""
    return fixed(float(value), 8).strip()


@pytest.mark.one_in(2)
@pytest.mark.parametrize("observation", [1, 3])
async def test_every_number_of_a_step_is_seen(observation: int) -> None:
    async with opened((120, 36), read_dataset("xor"), learning_rate=5.0) as (app, pilot):
        await pilot.press("s", "1", "j", *"j" * observation)
        await go_to(app, pilot, "network")
        await pilot.press("m")
        line = {line.name: line for line in snapshot(app).listing.lines}
        for position, name in enumerate(line, start=1):
            await pilot.press("n")
            at = (1, position) if position < len(line) else (2, 0)
            await until(pilot, lambda at=at: clock(app) == at)
            values, shown = snapshot(app).values, drawn(app)
            if name == "E":
                continue
            for tensor in (name, *line[name].reads):
                if tensor == "eta":
                    continue
                array = values[tensor]
                if tensor in ("dE_dv", "dE_dw") and name == tensor:
                    local, error = line[name].reads
                    array = np.outer(values[local][observation], values[error][observation])
                elif line.get(tensor, line["v"]).phase != "update" and len(array) == 4:
                    array = array[observation]
                for value in array.reshape(-1):
                    assert number(value) in shown, (name, tensor)


async def test_what_is_not_computed_yet_is_left_grey() -> None:
    async with opened((120, 36), read_dataset("xor"), hidden=2) as (app, pilot):
        await go_to(app, pilot, "network")
        await pilot.press("m", "s", *"n" * 9)
        await until(pilot, lambda: clock(app) == (1, 9))
        # Before ∂E/∂w: ∂E/∂f, the slope and ∂E/∂y are there, the hidden layer's are not.
        lines = drawn(app).splitlines()
        missing = [line for line in lines if "∂E/∂g" in line or "∂E/∂ŷ" in line]
        assert len(missing) == 4
        assert all("·" in line for line in missing)
        assert len(re.findall("∂E/∂w +·", drawn(app))) == 2
        await pilot.press("n")
        await until(pilot, lambda: clock(app) == (1, 10))
        assert not re.findall("∂E/∂w +·", drawn(app))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES[1:])
async def test_a_key_switches_what_is_carried(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("xor")) as (app, pilot):
        await go_to(app, pilot, "network")
        await pilot.press("s", *"n" * 14)
        await until(pilot, lambda: clock(app) == (1, 14))
        values = snapshot(app).values
        activation, error = f"{values['g'][0, 0]:+.4f}", f"{values['dE_dyhat'][0, 0]:+.3f}"
        for carried in ("", "values", "gradients", "both"):
            shown = drawn(app)
            assert carried in shown
            assert (activation in shown) == (carried in ("values", "both"))
            assert (error in shown) == (carried != "values")
            assert ("∂E/∂v" in shown.split("\n", 2)[2]) == (carried != "values")
            await pilot.press("p")
            await pilot.pause()
        assert drawn(app).splitlines()[0].strip() == "observation 1"


async def test_of_all_observations_the_gradients_are_summed() -> None:
    async with opened((80, 24), read_dataset("xor")) as (app, pilot):
        await go_to(app, pilot, "network")
        await pilot.press("s", *"n" * 15, "o")
        await until(pilot, lambda: "all observations" in drawn(app) and clock(app) == (1, 15))
        values = snapshot(app).values
        for value in (*values["dE_dyhat"].sum(axis=0), *values["dE_dw"][:, 0]):
            assert f"{value:+.4f}".replace("-", "−") in drawn(app)
        await pilot.press("o")
        await until(pilot, lambda: "observation 1" in drawn(app))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES[1:])
async def test_a_neuron_is_chosen_opened_and_explained(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("xor")) as (app, pilot):
        await go_to(app, pilot, "network")
        await pilot.press("x")
        await until(pilot, lambda: "h j k l choose a neuron" in said(app))
        await pilot.press("s", "1", "j", "j", "6", "j", "j")
        await until(pilot, lambda: "›g2" in drawn(app))
        foot = drawn(app)
        for name in ("yhat", "g"):
            assert f"{snapshot(app).values[name][1, 1]:+.4f}" in foot
        await pilot.press("x")
        await until(pilot, lambda: "g[obs 2, g2]" in text(app))
        await pilot.press("escape", "enter")
        await until(pilot, lambda: app.frame.weights.inspected == "g")
        await pilot.press("6", "l", "h", "h")
        await until(pilot, lambda: "›input" in drawn(app))
        await pilot.press("escape")
        await until(pilot, lambda: "›" not in drawn(app))
        assert app.frame.active == "pictures"


async def test_the_numbers_on_a_chosen_neurons_edges_are_always_told() -> None:
    # So many that there is no room for all of them, nor between the columns.
    async with opened((80, 24), of(6, 3), hidden=6) as (app, pilot):
        await go_to(app, pilot, "network")
        await pilot.press("n", "j", "j")
        await until(pilot, lambda: "›g2" in drawn(app) and clock(app) == (0, 1))
        values = snapshot(app).values
        products = values["x"][0] * values["v"][:, 1]
        for value in (*products, *values["w"][1]):
            assert f"{value:+.4f}".replace("-", "−") in drawn(app)


async def test_at_120x36_every_number_of_a_step_is_in_the_picture() -> None:
    async with opened((120, 36)) as (app, pilot):
        await pilot.press("s", "6", "v", *["n"] * 4)
        await until(pilot, lambda: clock(app) == (1, 4))
        # Two inputs, three neurons and an output, and the nine edges between them.
        await until(pilot, lambda: len(NUMBERS.findall(picture(app))) == 15)
        await pilot.press(*["n"] * 12)
        await until(pilot, lambda: clock(app) == (1, 16))
        await until(pilot, lambda: len(NUMBERS.findall(picture(app))) == 15)

"""What stands on the screen, at every size and with every kind of text."""

import numpy as np
import pytest

from engine import Dataset
from tests.tui.app import clock, opened, snapshot, state, text, until
from tui.keys import KEYS
from tui.view_state import State


async def test_all_five_panes_are_live() -> None:
    async with opened((120, 36)) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: app.moment.state is State.FINISHED)
        await pilot.pause(0.1)
        screen = text(app)
        for number in (
            "+0.3346 −0.3346",  # f and f₀ − f of the first observation
            "+1.66707 +2.43455 −1.50668",  # v
            "4.100851505e-02 at 9,999",
            "+0.1673 −0.0770 −0.0755 −0.0373",  # ∂E/∂f
        ):
            assert number in screen
        assert any("⠀" < character <= "⣿" for character in screen)


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 36), (200, 60)])
async def test_no_line_is_wider_than_the_screen_and_all_is_there(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("s", "n", "n")
        await until(pilot, lambda: clock(app) == (1, 2))
        await pilot.pause()
        lines = text(app).splitlines()
        assert {len(line) for line in lines} == {size[0]}
        assert len(lines) == size[1]
        assert "w ← w − η·∂E/∂w" in text(app)
        assert "before y" in text(app)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", [(40, 10), (30, 6), (10, 3), (3, 2), (1, 1)])
async def test_small_screens_survive(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        for key in (
            "n",
            "1",
            "n",
            "2",
            "e",
            "escape",
            "3",
            "s",
            "4",
            "v",
            "s",
            "6",
            "v",
            "v",
            "v",
            "v",
            "5",
            "question_mark",
        ):
            await pilot.press(key)
        await pilot.press("escape", "m", "s")
        await until(pilot, lambda: clock(app)[0] >= 3)


@pytest.mark.slow
async def test_resizing_while_training() -> None:
    async with opened((120, 36), iterations=10**9) as (app, pilot):
        await pilot.press("space")
        for size in ((40, 10), (1, 1), (120, 36)):
            await pilot.resize_terminal(*size)
            at = clock(app)[0]
            await until(pilot, lambda at=at: clock(app)[0] > at)
        await pilot.press("space")
        await until(pilot, lambda: app.moment.state is State.PAUSED)
        await pilot.pause()
        assert "w ← w − η·∂E/∂w" in text(app)


async def test_only_what_changes_is_refreshed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened((120, 36)) as (app, pilot):
        await pilot.press("s", "n")
        await until(pilot, lambda: clock(app) == (1, 1))
        await pilot.pause()
        pane = app.query_one("#iteration")
        cells = []
        refresh = pane.refresh

        def watch(*regions, **more):
            cells.append(sum(r.area for r in regions) if regions else pane.size.area)
            return refresh(*regions, **more)

        monkeypatch.setattr(pane, "refresh", watch)
        await pilot.press("n")
        await until(pilot, lambda: clock(app) == (1, 2))
        await pilot.pause()
        assert 0 < sum(cells) < pane.size.area / 4
        cells.clear()
        app.draw()
        assert sum(cells) == 0


HOSTILE = [
    "[/foo]",
    "[@click=app.quit]x",
    "\x1b]52;c;aGk=\x07",
    "[a='b",
    "\u202eabc",
    "\x9b2J",
    "x" * 5000,
]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_text_from_a_file_is_shown_never_obeyed(size: tuple[int, int], tmp_path) -> None:
    from engine import read_dataset

    path = tmp_path / "data[red].csv"
    names = ["id", *HOSTILE[:-1], "target[b]"]
    quoted = ",".join(f'"{name}"' for name in names)
    path.write_text(f'{quoted}\n"[/x]\x1b[2J",{"1," * len(HOSTILE[:-1])}0\n')
    async with opened(size, read_dataset(path)) as (app, pilot):
        for key in ("s", "1", "j", "4", "v", "5", "n", "6", "l", "v", "v", "v"):
            await pilot.press(key)
            await pilot.pause()
            assert not set(text(app)) & {"\x1b", "\x07", "\x9b", "\u202e"}
        await pilot.press("1")
        await pilot.pause()
        assert app.is_running


async def test_a_large_table_is_drawn_where_it_is_seen() -> None:
    rows = 100_000
    random = np.random.RandomState(0)
    dataset = Dataset.from_arrays(random.rand(rows, 3), random.rand(rows, 1))
    async with opened((120, 36), dataset) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        await pilot.press("1", "end")
        await until(pilot, lambda: "assumed" not in text(app) and "100000 " in text(app))
        # The prediction of the last row must come, although few rows are copied at a time.
        for column in (dataset.x, dataset.f0):
            assert f"{column[-1, 0]:.2g}" in text(app)
        await pilot.press("n")
        await until(pilot, lambda: clock(app) == (1, 1))
        await pilot.press("f")
        await until(pilot, lambda: "f" in snapshot(app).values)
        await until(pilot, lambda: f"{snapshot(app).values['f'][-1, 0]:+.4f}" in text(app))
        assert len(snapshot(app).values["f"]) < 100


async def test_divergence_is_told() -> None:
    """The first step makes w −∞, the next gradient multiplies it with 0."""
    dataset = Dataset.from_arrays(np.ones((100, 1)), np.zeros((100, 1)))
    async with opened((120, 36), dataset, learning_rate=1e308, loss="sse") as (app, pilot):
        await pilot.press("3", *["s"] * 3)
        await until(pilot, lambda: clock(app) == (3, 0))
        await until(pilot, lambda: "E is not finite since" in text(app))


async def test_without_colours() -> None:
    import os

    os.environ["NO_COLOR"] = "1"
    try:
        async with opened((80, 24)) as (app, pilot):
            await pilot.press("n")
            await until(pilot, lambda: clock(app) == (0, 1))
            assert "+0.3023" in text(app)
    finally:
        del os.environ["NO_COLOR"]


@pytest.mark.one_in(4)
@pytest.mark.parametrize("size", [(40, 10), (20, 5), (14, 5), (20, 16), (60, 10), (80, 24)])
async def test_the_header_tells_the_state_once_and_whole(size: tuple[int, int]) -> None:
    async with opened(size, iterations=12_345) as (app, pilot):
        for key, iteration in (("n", "0"), ("s", "1"), ("space", "12,345")):
            await pilot.press(key)
            await until(pilot, lambda i=iteration: i == f"{clock(app)[0]:,}")
            await until(pilot, lambda: state(app) is not State.RUNNING)
            await pilot.pause()
            lines = [line.text.rstrip() for line in app.frame.header._lines]
            told = "\n".join(lines)
            assert sum(told.count(mark) for mark in "⏸✓▶") == 1
            assert iteration in told.replace("\n", " ").split()
            # A loss that is cut off would be another number.
            loss = snapshot(app).loss
            shown = told.partition(" E ")[2].split()
            written = ("·",) if loss is None else (f"{loss:.4e}", f"{loss:.6e}")
            assert not shown or shown[0] in written
            if size[0] >= 40:
                assert any(word in told for word in ("paused", "finished"))
                assert shown
            if size == (40, 10) and len(iteration) == 1:
                assert f"iteration {iteration}" in told


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", [(120, 36), (170, 50)])
async def test_weights_and_pictures_share_a_frame_or_are_both_shown(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        frame, big = app.frame, size[0] > 120
        await until(pilot, lambda: frame.pictures.display == big)
        assert frame.weights.display
        line = next(line for line in text(app).splitlines() if "4 Weights" in line)
        assert ("6 Pictures" in line) != big
        if not big:
            # The name of the other one is clicked, then a tab at the bottom.
            place = line.index("6 Pictures") + 2, text(app).splitlines().index(line)
            await pilot.click(offset=place)
            await until(pilot, lambda: frame.pictures.display and not frame.weights.display)
        await pilot.press("6")
        await until(pilot, lambda: frame.pictures.has_focus and "│qual│" in text(app))
        lines = text(app).splitlines()
        y = next(y for y, line in enumerate(lines) if "│qual│" in line)
        await pilot.click(offset=(lines[y].index("│qual│") + 2, y))
        await until(pilot, lambda: frame.pictures.view == "quality")
        # Loss has the lines that Iteration does not need.
        needed = len(snapshot(app).listing.lines) + 2
        assert frame.loss.outer_size.height >= 13
        if big:
            assert frame.iteration.outer_size.height in (needed, needed + 1)
            assert frame.loss.outer_size.height > needed


@pytest.mark.one_in(2)
@pytest.mark.parametrize("width", [60, 100, 120, 170])
async def test_no_key_at_the_bottom_is_cut(width: int) -> None:
    async with opened((width, 36)) as (app, pilot):
        await pilot.press("6")
        labels = [key.label for key in KEYS] + [label for k in KEYS for label in k.panes.values()]

        def whole() -> bool:
            line = text(app).splitlines()[-1].rstrip()
            return "v view" in line and any(line.endswith(" " + label) for label in labels)

        await until(pilot, whole)
        await pilot.resize_terminal(width - 13, 36)
        await until(pilot, lambda: app.size.width == width - 13 and whole())


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_presentation_shows_one_pane_and_few_digits(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("s", "4")
        await until(pilot, lambda: clock(app) == (1, 0) and "+0.4172" in text(app))
        await pilot.press("P")
        await until(pilot, lambda: "P end" in text(app).splitlines()[-1])
        shown = text(app)
        assert "+0.417 " in shown
        assert "+0.4172" not in shown
        assert not set("╭│╰") & set(shown)
        assert "explain" not in shown
        # The keys of a step work, and one goes from pane to pane.
        await pilot.press("n", "5")
        await until(pilot, lambda: clock(app) == (1, 1) and "ŷ = x·v" in text(app))
        assert "Loss" not in text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "? help" in text(app).splitlines()[-1])
        await pilot.press("4")
        await until(pilot, lambda: "+0.4172" in text(app) and "╭" in text(app))

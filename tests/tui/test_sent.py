"""What is sent to the terminal of a line in which something has changed."""

import random
from itertools import pairwise

import pyte
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from tests.tui.app import clock, opened, text, until
from tui.drawing.difference import differences
from tui.terminal.textual_private import CroppedUpdate

WIDTH = 30
STYLES = (Style(bold=True), Style(reverse=True), Style())
CHARACTERS = ("a", "b", " ", "一", "ŷ", "e\N{COMBINING ACUTE ACCENT}")


def line(seed: int) -> Strip:
    """A line of random characters, one cell or two wide."""
    chance, segments, width = random.Random(seed), list[Segment](), 0
    while width < WIDTH:
        segment = Segment(chance.choice(CHARACTERS), chance.choice(STYLES))
        if width + segment.cell_length <= WIDTH:
            segments.append(segment)
            width += segment.cell_length
    return Strip(Segment.simplify(segments))


def changed(old: Strip, seed: int) -> Strip:
    """The same with some cells in the middle from another one."""
    chance = random.Random(seed)
    start = chance.randrange(WIDTH)
    end = chance.randrange(start, WIDTH) + 1
    other = line(seed + 1000)
    return Strip.join([old.crop(0, start), other.crop(start, end), old.crop(end, WIDTH)])


def test_what_differs_makes_the_one_line_the_other() -> None:
    console = Console(force_terminal=True, color_system="truecolor", width=WIDTH)
    for seed in range(200):
        old = line(seed)
        new = changed(changed(old, seed), seed + 500)
        spans = differences(old, new)
        screens = []
        for sent in ([(0, 0, WIDTH)], [(0, start, end) for start, end in spans]):
            screen = pyte.Screen(WIDTH, 2)
            stream = pyte.Stream(screen)
            stream.feed("\x1b[1;1H" + old.render(console))
            if sent:
                stream.feed(CroppedUpdate([{0: new}], sent, [[WIDTH]]).render_segments(console))
            screens.append([screen.buffer[0][x] for x in range(WIDTH)])
        assert screens[0] == screens[1], seed
        assert all(a[1] < b[0] for a, b in pairwise(spans))


def test_of_a_line_only_the_changed_cells_are_sent() -> None:
    console = Console(force_terminal=True, color_system="truecolor", width=WIDTH)
    old = Strip([Segment("." * WIDTH, STYLES[0])])
    new = Strip.join([old.crop(0, 3), Strip([Segment("x")]), old.crop(4, 25), old.crop(0, 5)])
    assert differences(old, new) == [(3, 4)]
    sent = CroppedUpdate([{0: new}], [(0, 3, 4)], [[WIDTH]]).render_segments(console)
    assert "x" in sent
    assert "." not in sent


async def test_another_title_draws_the_border_alone() -> None:
    async with opened((120, 36)) as (app, pilot):
        pane = app.frame.iteration
        await pilot.press("f")
        await until(pilot, lambda: clock(app) == (1, 0))
        await pilot.pause()
        pane._repaint_regions.clear()
        pane.entitle("5 Another title")
        width, height = pane.outer_size
        assert pane._repaint_regions == {Region(0, y, width, 1) for y in (0, height - 1)}
        await pilot.pause()
        assert "Another title" in text(app)

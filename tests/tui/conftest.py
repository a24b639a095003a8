import asyncio
from collections.abc import Hashable, Iterator
from pathlib import Path
from time import monotonic

import pytest
import textual.strip
from textual._context import active_app
from textual._styles_cache import StylesCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.notifications import Notification

from engine.saved.library import Library
from tui import workspace
from tui.view_state import State

_HOPS = 50
"""Turns of the event loop in which a message gets to whom it is for, and what he sends further."""
_PATIENCE = 30.0
"""Seconds that the engine may take for what a key asks of it."""
_LONG_WAY = 0.25
"""Seconds to wait where it is on a long way, which may have no end before the next key."""


@pytest.fixture(autouse=True)
def no_waiting_for_an_idle_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pilot waits until the process uses no time; one that trains always does.

    After each key these tests wait until the screen has done what it does at once, however slow
    the machine is, and a moment for the engine; for all else they wait for what they expect.
    """

    async def short_rest(min_sleep: float = 0, max_sleep: float = 1) -> None:
        for _ in range(_HOPS):
            await asyncio.sleep(0)
        app, began = active_app.get(), monotonic()
        session, moment = getattr(app, "session", None), getattr(app, "moment", None)
        is_running = moment is not None and moment.state is State.RUNNING
        while session and session._waiting and not is_running:
            if monotonic() - began > (_LONG_WAY if session.is_going else _PATIENCE):
                break
            await asyncio.sleep(0.005)
        for _ in range(_HOPS):
            await asyncio.sleep(0)
        await asyncio.sleep(0.005)

    for module in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{module}.wait_for_idle", short_rest)


@pytest.fixture(autouse=True)
def what_is_told_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine it would be gone before a test has read it.

    Nor may it seem to be over: Textual's timer never ends if the time that is left is negative.
    """
    monkeypatch.setattr(Notification, "time_left", property(lambda told: 1000 * told.timeout))
    # Nor may a pane get the line of a notice where the next key comes late.
    monkeypatch.setattr(workspace, "_LEGIBLE", 1000.0)


@pytest.fixture(autouse=True, scope="session")
def style_sheets_parsed_once() -> Iterator[None]:
    """Each app would parse them anew."""
    parse, parsed = Stylesheet._parse_rules, dict[Hashable, list[RuleSet]]()
    # The variables are hundreds, and the same for all that one style sheet is made of.
    known: tuple[object, Hashable] = (None, None)

    def parse_once(self: Stylesheet, *what: Hashable, **how: Hashable) -> list[RuleSet]:
        nonlocal known
        if known[0] is not self._variables:
            known = (self._variables, frozenset(self._variables.items()))
        key = (what, *how.items(), known[1])
        if key not in parsed:
            parsed[key] = parse(self, *what, **how)  # type: ignore[arg-type]
        return parsed[key]

    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(Stylesheet, "_parse_rules", parse_once)
        yield


@pytest.fixture(autouse=True)
def what_was_drawn_is_freed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Drop the lines of an app with it: the collector would take a fifth of the time for them."""
    begin, drawn = StylesCache.__init__, list[StylesCache]()

    def init(self: StylesCache) -> None:
        begin(self)
        drawn.append(self)

    monkeypatch.setattr(StylesCache, "__init__", init)
    # Seven caches for each line, most of them empty for ever.
    monkeypatch.setattr(textual.strip, "FIFOCache", lambda size: {})
    yield
    for lines in drawn:
        lines.clear()
    StylesCache.get_inner_outer.cache_clear()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "runs")


@pytest.fixture
def in_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)

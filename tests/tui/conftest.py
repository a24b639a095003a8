import asyncio
from collections.abc import Hashable, Iterator

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet


@pytest.fixture(autouse=True)
def no_waiting_for_an_idle_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pilot waits until the process uses no time; one that trains always does.

    These tests wait for what they expect instead.
    """

    async def short_rest(min_sleep: float = 0, max_sleep: float = 1) -> None:
        await asyncio.sleep(0.02)

    for module in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{module}.wait_for_idle", short_rest)


@pytest.fixture(autouse=True, scope="session")
def style_sheets_parsed_once() -> Iterator[None]:
    """Each app would parse them anew."""
    parse, parsed = Stylesheet._parse_rules, dict[Hashable, list[RuleSet]]()

    def parse_once(self: Stylesheet, *what: Hashable, **how: Hashable) -> list[RuleSet]:
        key = (what, *how.items(), frozenset(self._variables.items()))
        if key not in parsed:
            parsed[key] = parse(self, *what, **how)  # type: ignore[arg-type]
        return parsed[key]

    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(Stylesheet, "_parse_rules", parse_once)
        yield


@pytest.fixture
def in_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)

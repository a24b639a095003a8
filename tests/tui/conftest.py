import asyncio

import pytest


@pytest.fixture(autouse=True)
def no_waiting_for_an_idle_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pilot waits until the process uses no time; one that trains always does.

    These tests wait for what they expect instead.
    """

    async def short_rest(min_sleep: float = 0, max_sleep: float = 1) -> None:
        await asyncio.sleep(0.02)

    for module in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{module}.wait_for_idle", short_rest)


@pytest.fixture
def in_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)

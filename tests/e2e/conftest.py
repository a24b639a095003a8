from pathlib import Path

import pytest

from engine.saved.library import Library


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """The saved runs of this test alone."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return Library(tmp_path / "nn-tui" / "runs")

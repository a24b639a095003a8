"""Exercises and scripts, by the installed command in a pseudo-terminal."""

from pathlib import Path

import pytest

from tests.terminal import Terminal


@pytest.mark.one_in(2)
@pytest.mark.parametrize("options", [(), ("--find", "--seed", "2")], ids=["blanks", "find"])
def test_an_exercise_opens_and_its_result_is_told(
    options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with Terminal("derive", "or", *options) as terminal:
        terminal.shows("∂E/∂y", "e mark" if options else "∂E/∂f = ?")
        if not options:
            terminal.press("e")
            terminal.shows("Enter accepts")
            terminal.press("2*(f-f0)/(N*O)\r")
            terminal.shows("1 of 11 right")
        terminal.press("q")
        terminal.wait_for_end()
        assert "internal error" not in terminal.text
        assert ("These answers are not kept" in terminal.text) is (not options)
        assert ("marked" if options else "∂f/∂y = ?") in terminal.text

"""What is pasted is text, whatever is in it."""

import pytest

from tui.terminal.paste_guard import PasteGuard

START, END = "\x1b[200~", "\x1b[201~"


@pytest.mark.parametrize(
    ("typed", "passed"),
    [
        ("n\x1b[A q", "n\x1b[A q"),
        (f"a{START}b\x1b[31mc{END}\x1b[B", f"a{START}b[31mc{END}\x1b[B"),
        (f"{START}\x1b\x1b[2\x1b{END}q", f"{START}[2{END}q"),
        (f"{START}[201~{END}{START}x{END}", f"{START}[201~{END}{START}x{END}"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_escape_characters_of_a_paste_press_no_keys(typed: str, passed: str, size: int) -> None:
    guard = PasteGuard()
    parts = [typed[i : i + size] for i in range(0, len(typed), size)]
    assert "".join("".join(guard.clean(part)) for part in parts) == passed

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from engine.common.text import clean


def test_what_a_terminal_would_act_on_is_made_visible() -> None:
    assert clean("a\x1b[31m\x00\x7f\x9b\u202e\ud800\n") == "a␛[31m␀␡\\x9b\\u202e\\ud800␊"


def test_what_people_write_stays() -> None:
    for text in ("größe", "身長", "🙂", "👩\u200d🔬", "[red]", "שלום"):
        assert clean(text) == text


def test_long_text_is_cut() -> None:
    assert clean("x" * 100_000) == "x" * 200 + "…"


@given(st.text())
def test_no_text_leaves_anything_dangerous(text: str) -> None:
    cleaned = clean(text)
    assert all(unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in cleaned), cleaned
    cleaned.encode()

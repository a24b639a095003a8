"""Names in little room."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.drawing.short_names import class_names, shortened


@pytest.mark.parametrize(
    ("names", "width"),
    [
        (("input1", "input2", "input1*input2"), 4),
        (("sepal_length", "sepal_width", "petal_length", "petal_width"), 4),
        (("iris=setosa", "iris=versicolor", "iris=virginica"), 4),
        (tuple(f"pixel_{i}_{j}" for i in range(8) for j in range(8)), 6),
        (("日本語一", "日本語二", "日本"), 5),
    ],
)
def test_different_names_stay_different(names: tuple[str, ...], width: int) -> None:
    cut = shortened(names, width)
    assert len(set(cut)) == len(names)
    assert all(cell_len(text) <= width for text in cut)


@given(st.lists(st.text("ab=xé日", max_size=9), max_size=6), st.integers(1, 8))
def test_a_name_is_cut_only_where_it_must_be(names: list[str], width: int) -> None:
    for name, text in zip(names, shortened(names, width), strict=True):
        assert cell_len(text) <= width
        kept = re.escape(text).replace("…", ".*")
        assert re.fullmatch(kept, name) or re.fullmatch(kept, name.partition("=")[2])
        assert cell_len(name) > width or text in (name, name.partition("=")[2])


def test_of_a_class_the_column_goes_first() -> None:
    iris = ("iris=setosa", "iris=versicolor", "iris=virginica")
    assert class_names(iris) == ("setosa", "versicolor", "virginica")
    assert class_names(("a=1", "b=1")) == ("a=1", "b=1")
    # All classes of a column are written the same way.
    assert shortened((*iris, "size"), 11) == ("setosa", "versicolor", "virginica", "size")
    assert shortened(("a=long", "b=long"), 4) != ("long", "long")


def test_the_words_that_all_names_share_go_first() -> None:
    bills = ("bill_length_mm", "bill_depth_mm")
    assert shortened(bills, 14) == bills
    assert shortened(bills, 13) == shortened(bills, 6) == ("length", "depth")
    assert shortened(bills, 4) == ("len…", "dep…")
    numbered = tuple(f"class number {i:02}" for i in range(12))
    assert shortened(numbered, 4) == tuple(f"{i:02}" for i in range(12))
    # Something is left of each, and a part of a word is no word.
    assert shortened(("a_b", "a_b_c"), 4) == ("b", "b_c")
    assert shortened(("sensor1", "sensor2"), 4) == ("se…1", "se…2")
    assert shortened(("one_name", "one_name"), 3)[0] == "on…"
    # Where nothing else will do, what is in the middle, from the start of a word on.
    assert shortened(("ab_xc_de", "ab_yc_de", "z"), 4) == ("…xc…", "…yc…", "z")
